#include "detect/correlator.h"

#include <functional>
#include <list>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "codec/packed_texts.h"
#include "detect/encodings.h"
#include "detect/group_window.h"
#include "detect/read_as.h"

namespace picket::detect {
namespace {

using Captures = std::vector<std::optional<std::string>>;

/// What is worked out once for a correlation.
struct Plan {
  GroupRule group;
  std::vector<ReadAs> group_as, values_as;
  std::int64_t delay_us = 0;  ///< how late what it reads may come
  std::uint32_t rank = 0;     ///< inner correlations come before outer ones
};

}  // namespace

struct Correlator::Impl {
  struct Group {
    std::uint32_t correlation = 0;
    std::uint64_t number = 0;
    std::unique_ptr<GroupWindow> window;
    Captures values;                                     ///< of group-by
    std::unordered_map<std::uint64_t, Captures> carried; ///< by event: for the correlations above this one
    std::list<std::string>::iterator age;
    std::optional<std::int64_t> due;                     ///< as in `waiting`
  };
  using Waiting = std::tuple<std::int64_t, std::uint32_t, std::uint64_t, Group*>;  // due, rank, number

  std::shared_ptr<const RuleSet> rules;
  CorrelatorLimits limits;
  std::vector<Plan> plans;  ///< by rule; empty ones for detection rules
  std::unordered_map<std::string, Group> groups;
  std::string key;              ///< of the group in hand
  std::list<std::string> ages;  ///< keys of groups, the one touched last at the end
  std::set<Waiting> waiting;    ///< groups in which something waits until a time is complete
  std::int64_t complete = kLongAgo;
  std::uint64_t numbers = 0;
  CorrelatorStats counts;

