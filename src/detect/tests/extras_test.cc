#include "detect/tests/feed_for_tests.h"

// What `picket:` adds to correlations, by example. That order, repeats and restarts change nothing is in correlation_laws_test.cc.
namespace picket::detect {
namespace {

constexpr std::int64_t kDay = 86400;

std::string first_seen(std::string_view group_by, std::string_view learning) {
  return with_bases("correlation:\n    type: value_count\n    rules: [a, b]\n" + std::string(group_by) + "    timespan: 30d\n    condition: {field: f, gte: 1}\npicket:\n    first_seen: {learning: " +
                    std::string(learning) + "}\n");
}

TEST(FirstSeen, FiresAtANewValueOfAGroupThatIsKnown) {
  Feed feed(first_seen("    group-by: [u]\n", "7d"));
  EXPECT_EQ(feed.add(0 * kDay, 1, R"({"k":"a","u":1,"f":"x"})"), "");
  EXPECT_EQ(feed.add(6 * kDay, 2, R"({"k":"a","u":1,"f":"y"})"), "");   // still learning
  EXPECT_EQ(feed.add(7 * kDay, 3, R"({"k":"b","u":1,"f":"z"})"), "C");  // seven days old, inclusive
  EXPECT_EQ(feed.add(7 * kDay, 3, R"({"k":"b","u":1,"f":"z"})"), "");   // seen before
  EXPECT_EQ(feed.add(8 * kDay, 4, R"({"k":"a","u":1,"f":"z"})"), "");
  EXPECT_EQ(feed.add(9 * kDay, 5, R"({"k":"a","u":2,"f":"z"})"), "");   // another group
  EXPECT_EQ(feed.add(30 * kDay, 6, R"({"k":"a","u":1,"f":"x"})"), "");  // thirty days old, inclusive
  EXPECT_EQ(feed.add(38 * kDay, 7, R"({"k":"a","u":1,"f":"y"})"), "C");
  EXPECT_EQ(feed.add(38 * kDay, 8, R"({"k":"a","u":1})"), "");          // no value
}

TEST(FirstSeen, AGroupThatWasAwayIsLearnedAgain) {
  Feed feed(first_seen("", "7d"));
  EXPECT_EQ(feed.add(0, 1, R"({"k":"a","f":1})"), "");
  EXPECT_EQ(feed.add(40 * kDay, 2, R"({"k":"a","f":2})"), "");
  EXPECT_EQ(feed.add(48 * kDay, 3, R"({"k":"a","f":1})"), "C");
}

TEST(FirstSeen, LateEventsMoveTheFiringOrTakeItBack) {
  Feed feed(first_seen("", "1d"), {.lateness = std::chrono::hours(24 * 40)});
  EXPECT_EQ(feed.add(10 * kDay, 1, R"({"k":"a","f":"x"})"), "");
  EXPECT_EQ(feed.add(12 * kDay, 2, R"({"k":"a","f":"y"})"), "C");
  EXPECT_EQ(feed.add(11 * kDay, 3, R"({"k":"a","f":"y"})"), "-C@2,C");
  EXPECT_EQ(feed.add(8 * kDay, 4, R"({"k":"a","f":"y"})"), "-C@3,C@1");  // and the group was known at event 1
}

TEST(FirstSeen, AValueCostsTheSameHoweverOftenItComes) {
  Feed feed(first_seen("    group-by: [u]\n", "7d"));
  for (std::uint64_t i = 0; i < 3000; ++i)
    feed.add(static_cast<std::int64_t>(i) * 3600, i, R"({"k":"a","u":)" + std::to_string(i % 5) + R"(,"f":)" + std::to_string(i % 7) + "}");
  EXPECT_EQ(feed.correlator.stats().events, 35u);
  EXPECT_EQ(feed.correlator.stats().evicted_events, 0u);
}

TEST(FirstSeen, TheValuesNotSeenForLongestGo) {
  Feed feed(first_seen("", "0d"), {.max_group_values = 20});
  for (std::uint64_t i = 0; i < 21; ++i) EXPECT_EQ(feed.add(static_cast<std::int64_t>(i), i, R"({"k":"a","f":)" + std::to_string(i) + "}"), "C");
  EXPECT_EQ(feed.correlator.stats().evicted_events, 3u);
  EXPECT_EQ(feed.add(30, 30, R"({"k":"a","f":0})"), "C");
  EXPECT_EQ(feed.add(31, 31, R"({"k":"a","f":20})"), "");
  EXPECT_EQ(feed.add(30 * kDay + 100, 32, R"({"k":"a","f":20})"), "C");  // all others are stale, and gone
  EXPECT_EQ(feed.add(30 * kDay + 7200, 33, R"({"k":"a","f":20})"), "");
}

std::string absence(std::string_view key, std::string_view more = "") {
  return with_bases("correlation:\n    type: event_count\n    rules: [a]\n    group-by: [u]\n    timespan: 10s\n    condition: {gte: 1}\npicket:\n    " + std::string(key) + ": b\n" + std::string(more));
}

TEST(Absence, IsJudgedWhenTheDeadlineIsCompleteAndNeverBefore) {
  Feed feed(absence("not_followed_by"));
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(feed.add(100, 2, R"({"k":"a","u":2})"), "");
  EXPECT_EQ(feed.add(110, 3, R"({"k":"b","u":1})"), "");  // in time, to the second
  EXPECT_EQ(feed.add(5000, 4, R"({"k":"a","u":2})"), "");
  EXPECT_EQ(feed.advance(110), "");
  EXPECT_EQ(feed.advance(111), "C@2");
  EXPECT_EQ(feed.advance(111), "");
  EXPECT_EQ(feed.advance(50), "");
  EXPECT_EQ(feed.advance(9000), "C@4");
}

TEST(Absence, WhatComesAllTheSameWithdraws) {
  Feed feed(absence("not_followed_by"));
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(feed.advance(200), "C@1");
  EXPECT_EQ(feed.add(105, 2, R"({"k":"b","u":1})"), "-C@1");
  EXPECT_EQ(feed.add(102, 3, R"({"k":"a","u":2})"), "C");  // late: its deadline is complete already
}

TEST(Absence, OfWhatShouldHaveComeBefore) {
  Feed feed(absence("not_preceded_by"));
  EXPECT_EQ(feed.add(100, 1, R"({"k":"b","u":1})"), "");
  EXPECT_EQ(feed.add(110, 2, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(feed.add(111, 3, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(feed.add(112, 4, R"({"k":["a","b"],"u":1})"), "");  // at the same time counts
  EXPECT_EQ(feed.advance(111), "");
  EXPECT_EQ(feed.advance(112), "C@3");
  EXPECT_EQ(feed.advance(900), "");
  Feed both(absence("not_preceded_by", "    not_followed_by: [c]\n"));
  EXPECT_EQ(both.add(100, 1, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(both.add(109, 2, R"({"k":"c","u":1})"), "");
  EXPECT_EQ(both.add(120, 3, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(both.advance(900), "C@3");
}

TEST(Absence, WhatWaitsIsKeptWhileAVendorIsBehind) {
  Feed feed(absence("not_followed_by"), {.lateness = Micros(0)});
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a","u":1})"), "");
  for (std::uint64_t i = 2; i < 10; ++i) feed.add(static_cast<std::int64_t>(i) * kDay, i, R"({"k":"b","u":1})");
  EXPECT_EQ(feed.advance(10 * kDay), "C@1");
  EXPECT_EQ(feed.add(11 * kDay, 11, R"({"k":"b","u":1})"), "");
  EXPECT_EQ(feed.correlator.stats().events, 1u);  // what may still follow something
}

TEST(Absence, AnOuterCorrelationSeesItAtTheTimeOfItsEvent) {
  Feed feed(absence("not_followed_by", "---\ntitle: Outer\ncorrelation: {type: temporal_ordered, rules: [C, c], group-by: [u], timespan: 5s}\n"), {.lateness = Micros(0)});
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(feed.add(104, 2, R"({"k":"c","u":1})"), "");
  EXPECT_EQ(feed.add(106, 3, R"({"k":"c","u":1})"), "");
  EXPECT_EQ(feed.add(112, 4, R"({"k":"c","u":1})"), "");
  EXPECT_EQ(feed.advance(111), "C@1,Outer@2");
  EXPECT_EQ(feed.compiled.rules->rules()[3].rule.title, "C");
  EXPECT_EQ(feed.compiled.rules->rules()[3].delay, std::chrono::seconds(10));
}

TEST(Absence, OfACorrelationInACorrelation) {
  Feed feed(with_bases("correlation: {type: event_count, rules: [b], group-by: [u], timespan: 5s, condition: {lte: 1}}\n---\n"
                       "title: Outer\ncorrelation: {type: event_count, rules: [a], group-by: [u], timespan: 10s, condition: {gte: 1}}\npicket: {not_followed_by: C}\n"));
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a","u":1})"), "");
  EXPECT_EQ(feed.add(103, 2, R"({"k":"b","u":1})"), "C");
  EXPECT_EQ(feed.advance(120), "");
  EXPECT_EQ(feed.add(102, 3, R"({"k":"b","u":1})"), "C,-C@2");  // one of two is there all the same
  EXPECT_EQ(feed.add(99, 4, R"({"k":"b","u":1})"), "C,-C@3,Outer@1");
}

TEST(Comparing, WantsDifferentValuesOfTheEventsOfTwoRules) {
  const std::string different = "    rules: [a, b]\n    group-by: [u]\n    timespan: 10s\n    aliases:\n        ip: {a: src, b: dst}\npicket: {different: [ip]}\n";
  Feed ordered(with_bases("correlation:\n    type: temporal_ordered\n" + different));
  EXPECT_EQ(ordered.add(100, 1, R"({"k":"b","u":1,"dst":"9"})"), "");
  EXPECT_EQ(ordered.add(101, 2, R"({"k":"a","u":1,"src":"1"})"), "");
  EXPECT_EQ(ordered.add(102, 3, R"({"k":"b","u":1,"dst":"1"})"), "");
  EXPECT_EQ(ordered.add(102, 4, R"({"k":"b","u":1})"), "");
  EXPECT_EQ(ordered.add(103, 5, R"({"k":"b","u":2,"dst":"2"})"), "");
  EXPECT_EQ(ordered.add(104, 6, R"({"k":"b","u":1,"dst":"2"})"), "C");
  EXPECT_EQ(ordered.add(115, 7, R"({"k":["a","b"],"u":1,"src":"1","dst":"1"})"), "");
  EXPECT_EQ(ordered.add(130, 8, R"({"k":["a","b"],"u":1,"src":"1","dst":"2"})"), "C");
  Feed any(with_bases("correlation:\n    type: temporal\n" + different));
  EXPECT_EQ(any.add(100, 1, R"({"k":"b","u":1,"dst":"9"})"), "");
  EXPECT_EQ(any.add(101, 2, R"({"k":"a","u":1,"src":"9"})"), "");
  EXPECT_EQ(any.add(102, 3, R"({"k":"a","u":1,"src":"1"})"), "C");
}

TEST(Comparing, EqualIsAGroupInWhichNothingIsMissing) {
  Feed feed(with_bases("correlation:\n    type: temporal_ordered\n    rules: [a, b]\n    timespan: 10s\n    aliases:\n        who: {a: mail, b: arn}\npicket:\n    equal: [who]\n    read_as: {who: email}\n"));
  EXPECT_EQ(feed.add(100, 1, R"({"k":"a"})"), "");
  EXPECT_EQ(feed.add(100, 2, R"({"k":"b"})"), "");
  EXPECT_EQ(feed.add(101, 3, R"({"k":"a","mail":"Ann@Corp.example"})"), "");
  EXPECT_EQ(feed.add(102, 4, R"({"k":"b","arn":"arn:aws:sts::1:assumed-role/Admin/ann@corp.example"})"), "C");
  EXPECT_EQ(feed.add(102, 5, R"({"k":"b","arn":"arn:aws:sts::1:assumed-role/Admin/bob@corp.example"})"), "");
}

TEST(Comparing, ValuesAreReadAsTheyAreMeant) {
  const auto counted = [](std::string_view as, std::string_view one, std::string_view other) {
    Feed feed(with_bases("correlation: {type: value_count, rules: [a], timespan: 10s, condition: {field: f, gte: 2}}\npicket: {read_as: {f: " + std::string(as) + "}}\n"));
    feed.add(1, 1, R"({"k":"a","f":")" + std::string(one) + "\"}");
    return feed.add(2, 2, R"({"k":"a","f":")" + std::string(other) + "\"}") == "C" ? 2 : 1;
  };
  EXPECT_EQ(counted("address", "::ffff:10.0.0.1", "10.0.0.1"), 1);
  EXPECT_EQ(counted("address", "2001:DB8:0::1", "2001:db8::1"), 1);
  EXPECT_EQ(counted("address", "10.0.0.2", "10.0.0.1"), 2);
  EXPECT_EQ(counted("address", "Proxy", "proxy"), 1);
  EXPECT_EQ(counted("network", "10.0.0.2", "10.0.0.200"), 1);
  EXPECT_EQ(counted("network", "10.0.1.2", "10.0.0.2"), 2);
  EXPECT_EQ(counted("network", "2001:db8:0:1::1", "2001:db8:0:ff::2"), 1);
  EXPECT_EQ(counted("network", "2001:db8:1::1", "2001:db8:0:ff::2"), 2);
  EXPECT_EQ(counted("folded", "É", "é"), 1);
  EXPECT_EQ(counted("email", "x/A@B", "a@b"), 1);
  EXPECT_EQ(counted("email", "x/A@B", "c@b"), 2);
}

// --- reading and linking

std::string refused(std::string_view correlation) {
  const auto errors = compile_rules(with_bases(correlation)).errors();
  return errors.empty() ? "" : errors.front();
}
void expect_has(const std::string& text, std::string_view part) { EXPECT_NE(text.find(part), std::string::npos) << text << " | " << part; }

constexpr std::string_view kCount = "correlation: {type: event_count, rules: [a], timespan: 1h, condition: {gte: 1}}\n";
constexpr std::string_view kValues = "correlation: {type: value_count, rules: [a], timespan: 1h, condition: {field: f, gte: 1}}\n";
constexpr std::string_view kBoth = "correlation: {type: temporal, rules: [a, b], timespan: 1h}\n";

std::string with(std::string_view correlation, std::string_view extras) { return std::string(correlation) + "picket: " + std::string(extras) + "\n"; }

TEST(Extras, AreRefusedWithTheirPlace) {
  EXPECT_EQ(refused(with(kCount, "{not_folowed_by: b}")), "25:10 \"not_folowed_by\" is not known under picket; first_seen, not_followed_by, not_preceded_by, equal, different, read_as and examples are.");
  expect_has(refused(with(kCount, "x")), "25:9 picket must be a map");
  expect_has(refused(with(kCount, "{first_seen: {learning: 1m}}")), "25:22 first_seen belongs to a correlation of the type value_count");
  expect_has(refused(with("correlation: {type: value_count, rules: [a], timespan: 1h, condition: {field: f, gte: 2}}\n", "{first_seen: {learning: 1m}}")), "with the condition gte: 1");
  expect_has(refused(with(kValues, "{first_seen: 7d}")), "25:22 first_seen must be a map");
  expect_has(refused(with(kValues, "{first_seen: {}}")), "does not say how long a group is learned");
  expect_has(refused(with(kValues, "{first_seen: {learning: long}}")), "25:33 \"long\" is no time span");
  expect_has(refused(with(kValues, "{first_seen: {learning: 1h}}")), "must be shorter than the timespan");
  expect_has(refused(with(kValues, "{first_seen: {learning: 1m, of: a}}")), "25:37 \"of\" is not known in first_seen");
  expect_has(refused(with(kValues, "{not_followed_by: b}")), "belongs to a correlation of the type event_count");
  expect_has(refused(with(kCount, "{not_followed_by: []}")), "not_followed_by is empty");
  expect_has(refused(with(kCount, "{not_followed_by: {x: y}}")), "must be a text or a list of texts");
  expect_has(refused(with(kCount, "{not_followed_by: nowhere}")), "names the rule \"nowhere\", which is not there");
  expect_has(refused(with(kCount, "{not_followed_by: a}")), "followed or preceded by itself");
  expect_has(refused(with(kCount, "{different: f}")), "with exactly two rules");
  expect_has(refused(with("correlation: {type: temporal, rules: [a, b, c], timespan: 1h}\n", "{different: f}")), "with exactly two rules");
  expect_has(refused(with("correlation: {type: temporal, rules: [a, b], timespan: 1h, condition: a and b}\n", "{different: f}")), "has no condition");
  expect_has(refused(with(kBoth, "{different: f, read_as: {g: email}}")), "25:34 \"g\" is read by nothing here");
  expect_has(refused(with(kBoth, "{different: f, read_as: {f: mail}}")), "25:37 Values can be read as");
  EXPECT_EQ(refused(with(kBoth, "{different: f, read_as: {f: email}, examples: [x]}")), "");
}

TEST(Extras, BelongToCorrelationsExceptForExamples) {
  const std::string rule = "title: T\ndetection: {s: {f: 1}, condition: s}\npicket: ";
  EXPECT_TRUE(compile_rules(rule + "{examples: {matching: []}}\n").errors().empty());
  expect_has(compile_rules(rule + "{first_seen: {}}\n").errors().front(), "3:10 first_seen belongs to a correlation");
  expect_has(compile_rules(rule + "{exmples: {}}\n").errors().front(), "is not known under picket");
}

TEST(Linking, SaysHowFarBackSignalsAreNeededAndWhatAlertsByItself) {
  const Compiled compiled = compile_rules(with_bases("correlation: {type: event_count, rules: [a], timespan: 10s, condition: {gte: 1}}\npicket: {not_followed_by: b}\n---\n"
                                                     "title: O\nname: O\ngenerate: true\ncorrelation: {type: temporal_ordered, rules: [C, c], timespan: 60s}\n---\n"
                                                     "title: P\ncorrelation: {type: event_count, rules: [O], timespan: 5s, condition: {gte: 1}}\npicket: {not_preceded_by: a, not_followed_by: b}\n"));
  ASSERT_TRUE(compiled.errors().empty()) << compiled.errors().front();
  const auto& rules = compiled.rules->rules();  // a, b, c, C, O, P
  const auto seconds = [&](std::size_t i) { return rules[i].history_needed.count() / 1'000'000; };
  // P reads what comes up to 10 s late, over twice 5 s; O as late, over 60 s; C over 10 s
  EXPECT_EQ(seconds(4), 20);
  EXPECT_EQ(seconds(3), 20 + 10 + 60);
  EXPECT_EQ(seconds(2), 20 + 10 + 60);
  EXPECT_EQ(seconds(0), 20 + 10 + 60 + 10);
  EXPECT_EQ(seconds(5), 0);
  const auto alerts = [&](std::size_t i) { return rules[i].alerts; };
  EXPECT_FALSE(alerts(0));
  EXPECT_TRUE(alerts(1));  // what must be absent is not made silent
  EXPECT_TRUE(alerts(2));
  EXPECT_TRUE(alerts(3));
  EXPECT_FALSE(alerts(4));
}

}  // namespace
}  // namespace picket::detect
