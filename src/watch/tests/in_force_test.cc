#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/tests/fixture.h"

/// Which rules are in force while people edit folders, lists and texts of their own, and what the history says of it.
namespace picket::watch {
namespace {

class InForce : public WatchFixture {
 protected:
  TimePoint at(int minutes) { return from_seconds(1'795'000'000) + std::chrono::minutes(minutes); }
};

TEST_F(InForce, APlaceholderIsFilledAgainAndAShippedRuleWaitsForIt) {
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

TEST_F(InForce, AFolderIsReadAgainAndABrokenFileKeepsWhatWasInForce) {
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

TEST_F(InForce, ANewcomerCannotTakeTheIdOfARuleInForce) {
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

TEST_F(InForce, AFileThatCannotReplaceWhatIsInForceReplacesNothing) {
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

TEST_F(InForce, AGoodEditIsNotRefusedForWhatIsWrongElsewhere) {
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

TEST_F(InForce, ANewcomerCannotTakeTheNameOfARuleInForce) {
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

TEST_F(InForce, ATextThatChangedAboveARuleIsItsText) {
  const auto folder = directory_ / "rules";
  std::filesystem::create_directory(folder);
  const std::string key = "10000000-0000-4000-8000-0000000000f1";
  const auto write = [&](const char* product) {
    std::ofstream(folder / "all.yml") << "action: global\nlogsource: {product: " << product << "}\n---\ntitle: One\nid: " << key
                                      << "\ndetection:\n    a: {kind: mine}\n    condition: a\n";
  };
  write("door");
  open_watch(rules_, {folder});
  write("gateway");
  watch_->tick();
  const auto history = control_->detections().rule_history(organization_, key).value();
  EXPECT_THAT(history.back().value, testing::HasSubstr("The rule's text changed; it is watched before it alerts."));
}

TEST_F(InForce, AFilterIsInTheAccountOfTheRulesItNarrows) {
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

TEST_F(InForce, ACorrelationTellsWhatBecameOfTheRulesItNames) {
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

TEST_F(InForce, AFolderThatIsNotThereIsToldAtTheStart) {
  const auto opened = Watch::open({clock_, *control_, *registry_}, {.folders = {directory_ / "nowhere"}});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace picket::watch
