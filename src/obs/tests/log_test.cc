#include "obs/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace picket::obs {
namespace {

TEST(Log, ForeignTextCannotForgeALine) {
  CapturedLog log;
  PICKET_LOG_INFO("test", "name is {}", "a\n2026 error forged\x1b[31m");
  EXPECT_THAT(log.text(), testing::HasSubstr("test: name is a\\x0a2026 error forged\\x1b[31m\n"));
}

}  // namespace
}  // namespace picket::obs
