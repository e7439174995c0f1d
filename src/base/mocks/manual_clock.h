#pragma once

#include <atomic>

#include "base/clock.h"

namespace picket {

/// A clock that moves when told. Threads: any.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start = from_seconds(1'795'000'000)) : micros_(to_micros(start)) {}
  TimePoint now() const override { return from_micros(micros_.load()); }
  SteadyPoint steady() const override { return SteadyPoint(std::chrono::microseconds(steady_.load())); }
  void advance(Micros by) {
    micros_ += by.count();
    steady_ += by.count();
  }
  /// Moves the wall clock only, as an administrator or NTP would.
  void jump(Micros by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_;
  std::atomic<std::int64_t> steady_{1'000'000'000};
};

}  // namespace picket
