#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

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

TEST_F(WatchTest, APlaceholderIsFilledAgainAndAShippedRuleWaitsForIt) {
  const auto lists = directory_ / "lists.yml";
  // its length tells that it changed, however quickly
  auto write = [&, n = 0](const std::string& text) mutable { std::ofstream(lists) << text << "# " << std::string(static_cast<std::size_t>(++n), '.') << '\n'; };
  write("doors: []\n");
  const auto watched = [](const char* title, const char* id) {
    return std::string("title: ") + title + "\nid: " + id + "\nlogsource: {product: door}\ndetection:\n    a: {'door|expand': '%doors%'}\n    condition: a\nlevel: low\n";
  };
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "mine.yml") << watched("Mine", "10000000-0000-4000-8000-0000000000a1");
  open_watch({{"a.yml", watched("A watched door", "10000000-0000-4000-8000-0000000000a0")}}, {folder}, lists);
  EXPECT_EQ(watch_->ruling(organization_)->book->entries().size(), 0u);
  ASSERT_EQ(watch_->ruling(organization_)->problems.size(), 1u) << "of the one that somebody wrote";
  EXPECT_NE(watch_->ruling(organization_)->problems[0].error.message.find("%doors%"), std::string::npos);

  write("doors: [north, south]\n");
  watch_->tick();
  EXPECT_EQ(watch_->ruling(organization_)->book->entries().size(), 2u);
  EXPECT_TRUE(watch_->ruling(organization_)->problems.empty());

  write("doors: {north: 1}\n");
  watch_->tick();
  EXPECT_EQ(watch_->ruling(organization_)->book->entries().size(), 2u) << "a file that cannot be read leaves the lists as they were";
  ASSERT_EQ(watch_->ruling(organization_)->problems.size(), 1u);
  EXPECT_EQ(watch_->ruling(organization_)->problems[0].file, lists.string());
  std::ofstream(folder / "other.yml") << "title: Other\nid: 10000000-0000-4000-8000-0000000000a2\nlogsource: {product: door}\ndetection:\n    a: {door: west}\n    condition: a\n";
  watch_->tick();
  EXPECT_EQ(watch_->ruling(organization_)->book->entries().size(), 3u) << "nor does it keep a rule from being read";
  std::filesystem::remove(folder / "other.yml");

  write("doors: []\n");
  watch_->tick();
  EXPECT_EQ(watch_->ruling(organization_)->book->entries().size(), 0u);
  EXPECT_EQ(watch_->ruling(organization_)->problems.size(), 1u);

  write("- no map\n");
  watch_.reset();
  const auto opened = Watch::open({clock_, *control_, *registry_}, {.folders = {}, .placeholders = lists});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("lists.yml:1:1"), std::string::npos) << opened.error().message;
}

TEST_F(WatchTest, AFolderIsReadAgainAndABrokenFileKeepsWhatWasInForce) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  const auto write = [&](const std::string& text) {
    static int n = 0;
    std::ofstream(folder / "mine.yml") << text << "# " << std::string(static_cast<std::size_t>(++n), '.') << '\n';
  };
  const auto rules = [&] { return watch_->ruling(organization_)->book->rules().rules().size(); };
  open_watch(rules_, {folder});
  const std::size_t before = rules();
  write("title: Mine\nlogsource: {product: door}\ndetection:\n    a: {kind: mine}\n    condition: a\nlevel: high\n");
  watch_->tick();
  EXPECT_EQ(rules(), before + 1);
  write("title: Mine\nlogsource: {product: door}\ndetection:\n    a: {kind: mine}\n    condition: a and nobody\nlevel: high\n");
  watch_->tick();
  EXPECT_EQ(rules(), before + 1);
  const auto ruling = watch_->ruling(organization_);
  ASSERT_FALSE(ruling->problems.empty());
  EXPECT_THAT(ruling->problems.back().error.message, testing::HasSubstr("stay in force"));
  ASSERT_TRUE(ruling->problems.back().error.place);
  std::filesystem::remove(folder / "mine.yml");
  watch_->tick();
  EXPECT_EQ(rules(), before);
  std::filesystem::remove_all(folder);
  watch_->tick();
  EXPECT_EQ(rules(), before) << "a folder that is gone leaves the rules in force";
}

