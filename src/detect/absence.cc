#include "detect/absence.h"

#include <algorithm>
#include <utility>

namespace picket::detect {

std::size_t Absence::position(std::int64_t time, std::uint64_t event) const {
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), std::pair(time, event), [](const Entry& e, const auto& key) { return std::pair(e.time, e.event) < key; });
  return static_cast<std::size_t>(at - entries_.begin());
}

void Absence::judge(const GroupRule& rule, std::size_t index, std::vector<Change>& changes) {
  Entry& entry = entries_[index];
  const std::int64_t span = rule.correlation->timespan_us;
  const Runs::Key last_before(entry.time, rule.in_order ? entry.event : Runs::kLast), first_after(entry.time, rule.in_order ? entry.event : Runs::kFirst);
  const bool fires = entry.time + wait(rule) < complete_ && !preceding_.meets({entry.time - span, Runs::kFirst}, last_before) &&
                     !following_.meets(first_after, {entry.time + span, Runs::kLast});
  if (entry.fired == fires) return;
  entry.fired = fires;
  changes.push_back({entry.time, entry.event, fires});
}

void Absence::judge_between(const GroupRule& rule, std::int64_t from, std::int64_t to, std::vector<Change>& changes) {
  for (std::size_t i = position(from, 0); i < entries_.size() && entries_[i].time <= to; ++i) judge(rule, i, changes);
}

bool Absence::add(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) {
  const std::int64_t time = entry.time, span = rule.correlation->timespan_us;
  const std::uint64_t before = entry.inputs & rule.preceding, after = entry.inputs & rule.following, own = entry.inputs & rule.rules;
  if (before != 0 && preceding_.add(time, entry.event, before, span, rule.settled, gone_)) judge_between(rule, time, time + span, changes);
  if (after != 0 && following_.add(time, entry.event, after, span, rule.settled, gone_)) judge_between(rule, time - span, time, changes);
  gone_.clear();
  if (own == 0) return false;
  const std::size_t at = position(time, entry.event);
  if (at < entries_.size() && entries_[at].time == time && entries_[at].event == entry.event) {
    entries_[at].inputs |= own;
    return true;
  }
  entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), {time, entry.event, own, false});
  judge(rule, at, changes);
  return true;
}

void Absence::remove(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) {
  const std::int64_t time = entry.time, span = rule.correlation->timespan_us;
  if (preceding_.remove(time, entry.event, entry.inputs & rule.preceding, gone_)) judge_between(rule, time, time + span, changes);
  if (following_.remove(time, entry.event, entry.inputs & rule.following, gone_)) judge_between(rule, time - span, time, changes);
  gone_.clear();
  const std::size_t at = position(time, entry.event);
  if (at == entries_.size() || entries_[at].time != time || entries_[at].event != entry.event) return;
  entries_[at].inputs &= ~entry.inputs;
  if (entries_[at].inputs != 0) return;
  if (entries_[at].fired) changes.push_back({time, entry.event, false});
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
}

void Absence::advance(const GroupRule& rule, std::int64_t complete, std::vector<Change>& changes) {
  if (complete <= complete_) return;
  const std::int64_t from = complete_;
  complete_ = complete;
  judge_between(rule, from - wait(rule), complete - wait(rule), changes);
}

std::optional<std::int64_t> Absence::due(const GroupRule& rule) const {
  const std::size_t at = position(complete_ - wait(rule), 0);
  if (at == entries_.size()) return std::nullopt;
  return entries_[at].time + wait(rule);
}

std::size_t Absence::trim(const GroupRule& rule, std::int64_t until, std::int64_t spare) {
  // what waits is kept however long a vendor is behind
  const std::int64_t limit = std::min(until, complete_) - rule.keep_us;
  forget(limit - 1);
  std::size_t beyond = 0;
  while (!entries_.empty() && (entries_.front().time < limit || entries_.size() > rule.most)) {
    if (entries_.front().time >= limit) {
      ++beyond;
      crowded_out_ = std::max(crowded_out_, entries_.front().time);
    }
    entries_.pop_front();
  }
  for (Runs* runs : {&preceding_, &following_}) {
    runs->drop_before(limit);
    const std::size_t excess = runs->size() - std::min(runs->size(), rule.most);
    if (excess > 0 && (*runs)[excess - 1].last < spare) forget((*runs)[excess - 1].last);
    else beyond += excess;
    runs->drop_oldest(excess);
  }
  return beyond;
}

std::unordered_set<std::uint64_t> Absence::events() const {
  std::unordered_set<std::uint64_t> out;
  for (const Entry& entry : entries_) out.insert(entry.event);
  return out;
}

}  // namespace picket::detect
