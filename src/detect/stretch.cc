#include "detect/stretch.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "codec/packed_texts.h"
#include "detect/encodings.h"

namespace picket::detect {
namespace {

/// `room` is where the view may lead to.
std::optional<std::string_view> read_capture(const std::vector<std::optional<std::string>>& captures, std::uint32_t index, ReadAs as, std::optional<std::string>& room) {
  const auto& value = captures[index];
  if (!value || as == ReadAs::kAsIs) return value;
  room = read_as(*value, as);
  return room;
}

}  // namespace

Stretch::Stretch(std::shared_ptr<const RuleSet> rules, CorrelatorLimits limits, Ties ties, std::optional<std::uint32_t> top)
    : rules_(std::move(rules)), limits_(limits), ties_(ties), top_(top) {
  plans_.resize(rules_->rules().size());
  std::uint32_t rank = 0;
  for (const std::uint32_t index : rules_->correlations()) plan(index, rank++);
  if (!top_) return;
  plans_[*top_].used = true;  // those below are used if one above is: from the outermost inwards
  for (auto above = rules_->correlations().rbegin(); above != rules_->correlations().rend(); ++above)
    if (plans_[*above].used)
      for (const RuleSet::Input& input : rules_->rules()[*above].inputs) plans_[input.rule].used = true;
}

void Stretch::plan(std::uint32_t index, std::uint32_t rank) {
  const RuleSet::Linked& linked = rules_->rules()[index];
  const Correlation& correlation = *linked.rule.correlation;
  const Extras& extras = correlation.extras;
  Plan& out = plans_[index];
  out.rank = rank;
  out.used = !top_;
  out.group.correlation = &correlation;
  out.group.in_order = ties_ == Ties::kInOrder;
  const auto bits = [](std::size_t from, std::size_t count) { return count >= 64 ? ~std::uint64_t{0} : ((std::uint64_t{1} << count) - 1) << from; };
  const std::size_t own = correlation.rules.size(), before = extras.not_preceded_by.size();
  out.group.rules = bits(0, own);
  if (before > 0) out.group.preceding = bits(own, before);
  if (!extras.not_followed_by.empty()) out.group.following = bits(own + before, extras.not_followed_by.size());
  for (const RuleSet::Input& input : linked.inputs) {
    out.group.settled = out.group.settled && !rules_->rules()[input.rule].rule.is_correlation();
    out.delay_us = std::max(out.delay_us, rules_->rules()[input.rule].delay.count());
  }
  if (!extras.not_followed_by.empty()) out.group.ahead_us = correlation.timespan_us;
  if (before > 0 || !extras.absence()) out.group.back_us = correlation.timespan_us;
  out.group.held = out.delay_us > 0;
  out.group.keep_us = out.group.back_us + out.group.ahead_us + out.delay_us + limits_.lateness.count();
  out.group.most = extras.first_seen ? limits_.max_group_values : limits_.max_group_events;
  const auto as = [&](const std::string& name) {
    const auto row = extras.read_as.find(name);
    return row == extras.read_as.end() ? ReadAs::kAsIs : row->second;
  };
  for (const auto* names : {&correlation.group_by, &extras.equal})
    for (const std::string& name : *names) out.group_as.push_back(as(name));
  for (const auto* names : {&correlation.fields, &extras.different})
    for (const std::string& name : *names) out.values_as.push_back(as(name));
}

/// The values that make the group, into `key`. False: one that must be there is not.
bool Stretch::read_key(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures) {
  const Plan& plan = plans_[correlation];
  const std::size_t grouped = plan.group.correlation->group_by.size();
  key_.assign(reinterpret_cast<const char*>(&correlation), sizeof correlation);
  std::optional<std::string> room;
  for (std::size_t i = 0; i < input.group.size(); ++i) {
    const auto value = read_capture(captures, input.group[i], plan.group_as[i], room);
    if (i >= grouped && !value) return false;
    codec::append_packed(key_, value);
  }
  return true;
}

/// What the condition is about, from the signal. False: the event does not count.
bool Stretch::read_value(std::uint32_t index, const RuleSet::Input& input, const Signal& signal, WindowEntry& entry) {
  const Plan& plan = plans_[index];
  const Correlation& correlation = *plan.group.correlation;
  const auto digest = [&](std::uint64_t& out) {
    std::string& texts = value_;
    texts.clear();
    std::optional<std::string> room;
    for (std::size_t i = 0; i < input.values.size(); ++i) {
      const auto value = read_capture(signal.captures, input.values[i], plan.values_as[i], room);
      if (!value) return false;
      codec::append_packed(texts, value);
    }
    out = std::hash<std::string>()(texts);
    return true;
  };
  switch (correlation.type) {
    case CorrelationType::kValueCount: return digest(entry.value);
    case CorrelationType::kValueSum:
    case CorrelationType::kValueAverage:
    case CorrelationType::kValuePercentile: {
      const auto& text = signal.captures[input.values.front()];
      const auto number = text ? parse_number(*text) : std::nullopt;
      entry.number = number.value_or(0);
      return number.has_value();
    }
    case CorrelationType::kTemporal:
    case CorrelationType::kTemporalOrdered: {
      if (correlation.extras.different.empty()) return true;
      std::uint64_t value = 0;
      if (!digest(value)) return false;
      entry.value = entry.second = value;
      return true;
    }
    case CorrelationType::kEventCount: break;
  }
  return true;
}

void Stretch::evict() {
  const auto stalest = groups_.find(ages_.front());
  Group& group = stalest->second;
  Plan& plan = plans_[group.correlation];
  const bool old = !group.due && group.newest < kept_from(plan, plan.newest);
  if (old) plan.gone = std::max(plan.gone, group.newest);
  counts_.events -= group.window->size();
  if (group.due) waiting_.erase({*group.due, plan.rank, group.number, &group});
  groups_.erase(stalest);
  ages_.pop_front();
  counts_.evicted_groups += old ? 0 : 1;
}

/// The group of `key`.
Stretch::Group& Stretch::group_of(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures) {
  const auto found = groups_.find(key_);
  if (found != groups_.end()) {
    ages_.splice(ages_.end(), ages_, found->second.age);
    return found->second;
  }
  if (groups_.size() >= limits_.max_groups) evict();
  Group& group = groups_[key_];
  group.correlation = correlation;
  group.number = ++numbers_;
  group.window = make_group_window(*plans_[correlation].group.correlation);
  group.window->forget(plans_[correlation].gone);
  // what must be equal makes the group, too, and is not told
  std::optional<std::string> room;
  for (std::size_t i = 0; i < plans_[correlation].group.correlation->group_by.size(); ++i)
    group.values.emplace_back(read_capture(captures, input.group[i], plans_[correlation].group_as[i], room));
  group.age = ages_.insert(ages_.end(), key_);
  return group;
}

/// Notes until when something in the group waits.
void Stretch::wait(Group& group) {
  const Plan& plan = plans_[group.correlation];
  auto due = group.window->due(plan.group);
  if (due) *due += plan.delay_us;
  if (due == group.due) return;
  if (group.due) waiting_.erase({*group.due, plan.rank, group.number, &group});
  if (due) waiting_.emplace(*due, plan.rank, group.number, &group);
  group.due = due;
}

/// From when on a group is kept whose newest event is that.
std::int64_t Stretch::kept_from(const Plan& plan, std::int64_t newest) const {
  return (plan.group.held ? std::min(newest, complete_) : newest) - plan.group.keep_us;
}

/// Whether there is nothing to be done with it here. Notes also what can be judged only in part.
bool Stretch::comes_late(const Plan& plan, std::uint32_t correlation, const Group& group, std::int64_t time, bool withdrawn) {
  const GroupWindow& window = *group.window;
  if (exact_ && time - plan.group.back_us - plan.group.ahead_us <= window.forgotten()) {
    late_.push_back(correlation);
    return time <= window.forgotten();
  }
  if (withdrawn || time > std::max(window.forgotten(), window.crowded_out())) return false;
  ++counts_.too_late;
  return true;
}

void Stretch::step(std::uint32_t index, const RuleSet::Input& input, std::uint64_t bits, const Signal& signal, bool withdrawn, std::vector<Told>& out) {
  const RuleSet::Linked& linked = rules_->rules()[index];
  Plan& plan = plans_[index];
  WindowEntry entry;
  entry.time = to_micros(signal.time);
  entry.event = signal.event;
  entry.inputs = bits;
  if (!read_value(index, input, signal, entry) || !read_key(index, input, signal.captures)) return;
  Group& group = group_of(index, input, signal.captures);
  if (comes_late(plan, index, group, entry.time, withdrawn)) return;
  std::vector<GroupWindow::Change> changes;
  const std::size_t before = group.window->size();
  const std::int64_t known_from = group.window->forgotten() + plan.group.back_us;
  group.window->advance(plan.group, complete_ - plan.delay_us, changes);
  if (withdrawn) {
    group.window->remove(plan.group, entry, changes);
  } else {
    const bool may_hold = group.window->add(plan.group, entry, changes);
    if (may_hold && !linked.used_by.empty() && (bits & plan.group.rules) != 0) {
      Captures carried;
      for (const std::uint32_t i : input.captures) carried.push_back(signal.captures[i]);
      group.carried.emplace(signal.event, std::move(carried));
    }
    group.newest = std::max(group.newest, entry.time);
    plan.newest = std::max(plan.newest, entry.time);
    const std::int64_t until = kept_from(plan, group.newest) + plan.group.keep_us;
    counts_.evicted_events += group.window->trim(plan.group, until, group.newest - plan.group.keep_us);
  }
  if (exact_) std::erase_if(changes, [&](const GroupWindow::Change& change) { return change.time <= known_from; });
  counts_.events += group.window->size() - before;
  wait(group);
  emit(group, changes, out);
}

/// Tells what changed and hands it to the correlations above; `group` may be gone afterwards.
void Stretch::emit(Group& group, const std::vector<GroupWindow::Change>& changes, std::vector<Told>& out) {
  const std::uint32_t index = group.correlation;
  const bool carries = !rules_->rules()[index].used_by.empty();
  std::vector<std::pair<Signal, bool>> upwards;
  for (const GroupWindow::Change& change : changes) {
    const auto carried = carries ? group.carried.find(change.event) : group.carried.end();
    const bool has = carried != group.carried.end();
    if (!top_ || index == *top_)
      out.push_back({{index, from_micros(change.time), change.event, group.values, !change.fired}, top_ && has ? std::optional(carried->second) : std::nullopt});
    if (has) upwards.push_back({{index, from_micros(change.time), change.event, carried->second}, !change.fired});
  }
  if (group.carried.size() > 2 * group.window->size() + 16)  // what the window dropped
    std::erase_if(group.carried, [kept = group.window->events()](const auto& row) { return kept.count(row.first) == 0; });
  for (const auto& [inner, gone] : upwards) apply(inner, gone, out);
}

void Stretch::apply(const Signal& signal, bool withdrawn, std::vector<Told>& out) {
  for (const std::uint32_t correlation : rules_->rules()[signal.rule].used_by) {
    if (!plans_[correlation].used) continue;
    const RuleSet::Input* first = nullptr;
    std::uint64_t bits = 0;
    const auto& inputs = rules_->rules()[correlation].inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].rule != signal.rule) continue;
      bits |= std::uint64_t{1} << i;
      if (first == nullptr) first = &inputs[i];
    }
    step(correlation, *first, bits, signal, withdrawn, out);
  }
}

/// In the order of what falls due, inner correlations first, so that an outer one sees what the inner ones told until then.
void Stretch::advance(std::int64_t until, std::vector<Told>& out) {
  while (!waiting_.empty() && std::get<0>(*waiting_.begin()) < until) {
    const auto [due, rank, number, group] = *waiting_.begin();
    const Plan& plan = plans_[group->correlation];
    complete_ = std::max(complete_, due);  // not more: others that are due at the same time must not be seen as absent yet
    std::vector<GroupWindow::Change> changes;
    group->window->advance(plan.group, due + 1 - plan.delay_us, changes);
    wait(*group);
    emit(*group, changes, out);
  }
  complete_ = std::max(complete_, until);
}

void Stretch::correct(const Told& told, std::vector<Told>& out) {
  if (!told.carried) return;
  exact_ = true;
  apply({told.firing.rule, told.firing.time, told.firing.event, *told.carried}, told.firing.withdrawn, out);
}

CorrelatorStats Stretch::stats() const {
  CorrelatorStats out = counts_;
  out.groups = groups_.size();
  return out;
}

std::vector<std::uint32_t> Stretch::take_late() {
  std::vector<std::uint32_t> out;
  out.swap(late_);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace picket::detect
