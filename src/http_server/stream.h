#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "http_server/http.h"

/// Internal to this module.
namespace picket::http_server {

/// The part of a stream that the holders' end and the connection share.
/// Threads: the connection's calls come from its I/O thread, the others from anywhere. `notify` is called
/// without the lock.
class StreamCore {
 public:
  /// `notify` wakes the connection; it is called at most once until the connection has taken what there is.
  StreamCore(std::size_t limit, std::function<void()> notify) : limit_(limit), notify_(std::move(notify)) {}

  bool write(std::string_view bytes);
  bool write_wait(std::string_view bytes, std::chrono::milliseconds patience, std::stop_token stop);
  void close();
  void abort();
  bool gone() const;
  std::size_t buffered() const;

  struct Taken {
    std::string bytes;
    bool ended = false;
  };
  /// Connection: everything queued so far. `taken` bytes count as buffered until `sent`.
  Taken take();
  bool aborted() const;
  void sent(std::size_t bytes);
  /// Connection: the client is gone; all later writes fail.
  void lost();

 private:
  bool room_for(std::size_t bytes) const { return pending_.size() + in_flight_ + bytes <= limit_; }
  void wake(std::unique_lock<std::mutex>& lock);

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable_any room_;
  std::function<void()> notify_;
  std::string pending_;
  std::size_t in_flight_ = 0;
  bool notified_ = false;
  bool ended_ = false;
  bool aborted_ = false;
  bool lost_ = false;
};

/// The holders' end: when the last copy goes, the stream is closed.
std::shared_ptr<Stream> make_stream(std::shared_ptr<StreamCore> core);

}  // namespace picket::http_server
