#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "base/guid.h"
#include "control/tests/control_fixture.h"

namespace picket::control {
namespace {
using namespace std::chrono_literals;

constexpr Micros kProbation = std::chrono::hours(48);

class DetectionsTest : public ControlFixture {
 protected:
  void SetUp() override {
    ControlFixture::SetUp();
    device_ = add_device("Main");
    know({{"r1", "Rule one", "d1", false}, {"r2", "Rule two", "d2", true}});
  }
  Detections& detections() { return control().detections(); }
  std::vector<RuleState> know(std::vector<KnownRule> rules) {
    auto states = detections().know_rules(device_.organization_id, rules, kProbation, clock_.now());
    EXPECT_TRUE(states) << states.error().message;
    return states.value_or(std::vector<RuleState>());
  }
  RuleState rule(const std::string& key) {
    const auto states = detections().rule_states(device_.organization_id);
    for (const auto& state : states.value())
      if (state.key == key) return state;
    ADD_FAILURE() << "no rule " << key;
    return {};
  }
  Match match(const std::string& key, TimePoint time, const std::string& event, std::string subject = {}) {
    Match out;
    out.rule_no = rule(key).no;
    out.time = time;
    out.event = guid_bytes(event).value();
    out.captures = "a";
    if (!subject.empty()) out.alert = AlertKey{std::move(subject), from_micros(0), "Rule one", "high"};
    return out;
  }
  void commit(std::vector<Match> matches, bool accepted = true) {
    StreamCommit step;
    step.state = control().streams(device_.id)->at(0);
    step.device_epoch = accepted ? device_.epoch : device_.epoch + 7;
    step.matches = std::move(matches);
    const auto left_out = control().commit(std::vector{step}, {}, clock_.now());
    ASSERT_TRUE(left_out) << left_out.error().message;
    EXPECT_EQ(left_out->empty(), accepted);
  }
  std::vector<std::string> history(const std::string& key) {
    std::vector<std::string> out;
    const auto entries = detections().rule_history(device_.organization_id, key);
    for (const auto& entry : entries.value()) out.push_back(entry.value);
    return out;
  }
  std::vector<Alert> alerts() { return *detections().alerts(device_.organization_id, {}); }
  std::uint64_t day(const std::string& key) {
    const auto all = detections().rule_counts(device_.organization_id, {}, clock_.now());
    for (const auto& counts : all.value())
      if (counts.key == key) return counts.day;
    return 0;
  }
  Device device_;
};

TEST_F(DetectionsTest, ANewRuleOfPeopleIsWatchedBeforeItAlertsAndAShippedOneIsNot) {
  EXPECT_EQ(rule("r1").alert_from, clock_.now());
  EXPECT_EQ(rule("r2").alert_from, clock_.now() + kProbation);
  const auto first = rule("r2");
  clock_.advance(1h);
  know({{"r2", "Rule two", "d2", true}});
  EXPECT_EQ(rule("r2").alert_from, first.alert_from) << "the same text goes on";
  know({{"r2", "Rule two", "other", true}});
  EXPECT_EQ(rule("r2").alert_from, clock_.now() + kProbation) << "another text begins anew";
  const auto ended = detections().end_probation(device_.organization_id, "r2", {}, by_ada());
  ASSERT_TRUE(ended);
  EXPECT_LE(ended->alert_from, clock_.now());
  const auto history = detections().rule_history(device_.organization_id, "r2");
  ASSERT_EQ(history->size(), 3u);
  EXPECT_EQ(history->at(0).action, HistoryAction::kCreated);
  EXPECT_EQ(history->at(2).created_by.id, by_ada().actor.id);
}

TEST_F(DetectionsTest, AnotherTextOfTheSameMeaningIsNotedAndGoesOnAlerting) {
  const auto r2 = [](const std::string& digest, const std::string& meaning) { return KnownRule{.key = "r2", .title = "Rule two", .digest = digest, .on_probation = true, .meaning = meaning}; };
  know({r2("d2", "m2")});
  ASSERT_EQ(history("r2").size(), 1u) << "the row of an earlier version learns the meaning without a word";
  ASSERT_TRUE(detections().end_probation(device_.organization_id, "r2", {}, by_ada()));
  clock_.advance(1h);
  know({r2("d2 with a comment", "m2")});
  EXPECT_LT(rule("r2").alert_from, clock_.now());
  EXPECT_THAT(history("r2").back(), testing::HasSubstr("what it looks for did not"));
  know({r2("d3", "m3")});
  EXPECT_EQ(rule("r2").alert_from, clock_.now() + kProbation);
}

TEST_F(DetectionsTest, FiltersOfARuleAreInItsHistory) {
  KnownRule one{.key = "r1", .title = "Rule one", .digest = "d1", .meaning = "m1"}, two{.key = "r2", .title = "Rule two", .digest = "d2", .on_probation = true, .meaning = "m2"};
  know({one, two});
  const TimePoint from = rule("r2").alert_from;
  const std::size_t before = history("r2").size();
  clock_.advance(1h);
  one.filters = two.filters = {{"\"Silence\" (rules/f.yml)", "f1"}};
  know({one, two});
  EXPECT_THAT(history("r1").back(), testing::HasSubstr("Filtered from now on by \\\"Silence\\\" (rules/f.yml)."));
  EXPECT_EQ(history("r2").size(), before + 1);
  EXPECT_EQ(rule("r2").alert_from, from) << "a filter only leaves out";
  two.filters[0].second = "f2";
  know({one, two});
  EXPECT_THAT(history("r2").back(), testing::HasSubstr("changed."));
  EXPECT_EQ(history("r1").size(), 2u);
  one.filters.clear();
  know({one, two});
  EXPECT_THAT(history("r1").back(), testing::HasSubstr("No longer filtered by"));
}

TEST_F(DetectionsTest, ARuleThatGoesAndComesBackSaysSo) {
  const KnownRule one{.key = "r1", .title = "Rule one", .digest = "d1"}, two{.key = "r2", .title = "Rule two", .digest = "d2", .on_probation = true};
  know({one});
  EXPECT_EQ(rule("r2").gone_at, clock_.now());
  EXPECT_THAT(history("r2").back(), testing::HasSubstr("out of force"));
  know({one});
  EXPECT_EQ(history("r2").size(), 2u) << "told once";
  know({one, two});
  EXPECT_FALSE(rule("r2").gone_at);
  EXPECT_THAT(history("r2").back(), testing::HasSubstr("in force again"));
  EXPECT_EQ(history("r1").size(), 1u);
}

TEST_F(DetectionsTest, TheHistoryOfARuleHoldsThatOfEveryOwnTextItStoodIn) {
  const auto first = detections().create_own_rule(device_.organization_id, "title: one", by_ada());
  KnownRule own{.key = "r3", .title = "one", .digest = "d", .on_probation = true, .meaning = "m", .file = first->id, .own = true};
  know({own});
  ASSERT_TRUE(detections().delete_own_rule(device_.organization_id, first->id, {}, by_ada()));
  know({});
  EXPECT_THAT(history("r3"), testing::ElementsAre(testing::HasSubstr("Written here."), testing::HasSubstr("created"), testing::HasSubstr("Deleted."),
                                                  testing::HasSubstr("gone")));
  const auto second = detections().create_own_rule(device_.organization_id, "title: one", by_ada());
  own.file = second->id;
  know({own});
  EXPECT_EQ(history("r3").size(), 6u) << "the second text's beginning, and that the rule is back";
}

TEST_F(DetectionsTest, SwitchingOffAsksForAReasonAndStandsInTheHistory) {
  const auto refused = detections().switch_rule(device_.organization_id, "r1", false, "  ", {}, by_ada());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "reason");
  const auto off = detections().switch_rule(device_.organization_id, "r1", false, "The scanner does this daily.", 1, by_ada());
  ASSERT_TRUE(off) << off.error().message;
  EXPECT_FALSE(off->enabled);
  EXPECT_EQ(off->reason, "The scanner does this daily.");
  const auto stale = detections().switch_rule(device_.organization_id, "r1", true, "", 1, by_ada());
  ASSERT_FALSE(stale);
  reopen();
  EXPECT_FALSE(rule("r1").enabled);
  ASSERT_TRUE(detections().switch_rule(device_.organization_id, "r2", false, "noisy", {}, by_ada()));
  ASSERT_TRUE(detections().switch_rule(device_.organization_id, "r2", true, "noisy", {}, by_ada()));
  EXPECT_THAT(detections().rule_history(device_.organization_id, "r2")->back().value, testing::Not(testing::HasSubstr("noisy")));
  EXPECT_THAT(detections().rule_history(device_.organization_id, "r1")->back().value, testing::HasSubstr("The scanner does this daily."));
  EXPECT_FALSE(detections().switch_rule(new_guid(), "r1", true, "", {}, by_ada())) << "another organization's";
}

TEST_F(DetectionsTest, AMatchCountsOnceHoweverOftenItComes) {
  const std::string event = new_guid();
  const TimePoint time = clock_.now() - 5min;
  for (int i = 0; i < 3; ++i) commit({match("r1", time, event, "[\"ada\"]")});
  EXPECT_EQ(day("r1"), 1u);
  ASSERT_EQ(alerts().size(), 1u);
  EXPECT_EQ(alerts()[0].matches, 1u);
  EXPECT_EQ(alerts()[0].device_id, device_.id);
  EXPECT_EQ(alerts()[0].rule_key, "r1");
  const auto matches = detections().alert_matches(device_.organization_id, alerts()[0].id, 10);
  ASSERT_EQ(matches->size(), 1u);
  EXPECT_EQ(guid_text(matches->at(0).event), event);
  EXPECT_EQ(detections().recent_signals(device_.organization_id, "r1", 10)->size(), 1u);
}

TEST_F(DetectionsTest, CountsOfAllDevicesAreTheSumOfThoseOfEach) {
  const Device other = add_device("Other");
  const TimePoint now = clock_.now();
  const auto at = [&](const Device& device, std::vector<Match> matches) {
    ASSERT_TRUE(detections().add_matches(device.id, "auditevents", matches, now));
  };
  Match early = match("r1", now - 2h, new_guid()), gone = match("r1", now - 1min, new_guid());
  at(device_, {early, gone, match("r1", now - 26h, new_guid())});
  at(other, {match("r1", now - 2h, new_guid()), match("r2", now - 2h, new_guid()), early});  // one is known
  gone.withdrawn = true;
  at(device_, {gone});
  const auto counts = [&](const std::string& device) {
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> out;
    const auto all = detections().rule_counts(device_.organization_id, device, now);
    for (const auto& one : all.value()) out[one.key] = {one.day, one.month};
    return out;
  };
  using Counts = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;
  EXPECT_EQ(counts(device_.id), (Counts{{"r1", {1, 2}}}));
  EXPECT_EQ(counts(other.id), (Counts{{"r1", {1, 1}}, {"r2", {1, 1}}}));
  EXPECT_EQ(counts({}), (Counts{{"r1", {2, 3}}, {"r2", {1, 1}}}));
  const auto hours = detections().rule_hours(device_.organization_id, "r1", now - 30h);
  std::vector<std::uint64_t> told;
  for (const auto& hour : *hours) told.push_back(hour.matches);
  EXPECT_EQ(told, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(DetectionsTest, RepeatsAboutOneSubjectAreOneAlert) {
  const TimePoint time = clock_.now() - 5min;
  commit({match("r1", time, new_guid(), "[\"ada\"]"), match("r1", time - 1min, new_guid(), "[\"ada\"]"), match("r1", time, new_guid(), "[\"bo\"]")});
  ASSERT_EQ(alerts().size(), 2u);
  const Alert ada = alerts()[0].subject == "[\"ada\"]" ? alerts()[0] : alerts()[1];
  EXPECT_EQ(ada.matches, 2u);
  EXPECT_EQ(ada.first_at, time - 1min);
  EXPECT_EQ(ada.last_at, time);
}

/// Against the plainest bookkeeping: what is told twice, in one step or in several, in any order, is there once.
TEST_F(DetectionsTest, MatchesAndCountsAreWhatWasToldWhateverIsRepeated) {
  std::mt19937 random(11);
  const TimePoint from = clock_.now() - 48h;
  std::vector<Match> all;
  for (int i = 0; i < 400; ++i) {
    const bool moves_on = i % 80 < 40;  // steps of what is new, and steps among what is known
    const Micros later = moves_on ? 10h + i * 1min + Micros(random() % 60'000'000) : Micros(random() % 36'000'000'000);
    Match m = match(random() % 3 == 0 ? "r2" : "r1", from + later, new_guid());
    if (random() % 3 == 0) m.alert = AlertKey{std::string(1, static_cast<char>('a' + random() % 3)), from_micros(0), "Rule", "high"};
    if (random() % 20 == 0) m.time = all.empty() ? m.time : all.back().time;
    if (random() % 8 == 0) m.part = static_cast<std::int64_t>(random() % 3);
    m.captures = std::string(random() % 40, 'x');
    all.push_back(m);
  }
  std::map<std::tuple<std::int64_t, TimePoint, GuidBytes, std::int64_t>, std::string> model;
  std::map<std::pair<std::string, std::string>, std::set<std::tuple<TimePoint, GuidBytes, std::int64_t>>> of_alerts;
  for (std::size_t at = 0; at < all.size(); at += 40) {
    std::vector<Match> step(all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(at) + 40);
    for (int i = 0; i < 15; ++i) step.push_back(all[at + random() % 40]);
    if (at % 80 != 0)
      for (int i = 0; i < 15; ++i) step.push_back(all[random() % (at + 40)]);
    std::shuffle(step.begin(), step.end(), random);
    for (const Match& m : step) {
      model[{m.rule_no, m.time, m.event, m.part}] = m.captures;
      if (m.alert) of_alerts[{m.rule_no == rule("r1").no ? "r1" : "r2", m.alert->subject}].emplace(m.time, m.event, m.part);
    }
    commit(step);
    if (at == 200) reopen();
  }
  for (const char* key : {"r1", "r2"}) {
    std::map<TimePoint, std::uint64_t> expected, told;
    std::multiset<std::tuple<TimePoint, GuidBytes, std::string>> signals, stored;
    for (const auto& [of, captures] : model) {
      if (std::get<0>(of) != rule(key).no) continue;
      ++expected[std::chrono::floor<std::chrono::hours>(std::get<1>(of))];
      signals.emplace(std::get<1>(of), std::get<2>(of), captures);
    }
    const auto hours = detections().rule_hours(device_.organization_id, key, from - 1h);
    ASSERT_TRUE(hours);
    for (const auto& hour : *hours) told[hour.hour] = hour.matches;
    EXPECT_EQ(told, expected);
    const std::vector<std::int64_t> one{rule(key).no};
    ASSERT_TRUE(detections().each_signal(one, from - 1h, from_micros(INT64_MAX), [&](const StoredSignal& s) {
      stored.emplace(s.time, s.event, s.captures);
      return true;
    }));
    EXPECT_EQ(stored, signals);
  }
  EXPECT_EQ(alerts().size(), of_alerts.size());
  for (const Alert& alert : alerts()) {
    const auto& expected = of_alerts[{alert.rule_key, alert.subject}];
    ASSERT_EQ(alert.matches, expected.size());
    EXPECT_EQ(alert.first_at, std::get<0>(*expected.begin()));
    EXPECT_EQ(alert.last_at, std::get<0>(*expected.rbegin()));
  }
}

TEST_F(DetectionsTest, WhatIsToldWithdrawnAndToldAgainInOneStepIsThere) {
  Match fired = match("r1", clock_.now(), new_guid());
  fired.part = 77;
  Match withdrawn = fired;
  withdrawn.withdrawn = true;
  commit({fired, match("r1", clock_.now(), new_guid()), withdrawn});
  EXPECT_EQ(day("r1"), 1u);
  commit({fired, withdrawn, fired});
  EXPECT_EQ(day("r1"), 2u);
}

TEST_F(DetectionsTest, WhatIsWithdrawnTakesItsAlertWithIt) {
  Match fired = match("r1", clock_.now(), new_guid(), "[\"ada\"]");
  fired.part = 77;
  commit({fired});
  ASSERT_EQ(alerts().size(), 1u);
  const std::string id = alerts()[0].id;
  fired.withdrawn = true;
  commit({fired});
  EXPECT_TRUE(alerts().empty());
  EXPECT_FALSE(detections().alert(device_.organization_id, id));
  EXPECT_EQ(day("r1"), 0u);
  fired.withdrawn = false;
  commit({fired});
  ASSERT_EQ(alerts().size(), 1u);
  EXPECT_EQ(alerts()[0].id, id) << "the same alert again";
}

TEST_F(DetectionsTest, AnAlertIsAsLongAsWhatIsLeftOfIt) {
  const TimePoint time = clock_.now() - 10min;
  Match first = match("r1", time, new_guid(), "[\"ada\"]"), last = match("r1", time + 5min, new_guid(), "[\"ada\"]");
  first.part = last.part = 77;
  const Match between = match("r1", time + 2min, new_guid(), "[\"ada\"]");
  commit({first, between, last});
  first.withdrawn = last.withdrawn = true;
  commit({first, last});
  ASSERT_EQ(alerts().size(), 1u);
  EXPECT_EQ(alerts()[0].matches, 1u);
  EXPECT_EQ(alerts()[0].first_at, time + 2min);
  EXPECT_EQ(alerts()[0].last_at, time + 2min);
  Match alone = between;
  alone.withdrawn = true;
  last.withdrawn = false;
  commit({alone, last});
  EXPECT_EQ(alerts().at(0).first_at, time + 5min) << "nothing is left of what it was";
}

TEST_F(DetectionsTest, ARefusedStepLeavesNoMatchBehind) {
  commit({match("r1", clock_.now(), new_guid(), "[\"ada\"]")}, false);
  EXPECT_TRUE(alerts().empty());
  EXPECT_EQ(day("r1"), 0u);
}

TEST_F(DetectionsTest, SignalsComeBackInTheOrderOfTimeAndOldOnesOfNoAlertGo) {
  const TimePoint now = clock_.now();
  const std::string old_event = new_guid(), kept_event = new_guid(), fresh = new_guid();
  commit({match("r1", now - 40min, old_event), match("r1", now - 40min, kept_event, "[\"ada\"]")});
  clock_.advance(std::chrono::hours(24 * 40));
  commit({match("r2", now - 2min, fresh), match("r1", now - 1min, new_guid())});
  std::vector<std::int64_t> both{rule("r1").no, rule("r2").no};
  std::vector<TimePoint> times;
  const auto read = [&](TimePoint from = from_micros(0), TimePoint to = from_micros(INT64_MAX)) {
    times.clear();
    ASSERT_TRUE(detections().each_signal(both, from, to, [&](const StoredSignal& s) {
      times.push_back(s.time);
      return true;
    }));
  };
  read();
  ASSERT_EQ(times.size(), 4u);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  read(now - 40min, now - 2min);
  EXPECT_THAT(times, testing::ElementsAre(now - 40min, now - 40min, now - 2min)) << "both ends are inclusive";
  EXPECT_THAT(*detections().signal_events_at(both, now - 2min), testing::ElementsAre(guid_bytes(fresh).value()));
  ASSERT_TRUE(detections().sweep_signals(clock_.now() - std::chrono::hours(24 * 31)));
  read();
  EXPECT_EQ(times.size(), 3u) << "the one of an alert stays as its evidence";
}

TEST_F(DetectionsTest, OwnRulesAreKeptWithWhoChangedThem) {
  const auto made = detections().create_own_rule(device_.organization_id, "title: one", by_ada());
  ASSERT_TRUE(made) << made.error().message;
  const auto changed = detections().update_own_rule(device_.organization_id, made->id, "title: two", 1, by_ada());
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->text, "title: two");
  EXPECT_FALSE(detections().update_own_rule(device_.organization_id, made->id, "title: three", 1, by_ada())) << "stale";
  EXPECT_FALSE(detections().own_rule(new_guid(), made->id));
  ASSERT_TRUE(detections().delete_own_rule(device_.organization_id, made->id, 2, by_ada()));
  EXPECT_TRUE(detections().own_rules(device_.organization_id)->empty());
  EXPECT_EQ(detections().rule_history(device_.organization_id, made->id)->size(), 3u);
}

}  // namespace
}  // namespace picket::control