TEST_F(WatchTest, ANewcomerCannotTakeTheIdOfARuleInForce) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  const auto write = [&](const char* file, const std::string& title, const std::string& id) {
    std::ofstream(folder / file) << "title: " << title << "\nid: " << id << "\nlogsource: {product: door}\ndetection:\n    a: {kind: mine}\n    condition: a\n";
  };
  const std::string id = "10000000-0000-4000-8000-0000000000aa", own_id = "10000000-0000-4000-8000-0000000000bb";
  const auto title = [&](const std::string& key) {
    const auto ruling = watch_->ruling(organization_);
    const auto rule = ruling->book->find(key);
    return rule ? ruling->book->rules().rules()[*rule].rule.title : "none";
  };
  write("one.yml", "First", id);
  open_watch(rules_, {folder});
  write("aaa.yml", "Intruder", "10000000-0000-4000-8000-0000000000AA");
  watch_->tick();
  EXPECT_EQ(title(id), "First");
  ASSERT_EQ(watch_->ruling(organization_)->problems.size(), 1u);
  const auto& problem = watch_->ruling(organization_)->problems[0];
  EXPECT_EQ(problem.rule, "Intruder");
  EXPECT_EQ(problem.error.place->line, 1);
  std::filesystem::remove(folder / "one.yml");
  watch_->tick();
  EXPECT_EQ(title(id), "Intruder") << "the id is free";

  const std::string own = "title: Own\nid: " + own_id + "\nlogsource: {product: door}\ndetection:\n    a: {kind: own}\n    condition: a\n";
  ASSERT_TRUE(control_->detections().create_own_rule(organization_, own, by_system()));
  ASSERT_TRUE(watch_->reload(organization_));
  write("bbb.yml", "From the folder", own_id);
  watch_->tick();
  EXPECT_EQ(title(own_id), "Own");
  write("aaa.yml", "Intruder", id);
  write("000.yml", "Before all", id);
  open_watch(rules_, {folder});
  EXPECT_EQ(title(id), "Intruder") << "a restart changes nothing";
  EXPECT_EQ(title(own_id), "Own");
}

TEST_F(WatchTest, AFileThatCannotReplaceWhatIsInForceReplacesNothing) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  const std::string one = "10000000-0000-4000-8000-0000000000c1", two = "10000000-0000-4000-8000-0000000000c2", own_id = "10000000-0000-4000-8000-0000000000c3";
  const auto rule = [](const std::string& title, const std::string& id, const std::string& condition = "a") {
    return "title: " + title + "\nid: " + id + "\nlogsource: {product: door}\ndetection:\n    a: {kind: mine}\n    condition: " + condition + "\n";
  };
  const auto write = [&](const char* file, const std::string& text) { std::ofstream(folder / file) << text; };
  const auto title = [&](const std::string& key) {
    const auto ruling = watch_->ruling(organization_);
    const auto found = ruling->book->find(key);
    return found ? ruling->book->rules().rules()[*found].rule.title : "none";
  };
  const auto told = [&] {
    std::vector<std::string> out;
    for (const auto& problem : watch_->ruling(organization_)->problems) out.push_back(problem.file.substr(problem.file.rfind('/') + 1) + ": " + problem.error.message);
    return out;
  };
  const auto stays = [](const std::string& file) { return testing::AllOf(testing::StartsWith(file), testing::EndsWith("stay in force as they were before.")); };
  write("one.yml", rule("One", one));
  write("two.yml", rule("Two", two));
  open_watch(rules_, {folder});

  write("one.yml", rule("One, renamed", two));
  watch_->tick();
  EXPECT_EQ(title(one), "One") << "its id was changed to one that is taken";
  EXPECT_EQ(title(two), "Two");
  EXPECT_THAT(told(), testing::ElementsAre(stays("one.yml")));
  EXPECT_THAT(watch_->ruling(organization_)->problem_lines[0], "title: One, renamed");

  write("one.yml", rule("One, again", one));
  watch_->tick();
  EXPECT_EQ(title(one), "One, again");
  EXPECT_TRUE(told().empty());

  // what is wrong with one file is not laid at another's door
  write("one.yml", rule("One", one, "b"));
  write("sum.yml", "title: Sum\ncorrelation:\n    type: event_count\n    rules: [" + one + "]\n    timespan: 1h\n    condition: {gte: 2}\n");
  watch_->tick();
  EXPECT_EQ(title(one), "One, again");
  EXPECT_TRUE(watch_->ruling(organization_)->book->entries().size() == 6u);
  EXPECT_THAT(told(), testing::ElementsAre(stays("one.yml")));

  // a file with one good rule and one bad keeps the good one when that becomes bad as well
  std::filesystem::remove(folder / "one.yml");
  std::filesystem::remove(folder / "sum.yml");
  watch_->tick();
  write("one.yml", rule("One", one) + "---\n" + rule("Bad", own_id, "b"));
  watch_->tick();
  EXPECT_EQ(title(one), "One");
  EXPECT_EQ(told().size(), 1u);
  write("one.yml", rule("One, bad", one, "b") + "---\n" + rule("Bad", own_id, "b"));
  watch_->tick();
  EXPECT_EQ(title(one), "One");
  write("one.yml", rule("One, good", one) + "---\n" + rule("Bad", own_id, "b"));
  watch_->tick();
  EXPECT_EQ(title(one), "One, good");

  // a text that is too long is no text
  write("two.yml", rule("Two", two) + std::string(1 << 20, '#'));
  watch_->tick();
  EXPECT_EQ(title(two), "Two");

  // a folder that cannot be looked into any more
  std::filesystem::create_directory(folder / "team");
  const std::string three = "10000000-0000-4000-8000-0000000000c4";
  write("team/three.yml", rule("Three", three));
  watch_->tick();
  EXPECT_EQ(title(three), "Three");
  std::filesystem::rename(folder / "team", directory_ / "elsewhere");
  std::filesystem::create_directory_symlink(directory_ / "elsewhere", folder / "team");
  watch_->tick();
  EXPECT_EQ(title(three), "Three");
  EXPECT_THAT(told(), testing::Contains(testing::AllOf(testing::StartsWith("three.yml: The file is out of reach."), testing::EndsWith("before."))));
  std::filesystem::remove(folder / "team");
  watch_->tick();
  EXPECT_EQ(title(three), "none") << "taken away";

  // an organization's own rule keeps its id, and the folder's file what it had
  ASSERT_TRUE(control_->detections().create_own_rule(organization_, rule("Own", own_id), by_system()));
  ASSERT_TRUE(watch_->reload(organization_));
  write("one.yml", rule("From the folder", own_id));
  watch_->tick();
  EXPECT_EQ(title(own_id), "Own");
  EXPECT_EQ(title(one), "One, good");
}

