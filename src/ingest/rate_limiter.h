#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace picket::ingest {

/// Keeps one credential under a vendor's limits of N requests a minute and 50 N an hour, however the vendor cuts its minutes
/// and hours, and uses nearly all of them.
///
/// Requests are paced at 0.97 N a minute with a small burst, so that no window of 60 s holds more than N even when answers
/// bunch by a second. The hour is counted in slots of a minute; of its last hundredth, bulk reading (history) takes
/// nothing, so that live streams go on while a long backfill waits.
/// Threads: guarded by its owner. Time is the steady clock's: a jump of the wall clock changes nothing.
class RateLimiter {
 public:
  explicit RateLimiter(int per_minute) : per_minute_(per_minute) {}

  /// Takes a request's place and returns zero, or returns how long to wait before asking again.
  std::chrono::microseconds take(SteadyPoint now, bool bulk);
  /// Counts a request that is sent in any case (a person's test).
  void force(SteadyPoint now);
  /// The vendor asked for silence.
  void block_until(SteadyPoint until) { blocked_until_ = std::max(blocked_until_, until); }
  SteadyPoint blocked_until() const { return blocked_until_; }
  /// A 429 was drawn; returns how many in a row. Those that were on their way together count as one.
  std::uint32_t refused(SteadyPoint now) {
    if (now >= blocked_until_) ++refusals_;
    return std::max(1u, refusals_);
  }
  void accepted() { refusals_ = 0; }

 private:
  static constexpr int kSlots = 61;  // an hour, and the minute that is not over

  std::chrono::microseconds interval() const;
  std::chrono::microseconds tolerance() const;
  void roll(std::int64_t minute);
  void count(SteadyPoint now);

  const int per_minute_;  // 0: no limit
  SteadyPoint next_{};    // when the next request would be due at an even pace
  SteadyPoint blocked_until_{};
  std::uint32_t refusals_ = 0;
  std::array<std::uint32_t, kSlots> slots_{};
  std::int64_t minute_ = INT64_MIN;  // of the newest slot
  std::uint64_t in_hour_ = 0;
};

}  // namespace picket::ingest