  void plan(std::uint32_t index, std::uint32_t rank);
  bool read_key(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures);
  bool read_value(std::uint32_t correlation, const RuleSet::Input& input, const Signal& signal, WindowEntry& entry) const;
  Group& group_of(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures);
  void evict();
  void wait(Group& group);
  void step(std::uint32_t correlation, const RuleSet::Input& input, std::uint64_t bits, const Signal& signal, bool withdrawn, std::vector<Firing>& out);
  void emit(Group& group, const std::vector<GroupWindow::Change>& changes, std::vector<Firing>& out);
  void apply(const Signal& signal, bool withdrawn, std::vector<Firing>& out);
  void advance(std::int64_t until, std::vector<Firing>& out);
};

void Correlator::Impl::plan(std::uint32_t index, std::uint32_t rank) {
  const RuleSet::Linked& linked = rules->rules()[index];
  const Correlation& correlation = *linked.rule.correlation;
  const Extras& extras = correlation.extras;
  Plan& out = plans[index];
  out.rank = rank;
  out.group.correlation = &correlation;
  const auto bits = [](std::size_t from, std::size_t count) { return count >= 64 ? ~std::uint64_t{0} : ((std::uint64_t{1} << count) - 1) << from; };
  const std::size_t own = correlation.rules.size(), before = extras.not_preceded_by.size();
  out.group.rules = bits(0, own);
  if (before > 0) out.group.preceding = bits(own, before);
  if (!extras.not_followed_by.empty()) out.group.following = bits(own + before, extras.not_followed_by.size());
  for (const RuleSet::Input& input : linked.inputs) {
    out.group.settled = out.group.settled && !rules->rules()[input.rule].rule.is_correlation();
    out.delay_us = std::max(out.delay_us, rules->rules()[input.rule].delay.count());
  }
  const int spans = before > 0 && !extras.not_followed_by.empty() ? 2 : 1;  // what waits, and what came before that
  out.group.keep_us = correlation.timespan_us * spans + out.delay_us + limits.lateness.count();
  out.group.most = extras.first_seen ? limits.max_group_values : limits.max_group_events;
  const auto as = [&](const std::string& name) {
    const auto row = extras.read_as.find(name);
    return row == extras.read_as.end() ? ReadAs::kAsIs : row->second;
  };
  for (const auto* names : {&correlation.group_by, &extras.equal})
    for (const std::string& name : *names) out.group_as.push_back(as(name));
  for (const auto* names : {&correlation.fields, &extras.different})
    for (const std::string& name : *names) out.values_as.push_back(as(name));
}

/// `room` is where the view may lead to.
std::optional<std::string_view> read_capture(const Captures& captures, std::uint32_t index, ReadAs as, std::optional<std::string>& room) {
  const auto& value = captures[index];
  if (!value || as == ReadAs::kAsIs) return value;
  room = read_as(*value, as);
  return room;
}

/// The values that make the group, into `key`. False: one that must be there is not.
bool Correlator::Impl::read_key(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures) {
  const Plan& plan = plans[correlation];
  const std::size_t grouped = plan.group.correlation->group_by.size();
  key.assign(reinterpret_cast<const char*>(&correlation), sizeof correlation);
  std::optional<std::string> room;
  for (std::size_t i = 0; i < input.group.size(); ++i) {
    const auto value = read_capture(captures, input.group[i], plan.group_as[i], room);
    if (i >= grouped && !value) return false;
    codec::append_packed(key, value);
  }
  return true;
}

/// What the condition is about, from the signal. False: the event does not count.
bool Correlator::Impl::read_value(std::uint32_t index, const RuleSet::Input& input, const Signal& signal, WindowEntry& entry) const {
  const Plan& plan = plans[index];
  const Correlation& correlation = *plan.group.correlation;
  const auto digest = [&](std::uint64_t& out) {
    std::string texts;
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

void Correlator::Impl::evict() {
  const auto stalest = groups.find(ages.front());
  Group& group = stalest->second;
  counts.events -= group.window->size();
  if (group.due) waiting.erase({*group.due, plans[group.correlation].rank, group.number, &group});
  groups.erase(stalest);
  ages.pop_front();
  ++counts.evicted_groups;
}

/// The group of `key`.
Correlator::Impl::Group& Correlator::Impl::group_of(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures) {
  const auto found = groups.find(key);
  if (found != groups.end()) {
    ages.splice(ages.end(), ages, found->second.age);
    return found->second;
  }
  if (groups.size() >= limits.max_groups) evict();
  Group& group = groups[key];
  group.correlation = correlation;
  group.number = ++numbers;
  group.window = make_group_window(*plans[correlation].group.correlation);
  // what must be equal makes the group, too, and is not told
  std::optional<std::string> room;
  for (std::size_t i = 0; i < plans[correlation].group.correlation->group_by.size(); ++i)
    group.values.emplace_back(read_capture(captures, input.group[i], plans[correlation].group_as[i], room));
  group.age = ages.insert(ages.end(), key);
  return group;
}

/// Notes until when something in the group waits.
void Correlator::Impl::wait(Group& group) {
  const Plan& plan = plans[group.correlation];
  auto due = group.window->due(plan.group);
  if (due) *due += plan.delay_us;
  if (due == group.due) return;
  if (group.due) waiting.erase({*group.due, plan.rank, group.number, &group});
  if (due) waiting.emplace(*due, plan.rank, group.number, &group);
  group.due = due;
}

void Correlator::Impl::step(std::uint32_t index, const RuleSet::Input& input, std::uint64_t bits, const Signal& signal, bool withdrawn, std::vector<Firing>& out) {
  const RuleSet::Linked& linked = rules->rules()[index];
  const Plan& plan = plans[index];
  WindowEntry entry;
  entry.time = to_micros(signal.time);
  entry.event = signal.event;
  entry.inputs = bits;
  if (!read_value(index, input, signal, entry) || !read_key(index, input, signal.captures)) return;
  Group& group = group_of(index, input, signal.captures);
  if (entry.time <= group.window->forgotten() && !withdrawn) {
    ++counts.too_late;
    return;
  }
  std::vector<GroupWindow::Change> changes;
  const std::size_t before = group.window->size();
  group.window->advance(plan.group, complete - plan.delay_us, changes);
  if (withdrawn) {
    group.window->remove(plan.group, entry, changes);
  } else {
    if (!linked.used_by.empty() && (bits & plan.group.rules) != 0) {
      Captures carried;
      for (const std::uint32_t i : input.captures) carried.push_back(signal.captures[i]);
      group.carried.emplace(signal.event, std::move(carried));
    }
    group.window->add(plan.group, entry, changes);
    counts.evicted_events += group.window->trim(plan.group);
  }
  counts.events += group.window->size() - before;
  wait(group);
  emit(group, changes, out);
}

/// Tells what changed and hands it to the correlations above; `group` may be gone afterwards.
void Correlator::Impl::emit(Group& group, const std::vector<GroupWindow::Change>& changes, std::vector<Firing>& out) {
  const std::uint32_t index = group.correlation;
  const bool carries = !rules->rules()[index].used_by.empty();
  std::vector<std::pair<Signal, bool>> upwards;
  for (const GroupWindow::Change& change : changes) {
    out.push_back({index, from_micros(change.time), change.event, group.values, !change.fired});
    if (!carries) continue;
    const auto carried = group.carried.find(change.event);
    if (carried != group.carried.end()) upwards.push_back({{index, from_micros(change.time), change.event, carried->second}, !change.fired});
  }
  if (group.carried.size() > 2 * group.window->size() + 16)  // what the window dropped
    std::erase_if(group.carried, [kept = group.window->events()](const auto& row) { return kept.count(row.first) == 0; });
  for (const auto& [inner, gone] : upwards) apply(inner, gone, out);
}

void Correlator::Impl::apply(const Signal& signal, bool withdrawn, std::vector<Firing>& out) {
  for (const std::uint32_t correlation : rules->rules()[signal.rule].used_by) {
    const RuleSet::Input* first = nullptr;
    std::uint64_t bits = 0;
    const auto& inputs = rules->rules()[correlation].inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i].rule != signal.rule) continue;
      bits |= std::uint64_t{1} << i;
      if (first == nullptr) first = &inputs[i];
    }
    step(correlation, *first, bits, signal, withdrawn, out);
  }
}