TEST_F(WatchTest, AGoodEditIsNotRefusedForWhatIsWrongElsewhere) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  const auto write = [&](const char* file, const std::string& text) { std::ofstream(folder / file) << text; };
  const std::string taken = "10000000-0000-4000-8000-000000000001", id = "10000000-0000-4000-8000-0000000000d1", sum_id = "10000000-0000-4000-8000-0000000000d2";
  const auto base = [](const std::string& of) { return "title: Base\nid: " + of + "\nname: base\nlogsource: {product: door}\ndetection:\n    a: {kind: mine}\n    condition: a\n"; };
  const auto sum = [&](const char* least) {
    return "title: Sum\nid: " + sum_id + "\ncorrelation:\n    type: event_count\n    rules: [" + id + "]\n    timespan: 1h\n    condition: {gte: " + least + "}\n";
  };
  const auto text = [&] {
    const auto ruling = watch_->ruling(organization_);
    const auto found = ruling->book->find(sum_id);
    return found ? ruling->book->entries()[*found].text : std::string();
  };
  write("base.yml", base(id));
  write("sum.yml", sum("2"));
  open_watch(rules_, {folder});
  write("base.yml", base(taken));
  write("sum.yml", sum("33"));
  watch_->tick();
  EXPECT_THAT(text(), testing::HasSubstr("gte: 33"));
  ASSERT_EQ(watch_->ruling(organization_)->problems.size(), 1u);
  EXPECT_THAT(watch_->ruling(organization_)->problems[0].error.message, testing::EndsWith("stay in force as they were before."));

  // what the old text needs is gone as well: nothing stays, and nothing says so
  std::filesystem::remove(folder / "base.yml");
  write("sum.yml", sum("two"));
  watch_->tick();
  EXPECT_EQ(text(), "");
  ASSERT_EQ(watch_->ruling(organization_)->problems.size(), 1u);
  EXPECT_THAT(watch_->ruling(organization_)->problems[0].error.message, testing::Not(testing::HasSubstr("stay in force")));
}

TEST_F(WatchTest, ANewcomerCannotTakeTheNameOfARuleInForce) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  open_watch(rules_, {folder});
  const std::string correlation = "10000000-0000-4000-8000-000000000003";
  std::ofstream(folder / "copy.yml") << "title: Wrong code\nid: 10000000-0000-4000-8000-0000000000e1\nname: wrong_code\nlogsource: {product: door}\n"
                                        "detection:\n    wrong: {kind: other}\n    condition: wrong\n";
  watch_->tick();
  const auto ruling = watch_->ruling(organization_);
  const auto found = ruling->book->find(correlation);
  ASSERT_TRUE(found) << "who names it means the rule that had the name";
  EXPECT_EQ(ruling->book->entries()[ruling->book->rules().rules()[*found].inputs[0].rule].origin, Origin::kShipped);
  EXPECT_TRUE(ruling->book->find("10000000-0000-4000-8000-0000000000e1"));
  ASSERT_EQ(ruling->problems.size(), 1u);
  EXPECT_EQ(ruling->problems[0].severity, detect::Problem::Severity::kWarning);
  EXPECT_THAT(ruling->problems[0].error.message, testing::HasSubstr("\"wrong_code\" is that of the rule at"));
}

