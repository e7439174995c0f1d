#include "detect/runs.h"

#include <algorithm>
#include <utility>

namespace picket::detect {

std::size_t Runs::find(std::int64_t time, std::uint64_t event) const {
  const auto behind = std::upper_bound(runs_.begin(), runs_.end(), std::pair(time, event), [](const auto& at, const Run& run) { return at < std::pair(run.first, run.event); });
  if (behind != runs_.begin() && (std::prev(behind)->last >= time)) return static_cast<std::size_t>(std::prev(behind) - runs_.begin());
  return static_cast<std::size_t>(behind - runs_.begin());
}

bool Runs::add(std::int64_t time, std::uint64_t event, std::uint64_t inputs, std::int64_t gap, bool joined, std::vector<Run>& gone) {
  auto behind = std::upper_bound(runs_.begin(), runs_.end(), std::pair(time, event), [](const auto& at, const Run& run) { return at < std::pair(run.first, run.event); });
  if (!joined) {
    if (behind != runs_.begin() && std::prev(behind)->first == time && std::prev(behind)->event == event) {
      std::prev(behind)->inputs |= inputs;
      return false;
    }
    runs_.insert(behind, {time, time, event, inputs, false});
    return true;
  }
  const bool to_next = behind != runs_.end() && behind->first - time <= gap;
  const bool to_last = behind != runs_.begin() && time - std::prev(behind)->last <= gap;
  if (to_last) {
    Run& run = *std::prev(behind);
    if (time <= run.last) return false;
    run.last = time;
    if (!to_next) return true;
    run.last = behind->last;
    gone.push_back(*behind);
    runs_.erase(behind);
  } else if (to_next) {
    gone.push_back(*behind);
    *behind = {time, behind->last, event, inputs, false};
  } else {
    runs_.insert(behind, {time, time, event, inputs, false});
  }
  return true;
}

bool Runs::remove(std::int64_t time, std::uint64_t event, std::uint64_t inputs, std::vector<Run>& gone) {
  const std::size_t at = find(time, event);
  if (at == runs_.size() || runs_[at].first != time || runs_[at].event != event) return false;
  runs_[at].inputs &= ~inputs;
  if (runs_[at].inputs != 0) return false;
  gone.push_back(runs_[at]);
  runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

bool Runs::meets(std::int64_t from, std::int64_t to) const {
  const auto at = std::lower_bound(runs_.begin(), runs_.end(), from, [](const Run& run, std::int64_t t) { return run.last < t; });
  return at != runs_.end() && at->first <= to;
}

void Runs::drop_before(std::int64_t time) {
  const auto kept = std::find_if(runs_.begin(), runs_.end(), [&](const Run& run) { return run.last >= time; });
  runs_.erase(runs_.begin(), kept);
}

void Runs::drop_oldest(std::size_t count) {
  runs_.erase(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(std::min(count, runs_.size())));
}

}  // namespace picket::detect
