#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/time.h"
#include "onepassword_simulator/stream_kind.h"

namespace picket::onepassword_simulator {

struct QuietMonthOptions {
  std::uint64_t seed = 1;
  unsigned people = 1000;
  unsigned days = 30;
  TimePoint begin = TimePoint(std::chrono::sys_days(std::chrono::year(2026) / 11 / 2));  ///< a Monday
};

/// Writes what the Events API would tell of a company in a month in which nothing happens: sign-ins with their typing errors and
/// forgotten passwords, an old app after a release, journeys, item usage with its bursts, service accounts and pipelines, new and
/// leaving colleagues by provisioning, vaults and groups that people make, help desk work, a few exports and shares. The proportions
/// are estimates, not published figures; README.md has them. Rules are tried on it: what alerts here is noise.
/// Calls `event` with each record in order of time. A function of its options. Memory: one day of events.
void quiet_month(const QuietMonthOptions& options, const std::function<void(StreamKind, TimePoint, std::string_view)>& event);

}  // namespace picket::onepassword_simulator
