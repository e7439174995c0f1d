#include "ingest/rate_limiter.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <vector>

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;
using std::chrono::microseconds;

SteadyPoint at(microseconds t) { return SteadyPoint(t); }

/// A vendor that counts in windows of its choice and answers 429 beyond.
struct Vendor {
  int per_minute;
  microseconds offset;  // where its fixed minutes and hours begin
  std::deque<microseconds> hour = {}, minute = {};
  std::int64_t minute_index = -1, hour_index = -1;
  int in_minute = 0, in_hour = 0;
  int refusals = 0;

  void request(microseconds t) {
    while (!hour.empty() && hour.front() <= t - 1h) hour.pop_front();
    hour.push_back(t);
    while (!minute.empty() && minute.front() <= t - 1min) minute.pop_front();
    minute.push_back(t);
    const auto m = (t + offset) / 1min;
    const auto h = (t + offset) / 1h;
    if (m != minute_index) minute_index = m, in_minute = 0;
    if (h != hour_index) hour_index = h, in_hour = 0;
    ++in_minute;
    ++in_hour;
    if (std::ssize(minute) > per_minute || in_minute > per_minute || in_hour > 50 * per_minute || std::ssize(hour) > 50 * per_minute)
      ++refusals;
  }
};

struct Run {
  int refusals = 0;
  std::uint64_t requests = 0;
};

/// Always something to ask for; each request reaches the vendor after up to `latency`.
Run greedy(int per_minute, microseconds length, microseconds latency, bool bulk, unsigned seed) {
  std::mt19937 random(seed);
  RateLimiter limiter(per_minute);
  Vendor vendor{per_minute, microseconds(random() % 3'600'000'000u)};
  Run run;
  std::vector<microseconds> arrivals;
  for (microseconds t = 0us; t < length;) {
    const auto wait = limiter.take(at(t + 24h), bulk);
    if (wait > 0us) {
      t += wait + microseconds(random() % 2000);  // timers wake late
      continue;
    }
    arrivals.push_back(t + microseconds(static_cast<std::int64_t>(random()) % (latency.count() + 1)));
    ++run.requests;
  }
  std::sort(arrivals.begin(), arrivals.end());
  for (const auto a : arrivals) vendor.request(a);
  run.refusals = vendor.refusals;
  return run;
}

TEST(RateLimiter, DrawsNo429HoweverTheVendorCounts) {
  for (const int n : {1, 2, 6, 33, 60, 100, 600, 1000})
    for (unsigned seed = 1; seed <= 3; ++seed)
      EXPECT_EQ(greedy(n, 2h + 10min, n >= 100 ? 500ms : 0ms, false, seed).refusals, 0) << n << " seed " << seed;
}

TEST(RateLimiter, UsesNearlyAllOfTheMinute) {
  for (const int n : {60, 600, 1000}) {
    const auto run = greedy(n, 10min, 0us, true, 7);
    EXPECT_GE(static_cast<double>(run.requests), 0.95 * n * 10) << n;
  }
}

TEST(RateLimiter, UsesNearlyAllOfTheHour) {
  const auto run = greedy(600, 24h, 0us, true, 7);
  EXPECT_GE(static_cast<double>(run.requests), 0.95 * 30'000 * 24);
  EXPECT_LE(run.requests, 30'000u * 24);
}

TEST(RateLimiter, LiveStreamsGoOnWhenHistoryHasUsedTheHour) {
  RateLimiter limiter(600);
  microseconds t = 24h;
  while (true) {
    const auto wait = limiter.take(at(t), true);
    if (wait > 5s) break;
    t += std::max(wait, microseconds(1));
  }
  EXPECT_EQ(limiter.take(at(t), false), 0us);
}

TEST(RateLimiter, AFirstBurstOfThreeStreamsGoesAtOnce) {
  RateLimiter limiter(600);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(limiter.take(at(24h), true), 0us);
}

TEST(RateLimiter, SilenceThatTheVendorAskedForHoldsForAll) {
  RateLimiter limiter(600);
  limiter.block_until(at(24h + 30s));
  EXPECT_EQ(limiter.take(at(24h), false), 30s);
  EXPECT_EQ(limiter.take(at(24h + 30s), false), 0us);
}

TEST(RateLimiter, ZeroMeansNoLimitOfOursYetTheVendorsWishCounts) {
  RateLimiter limiter(0);
  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(limiter.take(at(24h), true), 0us);
  limiter.block_until(at(24h + 1s));
  EXPECT_EQ(limiter.take(at(24h), true), 1s);
}

TEST(RateLimiter, TestsByPeopleAreCounted) {
  RateLimiter limiter(60);
  EXPECT_EQ(limiter.take(at(24h), false), 0us);
  for (int i = 0; i < 10; ++i) limiter.force(at(24h));
  EXPECT_GT(limiter.take(at(24h), false), 9s);
}

}  // namespace
}  // namespace picket::ingest
