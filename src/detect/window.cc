#include "detect/window.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace picket::detect {
namespace {

using Operator = Correlation::Operator;

bool within(const Correlation& correlation, double value) {
  return std::all_of(correlation.bounds.begin(), correlation.bounds.end(), [&](const Correlation::Bound& bound) {
    switch (bound.op) {
      case Operator::kGreater: return value > bound.value;
      case Operator::kGreaterEqual: return value >= bound.value;
      case Operator::kLess: return value < bound.value;
      case Operator::kLessEqual: return value <= bound.value;
      case Operator::kEqual: return value == bound.value;
      case Operator::kNotEqual: return value != bound.value;
    }
    return false;
  });
}

bool holds_for(const RuleExpression& expression, std::uint64_t seen) {
  const auto child = [&](const RuleExpression& e) { return holds_for(e, seen); };
  switch (expression.op) {
    case Node::Op::kItem: return (seen >> expression.rule & 1) != 0;
    case Node::Op::kAnd: return std::all_of(expression.children.begin(), expression.children.end(), child);
    case Node::Op::kOr: return std::any_of(expression.children.begin(), expression.children.end(), child);
    case Node::Op::kNot: return !child(expression.children.front());
  }
  return false;
}

/// The rules that an expression wants seen.
std::uint64_t wanted(const RuleExpression& expression, bool negated = false) {
  if (expression.op == Node::Op::kItem) return negated ? 0 : std::uint64_t{1} << expression.rule;
  std::uint64_t out = 0;
  for (const RuleExpression& child : expression.children) out |= wanted(child, negated != (expression.op == Node::Op::kNot));
  return out;
}

/// Where what satisfies an order in both directions ends that begins here: the event itself or, if nothing is known of the order of its time, all of that.
template <typename Iterator>
Iterator behind_tie(Iterator begin, Iterator end, bool in_order) {
  Iterator out = std::next(begin);
  while (!in_order && out != end && out->time == begin->time) ++out;
  return out;
}

/// The most rules of `mask` that were seen in the order of the list, each at or after the one before.
template <typename Iterator>
int longest_order(Iterator begin, Iterator end, std::uint64_t mask, bool in_order) {
  int chain[64] = {};  // the longest that ends with each rule
  int longest = 0;
  while (begin != end) {
    std::uint64_t seen = 0;
    for (const Iterator behind = behind_tie(begin, end, in_order); begin != behind; ++begin) seen |= begin->inputs;
    seen &= mask;
    int best = 0;
    for (int i = 0; i < 64 && seen >> i != 0; ++i) {
      if ((seen >> i & 1) != 0) chain[i] = std::max(chain[i], best + 1);
      best = std::max(best, chain[i]);
    }
    longest = std::max(longest, best);
    if (longest == std::popcount(mask)) break;  // there is no longer one
  }
  return longest;
}

/// Values of a kind, as far as it matters whether one of them differs from another: none, one, or several.
struct Values {
  std::uint64_t one = 0;
  int count = 0;  ///< 2: more than one
  void add(std::uint64_t value) {
    if (count == 1 && value != one) count = 2;
    if (count == 0) {
      one = value;
      count = 1;
    }
  }
  bool differ_from(std::uint64_t value) const { return count == 2 || (count == 1 && one != value); }
};

/// Whether an event of the first rule and one of the second (`ordered`: at or after it) have different values.
template <typename Iterator>
bool differ(Iterator begin, Iterator end, bool ordered, bool in_order) {
  Values first, second;
  while (begin != end) {
    const Iterator behind = behind_tie(begin, end, in_order);
    for (Iterator at = begin; at != behind; ++at)
      if ((at->inputs & 1) != 0) first.add(at->value);
    for (; begin != behind; ++begin) {
      if ((begin->inputs & 2) == 0) continue;
      if (first.differ_from(begin->second)) return true;
      second.add(begin->second);
    }
  }
  if (ordered || first.count == 0 || second.count == 0) return false;
  return first.count == 2 || second.differ_from(first.one);
}

/// Linear interpolation between the two nearest ranks.
double percentile(std::vector<double>& values, double percent) {
  const double rank = percent / 100 * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(rank);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(low), values.end());
  const double at = values[low];
  if (low + 1 == values.size()) return at;
  const double next = *std::min_element(values.begin() + static_cast<std::ptrdiff_t>(low) + 1, values.end());
  return at + (next - at) * (rank - static_cast<double>(low));
}

