#include "runtime/thread_pool.h"

#include <pthread.h>

namespace picket::runtime {

void name_this_thread(const std::string& name) {
  ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

ThreadPool::ThreadPool(Options options) : options_(std::move(options)), queue_(options_.queue) {
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this, i] { run(i); });
}

ThreadPool::~ThreadPool() {
  stop();
}

bool ThreadPool::try_post(std::function<void()> task) {
  return queue_.try_push(std::move(task));
}

bool ThreadPool::post(std::function<void()> task, std::stop_token stop) {
  return queue_.push(std::move(task), std::move(stop));
}

void ThreadPool::stop() {
  queue_.close();
  for (auto& thread : threads_)
    if (thread.joinable()) thread.join();
}

void ThreadPool::run(std::size_t index) {
  name_this_thread(options_.name + "-" + std::to_string(index));
  while (auto task = queue_.pop()) (*task)();
}

}  // namespace picket::runtime
