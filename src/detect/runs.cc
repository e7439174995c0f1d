#include "detect/runs.h"

#include <algorithm>
#include <utility>

namespace picket::detect {

std::size_t Runs::find(std::int64_t time, std::uint64_t event) const {
  const auto behind = std::upper_bound(runs_.begin(), runs_.end(), std::pair(time, event), [](const auto& at, const Run& run) { return at < std::pair(run.first, run.event); });
  if (behind != runs_.begin() && std::pair(std::prev(behind)->last, std::prev(behind)->last_event) >= std::pair(time, event)) return static_cast<std::size_t>(std::prev(behind) - runs_.begin());
  return static_cast<std::size_t>(behind - runs_.begin());
}

bool Runs::add(std::int64_t time, std::uint64_t event, std::uint64_t inputs, std::int64_t gap, bool joined, std::vector<Run>& gone) {
  auto behind = std::upper_bound(runs_.begin(), runs_.end(), std::pair(time, event), [](const auto& at, const Run& run) { return at < std::pair(run.first, run.event); });
  if (!joined) {
    if (behind != runs_.begin() && std::prev(behind)->first == time && std::prev(behind)->event == event) {
      std::prev(behind)->inputs |= inputs;
      return false;
    }
    runs_.insert(behind, {time, time, event, event, inputs, false});
    return true;
  }
  const bool to_next = behind != runs_.end() && behind->first - time <= gap;
  const bool to_last = behind != runs_.begin() && time - std::prev(behind)->last <= gap;
  if (to_last) {
    Run& run = *std::prev(behind);
    if (std::pair(time, event) <= std::pair(run.last, run.last_event)) return false;
    run.last = time;
    run.last_event = event;
    if (!to_next) return true;
    run.last = behind->last;
    run.last_event = behind->last_event;
    gone.push_back(*behind);
    runs_.erase(behind);
  } else if (to_next) {
    gone.push_back(*behind);
    *behind = {time, behind->last, event, behind->last_event, inputs, false};
  } else {
    runs_.insert(behind, {time, time, event, event, inputs, false});
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

bool Runs::meets(Key from, Key to) const {
  const auto at = std::lower_bound(runs_.begin(), runs_.end(), from, [](const Run& run, const Key& key) { return Key(run.last, run.last_event) < key; });
  return at != runs_.end() && Key(at->first, at->event) <= to;
}

void Runs::drop_before(std::int64_t time) {
  const auto kept = std::find_if(runs_.begin(), runs_.end(), [&](const Run& run) { return run.last >= time; });
  runs_.erase(runs_.begin(), kept);
}

void Runs::drop_oldest(std::size_t count) {
  runs_.erase(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(std::min(count, runs_.size())));
}

}  // namespace picket::detect
