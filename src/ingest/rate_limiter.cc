#include "ingest/rate_limiter.h"

#include <algorithm>

namespace picket::ingest {
namespace {
using std::chrono::microseconds;
using namespace std::chrono_literals;

constexpr double kShare = 0.97;       // of the minute's allowance
constexpr double kHourShare = 0.98;   // of the hour's
constexpr double kBulkShare = 0.97;   // what reading history may use of it

std::int64_t minute_of(SteadyPoint t) { return std::chrono::floor<std::chrono::minutes>(t.time_since_epoch()).count(); }
}  // namespace

microseconds RateLimiter::interval() const {
  return microseconds(static_cast<std::int64_t>(60e6 / (kShare * per_minute_)) + 1);
}

microseconds RateLimiter::tolerance() const { return interval() * std::clamp(per_minute_ / 100 - 1, 0, 50); }

void RateLimiter::roll(std::int64_t minute) {
  if (minute_ == INT64_MIN || minute - minute_ >= kSlots) {
    slots_.fill(0);
    in_hour_ = 0;
    minute_ = minute;
  }
  while (minute_ < minute) {
    auto& slot = slots_[static_cast<std::size_t>(++minute_ % kSlots)];
    in_hour_ -= slot;
    slot = 0;
  }
}

void RateLimiter::count(SteadyPoint now) {
  roll(minute_of(now));
  ++slots_[static_cast<std::size_t>(minute_ % kSlots)];
  ++in_hour_;
}

microseconds RateLimiter::take(SteadyPoint now, bool bulk) {
  if (now < blocked_until_) return std::chrono::ceil<microseconds>(blocked_until_ - now);
  if (per_minute_ <= 0) return microseconds(0);
  if (next_ > now + tolerance()) return std::chrono::ceil<microseconds>(next_ - tolerance() - now);
  roll(minute_of(now));
  const double hour = 50.0 * per_minute_ * (bulk ? kBulkShare : kHourShare);
  if (static_cast<double>(in_hour_) + 1 > std::max(hour, 1.0)) {
    const SteadyPoint next_minute{std::chrono::minutes(minute_of(now) + 1)};
    return std::chrono::ceil<microseconds>(next_minute - now);
  }
  count(now);
  next_ = std::max(next_, now) + interval();
  return microseconds(0);
}

void RateLimiter::force(SteadyPoint now) {
  if (per_minute_ <= 0) return;
  count(now);
  next_ = std::max(next_, now) + interval();
}

}  // namespace picket::ingest
