#include "detect/correlator.h"

#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

#include "detect/encodings.h"
#include "detect/window.h"

namespace picket::detect {
namespace {

using Captures = std::vector<std::optional<std::string>>;

/// Several values as one text, so that no two lists give the same.
void append_key(std::string& out, const std::optional<std::string>& value) {
  if (!value) {
    out += '-';
    return;
  }
  out += std::to_string(value->size());
  out += ':';
  out += *value;
}

}  // namespace

struct Correlator::Impl {
  struct Group {
    Window window;
    Captures values;                                     ///< of group-by
    std::unordered_map<std::uint64_t, Captures> carried; ///< by event: for the correlations above this one
    std::list<std::string>::iterator age;
  };

  std::shared_ptr<const RuleSet> rules;
  CorrelatorLimits limits;
  std::unordered_map<std::string, Group> groups;
  std::list<std::string> ages;  ///< keys of groups, the one touched last at the end
  CorrelatorStats counts;

  Group& group_of(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures);
  void step(std::uint32_t correlation, const RuleSet::Input& input, std::uint64_t bits, const Signal& signal, bool withdrawn, std::vector<Firing>& out);
  void apply(const Signal& signal, bool withdrawn, std::vector<Firing>& out);
  bool read_value(const Correlation& correlation, const RuleSet::Input& input, const Signal& signal, WindowEntry& entry) const;
};

Correlator::Impl::Group& Correlator::Impl::group_of(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures) {
  std::string key = std::to_string(correlation);
  for (const std::uint32_t i : input.group) append_key(key += ' ', captures[i]);
  auto found = groups.find(key);
  if (found == groups.end()) {
    if (groups.size() >= limits.max_groups) {
      const auto stalest = groups.find(ages.front());
      counts.events -= stalest->second.window.size();
      groups.erase(stalest);
      ages.pop_front();
      ++counts.evicted_groups;
    }
    found = groups.emplace(key, Group{}).first;
    for (const std::uint32_t i : input.group) found->second.values.push_back(captures[i]);
    found->second.age = ages.insert(ages.end(), key);
  } else {
    ages.splice(ages.end(), ages, found->second.age);
  }
  return found->second;
}

/// What the condition is about, from the signal. False: the event does not count.
bool Correlator::Impl::read_value(const Correlation& correlation, const RuleSet::Input& input, const Signal& signal, WindowEntry& entry) const {
  switch (correlation.type) {
    case CorrelationType::kValueCount: {
      std::string key;
      for (const std::uint32_t i : input.values) {
        if (!signal.captures[i]) return false;
        append_key(key, signal.captures[i]);
      }
      entry.value = std::hash<std::string>()(key);
      return true;
    }
    case CorrelationType::kValueSum:
    case CorrelationType::kValueAverage:
    case CorrelationType::kValuePercentile: {
      const auto& text = signal.captures[input.values.front()];
      const auto number = text ? parse_number(*text) : std::nullopt;
      entry.number = number.value_or(0);
      return number.has_value();
    }
    default: return true;
  }
}

void Correlator::Impl::step(std::uint32_t index, const RuleSet::Input& input, std::uint64_t bits, const Signal& signal, bool withdrawn, std::vector<Firing>& out) {
  const RuleSet::Linked& linked = rules->rules()[index];
  const Correlation& correlation = *linked.rule.correlation;
  WindowEntry entry;
  entry.time = to_micros(signal.time);
  entry.event = signal.event;
  entry.inputs = bits;
  if (!read_value(correlation, input, signal, entry)) return;
  Group& group = group_of(index, input, signal.captures);
  if (entry.time <= group.window.forgotten() && !withdrawn) {
    ++counts.too_late;
    return;
  }
  std::vector<Window::Change> changes;
  const std::size_t before = group.window.size();
  if (withdrawn) {
    group.window.remove(correlation, linked.inputs.size(), entry.time, entry.event, bits, changes);
  } else {
    if (!linked.used_by.empty()) {
      Captures carried;
      for (const std::uint32_t i : input.captures) carried.push_back(signal.captures[i]);
      group.carried.emplace(signal.event, std::move(carried));
    }
    group.window.add(correlation, linked.inputs.size(), entry, changes);
    counts.evicted_events += group.window.trim(correlation, group.window.newest() - correlation.timespan_us - limits.lateness.count(), limits.max_group_events);
  }
  counts.events += group.window.size() - before;
  std::vector<std::pair<Signal, bool>> upwards;
  for (const Window::Change& change : changes) {
    out.push_back({index, from_micros(change.time), change.event, group.values, !change.fired});
    if (linked.used_by.empty()) continue;
    const auto carried = group.carried.find(change.event);
    if (carried != group.carried.end()) upwards.push_back({{index, from_micros(change.time), change.event, carried->second}, !change.fired});
  }
  if (group.carried.size() > 2 * group.window.size() + 16)  // what the window dropped
    std::erase_if(group.carried, [kept = group.window.events()](const auto& row) { return kept.count(row.first) == 0; });
  for (const auto& [inner, gone] : upwards) apply(inner, gone, out);  // `group` may be gone from here on
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

Correlator::Correlator(std::shared_ptr<const RuleSet> rules, CorrelatorLimits limits) : impl_(std::make_unique<Impl>()) {
  impl_->rules = std::move(rules);
  impl_->limits = limits;
}
Correlator::~Correlator() = default;
Correlator::Correlator(Correlator&&) noexcept = default;
Correlator& Correlator::operator=(Correlator&&) noexcept = default;

void Correlator::add(const Signal& signal, std::vector<Firing>& out) {
  impl_->apply(signal, false, out);
}

CorrelatorStats Correlator::stats() const {
  CorrelatorStats out = impl_->counts;
  out.groups = impl_->groups.size();
  return out;
}

}  // namespace picket::detect
