#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>

#include "http_server/forwarded.h"
#include "http_server/router.h"
#include "http_server/server.h"
#include "runtime/thread_pool.h"

/// Internal to this module.
namespace picket::http_server {

class Connection;

/// What all connections of a server share. Read-only save for the atomics.
struct ServerCore {
  ServerCore(ServerOptions options_in, Router router_in, TrustedProxies proxies_in)
      : options(std::move(options_in)),
        router(std::move(router_in)),
        proxies(std::move(proxies_in)),
        clock(options.clock != nullptr ? *options.clock : system_clock()),
        handlers({.name = "http-handler",
                  .threads = options.handler_threads,
                  .queue = options.limits.waiting_requests}) {}

  const ServerOptions options;
  const Router router;
  const TrustedProxies proxies;
  Clock& clock;
  runtime::ThreadPool handlers;
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> stopping{false};
};

/// One I/O thread with its connections. A connection lives its whole life on one loop, so nothing in it needs
/// a lock; a timer that ticks a few times a second looks for those past their deadline, which costs less than
/// a timer each. Threads: `post` from any, the rest on the loop's own thread.
class IoLoop {
 public:
  IoLoop(std::string name, std::chrono::milliseconds tick);
  ~IoLoop();

  boost::asio::io_context& context() { return context_; }
  template <typename Task>
  void post(Task task);

  void run();   ///< starts the thread
  void stop();  ///< ends it; what is still posted is dropped

  void add(std::shared_ptr<Connection> connection);
  void remove(const std::shared_ptr<Connection>& connection) { connections_.erase(connection); }
  /// A copy, so that those visited may leave meanwhile.
  std::unordered_set<std::shared_ptr<Connection>> connections() const { return connections_; }
  /// "Sun, 22 Nov 2026 19:08:24 GMT", computed once a second.
  const std::string& http_date(const Clock& clock);

 private:
  void schedule_tick();

  const std::string name_;
  const std::chrono::milliseconds tick_length_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  boost::asio::steady_timer tick_{context_};
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  std::int64_t date_second_ = -1;
  std::string date_;
  std::thread thread_;
};

}  // namespace picket::http_server

#include <boost/asio/post.hpp>

template <typename Task>
void picket::http_server::IoLoop::post(Task task) {
  boost::asio::post(context_, std::move(task));
}
