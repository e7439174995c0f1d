#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "detect/correlator.h"
#include "detect/encodings.h"
#include "detect/read_as.h"

// A slow and obvious evaluator of correlations: given all signals, it asks the condition of every event over a scan of all others. It
// shares with the engine the linking of rules, the reading of values and the comparison with bounds of a number, nothing else.
namespace picket::detect {

class ObviousCorrelations {
 public:
  using Key = std::tuple<std::string, std::uint64_t>;  // title, event

  ObviousCorrelations(const RuleSet& rules, std::vector<Signal> signals, std::int64_t complete, Ties ties = Ties::kTogether)
      : rules_(rules), complete_(complete), in_order_(ties == Ties::kInOrder) {
    facts_.resize(rules.rules().size());
    for (Signal& signal : signals) facts_[signal.rule].push_back(std::move(signal));
    for (const std::uint32_t correlation : rules.correlations()) judge(correlation);
  }
  const std::set<Key>& firings() const { return firings_; }

 private:
  struct Entry {
    std::int64_t time = 0;
    std::uint64_t event = 0;
    std::set<std::size_t> inputs;
    std::map<std::size_t, std::vector<std::string>> values;  ///< by input
    std::vector<std::optional<std::string>> captures;
    bool before_or_at(const Entry& other, bool in_order) const { return in_order ? std::pair(time, event) <= std::pair(other.time, other.event) : time <= other.time; }
  };
  using Group = std::vector<Entry>;

  static std::optional<std::string> read(const Correlation& c, const std::string& name, const std::optional<std::string>& value) {
    const auto as = c.extras.read_as.find(name);
    if (!value || as == c.extras.read_as.end()) return value;
    return read_as(*value, as->second);
  }

  void judge(std::uint32_t index) {
    const auto& linked = rules_.rules()[index];
    const Correlation& c = *linked.rule.correlation;
    std::vector<std::string> group_names = c.group_by, value_names = c.fields;
    group_names.insert(group_names.end(), c.extras.equal.begin(), c.extras.equal.end());
    value_names.insert(value_names.end(), c.extras.different.begin(), c.extras.different.end());
    std::map<std::vector<std::optional<std::string>>, Group> groups;
    for (std::size_t i = 0; i < linked.inputs.size(); ++i)
      for (const Signal& fact : facts_[linked.inputs[i].rule]) {
        std::vector<std::optional<std::string>> key;
        std::vector<std::string> values;
        bool whole = true;
        for (std::size_t n = 0; n < group_names.size(); ++n) {
          key.push_back(read(c, group_names[n], fact.captures[linked.inputs[i].group[n]]));
          whole = whole && (n < c.group_by.size() || key.back());
        }
        for (std::size_t n = 0; n < value_names.size(); ++n) {
          const auto value = read(c, value_names[n], fact.captures[linked.inputs[i].values[n]]);
          whole = whole && value;
          values.push_back(value.value_or(""));
        }
        const bool number = c.type == CorrelationType::kValueSum || c.type == CorrelationType::kValueAverage || c.type == CorrelationType::kValuePercentile;
        if (!whole || (number && !parse_number(values.front()))) continue;
        Group& group = groups[key];
        auto same = std::find_if(group.begin(), group.end(), [&](const Entry& e) { return e.event == fact.event; });
        if (same == group.end()) {
          group.emplace_back();
          same = std::prev(group.end());
          same->time = to_micros(fact.time);
          same->event = fact.event;
          for (const std::uint32_t capture : linked.inputs[i].captures) same->captures.push_back(fact.captures[capture]);
        }
        same->inputs.insert(i);
        same->values[i] = values;
      }
    // what waits itself is known so much later
    std::int64_t wait = 0;
    for (const auto& input : linked.inputs) wait = std::max(wait, waits_[input.rule]);
    waits_[index] = wait + (c.extras.not_followed_by.empty() ? 0 : c.timespan_us);
    const std::int64_t complete = complete_ - wait;
    for (const auto& [key, group] : groups)
      for (const Entry& entry : group)
        if (holds(c, group, entry, complete)) {
          firings_.emplace(linked.rule.title, entry.event);
          facts_[index].push_back({index, from_micros(entry.time), entry.event, entry.captures});
        }
  }

  static bool bounded(const Correlation& c, double value) {
    bool out = true;
    for (const auto& bound : c.bounds) {
      using Op = Correlation::Operator;
      const double b = bound.value;
      out = out && (bound.op == Op::kGreater ? value > b : bound.op == Op::kGreaterEqual ? value >= b : bound.op == Op::kLess ? value < b : bound.op == Op::kLessEqual ? value <= b : bound.op == Op::kEqual ? value == b : value != b);
    }
    return out;
  }

