#include "control/throttle.h"

#include <algorithm>

namespace picket::control {

std::chrono::seconds remaining_lock(const ThrottleState& state, const ThrottleRule& rule, TimePoint now) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(state.locked_until - now);
  // Longer than any lock: the clock was set back meanwhile, and the note means nothing.
  return left.count() <= 0 || left > rule.longest_delay ? std::chrono::seconds(0) : left;
}

ThrottleState after_failure(const ThrottleState& state, const ThrottleRule& rule, TimePoint now) {
  ThrottleState next = state;
  if (now - state.last_at > rule.forgotten_after || state.last_at > now) next.failures = 0;
  next.last_at = now;
  ++next.failures;
  auto delay = std::chrono::seconds(0);
  if (next.failures >= rule.free_failures) {
    const auto doublings = std::min<std::int64_t>(next.failures - rule.free_failures, 20);
    delay = std::min(rule.first_delay * (std::int64_t{1} << doublings), rule.longest_delay);
  }
  next.locked_until = now + delay;
  return next;
}

}  // namespace picket::control
