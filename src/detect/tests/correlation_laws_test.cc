#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "detect/tests/feed_for_tests.h"
#include "detect/tests/obvious_correlations.h"

// Laws of all kinds of correlations: whatever the order of arrival, with repeats and restarts, what fired less what was withdrawn is
// what an obvious evaluator says about all signals together.
namespace picket::detect {
namespace {

constexpr std::string_view kLawful[] = {
    "correlation: {type: event_count, rules: [a, b], group-by: [u], timespan: 10s, condition: {gt: 1, lte: 4}}\n",
    "correlation: {type: value_count, rules: [a], group-by: [u], timespan: 10s, condition: {field: f, eq: 2}}\n",
    "correlation: {type: value_count, rules: [a, b], timespan: 10s, condition: {field: [f, u], gte: 4}}\n",
    "correlation: {type: value_sum, rules: [a, c], timespan: 10s, condition: {field: f, gte: 4}}\n",
    "correlation: {type: value_avg, rules: [a, c], timespan: 10s, condition: {field: f, neq: 2}}\n",
    "correlation: {type: value_percentile, rules: [a, c], timespan: 10s, condition: {field: f, lt: 2}}\n",
    "correlation: {type: temporal, rules: [a, b, c], group-by: [u], timespan: 10s, condition: a and b and not c}\n",
    "correlation: {type: temporal, rules: [a, b, c], timespan: 7s, condition: {eq: 2}}\n",
    "correlation: {type: temporal_ordered, rules: [a, b, c], timespan: 10s}\n",
    "correlation: {type: event_count, rules: [a], group-by: [u], timespan: 10s, condition: {eq: 2}}\n---\n"
    "title: Outer\ncorrelation: {type: temporal_ordered, rules: [C, b], group-by: [u], timespan: 20s}\n",
    // beyond Sigma
    "correlation: {type: value_count, rules: [a, b], group-by: [u], timespan: 15s, condition: {field: f, gte: 1}}\npicket: {first_seen: {learning: 5s}}\n",
    "correlation: {type: value_count, rules: [a], timespan: 12s, condition: {field: [f, u], gt: 0}}\npicket: {first_seen: {learning: 11s}}\n",
    "correlation: {type: value_count, rules: [a, b], timespan: 8s, condition: {field: f, gte: 1}}\npicket: {first_seen: {learning: 0s}}\n",
    "correlation: {type: event_count, rules: [a], group-by: [u], timespan: 6s, condition: {gte: 1}}\npicket: {not_followed_by: b}\n",
    "correlation: {type: event_count, rules: [a], timespan: 6s, condition: {gte: 1}}\npicket: {not_preceded_by: [b, c], equal: u}\n",
    "correlation: {type: event_count, rules: [a], group-by: [u], timespan: 4s, condition: {gte: 1}}\npicket: {not_preceded_by: b, not_followed_by: c}\n",
    "correlation: {type: temporal_ordered, rules: [a, b], group-by: [u], timespan: 10s}\npicket: {different: [f]}\n",
    "correlation: {type: temporal, rules: [a, b], timespan: 10s}\npicket: {different: [f], equal: [u]}\n",
    "correlation: {type: temporal, rules: [a, b], timespan: 4s}\npicket: {different: [f, u]}\n",
    // what is withdrawn, below what is compacted otherwise
    "correlation: {type: event_count, rules: [a], group-by: [u], timespan: 5s, condition: {eq: 1}}\n---\n"
    "title: Outer\ncorrelation: {type: value_count, rules: [C, b], timespan: 15s, condition: {field: f, gte: 1}}\npicket: {first_seen: {learning: 3s}}\n",
    "correlation: {type: event_count, rules: [b], group-by: [u], timespan: 5s, condition: {eq: 1}}\n---\n"
    "title: Outer\ncorrelation: {type: event_count, rules: [a], group-by: [u], timespan: 6s, condition: {gte: 1}}\npicket: {not_followed_by: C, not_preceded_by: [C, c]}\n",
    "correlation: {type: event_count, rules: [a], group-by: [u], timespan: 5s, condition: {gte: 1}}\npicket: {not_followed_by: b}\n---\n"
    "title: Outer\nname: Outer\ncorrelation: {type: event_count, rules: [c], timespan: 6s, condition: {gte: 1}}\npicket: {not_followed_by: C}\n---\n"
    "title: Outmost\ncorrelation: {type: temporal_ordered, rules: [Outer, C], timespan: 8s}\n",
};

struct Step {
  std::int64_t time;
  std::uint64_t event;
  std::string json;
};

Step arbitrary_step(std::int64_t from, std::int64_t to, std::uint64_t event) {
  const auto letter = [] { return std::string(1, static_cast<char>('a' + *rc::gen::inRange(0, 3))); };
  std::string json = *rc::gen::inRange(0, 6) == 0 ? R"({"k":[")" + letter() + R"(",")" + letter() + R"("])" : R"({"k":")" + letter() + "\"";
  if (*rc::gen::inRange(0, 8) > 0) json += R"(,"u":)" + std::to_string(*rc::gen::inRange(0, 2));
  if (*rc::gen::inRange(0, 8) > 0) json += R"(,"f":)" + std::to_string(*rc::gen::inRange(0, 4));
  return {*rc::gen::inRange(from, to), event, json + "}"};
}

std::vector<Step> arbitrary_steps() {
  std::vector<Step> out;
  const auto count = *rc::gen::inRange<std::uint64_t>(0, 40);
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(arbitrary_step(1000, 1050, i));
  return out;
}

std::string arbitrary_rules() { return with_bases(kLawful[*rc::gen::inRange<std::size_t>(0, std::size(kLawful))]); }

using Key = ObviousCorrelations::Key;

/// Sums what is told: no event fires twice, and nothing is withdrawn that did not fire.
class Ledger {
 public:
  explicit Ledger(const RuleSet& rules) : rules_(rules) {}
  void take(std::vector<Firing>& firings) {
    for (const Firing& firing : firings) {
      int& sum = sums_[{rules_.rules()[firing.rule].rule.title, firing.event}];
      sum += firing.withdrawn ? -1 : 1;
      RC_ASSERT(sum == 0 || sum == 1);
    }
    firings.clear();
  }
  std::set<Key> net() const {
    std::set<Key> out;
    for (const auto& [key, sum] : sums_)
      if (sum == 1) out.insert(key);
    return out;
  }

