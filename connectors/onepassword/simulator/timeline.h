#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"

namespace picket::onepassword_simulator {

/// Spreads a backlog of events over its history as people work: busy in office hours, quiet at night and at
/// weekends. `at` rises strictly enough: a later index is never earlier. Immutable; threads: any.
class Timeline {
 public:
  Timeline(std::uint64_t seed, std::uint64_t events, TimePoint end, std::chrono::hours history);

  TimePoint at(std::uint64_t index) const;
  /// First index whose time is not before `since`; the number of events when there is none.
  std::uint64_t first_from(TimePoint since) const;
  std::uint64_t events() const { return events_; }

 private:
  const std::uint64_t seed_;
  const std::uint64_t events_;
  TimePoint begin_;
  std::vector<double> share_before_;  ///< share of the events before each hour of the history
};

}  // namespace picket::onepassword_simulator
