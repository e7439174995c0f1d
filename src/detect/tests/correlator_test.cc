#include <gtest/gtest.h>

#include "detect/tests/feed_for_tests.h"

namespace picket::detect {
namespace {

TEST(Correlation, CountsInASlidingInclusiveWindowAndFiresOnEveryStep) {
  Feed feed(with_bases("correlation:\n    type: event_count\n    rules: a\n    group-by: u\n    timespan: 10s\n    condition: {gte: 3}\n"));
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a","u":"x"})"), "");
  EXPECT_EQ(feed.add(105, 2, R"({"k":"a","u":"x"})"), "");
  EXPECT_EQ(feed.add(106, 3, R"({"k":"a","u":"y"})"), "");
  EXPECT_EQ(feed.add(110, 4, R"({"k":"a","u":"x"})"), "C");
  EXPECT_EQ(feed.add(110, 5, R"({"k":"a","u":"x"})"), "C");
  EXPECT_EQ(feed.add(121, 6, R"({"k":"a","u":"x"})"), "");
  EXPECT_EQ(feed.add(121, 6, R"({"k":"a","u":"x"})"), "");  // seen before
}

TEST(Correlation, AMissingGroupValueIsAGroupOfItsOwn) {
  Feed feed(with_bases("correlation:\n    type: event_count\n    rules: [a]\n    group-by: [u]\n    timespan: 1m\n    condition: {eq: 2}\n"));
  EXPECT_EQ(feed.add(1, 1, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(1, 2, R"({"k":"a","u":""})"), "");
  EXPECT_EQ(feed.add(2, 3, R"({"k":"a","u":null})"), "C");
  EXPECT_EQ(feed.add(1, 4, R"({"k":"a","u":{"n":1}})"), "");
  EXPECT_EQ(feed.add(2, 5, R"({"k":"a","u":{ "n": 1 }})"), "C");
}

TEST(Correlation, CountsDistinctTuplesAndSkipsMissingOnes) {
  Feed feed(with_bases("correlation:\n    type: value_count\n    rules: [a]\n    timespan: 10s\n    condition: {field: [f, g], gte: 3}\n"));
  EXPECT_EQ(feed.add(1, 1, R"({"k":"a","f":"ab","g":"c"})"), "");
  EXPECT_EQ(feed.add(1, 2, R"({"k":"a","f":"a","g":"bc"})"), "");
  EXPECT_EQ(feed.add(2, 3, R"({"k":"a","f":"a"})"), "");
  EXPECT_EQ(feed.add(2, 4, R"({"k":"a","f":"a","g":"bc"})"), "");
  EXPECT_EQ(feed.add(3, 5, R"({"k":"a","f":1,"g":2})"), "C");
  EXPECT_EQ(feed.add(12, 6, R"({"k":"a","f":1,"g":3})"), "C");  // ab/c has gone, a/bc is ten seconds old
  EXPECT_EQ(feed.add(13, 7, R"({"k":"a","f":1,"g":2})"), "");
}

TEST(Correlation, SumsAveragesAndPercentilesOfNumbers) {
  const auto with = [](std::string_view type, std::string_view condition) {
    return with_bases("correlation:\n    type: " + std::string(type) + "\n    rules: [a]\n    timespan: 10s\n    condition: " + std::string(condition) + "\n");
  };
  Feed sum(with("value_sum", "{field: f, gt: 10, lte: 20}"));
  EXPECT_EQ(sum.add(1, 1, R"({"k":"a","f":7})"), "");
  EXPECT_EQ(sum.add(2, 2, R"({"k":"a","f":"no"})"), "");
  EXPECT_EQ(sum.add(3, 3, R"({"k":"a","f":"3.5"})"), "C");
  EXPECT_EQ(sum.add(4, 4, R"({"k":"a","f":10})"), "");
  Feed average(with("value_avg", "{field: f, gte: 5}"));
  EXPECT_EQ(average.add(1, 1, R"({"k":"a","f":4})"), "");
  EXPECT_EQ(average.add(2, 2, R"({"k":"a","f":6})"), "C");
  Feed high(with("value_percentile", "{field: f, gte: 9, percentile: 90}"));
  for (std::uint64_t i = 1; i <= 10; ++i) EXPECT_EQ(high.add(static_cast<std::int64_t>(i), i, R"({"k":"a","f":)" + std::to_string(i) + "}"), i == 10 ? "C" : "") << i;
  Feed median(with("value_percentile", "{field: f, gte: 5}"));
  EXPECT_EQ(median.add(1, 1, R"({"k":"a","f":1})"), "");
  EXPECT_EQ(median.add(2, 2, R"({"k":"a","f":9})"), "C");
}

TEST(Correlation, TemporalWantsEveryRuleInAnyOrder) {
  Feed feed(with_bases("correlation:\n    type: temporal\n    rules: [a, b]\n    group-by: [u]\n    timespan: 10s\n"));
  EXPECT_EQ(feed.add(1, 1, R"({"k":"b","u":1})"), "");
  EXPECT_EQ(feed.add(5, 2, R"({"k":"a","u":"1"})"), "C");
  EXPECT_EQ(feed.add(11, 3, R"({"k":"a","u":1})"), "C");
  EXPECT_EQ(feed.add(12, 4, R"({"k":"a","u":1})"), "");
}

TEST(Correlation, TemporalOrderedWantsTheOrderAndTakesEqualTimes) {
  Feed feed(with_bases("correlation:\n    type: temporal_ordered\n    rules: [a, b, c]\n    timespan: 10s\n"));
  EXPECT_EQ(feed.add(1, 1, R"({"k":"c"})"), "");
  EXPECT_EQ(feed.add(2, 2, R"({"k":"b"})"), "");
  EXPECT_EQ(feed.add(3, 3, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(4, 4, R"({"k":"c"})"), "");
  EXPECT_EQ(feed.add(4, 5, R"({"k":"b"})"), "C@4,C") << "which of them came first is not known";
  EXPECT_EQ(feed.add(4, 6, R"({"k":["a","b"]})"), "C");
}

TEST(Correlation, EventsOfOneTimeHaveOneWindowWhateverTheirIds) {
  const std::string rules = with_bases("correlation: {type: event_count, rules: [a], timespan: 10s, condition: {eq: 2}}\n");
  Feed rising(rules), falling(rules);
  EXPECT_EQ(rising.add(1, 1, R"({"k":"a"})"), "");
  EXPECT_EQ(rising.add(1, 2, R"({"k":"a"})"), "C@1,C");
  EXPECT_EQ(rising.add(1, 3, R"({"k":"a"})"), "-C@1,-C@2");
  EXPECT_EQ(falling.add(1, 2, R"({"k":"a"})"), "");
  EXPECT_EQ(falling.add(1, 1, R"({"k":"a"})"), "C,C@2");
}

TEST(Correlation, ACountOfATemporalOneIsThatOfDifferentRules) {
  Feed feed(with_bases("correlation:\n    type: temporal\n    rules: [a, b, c]\n    timespan: 10s\n    condition: {gte: 2}\n"));
  EXPECT_EQ(feed.add(1, 1, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(1, 2, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(2, 3, R"({"k":"c"})"), "C");
}

TEST(Correlation, AnExpressionIsJudgedAtEveryStepAndLateEventsWithdraw) {
  Feed feed(with_bases("correlation:\n    type: temporal\n    rules: [a, b, c]\n    timespan: 10s\n    condition: a and (b or c) and not c\n"));
  EXPECT_EQ(feed.add(10, 1, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(12, 2, R"({"k":"b"})"), "C");
  EXPECT_EQ(feed.add(11, 3, R"({"k":"c"})"), "-C@2");
  Feed ordered(with_bases("correlation:\n    type: temporal_ordered\n    timespan: 10s\n    condition: a and b\n"));
  EXPECT_EQ(ordered.add(1, 1, R"({"k":"b"})"), "");
  EXPECT_EQ(ordered.add(2, 2, R"({"k":"a"})"), "");
  EXPECT_EQ(ordered.add(3, 3, R"({"k":"b"})"), "C");
}

TEST(Correlation, ALateEventLetsLaterOnesFire) {
  Feed feed(with_bases("correlation:\n    type: event_count\n    rules: [a]\n    timespan: 10s\n    condition: {gte: 2}\n"));
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(120, 2, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(112, 3, R"({"k":"a"})"), "C@2");
  EXPECT_EQ(feed.add(10'000, 4, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(113, 5, R"({"k":"a"})"), "");  // later than windows are kept
  EXPECT_EQ(feed.correlator.stats().too_late, 1u);
}

TEST(Correlation, AliasesNameFieldsOfEachRule) {
  Feed feed(with_bases("correlation:\n    type: temporal\n    rules: [a, b]\n    group-by: [ip]\n    timespan: 10s\n    aliases:\n        ip: {a: src, b: dst.ip}\n"));
  EXPECT_EQ(feed.add(1, 1, R"({"k":"a","src":"1.1.1.1","ip":"9"})"), "");
  EXPECT_EQ(feed.add(2, 2, R"({"k":"b","dst":{"ip":"2.2.2.2"},"ip":"9"})"), "");
  EXPECT_EQ(feed.add(3, 3, R"({"k":"b","dst":{"ip":"1.1.1.1"}})"), "C");
}

TEST(Correlation, ChainsCarryFieldsOfTheLastEventUpwards) {
  Feed feed(with_bases("correlation:\n    type: event_count\n    rules: [a]\n    group-by: [u]\n    timespan: 10s\n    condition: {gte: 2}\n---\n"
                       "title: Outer\ncorrelation:\n    type: temporal_ordered\n    rules: [C, b]\n    group-by: [v]\n    timespan: 1m\n"));
  EXPECT_EQ(feed.add(1, 1, R"({"k":"a","u":"x","v":"1"})"), "");
  EXPECT_EQ(feed.add(2, 2, R"({"k":"a","u":"x","v":"2"})"), "C");
  EXPECT_EQ(feed.add(3, 3, R"({"k":"b","v":"1"})"), "");
  EXPECT_EQ(feed.add(4, 4, R"({"k":"b","v":"2"})"), "Outer");
}

TEST(Correlation, LimitsAreToldAndTheStalestGroupGoes) {
  Feed feed(with_bases("correlation:\n    type: event_count\n    rules: [a]\n    group-by: [u]\n    timespan: 1h\n    condition: {gte: 3}\n"), {.max_groups = 2, .max_group_events = 2});
  feed.add(1, 1, R"({"k":"a","u":1})");
  feed.add(2, 2, R"({"k":"a","u":2})");
  feed.add(3, 3, R"({"k":"a","u":1})");
  feed.add(4, 4, R"({"k":"a","u":3})");  // group 2 goes
  EXPECT_EQ(feed.correlator.stats().groups, 2u);
  EXPECT_EQ(feed.correlator.stats().evicted_groups, 1u);
  EXPECT_EQ(feed.correlator.stats().events, 3u);
  EXPECT_EQ(feed.add(5, 5, R"({"k":"a","u":1})"), "C");  // judged before the oldest goes
  EXPECT_EQ(feed.correlator.stats().evicted_events, 1u);
}

namespace {
/// Tells how many signals it was asked for.
struct Store {
  std::vector<Signal> signals;
  std::size_t told = 0;
  Recall recall() {
    return [this](std::span<const std::uint32_t>, TimePoint from, TimePoint to, const std::function<bool(const Signal&)>& row) -> Status {
      for (const Signal& signal : signals)
        if (signal.time >= from && signal.time <= to && (++told, !row(signal))) break;
      return {};
    };
  }
  std::string add(Feed& feed, std::int64_t seconds, std::uint64_t event, std::string_view json) {
    const std::vector<Signal> page = feed.signals(seconds, event, json);
    std::vector<Firing> out;
    EXPECT_TRUE(feed.correlator.add(page, recall(), out));
    signals.insert(signals.end(), page.begin(), page.end());
    return feed.told(out, event);
  }
};
}  // namespace

TEST(LateSignals, AreJudgedOverWhatIsReadBackAroundThem) {
  Feed feed(with_bases("correlation: {type: temporal_ordered, rules: [a, b], group-by: [u], timespan: 1h}\n"));
  Store store;
  for (std::int64_t hour = 0; hour < 100; ++hour) EXPECT_EQ(store.add(feed, hour * 3600, 1000 + hour, R"({"k":"b","u":1})"), "");
  EXPECT_EQ(store.told, 0u) << "in order nothing is read back";
  EXPECT_EQ(store.add(feed, 10 * 3600 - 60, 1, R"({"k":"a","u":1})"), "C@1010") << "days behind, before an event that was there";
  EXPECT_EQ(store.add(feed, 20 * 3600 + 60, 2, R"({"k":"b","u":1})"), "");
  EXPECT_EQ(store.add(feed, 20 * 3600 + 30, 3, R"({"k":"a","u":1})"), "C@2,C@1021");
  EXPECT_EQ(store.add(feed, 20 * 3600 + 30, 3, R"({"k":"a","u":1})"), "") << "known";
  EXPECT_EQ(store.add(feed, 100 * 3600, 4, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(store.add(feed, 100 * 3600 + 1, 5, R"({"k":"b","u":1})"), "C");
  EXPECT_EQ(feed.correlator.stats().too_late, 0u);
}

TEST(LateSignals, OfAStreamThatIsBehindReadEachSignalAboutOnce) {
  Feed feed(with_bases("correlation: {type: temporal, rules: [a, b], group-by: [u], timespan: 10m}\n"));
  Store store;
  constexpr std::int64_t kEvents = 2000, kStep = 120;
  for (std::int64_t i = 0; i < kEvents; ++i) store.add(feed, i * kStep, static_cast<std::uint64_t>(i), R"({"k":"b","u":1})");
  store.told = 0;
  for (std::int64_t i = 0; i < kEvents / 2; ++i) store.add(feed, i * kStep + 7, static_cast<std::uint64_t>(10000 + i), R"({"k":"a","u":1})");
  EXPECT_GT(store.told, kEvents / 2u);
  EXPECT_LT(store.told, kEvents * 2u) << "a page may not cost the whole window again";
}

TEST(LateSignals, OfAGroupThatWentBecauseItWasOldAreJudgedToo) {
  Feed feed(with_bases("correlation: {type: temporal_ordered, rules: [a, b], group-by: [u], timespan: 1h}\n"), {.max_groups = 2});
  Store store;
  for (std::int64_t i = 0; i < 50; ++i) store.add(feed, i * 36000, static_cast<std::uint64_t>(100 + i), R"({"k":"b","u":)" + std::to_string(i) + "}");
  EXPECT_EQ(feed.correlator.stats().evicted_groups, 0u) << "what went was of no use any more";
  EXPECT_EQ(store.add(feed, 36000 - 5, 1, R"({"k":"a","u":1})"), "C@101");
}

TEST(LateSignals, WithTooMuchAroundThemAreToldAsMissed) {
  Feed feed(with_bases("correlation: {type: temporal_ordered, rules: [a, b], group-by: [u], timespan: 1h}\n"), {.max_recalled = 5});
  Store store;
  for (std::int64_t i = 0; i < 50; ++i) store.add(feed, i * 600, static_cast<std::uint64_t>(100 + i), R"({"k":"b","u":1})");
  EXPECT_EQ(store.add(feed, 6000 - 5, 1, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(feed.correlator.stats().too_late, 1u);
}

TEST(LateSignals, AnErrorOfReadingBackIsTheCallers) {
  Feed feed(with_bases("correlation: {type: event_count, rules: [a], timespan: 1m, condition: {gte: 2}}\n"));
  Store store;
  store.add(feed, 0, 1, R"({"k":"a"})");
  store.add(feed, 90000, 2, R"({"k":"a"})");
  std::vector<Firing> out;
  const Recall broken = [](auto&&...) -> Status { return fail(ErrorKind::kUnavailable, "The disk is gone."); };
  const Status judged = feed.correlator.add(feed.signals(5, 3, R"({"k":"a"})"), broken, out);
  ASSERT_FALSE(judged);
  EXPECT_EQ(judged.error().message, "The disk is gone.");
}

TEST(Linking, UnknownNamesAndCirclesAreRefusedTheRestStays) {
  const Compiled compiled = compile_rules(with_bases("correlation: {type: event_count, rules: [nowhere], timespan: 1m, condition: {gte: 1}}\n---\n"
                                                     "title: D\nname: D\ncorrelation: {type: event_count, rules: [C], timespan: 1m, condition: {gte: 1}}\n---\n"
                                                     "title: E\nname: E\ncorrelation: {type: temporal, rules: [a, F], timespan: 1m}\n---\n"
                                                     "title: F\nname: F\ncorrelation: {type: temporal, rules: [a, E], timespan: 1m}\n"));
  EXPECT_EQ(compiled.errors().size(), 4u);
  EXPECT_EQ(compiled.rules->rules().size(), 3u);
  EXPECT_TRUE(compiled.rules->correlations().empty());
}

}  // namespace
}  // namespace picket::detect
