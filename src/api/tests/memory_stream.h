#pragma once

#include <mutex>
#include <string>

#include "http_server/http.h"

namespace picket::api {

/// Collects what a stream is given.
class MemoryStream final : public http_server::Stream {
 public:
  bool write(std::string_view bytes) override {
    const std::lock_guard lock(mutex_);
    if (gone_ || closed_) return false;
    text_ += bytes;
    return true;
  }
  bool write_wait(std::string_view bytes, std::chrono::milliseconds, std::stop_token) override {
    return write(bytes);
  }
  void close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  void abort() override {
    close();
    const std::lock_guard lock(mutex_);
    aborted_ = true;
  }
  bool gone() const override {
    const std::lock_guard lock(mutex_);
    return gone_;
  }
  std::size_t buffered() const override { return 0; }
  void leave() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  bool aborted() const {
    const std::lock_guard lock(mutex_);
    return aborted_;
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
  bool gone_ = false, closed_ = false, aborted_ = false;
};

}  // namespace picket::api