  static bool expression(const RuleExpression& e, const std::set<std::size_t>& seen) {
    if (e.op == Node::Op::kItem) return seen.count(e.rule) > 0;
    bool any = false, all = true;
    for (const auto& child : e.children) {
      any = any || expression(child, seen);
      all = all && expression(child, seen);
    }
    return e.op == Node::Op::kNot ? !any : e.op == Node::Op::kAnd ? all : any;
  }

  /// One event for each rule from `rule` on, none before `last`, which is of the rule before; the values of two rules must differ.
  bool in_order(const Correlation& c, const Group& window, std::size_t rule, const Entry* last, bool ordered) const {
    if (rule == c.rules.size()) return true;
    for (const Entry& entry : window) {
      if (entry.inputs.count(rule) == 0 || (ordered && last != nullptr && !last->before_or_at(entry, in_order_))) continue;
      if (rule > 0 && !c.extras.different.empty() && entry.values.at(rule) == last->values.at(rule - 1)) continue;
      if (in_order(c, window, rule + 1, &entry, ordered)) return true;
    }
    return false;
  }

  bool absent(const Correlation& c, const Group& group, const Entry& entry, std::int64_t complete) const {
    const std::size_t own = c.rules.size(), before = c.extras.not_preceded_by.size();
    bool counts = false;
    for (const std::size_t input : entry.inputs) counts = counts || input < own;
    if (!counts || entry.time + (c.extras.not_followed_by.empty() ? 0 : c.timespan_us) >= complete) return false;
    for (const Entry& other : group)
      for (const std::size_t input : other.inputs) {
        if (input >= own && input < own + before && other.before_or_at(entry, in_order_) && other.time >= entry.time - c.timespan_us) return false;
        if (input >= own + before && entry.before_or_at(other, in_order_) && other.time <= entry.time + c.timespan_us) return false;
      }
    return true;
  }

  bool holds(const Correlation& c, const Group& group, const Entry& entry, std::int64_t complete) const {
    if (c.extras.absence()) return absent(c, group, entry, complete);
    Group window;
    for (const Entry& other : group)
      if (other.before_or_at(entry, in_order_ || c.extras.first_seen) && other.time >= entry.time - c.timespan_us) window.push_back(other);
    std::set<std::size_t> seen;
    std::set<std::vector<std::string>> values;
    std::vector<double> numbers;
    double sum = 0;
    for (const Entry& other : window) {
      seen.insert(other.inputs.begin(), other.inputs.end());
      values.insert(other.values.begin()->second);
      if (other.values.begin()->second.empty()) continue;
      numbers.push_back(parse_number(other.values.begin()->second.front()).value_or(0));
      sum += numbers.back();
    }
    if (c.extras.first_seen) {
      bool known = c.extras.learning_us == 0, seen_before = false;
      for (const Entry& other : window) {
        known = known || other.time <= entry.time - c.extras.learning_us;
        seen_before = seen_before || (other.event != entry.event && other.values.begin()->second == entry.values.begin()->second);
      }
      return known && !seen_before;
    }
    switch (c.type) {
      case CorrelationType::kEventCount: return bounded(c, static_cast<double>(window.size()));
      case CorrelationType::kValueCount: return bounded(c, static_cast<double>(values.size()));
      case CorrelationType::kValueSum: return bounded(c, sum);
      case CorrelationType::kValueAverage: return bounded(c, sum / static_cast<double>(numbers.size()));
      case CorrelationType::kValuePercentile: {
        std::sort(numbers.begin(), numbers.end());
        const double rank = c.percentile / 100 * static_cast<double>(numbers.size() - 1);
        const auto low = static_cast<std::size_t>(rank);
        const double next = numbers[std::min(low + 1, numbers.size() - 1)];
        return bounded(c, numbers[low] + (next - numbers[low]) * (rank - static_cast<double>(low)));
      }
      case CorrelationType::kTemporal:
        if (c.expression) return expression(*c.expression, seen);
        if (!c.bounds.empty()) return bounded(c, static_cast<double>(seen.size()));
        return in_order(c, window, 0, nullptr, false);
      case CorrelationType::kTemporalOrdered: return in_order(c, window, 0, nullptr, true);
    }
    return false;
  }

  const RuleSet& rules_;
  const std::int64_t complete_;
  const bool in_order_;
  std::vector<std::vector<Signal>> facts_;
  std::map<std::uint32_t, std::int64_t> waits_;
  std::set<Key> firings_;
};

}  // namespace picket::detect
