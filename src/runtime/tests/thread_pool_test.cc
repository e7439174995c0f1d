#include "runtime/thread_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <latch>

namespace picket::runtime {
namespace {

TEST(ThreadPool, RunsTasksOnNamedThreads) {
  std::string name;
  {
    ThreadPool pool({.name = "handler", .threads = 1, .queue = 4});
    ASSERT_TRUE(pool.try_post([&name] {
      char buffer[16] = {};
      ::pthread_getname_np(::pthread_self(), buffer, sizeof buffer);
      name = buffer;
    }));
  }
  EXPECT_EQ(name, "handler-0");
}

TEST(ThreadPool, StopRunsWhatWaitsAndRefusesMore) {
  std::atomic<int> done = 0;
  ThreadPool pool({.name = "t", .threads = 2, .queue = 100});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.try_post([&done] { ++done; }));
  pool.stop();
  EXPECT_EQ(done, 50);
  EXPECT_FALSE(pool.try_post([] {}));
  pool.stop();
}

TEST(ThreadPool, AFullQueueRefuses) {
  std::latch release(1);
  std::latch started(1);
  ThreadPool pool({.name = "t", .threads = 1, .queue = 2});
  ASSERT_TRUE(pool.try_post([&] {
    started.count_down();
    release.wait();
  }));
  started.wait();
  EXPECT_TRUE(pool.try_post([] {}));
  EXPECT_TRUE(pool.try_post([] {}));
  EXPECT_FALSE(pool.try_post([] {}));
  EXPECT_EQ(pool.waiting(), 2u);
  release.count_down();
}

}  // namespace
}  // namespace picket::runtime
