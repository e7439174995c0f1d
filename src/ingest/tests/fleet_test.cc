// The fleet over the same fakes as the engine (they live here, above fleet).
#include <gtest/gtest.h>

#include "harness.h"

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;

class FleetTest : public testing::Test, public Harness {
 protected:
  void SetUp() override {
    control.add_device("d", {"c", "a", "b"}, clock.now() - 24h);
    for (const char* s : {"a", "b", "c"}) vendor.streams[s];
  }
};

TEST_F(FleetTest, StreamsComeInTheOrderOfThePlugInWithItsTitles) {
  start();
  ASSERT_EQ(view()->streams.size(), 3u);
  EXPECT_EQ(view()->streams[0].title, "Alpha events");
  EXPECT_EQ(view()->streams[2].title, "Gamma events");
}

TEST_F(FleetTest, ViewsAreImmutableAndReplaced) {
  start();
  const auto before = view();
  run(2s);
  const auto after = view();
  EXPECT_TRUE(before->verifying);
  EXPECT_FALSE(after->verifying);
  EXPECT_NE(before, after);
  EXPECT_EQ(view(), after) << "within a second the same picture is handed out";
}

TEST_F(FleetTest, AgesInSentencesRunWithoutWritingAnything) {
  add_events("a", 1, clock.now(), 1s);
  start();
  run(2s);
  const auto commits = control.commits;
  const auto first = view()->device.health;
  clock.advance(30s);
  const auto second = view()->device.health;
  EXPECT_NE(first.sentence, second.sentence);
  EXPECT_EQ(first.since, second.since);
  EXPECT_EQ(control.commits, commits);
}

TEST_F(FleetTest, TimeAloneTurnsAWarningIntoTrouble) {
  start();
  run(2s);
  answer = [](const auto&) { return status(429, "", {{"retry-after", "3600"}}); };
  run(66s);
  EXPECT_EQ(control.row("d").health.level, model::HealthLevel::kWarning);
  run(11min, 1s);
  EXPECT_EQ(control.row("d").health.status, model::DeviceStatus::kUnhealthy);
}

/// Thresholds of the warnings in the history, in their order.
std::vector<int> warnings(const MemoryControl& control) {
  std::vector<int> days;
  for (const auto& row : control.health_history)
    if (row.expiry) days.push_back(row.expiry->days);
  return days;
}

TEST_F(FleetTest, TheEndOfATokenIsToldThreeTimesAlsoOverRestarts) {
  control.row("d").credential->expires_at = clock.now() + 31 * 24h;
  start();
  run(2s);
  EXPECT_TRUE(warnings(control).empty());
  std::vector<int> seen_after;  // how many rows there were after each day
  for (int day = 1; day <= 31; ++day) {
    clock.advance(24h - 10s);
    if (day % 3 == 0) {
      crash();
      start();
    }
    run(5s);
    seen_after.push_back(static_cast<int>(warnings(control).size()));
    run(5s);
  }
  EXPECT_EQ(warnings(control), (std::vector<int>{30, 7, 1}));
  EXPECT_EQ(seen_after[0], 0) << "a little more than 30 days";
  EXPECT_EQ(seen_after[1], 1);
  EXPECT_EQ(seen_after[22], 1);
  EXPECT_EQ(seen_after[24], 2);
  EXPECT_EQ(seen_after[28], 2);
  int mentions = 0;
  for (const auto& row : control.health_history) mentions += row.health.code == "token_expiring" && !row.expiry;
  EXPECT_EQ(mentions, 0) << "the verdict and its first warning are one row";
}

TEST_F(FleetTest, ADeviceInOtherTroubleIsWarnedToo) {
  control.row("d").credential->expires_at = clock.now() + 7 * 24h + 1h;
  start();
  answer = [](const auto&) { return status(503); };
  run(10min, 1s);
  ASSERT_EQ(control.row("d").health.status, model::DeviceStatus::kUnhealthy);
  EXPECT_EQ(warnings(control), std::vector<int>{30});
  const auto verdict = control.row("d").health.code;
  clock.advance(1h);
  run(2s);
  EXPECT_EQ(warnings(control), (std::vector<int>{30, 7}));
  EXPECT_EQ(control.row("d").health.code, verdict) << "a warning changes no verdict";
  EXPECT_EQ(control.health_history.back().expiry->sentence.substr(0, 20), "The token expires in");
}

TEST_F(FleetTest, OtherOrganizationsSeeNothing) {
  start();
  EXPECT_FALSE(fleet->device("other", "d"));
  EXPECT_TRUE(fleet->devices("other").empty());
  EXPECT_EQ(fleet->devices("org").size(), 1u);
}

TEST_F(FleetTest, ListenersHearOfEventsHealthAndHistoryUntilTheirHandleEnds) {
  add_events("a", 25, clock.now(), 1s);
  start();
  std::uint64_t added = 0;
  int devices = 0, rows = 0;
  auto handle = fleet->subscribe([&](const fleet::Notice& n) {
    added += n.added;
    devices += n.kind == fleet::Notice::Kind::kDevice;
    rows += n.kind == fleet::Notice::Kind::kHistory;
    EXPECT_EQ(n.organization_id, "org");
  });
  run(2s);
  EXPECT_EQ(added, 25u);
  EXPECT_GE(devices, 1);
  EXPECT_EQ(rows, 1);
  handle.reset();
  add_events("a", 25, clock.now(), 1s);
  run(70s);
  EXPECT_EQ(added, 25u);
}

TEST_F(FleetTest, ARenameKeepsThePollingGoing) {
  start();
  run(2s);
  const auto sent = http.sent;
  control.row("d").name = "Renamed";
  control.row("d").version++;
  ASSERT_TRUE(fleet->reload("d"));
  EXPECT_EQ(view()->device.name, "Renamed");
  EXPECT_FALSE(view()->verifying);
  EXPECT_TRUE(view()->next_poll_at);
  run(2s);
  EXPECT_EQ(http.sent, sent);
}

// What makes a list of ten thousand cheap, without a clock that a loaded machine would fail: views are made once, not with every list.
TEST_F(FleetTest, ViewsOfTenThousandDevicesAreMadeOnce) {
  for (int i = 0; i < 10'000; ++i) control.add_device(fmt::format("x{:05}", i), {"a", "b", "c"}, clock.now() - 24h);
  fleet::LiveFleet::Technologies technologies;
  technologies["toy"] = {{"Toy", 120}, {{"a", "Alpha events"}, {"b", "Beta events"}, {"c", "Gamma events"}}};
  fleet::LiveFleet big({clock, control, store}, technologies, 60s);
  ASSERT_TRUE(big.load());
  const auto first = big.devices("org");
  ASSERT_EQ(first.size(), 10'001u);
  EXPECT_EQ(big.devices("org"), first);
  clock.advance(5s);
  EXPECT_EQ(big.devices("org").size(), 10'001u);
}

}  // namespace
}  // namespace picket::ingest
