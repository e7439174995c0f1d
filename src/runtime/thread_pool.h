#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "runtime/bounded_queue.h"

namespace picket::runtime {

/// Names the calling thread as `top -H` and debuggers show it (at most 15 bytes are kept).
void name_this_thread(const std::string& name);

/// A fixed number of named threads that run tasks in the order of arrival. Tasks may block.
/// Place: handlers of the HTTP server, poll workers. Threads: any method from any thread; `stop` not from a
/// task. Failure: an exception out of a task ends the process.
class ThreadPool {
 public:
  struct Options {
    std::string name = "worker";  ///< threads are called name-0, name-1, ...
    std::size_t threads = 1;
    std::size_t queue = 1024;  ///< tasks that may wait
  };

  explicit ThreadPool(Options options);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// False when the queue is full or the pool is stopping.
  bool try_post(std::function<void()> task);
  /// Waits for room in the queue. False when the pool is stopping or `stop` was requested.
  bool post(std::function<void()> task, std::stop_token stop = {});

  /// Takes no more tasks, runs those that wait, joins the threads. May be called again.
  void stop();

  std::size_t waiting() const { return queue_.size(); }

 private:
  void run(std::size_t index);

  const Options options_;
  BoundedQueue<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace picket::runtime