 private:
  const RuleSet& rules_;
  std::map<Key, int> sums_;
};

void log(const std::string& rules, const std::vector<Step>& steps) {
  RC_LOG() << rules << "\n";
  for (const Step& step : steps) RC_LOG() << step.time << " " << step.event << " " << step.json << "\n";
}

std::set<Key> obvious(Feed& feed, const std::vector<Step>& steps, std::int64_t complete, Ties ties = Ties::kTogether) {
  std::vector<Signal> all;
  for (const Step& step : steps)
    for (Signal& signal : feed.signals(step.time, step.event, step.json)) all.push_back(std::move(signal));
  return ObviousCorrelations(*feed.compiled.rules, std::move(all), complete, ties).firings();
}

RC_GTEST_PROP(CorrelationLaws, AnyOrderWithRepeatsGivesWhatTheObviousEvaluatorSays, ()) {
  const std::string rules = arbitrary_rules();
  const std::vector<Step> steps = arbitrary_steps();
  log(rules, steps);
  Feed feed(rules);
  Ledger ledger(*feed.compiled.rules);
  std::vector<Firing> out;
  const auto add = [&](const Step& step) {
    for (const Signal& signal : feed.signals(step.time, step.event, step.json)) feed.correlator.add(signal, out);
    ledger.take(out);
  };
  for (std::size_t i = 0; i < steps.size(); ++i) {
    add(steps[i]);
    if (*rc::gen::inRange(0, 4) == 0) add(steps[*rc::gen::inRange<std::size_t>(0, i + 1)]);
    if (*rc::gen::inRange(0, 4) == 0) {  // too early a promise costs a withdrawal, no more
      feed.correlator.advance(from_seconds(*rc::gen::inRange<std::int64_t>(1000, 1060)), out);
      ledger.take(out);
    }
  }
  const std::int64_t complete = 1060 + *rc::gen::inRange<std::int64_t>(0, 30);
  feed.correlator.advance(from_seconds(complete), out);
  ledger.take(out);
  RC_ASSERT(ledger.net() == obvious(feed, steps, complete * 1'000'000));
}

/// Times as coarse as seconds often are: nearly every event shares one.
std::vector<Step> crowded_steps() {
  std::vector<Step> out = arbitrary_steps();
  for (Step& step : out) step.time = 1000 + (step.time - 1000) / 12 * 4;
  return out;
}

RC_GTEST_PROP(CorrelationLaws, WhereOneTimeHasAnOrderAnyOrderOfArrivalGivesWhatTheObviousEvaluatorSays, ()) {
  const std::string rules = arbitrary_rules();
  std::vector<Step> steps = crowded_steps();
  log(rules, steps);
  Feed feed(rules, {}, Ties::kInOrder);
  Ledger ledger(*feed.compiled.rules);
  std::vector<Firing> out;
  std::vector<Step> arriving = steps;
  for (std::size_t i = arriving.size(); i > 1; --i) std::swap(arriving[i - 1], arriving[*rc::gen::inRange<std::size_t>(0, i)]);
  for (const Step& step : arriving) {
    for (const Signal& signal : feed.signals(step.time, step.event, step.json)) feed.correlator.add(signal, out);
    ledger.take(out);
  }
  feed.correlator.advance(from_seconds(1060), out);
  ledger.take(out);
  RC_ASSERT(ledger.net() == obvious(feed, steps, 1'060'000'000, Ties::kInOrder));
}

RC_GTEST_PROP(CorrelationLaws, WhatComesInOrderFiresAtTheEventThatComesAlone, ()) {
  constexpr std::size_t kAtOnce = 10;  // kinds of correlations that wait for nothing
  const std::string rules = with_bases(kLawful[*rc::gen::inRange<std::size_t>(0, kAtOnce)]);
  std::vector<Step> steps = crowded_steps();
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.time < b.time; });
  log(rules, steps);
  Feed feed(rules, {}, Ties::kInOrder);
  for (const Step& step : steps) {
    std::vector<Firing> out;
    for (const Signal& signal : feed.signals(step.time, step.event, step.json)) feed.correlator.add(signal, out);
    RC_ASSERT(std::all_of(out.begin(), out.end(), [&](const Firing& f) { return f.event == step.event; }));
  }
}

RC_GTEST_PROP(CorrelationLaws, AKeptPromiseIsNeverTakenBack, ()) {
  const std::string rules = with_bases("correlation: {type: event_count, rules: [a], group-by: [u], timespan: 5s, condition: {gte: 1}}\npicket: {not_followed_by: b}\n---\n"
                                       "title: Outer\ncorrelation: {type: event_count, rules: [c], timespan: 6s, condition: {gte: 1}}\npicket: {not_followed_by: C}\n");
  std::vector<Step> steps = arbitrary_steps();
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.time < b.time; });
  log(rules, steps);
  Feed feed(rules);
  for (const Step& step : steps) {
    std::vector<Firing> out;
    feed.correlator.advance(from_seconds(step.time), out);
    for (const Signal& signal : feed.signals(step.time, step.event, step.json)) feed.correlator.add(signal, out);
    RC_ASSERT(std::none_of(out.begin(), out.end(), [](const Firing& f) { return f.withdrawn; }));
  }
}