bool temporal(const Correlation& correlation, std::uint64_t seen, int ordered) {
  if (correlation.type == CorrelationType::kTemporalOrdered) {
    if (correlation.expression)
      return holds_for(*correlation.expression, seen) && ordered == std::popcount(seen & wanted(*correlation.expression));
  } else {
    ordered = std::popcount(seen);
    if (correlation.expression) return holds_for(*correlation.expression, seen);
  }
  return correlation.bounds.empty() ? ordered == static_cast<int>(correlation.rules.size()) : within(correlation, ordered);
}

}  // namespace

std::size_t Window::position(std::int64_t time, std::uint64_t event) const {
  if (entries_.empty() || entries_.back().before(time, event)) return entries_.size();  // what is news comes last
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), 0, [&](const WindowEntry& e, int) { return e.before(time, event); });
  return static_cast<std::size_t>(at - entries_.begin());
}

std::size_t Window::first_at(std::int64_t time) const {
  return position(time, 0);
}

void Window::forget_counts() {
  counts_.clear();
  counted_first_ = counted_last_ = 0;
}

std::size_t Window::distinct(std::size_t first, std::size_t last) {
  if (first < counted_first_ || last + 1 < counted_last_) forget_counts();
  if (counts_.empty()) counted_first_ = counted_last_ = first;
  for (; counted_last_ <= last; ++counted_last_) ++counts_[entries_[counted_last_].value];
  for (; counted_first_ < first; ++counted_first_)
    if (const auto row = counts_.find(entries_[counted_first_].value); --row->second == 0) counts_.erase(row);
  return counts_.size();
}

bool Window::holds(const GroupRule& rule, std::size_t first, std::size_t last) {
  const Correlation& correlation = *rule.correlation;
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(first), end = entries_.begin() + static_cast<std::ptrdiff_t>(last) + 1;
  switch (correlation.type) {
    case CorrelationType::kEventCount: return within(correlation, static_cast<double>(last - first + 1));
    case CorrelationType::kValueCount: return within(correlation, static_cast<double>(distinct(first, last)));
    case CorrelationType::kTemporal:
    case CorrelationType::kTemporalOrdered: {
      if (!correlation.extras.different.empty()) return differ(begin, end, correlation.type == CorrelationType::kTemporalOrdered, rule.in_order);
      const std::uint64_t all = ~std::uint64_t{0} >> (64 - correlation.rules.size());
      std::uint64_t seen = 0;
      for (auto at = begin; at != end && seen != all; ++at) seen |= at->inputs & all;
      if (correlation.type == CorrelationType::kTemporal) return temporal(correlation, seen, 0);
      return temporal(correlation, seen, longest_order(begin, end, correlation.expression ? wanted(*correlation.expression) : all, rule.in_order));
    }
    default: break;
  }
  std::vector<double> numbers;
  numbers.reserve(last - first + 1);
  for (auto at = begin; at != end; ++at) numbers.push_back(at->number);
  if (correlation.type == CorrelationType::kValuePercentile) return within(correlation, percentile(numbers, correlation.percentile));
  double sum = 0;
  for (const double number : numbers) sum += number;
  return within(correlation, correlation.type == CorrelationType::kValueSum ? sum : sum / static_cast<double>(numbers.size()));
}

void Window::set(std::size_t index, bool fired, std::vector<Change>& changes) {
  WindowEntry& entry = entries_[index];
  if (entry.fired == fired) return;
  entry.fired = fired;
  changes.push_back({entry.time, entry.event, fired});
}

