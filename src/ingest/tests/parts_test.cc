#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "ingest/backoff.h"
#include "ingest/cycle_guard.h"
#include "ingest/disk_guard.h"
#include "ingest/due_queue.h"
#include "ingest/progress.h"

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;
using control::StreamState;

TEST(Backoff, DoublesFromASecondToFiveMinutes) {
  EXPECT_EQ(backoff(ErrorKind::kUnavailable, 1, {}, 0.999999), 999ms);
  EXPECT_EQ(backoff(ErrorKind::kUnavailable, 1, {}, 0), 500ms);
  EXPECT_EQ(backoff(ErrorKind::kTimeout, 4, {}, 0), 4s);
  EXPECT_EQ(backoff(ErrorKind::kConnect, 30, {}, 0), 150s);
  EXPECT_LE(backoff(ErrorKind::kConnect, 4'000'000'000u, {}, 0.9999999), 5min);
}
TEST(Backoff, WhatAPersonMustHealIsTriedEveryFewMinutes) {
  for (const auto kind : {ErrorKind::kUnauthorized, ErrorKind::kForbidden, ErrorKind::kNotFound, ErrorKind::kBlocked,
                          ErrorKind::kConflict}) {
    EXPECT_GE(backoff(kind, 1, {}, 0), 100s);
    EXPECT_LE(backoff(kind, 50, {}, 0.999), 17min);
  }
}
TEST(Backoff, TheOtherSidesWishIsHonouredWithinReason) {
  EXPECT_GE(backoff(ErrorKind::kRateLimited, 1, 30s, 0), 30s);
  EXPECT_LE(backoff(ErrorKind::kRateLimited, 1, 30s, 0.999), 31s);
  EXPECT_GE(backoff(ErrorKind::kUnavailable, 1, 120s, 0), 120s);
  for (const auto absurd : {-1s, 0s}) EXPECT_GE(backoff(ErrorKind::kRateLimited, 1, absurd, 0), 1s);
  EXPECT_LE(backoff(ErrorKind::kRateLimited, 1, std::chrono::seconds(1'000'000'000), 0.9), 1h + 5s);
}
TEST(Backoff, WithoutAWishAMinuteThenMoreUpToAnHour) {
  EXPECT_GE(backoff(ErrorKind::kRateLimited, 1, {}, 0), 60s);
  EXPECT_GE(backoff(ErrorKind::kRateLimited, 3, {}, 0), 4min);
  EXPECT_GE(backoff(ErrorKind::kRateLimited, 20, {}, 0), 1h);
}
TEST(Jitter, StaysWithinTenPercent) {
  EXPECT_EQ(jittered(60s, 0), 54s);
  EXPECT_EQ(jittered(60s, 0.5), 60s);
  EXPECT_LE(jittered(60s, 0.999999), 66s);
}

TEST(DueQueue, EarliestFirst) {
  DueQueue<int> queue;
  std::mt19937 random(5);
  for (int i = 0; i < 1000; ++i) {
    const int at = static_cast<int>(random() % 5000);
    queue.add(SteadyPoint(std::chrono::milliseconds(at)), at);
  }
  EXPECT_FALSE(queue.pop(SteadyPoint(-1ms)));
  int last = -1, count = 0;
  while (auto entry = queue.pop(SteadyPoint(10s))) {
    EXPECT_GE(entry->item, last);
    last = entry->item;
    ++count;
  }
  EXPECT_EQ(count, 1000);
  EXPECT_FALSE(queue.next());
}

TEST(CycleGuard, SameCursorWithMoreIsFoundWithinThreePages) {
  CycleGuard guard;
  EXPECT_FALSE(guard.see("a", "a", false));
  EXPECT_TRUE(guard.see("a", "a", false));
}
TEST(CycleGuard, ABAIsFoundWithinThreePages) {
  CycleGuard guard;
  EXPECT_FALSE(guard.see("a", "b", false));
  EXPECT_TRUE(guard.see("b", "a", false));
}
TEST(CycleGuard, StayingOnceIsFine) {
  CycleGuard guard;
  EXPECT_FALSE(guard.see("a", "a", true));
  EXPECT_FALSE(guard.see("a", "b", false));
}
TEST(CycleGuard, EmptyPagesThatPromiseMoreForEver) {
  CycleGuard guard;
  EXPECT_FALSE(guard.see("a", "b", true));
  EXPECT_FALSE(guard.see("b", "c", true));
  EXPECT_TRUE(guard.see("c", "d", true));
}
TEST(CycleGuard, AnEmptyPageInBetweenAndALongRoundAreFine) {
  CycleGuard guard;
  EXPECT_FALSE(guard.see("x", "0", false));
  for (int i = 0; i < 10'000; ++i)
    ASSERT_FALSE(guard.see(std::to_string(i), std::to_string(i + 1), i % 3 != 2)) << i;
}

const TimePoint kNow = from_seconds(1'795'000'000);

TEST(Progress, ClocksComeFromThePageAndNotFromWhatWasNew) {
  StreamState state;
  state.cursor = "a";
  PageFacts page{kNow, 10, 0, kNow - 5s, "b", false};  // a repeated page: nothing in it is new
  state = after_page(state, page);
  EXPECT_EQ(state.cursor, "b");
  EXPECT_EQ(state.last_successful_poll_at, kNow);
  EXPECT_EQ(state.last_data_received_at, kNow);
  EXPECT_EQ(state.newest_event_at, kNow - 5s);
}
TEST(Progress, AnEmptyPageMovesOnlyTheFirstClock) {
  StreamState state;
  state.cursor = "a";
  state = after_page(state, {kNow, 0, 0, std::nullopt, "b", false});
  EXPECT_EQ(state.last_successful_poll_at, kNow);
  EXPECT_FALSE(state.last_data_received_at);
  EXPECT_FALSE(state.newest_event_at);
}
TEST(Progress, APageWithoutCursorKeepsTheOldOne) {
  StreamState state;
  state.cursor = "a";
  EXPECT_EQ(after_page(state, {kNow, 1, 1, kNow, std::nullopt, false}).cursor, "a");
}
TEST(Progress, OlderEventsDoNotMoveTheNewestBack) {
  StreamState state;
  state.cursor = "a";
  state.newest_event_at = kNow;
  EXPECT_EQ(after_page(state, {kNow, 1, 1, kNow - 24h, "b", false}).newest_event_at, kNow);
}
TEST(Progress, AFutureEventIsShownAndMovesNothingElse) {
  StreamState state;
  state.start_time = kNow - 24h;
  state = after_page(state, {kNow, 1, 1, kNow + 240h, "b", true});
  EXPECT_EQ(state.newest_event_at, kNow + 240h);
  EXPECT_EQ(state.cursor, "b");
  EXPECT_EQ(state.start_time, kNow - 24h);
  ASSERT_TRUE(state.backfill);
  EXPECT_EQ(state.backfill->reached, kNow - 24h);
}
TEST(Progress, ABackfillGoesFromTheFirstPageToTheLast) {
  StreamState state;
  state.start_time = kNow - 100h;
  state = after_page(state, {kNow, 500, 500, kNow - 60h, "b", true});
  ASSERT_TRUE(state.backfill);
  EXPECT_EQ(state.backfill->events, 500u);
  EXPECT_EQ(state.backfill->reached, kNow - 60h);
  state = after_page(state, {kNow + 1s, 500, 500, kNow - 30h, "c", true});
  EXPECT_EQ(state.backfill->events, 1000u);
  state = after_page(state, {kNow + 2s, 10, 10, kNow, "d", false});
  EXPECT_FALSE(state.backfill);
}
TEST(Progress, SuccessEndsFailing) {
  StreamState state;
  state.cursor = "a";
  state = after_failure(state, "timeout", "It hangs.", kNow);
  state = after_failure(state, "timeout", "It hangs.", kNow + 10s);
  EXPECT_EQ(state.consecutive_failures, 2u);
  EXPECT_EQ(state.failing_since, kNow);
  EXPECT_EQ(state.cursor, "a");
  state = after_page(state, {kNow + 20s, 0, 0, std::nullopt, "a", false});
  EXPECT_EQ(state.consecutive_failures, 0u);
  EXPECT_FALSE(state.failing_since);
  EXPECT_EQ(state.last_error_code, "timeout");
}
TEST(Progress, RestartPointOverlapsByThreeDaysWhateverTheClocksSay) {
  StreamState state;
  state.start_time = kNow - 2400h;
  state.last_successful_poll_at = kNow - 1h;
  state.newest_event_at = kNow - 2h;
  EXPECT_EQ(restart_point(state, kNow), kNow - 2h - kOverlap);
  state.newest_event_at = kNow + 9999h;  // a vendor's clock
  EXPECT_EQ(restart_point(state, kNow), kNow - 1h - kOverlap);
  state.last_successful_poll_at = kNow + 9999h;  // ours, once
  EXPECT_EQ(restart_point(state, kNow), kNow - kOverlap);
  state.start_time = kNow - 5h;
  EXPECT_EQ(restart_point(state, kNow), kNow - 5h);
}

TEST(DiskGuard, StopsBelowTheMarkAndResumesAboveIt) {
  DiskSpace space{10ull << 30, 1000ull << 30};
  DiskGuard guard("/", 2ull << 30, [&](const auto&) { return Result<DiskSpace>(space); });
  EXPECT_EQ(guard.check(), "");
  space.free = (2ull << 30) - 1;
  EXPECT_EQ(guard.check(),
            "Paused: less than 2 GB free on the data disk. Free some space; polling resumes by itself and nothing is lost.");
  space.free = (2ull << 30) + 1;
  EXPECT_NE(guard.check(), "") << "no fluttering at the mark";
  space.free = 3ull << 30;
  EXPECT_EQ(guard.check(), "");
}
TEST(DiskGuard, ASmallDiskHasASmallMark) {
  DiskSpace space{1ull << 30, 10ull << 30};
  DiskGuard guard("/", std::nullopt, [&](const auto&) { return Result<DiskSpace>(space); });
  EXPECT_EQ(guard.check(), "");
  space.free = 500ull << 20;
  EXPECT_NE(guard.check(), "");
}
TEST(DiskGuard, AMarkOfOnesOwnIsTakenAsGiven) {
  DiskSpace space{4ull << 30, 10ull << 30};
  DiskGuard guard("/", 5ull << 30, [&](const auto&) { return Result<DiskSpace>(space); });
  EXPECT_THAT(guard.check(), testing::HasSubstr("less than 5 GB free"));
  DiskGuard never("/", 20ull << 30, [&](const auto&) { return Result<DiskSpace>(space); });
  EXPECT_EQ(never.check(), "Paused: disk_low_water_mb asks for 20 GB free, but the data disk holds 10 GB in all. Lower the "
                           "setting and start Picket again; nothing is lost.");
}
TEST(DiskGuard, ReadsTheRealDisk) {
  const auto space = disk_space("/");
  ASSERT_TRUE(space);
  EXPECT_GT(space->size, space->free);
}

}  // namespace
}  // namespace picket::ingest
