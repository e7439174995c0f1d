#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>

#include "base/time.h"
#include "http_server/http.h"
#include "onepassword_simulator/faults.h"

/// Internal to this module.
namespace picket::onepassword_simulator {

/// What goes wrong below the page: status, headers, and how the bytes travel.
/// Threads: `misbehave` from any; slow answers are fed by one thread of its own.
class Wire {
 public:
  Wire();
  ~Wire();

  http_server::Response misbehave(http_server::Response response, const FaultAction& action, TimePoint now);
  static std::string http_date(TimePoint time);

 private:
  using Task = std::function<void()>;
  struct Timed {
    std::chrono::steady_clock::time_point when;
    std::uint64_t order;
    Task task;
    bool operator<(const Timed& other) const {
      return std::tie(when, order) > std::tie(other.when, other.order);
    }
  };
  struct Drip;
  struct Flood;

  void after(std::chrono::milliseconds wait, Task task);
  void run(const std::stop_token& stop);
  http_server::Response raw(http_server::Response response, const FaultAction& action);
  void drip(const std::shared_ptr<Drip>& drip);
  void flood(const std::shared_ptr<Flood>& flood);
  void reset_when_sent(const std::shared_ptr<http_server::Stream>& stream);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::priority_queue<Timed> tasks_;
  std::uint64_t order_ = 0;
  std::jthread thread_;
};

}  // namespace picket::onepassword_simulator
