#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <set>
#include <thread>

#include "watch/tests/fixture.h"

namespace picket::watch {
namespace {
using namespace std::chrono_literals;
using testing::ElementsAre;

const std::string kForcedKey = "10000000-0000-4000-8000-000000000001";

class WatchTest : public WatchFixture {
 protected:
  TimePoint at(int minutes) { return from_seconds(1'795'000'000) + std::chrono::minutes(minutes); }
  std::vector<Event> wrong(int n, const std::string& who = "bo") {
    std::vector<Event> out;
    for (int i = 0; i < n; ++i) out.push_back({who + std::to_string(i), "wrong", who, at(i)});
    return out;
  }
  /// Identity, subject and count of every alert.
  std::set<std::string> told() {
    std::set<std::string> out;
    control::AlertFilter all;
    all.limit = 1000;
    const auto found = control_->detections().alerts(organization_, all);
    for (const auto& alert : *found)
      out.insert(alert.rule_key + alert.subject.substr(alert.subject.find_last_of(",[")) + std::to_string(to_micros(alert.span_from)) + ' ' + std::to_string(to_micros(alert.first_at)) + ' ' +
                 std::to_string(to_micros(alert.last_at)) + ' ' + std::to_string(alert.matches));
    return out;
  }
};

TEST_F(WatchTest, AMatchOfAnAlertingRuleIsAnAlertAboutAPersonAtADevice) {
  page({{"e1", "open", "ada", at(0)}, {"e2", "forced", "ada", at(1)}, {"e3", "forced", "bo", at(2)}});
  EXPECT_THAT(titles(), ElementsAre("Door forced x1", "Door forced x1"));
  EXPECT_EQ(alerts()[0].level, "high");
  EXPECT_THAT(alerts()[0].subject, testing::HasSubstr(device_.id));
}

TEST_F(WatchTest, ThePartsOfACorrelationAlertTogetherOnly) {
  page(wrong(2));
  EXPECT_THAT(titles(), ElementsAre());
  page({{"bo9", "wrong", "bo", at(3)}, {"cy", "wrong", "cy", at(3)}});
  EXPECT_THAT(titles(), ElementsAre("Three wrong codes x1"));
  EXPECT_EQ(alerts()[0].subject, "[\"bo\"]");
}

TEST_F(WatchTest, APageThatComesAgainChangesNothing) {
  for (int i = 0; i < 3; ++i) {
    page(wrong(5));
    page({{"e2", "forced", "ada", at(1)}});
  }
  EXPECT_THAT(titles(), ElementsAre("Door forced x1", "Three wrong codes x3"));
}

TEST_F(WatchTest, ACommitThatDidNotComeAboutTakesNothingWithIt) {
  page(wrong(2));
  static_cast<void>(judge({{"bo2", "wrong", "bo", at(2)}}));  // the process dies, or the disk is full, before the commit
  watch_->forget(organization_);
  page({{"bo2", "wrong", "bo", at(2)}});
  EXPECT_THAT(titles(), ElementsAre("Three wrong codes x1")) << "the page came again and must tell what it led to";
}

TEST_F(WatchTest, ARestartAtAnyPointChangesNothing) {
  const auto events = wrong(7);
  for (const Event& event : events) page({event});
  const auto expected = told();
  ASSERT_FALSE(expected.empty());
  for (std::size_t cut = 0; cut < events.size(); ++cut) {
    TearDown();
    SetUp();
    for (std::size_t i = 0; i < events.size(); ++i) {
      page({events[i]});
      if (i == cut) restart();
      if (i == cut) page({events[i]});  // what was on its way comes again
    }
    std::set<std::string> got = told();
    EXPECT_EQ(got, expected) << "restart after event " << cut;
  }
}

TEST_F(WatchTest, AnyOrderOfArrivalGivesTheSameAlerts) {
  auto events = wrong(6);
  for (const Event& event : wrong(4, "cy")) events.push_back(event);
  events.push_back({"f", "forced", "cy", at(1)});
  page(events);
  const auto expected = told();
  std::mt19937 random(7);
  for (int round = 0; round < 6; ++round) {
    TearDown();
    SetUp();
    std::shuffle(events.begin(), events.end(), random);
    for (std::size_t i = 0; i < events.size(); i += 2) page({events.begin() + static_cast<long>(i), events.begin() + static_cast<long>(std::min(i + 2, events.size()))});
    EXPECT_EQ(told(), expected) << "round " << round;
  }
}

TEST_F(WatchTest, StreamsThatAreDaysApartGiveTheSameAlertsWhateverTheRestarts) {
  const std::vector<std::pair<std::string, std::string>> rules = {{"failures.yml", kFailures}, {"forced.yml", std::string(kForced) + R"(name: door_forced
---
title: A wrong code, then forced
id: 10000000-0000-4000-8000-000000000006
correlation:
    type: temporal_ordered
    rules: [wrong_code, door_forced]
    group-by: [who]
    timespan: 1h
level: high
---
title: Forced without a wrong code
id: 10000000-0000-4000-8000-000000000007
correlation:
    type: temporal
    rules: [wrong_code, door_forced]
    group-by: [who]
    timespan: 1h
    condition: door_forced and not wrong_code
level: low
)"}};
  std::vector<Event> codes, doors;
  std::mt19937 random(11);
  for (int i = 0; i < 60; ++i) {
    const std::string who = i % 3 == 0 ? "bo" : "cy";
    codes.push_back({"c" + std::to_string(i), "wrong", who, at(i * 240 + static_cast<int>(random() % 90))});
    doors.push_back({"d" + std::to_string(i), "forced", who, at(i * 240 + static_cast<int>(random() % 90))});
  }
  std::set<std::string> expected;
  for (int round = 0; round < 6; ++round) {
    TearDown();
    SetUp();
    open_watch(rules);
    std::size_t code = 0, door = 0;
    while (code < codes.size() || door < doors.size()) {
      // the first round reads in the order of time; in the others one stream is ahead of the other, by days in the end
      const bool in_order = door == doors.size() || (code < codes.size() && codes[code].time <= doors[door].time);
      const bool drawn = random() % 8 < static_cast<unsigned>(round + 1);
      const bool codes_next = round == 0 ? in_order : door == doors.size() || (drawn && code < codes.size());
      auto& next = codes_next ? code : door;
      const auto& stream = codes_next ? codes : doors;
      const std::size_t end = std::min(stream.size(), next + (round == 0 ? 1 : 1 + random() % 5));
      const std::vector<Event> events(stream.begin() + static_cast<long>(next), stream.begin() + static_cast<long>(end));
      next = end;
      page(events);
      if (round > 0 && random() % 8 == 0) restart();
      if (round > 0 && random() % 8 == 0) page(events);
    }
    if (round == 0) expected = told();
    ASSERT_GT(expected.size(), 40u);
    EXPECT_EQ(told(), expected) << "round " << round;
  }
}

TEST_F(WatchTest, AServerWithoutAnOrganizationHasItsRulesReady) {
  TearDown();
  std::filesystem::create_directory(directory_);
  open_control();
  open_watch({{"forced.yml", kForced}});
  EXPECT_EQ(watch_->ruling("nobody"), nullptr);
  const auto made = control_->create_organization("Later", {"lea@example.test", "Lea", crypto::Secret("correct horse")}, by_system());
  ASSERT_TRUE(made);
  EXPECT_NE(watch_->ruling(made->organization.id)->book->find(kForcedKey), std::nullopt);
}

TEST_F(WatchTest, ARuleThatIsOffSaysNothing) {
  ASSERT_TRUE(control_->detections().switch_rule(organization_, kForcedKey, false, "The door is being repaired.", {}, by_system()));
  ASSERT_TRUE(watch_->reload(organization_));
  page({{"e1", "forced", "ada", at(0)}});
  EXPECT_THAT(titles(), ElementsAre());
  ASSERT_TRUE(control_->detections().switch_rule(organization_, kForcedKey, true, "", {}, by_system()));
  ASSERT_TRUE(watch_->reload(organization_));
  page({{"e2", "forced", "ada", at(0)}});
  EXPECT_THAT(titles(), ElementsAre("Door forced x1"));
}

TEST_F(WatchTest, OfManyWhoReadRulesAtOnceNobodyPutsOldOnesInForce) {
  const std::string text = "title: Door opened\nlogsource: {product: door}\ndetection:\n    open: {kind: open}\n    condition: open\nlevel: low\n";
  auto& detections = control_->detections();
  std::atomic<int> phase = 0;  // odd: an own rule is in force, whatever the others do
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> others;
  for (int i = 0; i < 3; ++i)
    others.emplace_back([&](std::stop_token stop) {
      while (!stop.stop_requested()) EXPECT_TRUE(watch_->reload(organization_));
    });
  others.emplace_back([&](std::stop_token stop) {
    while (!stop.stop_requested()) {
      const int before = phase;
      const bool there = !watch_->ruling(organization_)->own.empty();
      if (!there && before % 2 == 1 && before == phase) ++wrong;
    }
  });
  for (int round = 0; round < 60; ++round) {
    const auto made = detections.create_own_rule(organization_, text, by_system());
    ASSERT_TRUE(made);
    ASSERT_TRUE(watch_->reload(organization_));
    ++phase;
    std::this_thread::sleep_for(2ms);
    ++phase;
    ASSERT_TRUE(detections.delete_own_rule(organization_, made->id, {}, by_system()));
    ASSERT_TRUE(watch_->reload(organization_));
  }
  EXPECT_EQ(wrong, 0);
}

TEST_F(WatchTest, AnOwnRuleIsWatchedForTwoDaysBeforeItAlerts) {
  const std::string text = "title: Door opened\nlogsource: {product: door}\ndetection:\n    open: {kind: open}\n    condition: open\nlevel: low\n";
  ASSERT_TRUE(control_->detections().create_own_rule(organization_, text, by_system()));
  ASSERT_TRUE(watch_->reload(organization_));
  page({{"e1", "open", "ada", at(0)}});
  EXPECT_THAT(titles(), ElementsAre());
  const auto ruling = watch_->ruling(organization_);
  const auto& entry = ruling->book->entries().back();
  EXPECT_EQ(entry.origin, Origin::kOwn);
  EXPECT_EQ(control_->detections().recent_signals(organization_, entry.key, 10)->size(), 1u) << "counted all the same";
  clock_.advance(49h);
  page({{"e2", "open", "ada", at(5)}});
  EXPECT_THAT(titles(), ElementsAre("Door opened x1"));
}

std::string counting(const std::string& field, const std::string& group) {
  return "title: Door used\nid: 10000000-0000-4000-8000-0000000000a1\nname: used\nlogsource: {product: door}\ndetection:\n    used: {kind|exists: true}\n"
         "    condition: used\nlevel: informational\n---\ntitle: Three of them\nid: 10000000-0000-4000-8000-0000000000a2\ncorrelation:\n    type: value_count\n"
         "    rules: [used]\n    group-by: [" + group + "]\n    timespan: 1h\n    condition: {field: " + field + ", gte: 3}\nlevel: medium\n";
}

TEST_F(WatchTest, WhatIsOnlyComparedIsStoredShortAndCountsAsItsTextDoes) {
  open_watch({{"used.yml", counting("kind", "who")}});
  const std::string ways[] = {"opened with a card", "opened with a key", "opened with a code"};
  const auto first = judge({{"e1", ways[0], "ada with a long name", at(0)}});
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].captures.find("card"), std::string::npos);
  EXPECT_NE(first[0].captures.find("ada with a long name"), std::string::npos) << "an alert names its group";
  ASSERT_TRUE(commit(first));
  page({{"e2", ways[0], "ada with a long name", at(1)}, {"e3", ways[1], "ada with a long name", at(2)}});
  restart();
  EXPECT_THAT(titles(), ElementsAre());
  page({{"e4", ways[2], "ada with a long name", at(3)}});
  EXPECT_THAT(titles(), ElementsAre("Three of them x1"));
}

TEST_F(WatchTest, SignalsOfRulesThatAskedForOtherFieldsAreNotMisread) {
  open_watch({{"used.yml", counting("kind", "who")}});
  page({{"e1", "card", "ada", at(0)}, {"e2", "key", "ada", at(1)}});
  open_watch({{"used.yml", counting("who", "kind")}});
  page({{"e3", "ada", "bo", at(2)}});  // with the fields in each other's place: the third of "ada"
  EXPECT_THAT(titles(), ElementsAre());
  page({{"e4", "ada", "cy", at(3)}, {"e5", "ada", "di", at(4)}});
  EXPECT_THAT(titles(), ElementsAre("Three of them x1"));
}

TEST_F(WatchTest, WhatDoesNotHappenIsToldWhenItIsTooLateForIt) {
  open_watch({{"left.yml", R"(title: Opened
id: 10000000-0000-4000-8000-000000000010
name: opened
logsource: {product: door}
detection:
    open: {kind: open}
    condition: open
level: informational
---
title: Closed
id: 10000000-0000-4000-8000-000000000011
name: closed
logsource: {product: door}
detection:
    shut: {kind: shut}
    condition: shut
level: informational
---
title: Left open
id: 10000000-0000-4000-8000-000000000012
correlation:
    type: event_count
    rules: [opened]
    group-by: [who]
    timespan: 10m
    condition: {gte: 1}
picket:
    not_followed_by: closed
level: high
)"}});
  ASSERT_THAT(watch_->waiting(), ElementsAre(organization_));
  page({{"o1", "open", "ada", at(0)}, {"o2", "open", "bo", at(0)}, {"s2", "shut", "bo", at(5)}});
  const auto advance = [&](int minutes) {
    const auto matches = watch_->advance(organization_, at(minutes));
    ASSERT_TRUE(matches) << matches.error().message;
    ASSERT_TRUE(control_->detections().add_matches(device_.id, "entries", *matches, clock_.now()));
  };
  advance(9);
  EXPECT_THAT(titles(), ElementsAre());
  advance(11);
  EXPECT_THAT(titles(), ElementsAre("Left open x1"));
  restart();
  advance(12);
  EXPECT_THAT(titles(), ElementsAre("Left open x1")) << "told again after a restart, and still one";
  page({{"s1", "shut", "ada", at(7)}});
  EXPECT_THAT(titles(), ElementsAre()) << "it had been closed after all";
}

TEST_F(WatchTest, RecordsThatAreNoEventsDisturbNobody) {
  std::string deep(500, '[');
  model::EventView view;
  const std::vector<store::NewEvent> bad{{view, deep}, {view, "\xff\xfe"}, {view, ""}};
  const Sight sight = watch_->look(eye_, organization_, *registry_->all()[0], "entries", bad);
  EXPECT_TRUE(sight.hits.empty());
  page({{"e1", "forced", "ada", at(0)}});
  EXPECT_EQ(alerts().size(), 1u);
}

}  // namespace
}  // namespace picket::watch
