#include "detect/first_seen.h"

#include <algorithm>

namespace picket::detect {

bool FirstSeen::knows(const Correlation& correlation, std::int64_t time) const {
  return correlation.extras.learning_us == 0 || all_.meets({time - correlation.timespan_us, Runs::kFirst}, {time - correlation.extras.learning_us, Runs::kLast});
}

void FirstSeen::judge(const Correlation& correlation, Runs& runs, std::size_t index, std::vector<Change>& changes) {
  if (index >= runs.size()) return;
  Runs::Run& run = runs[index];
  const bool fresh = index == 0 || run.first - runs[index - 1].last > correlation.timespan_us;
  const bool fires = fresh && knows(correlation, run.first);
  if (run.fired == fires) return;
  run.fired = fires;
  changes.push_back({run.first, run.event, fires});
}

/// An event at `time` came or went: whether the group is known may have changed for what lies between the learning period and the
/// time span behind it: what comes can only let fire, what goes only withdraw. Only events that come late find something to judge.
void FirstSeen::judge_learned(const Correlation& correlation, std::int64_t time, bool came, std::vector<Change>& changes) {
  const std::int64_t from = time + correlation.extras.learning_us, to = time + correlation.timespan_us;
  if (correlation.extras.learning_us == 0 || newest_ < from) return;
  for (auto& [value, runs] : values_)
    for (std::size_t i = 0; i < runs.size(); ++i)
      if (runs[i].first >= from && runs[i].first <= to && runs[i].fired != came) judge(correlation, runs, i, changes);
}

void FirstSeen::withdraw_gone(std::vector<Change>& changes) {
  for (const Runs::Run& run : gone_)
    if (run.fired) changes.push_back({run.first, run.event, false});
  gone_.clear();
}

bool FirstSeen::add(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) {
  const Correlation& correlation = *rule.correlation;
  newest_ = std::max(newest_, entry.time);
  const bool learned = correlation.extras.learning_us > 0 && all_.add(entry.time, entry.event, entry.inputs, correlation.timespan_us - correlation.extras.learning_us, rule.settled, gone_);
  gone_.clear();  // nothing fires at these
  Runs& runs = values_[entry.value];
  const std::size_t before = runs.size();
  if (runs.add(entry.time, entry.event, entry.inputs, correlation.timespan_us, rule.settled, gone_)) {
    size_ += runs.size() - before;
    withdraw_gone(changes);
    const std::size_t at = runs.find(entry.time, entry.event);
    // what began earlier stays as it was judged: what spoke for it may be forgotten by now
    if (runs[at].first == entry.time && runs[at].event == entry.event) judge(correlation, runs, at, changes);
    if (at + 1 < runs.size() && runs[at + 1].first - entry.time <= correlation.timespan_us) judge(correlation, runs, at + 1, changes);
  }
  if (learned) judge_learned(correlation, entry.time, true, changes);
  if (!rule.settled) return true;
  const std::size_t at = runs.find(entry.time, entry.event);  // only what begins a run can ever fire
  return runs[at].first == entry.time && runs[at].event == entry.event;
}

void FirstSeen::remove(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) {
  const Correlation& correlation = *rule.correlation;
  const bool learned = all_.remove(entry.time, entry.event, entry.inputs, gone_);
  gone_.clear();
  const auto found = values_.find(entry.value);
  if (found == values_.end()) return;
  if (found->second.remove(entry.time, entry.event, entry.inputs, gone_)) {
    --size_;
    withdraw_gone(changes);
    judge(correlation, found->second, found->second.find(entry.time, entry.event), changes);
    if (found->second.size() == 0) values_.erase(found);
  }
  if (learned) judge_learned(correlation, entry.time, false, changes);
}

void FirstSeen::drop_stale() {
  for (auto row = values_.begin(); row != values_.end();) {
    const std::size_t before = row->second.size();
    row->second.drop_before(forgotten_ + 1);
    size_ -= before - row->second.size();
    row = row->second.size() == 0 ? values_.erase(row) : std::next(row);
  }
  swept_ = size_;
}

/// The values that were not seen for longest go, a tenth at a time, so that the search for them pays.
std::size_t FirstSeen::drop_beyond(std::size_t most) {
  std::vector<std::int64_t> ends;
  ends.reserve(size_);
  for (const auto& [value, runs] : values_)
    for (std::size_t i = 0; i < runs.size(); ++i) ends.push_back(runs[i].last);
  const std::size_t excess = size_ - most + most / 10;
  const auto limit = ends.begin() + static_cast<std::ptrdiff_t>(std::min(excess, ends.size() - 1));
  std::nth_element(ends.begin(), limit, ends.end());
  const std::size_t before = size_;
  for (auto row = values_.begin(); row != values_.end();) {
    const std::size_t runs = row->second.size();
    row->second.drop_before(*limit);
    size_ -= runs - row->second.size();
    row = row->second.size() == 0 ? values_.erase(row) : std::next(row);
  }
  swept_ = size_;
  return before - size_;
}

std::size_t FirstSeen::trim(const GroupRule& rule, std::int64_t until, std::int64_t /*spare*/) {
  forget(until - rule.keep_us - 1);
  all_.drop_before(forgotten_ + 1);
  if (size_ > 2 * swept_ + 16 || size_ > rule.most) drop_stale();
  return size_ > rule.most ? drop_beyond(rule.most) : 0;
}

std::unordered_set<std::uint64_t> FirstSeen::events() const {
  std::unordered_set<std::uint64_t> out;
  for (const auto& [value, runs] : values_)
    for (std::size_t i = 0; i < runs.size(); ++i) out.insert(runs[i].event);
  return out;
}

}  // namespace picket::detect