RC_GTEST_PROP(CorrelationLaws, ARestartAtAnyPointChangesNothing, ()) {
  constexpr std::int64_t kLate = 9;
  const CorrelatorLimits limits{.lateness = std::chrono::seconds(kLate)};
  const std::string rules = arbitrary_rules();
  std::vector<Step> steps;
  const auto count = *rc::gen::inRange<std::uint64_t>(0, 80);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto now = 1000 + static_cast<std::int64_t>(i) * 2;
    steps.push_back(arbitrary_step(now - kLate, now, i));
  }
  const std::size_t restart = *rc::gen::inRange<std::size_t>(0, steps.size() + 1);
  log(rules, steps);
  RC_LOG() << "restart before " << restart << "\n";
  Feed feed(rules, limits);
  Ledger ledger(*feed.compiled.rules);
  std::vector<Firing> out;
  std::vector<Signal> stored;
  TimePoint newest = from_seconds(0), complete = from_seconds(0);
  for (std::size_t i = 0; i <= steps.size(); ++i) {
    if (i == restart) {
      feed.correlator = Correlator(feed.compiled.rules, limits);
      for (const Signal& signal : stored)
        if (signal.time >= std::min(newest, complete) - feed.compiled.rules->rules()[signal.rule].history_needed - limits.lateness) feed.correlator.add(signal, out);
      feed.correlator.advance(complete, out);
      out.clear();  // told before
    }
    if (i == steps.size()) break;
    for (const Signal& signal : feed.signals(steps[i].time, steps[i].event, steps[i].json)) {
      stored.push_back(signal);
      newest = std::max(newest, signal.time);
      feed.correlator.add(signal, out);
    }
    if (*rc::gen::inRange(0, 3) == 0) {
      complete = from_seconds(1000 + static_cast<std::int64_t>(i) * 2 + 2 - kLate);
      feed.correlator.advance(complete, out);
    }
    ledger.take(out);
  }
  RC_ASSERT(feed.correlator.stats().too_late == 0);
  complete = from_seconds(2000);
  feed.correlator.advance(complete, out);
  ledger.take(out);
  RC_ASSERT(ledger.net() == obvious(feed, steps, to_micros(complete)));
}

/// What is committed: rows that firings make and withdrawals take away, and signals.
struct Committed {
  std::vector<Signal> signals;
  std::set<Key> rows;

