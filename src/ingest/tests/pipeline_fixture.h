#pragma once

#include <gtest/gtest.h>

#include "harness.h"

namespace picket::ingest {
using namespace std::chrono_literals;
using model::DeviceStatus;
using model::HealthLevel;

/// One device with three streams, one of them with a week of history.
class Pipeline : public testing::Test, public Harness {
 protected:
  void SetUp() override {
    start_time = clock.now() - 24h * 7;
    control.add_device("d", {"a", "b", "c"}, start_time);
    for (const char* s : {"a", "b", "c"}) vendor.streams[s];
    add_events("a", 35, start_time + 1h, 60s);
  }
  std::string code() const { return view()->device.health.code; }
  std::optional<DeviceStatus> status_of() const { return view()->device.health.status; }
  TimePoint start_time{};
};

}  // namespace picket::ingest
