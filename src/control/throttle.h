#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace picket::control {

/// How failed sign-ins slow the next one down. Pure arithmetic; the rows are sign_in.cc's.
struct ThrottleRule {
  std::int64_t free_failures;        ///< so many cost nothing
  std::chrono::seconds first_delay;  ///< then this, doubled with every further failure
  std::chrono::seconds longest_delay;
  std::chrono::seconds forgotten_after;  ///< without a failure for so long, counting starts again
};

inline constexpr ThrottleRule kAccountRule{5, std::chrono::seconds(5), std::chrono::minutes(5),
                                           std::chrono::hours(24)};
inline constexpr ThrottleRule kAddressRule{20, std::chrono::seconds(5), std::chrono::minutes(5),
                                           std::chrono::minutes(30)};

struct ThrottleState {
  std::int64_t failures = 0;
  TimePoint last_at{};
  TimePoint locked_until{};
};

/// How long still; zero when free. A clock that was set back cannot lock for longer than the rule's longest
/// delay.
std::chrono::seconds remaining_lock(const ThrottleState& state, const ThrottleRule& rule, TimePoint now);
ThrottleState after_failure(const ThrottleState& state, const ThrottleRule& rule, TimePoint now);

}  // namespace picket::control