  Recall recall() const {
    return [this](std::span<const std::uint32_t> rules, TimePoint from, TimePoint to, const std::function<bool(const Signal&)>& row) -> Status {
      for (const Signal& signal : signals) {
        const bool asked = std::find(rules.begin(), rules.end(), signal.rule) != rules.end();
        if (asked && signal.time >= from && signal.time <= to && !row(signal)) break;
      }
      return {};
    };
  }
  void take(const RuleSet& rules, std::vector<Firing>& firings) {
    for (const Firing& firing : firings) {
      const Key key{rules.rules()[firing.rule].rule.title, firing.event};
      if (firing.withdrawn) rows.erase(key);
      if (!firing.withdrawn) rows.insert(key);
    }
    firings.clear();
  }
};

/// Up to three streams, each in order or not at all, read side by side: one may be far ahead of another.
std::vector<std::vector<Step>> arbitrary_pages() {
  std::vector<std::vector<Step>> streams(*rc::gen::inRange<std::size_t>(1, 4));
  const bool ordered = *rc::gen::inRange(0, 4) > 0;
  const auto count = *rc::gen::inRange<std::uint64_t>(0, 90);
  for (std::uint64_t i = 0; i < count; ++i) streams[*rc::gen::inRange<std::size_t>(0, streams.size())].push_back(arbitrary_step(1000, 1400, i));
  if (ordered)
    for (auto& stream : streams) std::stable_sort(stream.begin(), stream.end(), [](const Step& a, const Step& b) { return a.time < b.time; });
  std::vector<std::vector<Step>> out;
  while (!streams.empty()) {
    const std::size_t which = *rc::gen::inRange<std::size_t>(0, streams.size());
    auto& stream = streams[which];
    auto& page = out.emplace_back();
    for (auto size = *rc::gen::inRange<std::size_t>(1, 12); size > 0 && !stream.empty(); --size) {
      page.push_back(stream.front());
      stream.erase(stream.begin());
    }
    if (stream.empty()) streams.erase(streams.begin() + static_cast<std::ptrdiff_t>(which));
    if (out.size() > 1 && *rc::gen::inRange(0, 6) == 0) out.push_back(out[*rc::gen::inRange<std::size_t>(0, out.size())]);  // comes again
  }
  return out;
}

RC_GTEST_PROP(CorrelationLaws, StreamsFarApartGiveWhatTheObviousEvaluatorSaysWhateverTheRestarts, ()) {
  const CorrelatorLimits limits{.lateness = std::chrono::seconds(*rc::gen::inRange(0, 10))};
  const std::string rules = arbitrary_rules();
  const auto pages = arbitrary_pages();
  std::vector<Step> steps;
  for (const auto& page : pages) steps.insert(steps.end(), page.begin(), page.end());
  log(rules, steps);
  Feed feed(rules, limits);
  Committed committed;
  std::vector<Firing> out;
  TimePoint complete = from_seconds(0);
  for (const auto& page : pages) {
    std::vector<Signal> signals;
    for (const Step& step : page)
      for (Signal& signal : feed.signals(step.time, step.event, step.json)) signals.push_back(std::move(signal));
    RC_LOG() << "page of " << page.size() << "\n";
    const Status judged = feed.correlator.add(signals, committed.recall(), out);
    RC_ASSERT(judged.has_value());
    if (*rc::gen::inRange(0, 6) == 0) {  // a crash, before or after the commit
      const bool durable = *rc::gen::inRange(0, 2) == 0;
      RC_LOG() << "a crash " << (durable ? "after" : "before") << " the commit\n";
      if (durable) committed.take(*feed.compiled.rules, out);
      if (durable) committed.signals.insert(committed.signals.end(), signals.begin(), signals.end());
      out.clear();
      feed.correlator = Correlator(feed.compiled.rules, limits);
      std::stable_sort(committed.signals.begin(), committed.signals.end(), [](const Signal& a, const Signal& b) { return a.time < b.time; });
      for (const Signal& signal : committed.signals) feed.correlator.add(signal, out);
      out.clear();  // told before
      feed.correlator.advance(complete, out);
      committed.take(*feed.compiled.rules, out);
      if (!durable) RC_ASSERT(feed.correlator.add(signals, committed.recall(), out).has_value());
    }
    committed.take(*feed.compiled.rules, out);
    committed.signals.insert(committed.signals.end(), signals.begin(), signals.end());
    if (*rc::gen::inRange(0, 4) == 0) {  // also too early a promise
      complete = std::max(complete, from_seconds(*rc::gen::inRange<std::int64_t>(1000, 1400)));
      RC_LOG() << "complete until " << (to_micros(complete) / 1'000'000) << "\n";
      feed.correlator.advance(complete, out);
      committed.take(*feed.compiled.rules, out);
    }
  }
  RC_ASSERT(feed.correlator.stats().too_late == 0u);
  feed.correlator.advance(from_seconds(2000), out);
  committed.take(*feed.compiled.rules, out);
  RC_ASSERT(committed.rows == obvious(feed, steps, 2'000'000'000));
}

}  // namespace
}  // namespace picket::detect
