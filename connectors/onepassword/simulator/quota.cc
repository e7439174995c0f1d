#include "onepassword_simulator/quota.h"

#include <algorithm>

namespace picket::onepassword_simulator {

void Quota::Window::enter(SteadyPoint now, std::chrono::seconds length) {
  if (used > 0 && now < begin + length) return;
  begin = now;
  used = 0;
}

void Quota::set(Limits limits) {
  const std::lock_guard lock(mutex_);
  limits_ = limits;
  uses_.clear();
}

Quota::Verdict Quota::ask(const std::string& token, SteadyPoint now) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const std::lock_guard lock(mutex_);
  if (!limits_.on) return {};
  Use& use = uses_[token];
  use.minute.enter(now, minutes(1));
  use.hour.enter(now, hours(1));
  const bool minute_full = use.minute.used >= limits_.per_minute;
  const bool hour_full = use.hour.used >= limits_.per_hour;
  const bool tighter_is_hour =
      hour_full || limits_.per_hour - use.hour.used < limits_.per_minute - use.minute.used;
  Verdict verdict;
  verdict.allowed = !minute_full && !hour_full;
  if (verdict.allowed) {
    ++use.minute.used;
    ++use.hour.used;
  }
  const Window& window = tighter_is_hour ? use.hour : use.minute;
  verdict.limit = tighter_is_hour ? limits_.per_hour : limits_.per_minute;
  verdict.remaining = verdict.limit - std::min(verdict.limit, window.used);
  const SteadyPoint end =
      window.begin + (tighter_is_hour ? std::chrono::seconds(hours(1)) : std::chrono::seconds(minutes(1)));
  verdict.reset_seconds =
      static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(end - now).count());
  return verdict;
}

}  // namespace picket::onepassword_simulator
