#include "onepassword_simulator/timeline.h"

#include <algorithm>

#include "onepassword_simulator/random.h"

namespace picket::onepassword_simulator {
namespace {

/// How busy an hour is, relative to others.
double weight_of(TimePoint hour) {
  const auto day = std::chrono::floor<std::chrono::days>(hour);
  const auto clock = std::chrono::duration_cast<std::chrono::hours>(hour - day).count();
  const auto weekday = std::chrono::weekday(day).iso_encoding();
  static constexpr double kByHour[24] = {0.06, 0.05, 0.04, 0.04, 0.06, 0.15, 0.4,  0.8,
                                         1.3,  1.6,  1.5,  1.2,  1.1,  1.4,  1.5,  1.4,
                                         1.1,  0.8,  0.5,  0.35, 0.25, 0.2,  0.14, 0.09};
  return kByHour[clock] * (weekday >= 6 ? 0.15 : 1.0);
}

}  // namespace

Timeline::Timeline(std::uint64_t seed, std::uint64_t events, TimePoint end, std::chrono::hours history)
    : seed_(seed), events_(events), begin_(end - history) {
  const auto hours = std::max<std::int64_t>(1, history.count());
  share_before_.reserve(static_cast<std::size_t>(hours) + 1);
  double sum = 0;
  for (std::int64_t i = 0; i < hours; ++i) {
    share_before_.push_back(sum);
    sum += weight_of(begin_ + std::chrono::hours(i));
  }
  share_before_.push_back(sum);
  for (double& share : share_before_) share /= sum;
}

TimePoint Timeline::at(std::uint64_t index) const {
  const double jitter = Sequence(seed_ ^ mix(index)).unit() * 0.98;
  const double share =
      (static_cast<double>(index) + 0.01 + jitter) / static_cast<double>(std::max<std::uint64_t>(events_, 1));
  const auto next = std::upper_bound(share_before_.begin() + 1, share_before_.end() - 1, share);
  const double low = *(next - 1), high = *next;
  const double within = high > low ? std::clamp((share - low) / (high - low), 0.0, 1.0) : 0.0;
  const double hours = static_cast<double>(next - share_before_.begin() - 1) + within;
  return begin_ + Micros(static_cast<std::int64_t>(hours * 3'600'000'000.0));
}

std::uint64_t Timeline::first_from(TimePoint since) const {
  std::uint64_t low = 0, high = events_;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (at(middle) < since)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace picket::onepassword_simulator