TEST_F(WatchTest, ATextThatChangedAboveARuleIsItsText) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  const std::string key = "10000000-0000-4000-8000-0000000000f1";
  const auto write = [&](const char* product) {
    std::ofstream(folder / "all.yml") << "action: global\nlogsource: {product: " << product << "}\n---\ntitle: One\nid: " << key
                                      << "\ndetection:\n    a: {kind: mine}\n    condition: a\n";
  };
  write("door");
  open_watch(rules_, {folder});
  write("gate");
  watch_->tick();
  const auto history = control_->detections().rule_history(organization_, key).value();
  EXPECT_THAT(history.back().value, testing::HasSubstr("The rule's text changed; it is watched before it alerts."));
}

TEST_F(WatchTest, AFilterIsInTheAccountOfTheRulesItNarrows) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  open_watch(rules_, {folder});
  const std::string key = "10000000-0000-4000-8000-000000000001";
  const auto history = [&] { return control_->detections().rule_history(organization_, key).value(); };
  const std::size_t before = history().size();
  std::ofstream(folder / "f.yml") << "title: Silence\nlogsource: {product: door}\nfilter:\n    rules: [" << key << "]\n    s: {who: ada}\n    condition: not s\n";
  watch_->tick();
  const auto ruling = watch_->ruling(organization_);
  ASSERT_EQ(ruling->book->entries()[*ruling->book->find(key)].filters.size(), 1u);
  ASSERT_EQ(history().size(), before + 1);
  EXPECT_THAT(history().back().value, testing::HasSubstr("Silence"));
  EXPECT_THAT(history().back().value, testing::HasSubstr("f.yml"));
  page({{"e1", "forced", "ada", at(0)}});
  EXPECT_TRUE(alerts().empty());
  std::filesystem::remove(folder / "f.yml");
  watch_->tick();
  EXPECT_EQ(history().size(), before + 2);
}

TEST_F(WatchTest, ACorrelationTellsWhatBecameOfTheRulesItNames) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  const auto write = [&](const char* file, const std::string& text) { std::ofstream(folder / file) << text; };
  const std::string base = "title: Base\nid: 10000000-0000-4000-8000-0000000000a1\nlogsource: {product: door}\ndetection:\n    a: {kind: mine}\n    condition: a\n";
  const std::string key = "10000000-0000-4000-8000-0000000000a2";
  const auto correlation = [](const std::string& title, const std::string& id, const std::string& named) {
    return "title: " + title + "\nid: " + id + "\ncorrelation:\n    type: event_count\n    rules: [" + named + "]\n    timespan: 1h\n    condition: {gte: 2}\n";
  };
  write("base.yml", base);
  write("inner.yml", correlation("Inner", "10000000-0000-4000-8000-0000000000a3", "Base"));
  write("outer.yml", correlation("Outer", key, "Inner"));
  open_watch(rules_, {folder});
  const auto history = [&] { return control_->detections().rule_history(organization_, key).value(); };
  ASSERT_EQ(history().size(), 1u);
  write("f.yml", "title: Silence\nfilter:\n    rules: [Base]\n    s: {who: ada}\n    condition: not s\n");
  watch_->tick();
  ASSERT_EQ(history().size(), 2u);
  EXPECT_THAT(history().back().value, testing::HasSubstr("f.yml), through the rule \\\"Base\\\"."));
  clock_.advance(std::chrono::hours(49));
  write("base.yml", base + "level: low\n");
  watch_->tick();
  ASSERT_EQ(history().size(), 3u);
  EXPECT_THAT(history().back().value, testing::HasSubstr("A rule that it names looks for something else now; it is watched before it alerts."));
  const auto ruling = watch_->ruling(organization_);
  EXPECT_GT(ruling->states[*ruling->book->find(key)].alert_from, clock_.now());
  watch_->tick();
  open_watch(rules_, {folder});
  EXPECT_EQ(history().size(), 3u) << "a restart changes nothing";
}

TEST_F(WatchTest, AFolderThatIsNotThereIsToldAtTheStart) {
  const auto opened = Watch::open({clock_, *control_, *registry_}, {.folders = {directory_ / "nowhere"}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kNotFound);
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