/// In the order of what falls due, inner correlations first, so that an outer one sees what the inner ones told until then.
void Correlator::Impl::advance(std::int64_t until, std::vector<Firing>& out) {
  while (!waiting.empty() && std::get<0>(*waiting.begin()) < until) {
    const auto [due, rank, number, group] = *waiting.begin();
    const Plan& plan = plans[group->correlation];
    complete = std::max(complete, due);  // not more: others that are due at the same time must not be seen as absent yet
    std::vector<GroupWindow::Change> changes;
    group->window->advance(plan.group, due + 1 - plan.delay_us, changes);
    wait(*group);
    emit(*group, changes, out);
  }
  complete = std::max(complete, until);
}

Correlator::Correlator(std::shared_ptr<const RuleSet> rules, CorrelatorLimits limits) : impl_(std::make_unique<Impl>()) {
  impl_->rules = std::move(rules);
  impl_->limits = limits;
  impl_->plans.resize(impl_->rules->rules().size());
  std::uint32_t rank = 0;
  for (const std::uint32_t index : impl_->rules->correlations()) impl_->plan(index, rank++);
}
Correlator::~Correlator() = default;
Correlator::Correlator(Correlator&&) noexcept = default;
Correlator& Correlator::operator=(Correlator&&) noexcept = default;

void Correlator::add(const Signal& signal, std::vector<Firing>& out) {
  impl_->apply(signal, false, out);
}

void Correlator::advance(TimePoint complete_until, std::vector<Firing>& out) {
  impl_->advance(to_micros(complete_until), out);
}

CorrelatorStats Correlator::stats() const {
  CorrelatorStats out = impl_->counts;
  out.groups = impl_->groups.size();
  return out;
}

}  // namespace picket::detect
