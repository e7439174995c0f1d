#include "runtime/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace picket::runtime {
namespace {

TEST(Signals, TermAndIntArriveAsValues) {
  block_stop_signals();
  for (const int signal : {SIGTERM, SIGINT}) {
    ASSERT_EQ(::kill(::getpid(), signal), 0);
    EXPECT_EQ(wait_for_stop_signal(), signal);
  }
}

TEST(Signals, AStopRequestEndsTheWait) {
  block_stop_signals();
  std::stop_source stop;
  std::jthread later([&stop] { stop.request_stop(); });
  EXPECT_EQ(wait_for_stop_signal(stop.get_token()), std::nullopt);
}

}  // namespace
}  // namespace picket::runtime