/// Most events have no chance: of a temporal correlation because one of its rules was not seen for too long, of one that counts because so
/// many were not seen at all.
bool Window::out_of_reach(const Correlation& correlation, std::int64_t since) const {
  if (correlation.type == CorrelationType::kEventCount || correlation.type == CorrelationType::kValueCount) {
    const auto seen = static_cast<double>(entries_.size());
    return std::any_of(correlation.bounds.begin(), correlation.bounds.end(), [&](const Correlation::Bound& bound) {
      return bound.op == Operator::kGreaterEqual || bound.op == Operator::kEqual ? seen < bound.value : bound.op == Operator::kGreater && seen <= bound.value;
    });
  }
  if (last_.empty() || correlation.expression || !correlation.bounds.empty()) return false;
  return last_.size() < correlation.rules.size() || std::any_of(last_.begin(), last_.end(), [&](std::int64_t time) { return time < since; });
}

/// Judges the events from index `from` on, at the time `changed`, whose windows hold that time. Those of one time have one window, if it is not known
/// which of them came first.
void Window::judge(const GroupRule& rule, std::size_t from, std::int64_t changed, std::vector<Change>& changes) {
  const std::int64_t span = rule.correlation->timespan_us;
  while (!rule.in_order && from > 0 && entries_[from - 1].time == changed) --from;
  for (std::size_t i = from; i < entries_.size() && entries_[i].time - span <= changed;) {
    const std::int64_t time = entries_[i].time, since = time - span;
    std::size_t end = i + 1;
    while (!rule.in_order && end < entries_.size() && entries_[end].time == time) ++end;
    const bool fires = !out_of_reach(*rule.correlation, since) && holds(rule, first_at(since), end - 1);
    for (; i < end; ++i) set(i, fires, changes);
  }
}

bool Window::add(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) {
  const Correlation& correlation = *rule.correlation;
  if (correlation.type == CorrelationType::kTemporal || correlation.type == CorrelationType::kTemporalOrdered) {
    if (last_.empty()) last_.assign(correlation.rules.size(), kLongAgo);
    for (std::uint64_t rest = entry.inputs; rest != 0; rest &= rest - 1) {
      auto& last = last_[static_cast<std::size_t>(std::countr_zero(rest))];
      last = std::max(last, entry.time);
    }
  }
  const std::size_t at = position(entry.time, entry.event);
  if (at < entries_.size() && entries_[at].time == entry.time && entries_[at].event == entry.event) {
    if ((entries_[at].inputs | entry.inputs) == entries_[at].inputs) return true;  // seen before
    if (!correlation.extras.different.empty()) {  // the values of each rule come with that rule
      if ((entries_[at].inputs & 1) == 0) entries_[at].value = entry.value;
      if ((entries_[at].inputs & 2) == 0) entries_[at].second = entry.second;
    }
    entries_[at].inputs |= entry.inputs;
  } else {
    if (at < counted_last_) forget_counts();
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(at), entry);
  }
  judge(rule, at, entry.time, changes);
  return true;
}

void Window::remove(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) {
  const std::size_t at = position(entry.time, entry.event);
  if (at == entries_.size() || entries_[at].time != entry.time || entries_[at].event != entry.event) return;
  entries_[at].inputs &= ~entry.inputs;
  if (entries_[at].inputs == 0) {
    set(at, false, changes);
    forget_counts();
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  judge(rule, at, entry.time, changes);
}

std::unordered_set<std::uint64_t> Window::events() const {
  std::unordered_set<std::uint64_t> out;
  for (const WindowEntry& entry : entries_) out.insert(entry.event);
  return out;
}

std::size_t Window::trim(const GroupRule& rule, std::int64_t until, std::int64_t spare) {
  const std::int64_t time = until - rule.keep_us;
  std::size_t dropped = 0, beyond = 0;
  while (!entries_.empty() && (entries_.front().time < time || entries_.size() > rule.most)) {
    const bool old = entries_.front().time < std::max(time, spare);
    beyond += old ? 0 : 1;
    (old ? forgotten_ : crowded_out_) = entries_.front().time;
    if (rule.correlation->type == CorrelationType::kValueCount && dropped >= counted_first_ && dropped < counted_last_)
      if (const auto row = counts_.find(entries_.front().value); --row->second == 0) counts_.erase(row);
    entries_.pop_front();
    ++dropped;
  }
  counted_first_ -= std::min(counted_first_, dropped);
  counted_last_ -= std::min(counted_last_, dropped);
  return beyond;
}

}  // namespace picket::detect
