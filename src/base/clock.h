#pragma once

#include <chrono>

#include "base/time.h"

namespace picket {

using SteadyPoint = std::chrono::steady_clock::time_point;

/// Where time comes from. `now` is for what people read and what is stored; `steady` is for waiting and measuring and
/// never jumps. Threads: any. Tests use `ManualClock` from base/mocks.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual SteadyPoint steady() const = 0;
};

/// The machine's own clocks. One instance for the process.
Clock& system_clock();

}  // namespace picket
