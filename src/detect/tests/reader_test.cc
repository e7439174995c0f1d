#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "detect/load.h"
#include "detect/problem.h"
#include "detect/tests/rules_for_tests.h"

// What reading a rule refuses, with which place and sentence, and what it lets pass.
namespace picket::detect {
namespace {

std::string error_of(std::string_view entry) {
  const Compiled compiled = compile_rules(rule_of("    sel:\n        " + std::string(entry) + "\n    condition: sel\n"));
  return compiled.errors().empty() ? "" : compiled.errors().front();
}
std::string warning_of(std::string_view entry) {
  const Compiled compiled = compile_rules(rule_of("    sel:\n        " + std::string(entry) + "\n    condition: sel\n"));
  EXPECT_TRUE(compiled.errors().empty());
  return compiled.warnings().empty() ? "" : compiled.warnings().front();
}
void expect_has(const std::string& text, std::string_view part) { EXPECT_NE(text.find(part), std::string::npos) << text << " | " << part; }

TEST(Reading, ModifiersThatAreUnknownOrDoNotGoTogether) {
  EXPECT_EQ(error_of("f|contain: x"), "6:9 There is no modifier \"contain\".");
  expect_has(error_of("f|: x"), "missing behind the bar");
  expect_has(error_of("f|contains|re: x"), "must be the first");
  expect_has(error_of("f|base64|re: x"), "must be the first");
  expect_has(error_of("f|re|base64: x"), "cannot be encoded");
  expect_has(error_of("f|cidr|contains: 10.0.0.0/8"), "must be the only one");
  expect_has(error_of("f|exists|neq: true"), "must be the only one");
  expect_has(error_of("'|exists': true"), "needs the name of a field");
  expect_has(error_of("f|exists: x"), "wants true or false");
  expect_has(error_of("f|i: x"), "belongs to re");
  expect_has(error_of("f|gte|lt: 5"), "cannot follow");
  expect_has(error_of("f|gte: x"), "is no number");
  expect_has(error_of("f|gte|contains: 5"), "compares numbers");
  expect_has(error_of("f|fieldref: a*"), "without wildcards");
  expect_has(error_of("f|fieldref|base64: a"), "names a field");
  expect_has(error_of("f|base64: a*"), "wildcards cannot be encoded");
  expect_has(error_of("f|base64offset: a?b"), "wildcards cannot be encoded");
  expect_has(error_of("f|cidr: 10.0.0.1/8"), "is no network");
  expect_has(error_of("f|re: '(?=a)'"), "refused");
  expect_has(error_of("f|re: '(a'"), "refused");
  expect_has(error_of("f|re: '.{1000}.{1000}'"), "at most 10000 are allowed");
  expect_has(error_of("f|contains: null"), "null stands for");
  expect_has(error_of("f|windash: ' -a -a -a -a -a -a -a'"), "too many dashes");
}

TEST(Reading, AFewBytesCannotMeanMillionsOfTexts) {
  std::string values = "' -a -a -a -a'";
  for (int i = 0; i < 400; ++i) values += ", ' -a -a -a -" + std::to_string(i) + "'";
  expect_has(error_of("f|windash: [" + values + "]"), "stand for more than 200,000");
  std::string expressions = "a";
  for (int i = 0; i < 1001; ++i) expressions += ", a" + std::to_string(i);
  expect_has(error_of("f|re: [" + expressions + "]"), "stand for more than 200,000");
}

TEST(Reading, ValuesThatSayNothing) {
  expect_has(error_of("f: []"), "is empty");
  expect_has(error_of("f: {}"), "not a list or a map");
  expect_has(error_of("f: [[a]]"), "not a list or a map");
  expect_has(error_of("f: .nan"), "no finite number");
  expect_has(error_of("'|contains': ''"), "would match every event");
  expect_has(warning_of("f: 0x17"), "read as the number 23");
  expect_has(warning_of("f: 0123"), "compared as text");
  expect_has(warning_of("f|all: x"), "does nothing");
  EXPECT_EQ(warning_of("f: '0123'"), "");
}

TEST(Reading, PlaceholdersAreFilledOrRefused) {
  expect_has(error_of("f|expand: '%admins%'"), "Nothing is known to fill in for %admins%");
  const Compiled filled = compile_rules(rule_of("    sel:\n        f|expand: '%user%-x'\n    condition: sel\n"), {}, {{"user", {"bob", "a*"}}});
  ASSERT_TRUE(filled.errors().empty()) << filled.errors().front();
  EXPECT_EQ(matched(filled, R"({"f":"abc-x"})"), "T");
  EXPECT_EQ(selects("f|expand: '50\\%'", R"({"f":"50%"})"), true);
  // an escaped percent sign begins no placeholder, an escaped backslash before it escapes nothing more
  EXPECT_EQ(selects("f|expand: '\\%user%'", R"({"f":"%user%"})"), true);
  EXPECT_EQ(selects("f|expand: '\\%user\\%'", R"({"f":"%user%"})"), true);
  EXPECT_EQ(selects("f|expand: 'C:\\Users\\%user%\\x'", R"({"f":"C:\\Users%user%\\x"})"), true);
  expect_has(warning_of("f|expand: 'C:\\Users\\%user%\\x'"), "so it is no placeholder");
  EXPECT_EQ(warning_of("f|expand: '\\%user\\%, 50\\%'"), "");
  expect_has(error_of("f|expand: 'C:\\Users\\\\%user%\\x'"), "Nothing is known to fill in for %user%");
  const Compiled path = compile_rules(rule_of("    sel:\n        f|expand: 'C:\\Users\\\\%user%\\x'\n    condition: sel\n"), {}, {{"user", {"bob"}}});
  ASSERT_TRUE(path.errors().empty()) << path.errors().front();
  EXPECT_EQ(matched(path, R"({"f":"C:\\Users\\bob\\x"})"), "T");
  EXPECT_EQ(selects("f: '%x%'", R"({"f":"%x%"})"), true);
}

TEST(Reading, MetadataNeverCostsARule) {
  const Compiled compiled = compile_rules("title: T\nid: [1]\nlevel: urgent\nstatus: odd\nrelated:\n    - {id: x, type: obsoletes}\ndate: 2020/01/02\ntags: attack.t1\ncustom: {a: 1}\n"
                                          "logsource: {product: p, definition: text, x: {y: z}}\ndetection: {s: {f: 1}, unused: {g: 1}, timeframe: 5m, condition: s}\n");
  EXPECT_TRUE(compiled.errors().empty());
  EXPECT_EQ(compiled.warnings().size(), 5u);
  EXPECT_EQ(matched(compiled, R"({"f":1})"), "T");
}

TEST(Reading, ARuleThatCannotBeReadCostsOnlyItself) {
  const Compiled compiled = compile_rules("title: A\ndetection: {s: {f: 1}, condition: s}\n---\ntitle: B\ndetection: {s: {}, condition: s}\n---\n- c\n---\ntitle: D\n---\ndetection: {}\n---\n"
                                          "title: E\ntaxonomy: mine\ndetection: {s: {f: 1}, condition: s}\n---\ntitle: F\ndetection: {s: {f: 1}}\n---\ntitle: G\ndetection: {s: {f: 1}, condition: s}\n");
  EXPECT_EQ(compiled.errors().size(), 6u);
  EXPECT_EQ(matched(compiled, R"({"f":1})"), "A,G");
}

TEST(Reading, TwoRulesWithOneIdAreNotBothTaken) {
  const Compiled compiled = compile_rules("title: A\nid: i\ndetection: {s: {f: 1}, condition: s}\n---\ntitle: B\nid: i\ndetection: {s: {f: 1}, condition: s}\n");
  ASSERT_EQ(compiled.errors().size(), 1u);
  expect_has(compiled.errors().front(), "5:1 The id i is that of the rule at test.yml:1");
  EXPECT_EQ(matched(compiled, R"({"f":1})"), "A");
}

TEST(Reading, AnIdIsTheSameInAnyCase) {
  const Compiled twice = compile_rules("title: A\nid: 0a0a0a0a-1111-4111-8111-111111111111\ndetection: {s: {f: 1}, condition: s}\n---\n"
                                       "title: B\nid: 0A0A0A0A-1111-4111-8111-111111111111\ndetection: {s: {f: 1}, condition: s}\n");
  EXPECT_EQ(twice.errors().size(), 1u);
  const Compiled named = compile_rules("title: A\nid: 0a0a0a0a-1111-4111-8111-111111111111\ndetection: {s: {f: 1}, condition: s}\n---\n"
                                       "title: C\ncorrelation:\n    type: event_count\n    rules: [0A0A0A0A-1111-4111-8111-111111111111]\n    group-by: [who]\n"
                                       "    timespan: 1m\n    condition: {gte: 2}\n    aliases: {who: {0A0a0A0A-1111-4111-8111-111111111111: u}}\n");
  EXPECT_TRUE(named.errors().empty());
  ASSERT_EQ(named.rules->rules().size(), 2u);
  EXPECT_EQ(named.rules->rules()[0].captures, std::vector<std::string>{"u"});
}

TEST(Reading, RulesWithoutAnIdMayShareATitleUnlessTheirCountsAreKept) {
  const std::string text = "title: A\ndetection: {s: {f: 1}, condition: s}\n---\ntitle: A\ndetection: {s: {g: 1}, condition: s}\n";
  EXPECT_EQ(matched(compile_rules(text), R"({"f":1,"g":1})"), "A,A");
  std::vector<RuleFile> files;
  files.push_back(read_rules(text, "test.yml"));
  std::vector<Problem> problems;
  const RuleSet rules = RuleSet::link(std::move(files), problems, {.one_a_title = true});
  EXPECT_EQ(rules.rules().size(), 1u);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].error.place->line, 4);
  expect_has(problems[0].error.message, "give this one an id");
}

TEST(Reading, SlipsThatChangeWhatARuleMeansAreTold) {
  const Compiled source = compile_rules("title: T\nlogsource: {prodct: p, service: s}\ndetection: {s: {f: 1}, condition: s}\nlevle: high\nmine: 1\n");
  EXPECT_TRUE(source.errors().empty());
  ASSERT_EQ(source.warnings().size(), 2u);
  EXPECT_EQ(source.warnings()[0], "4:1 \"levle\" is no key of Sigma and does nothing; did you mean level?");
  EXPECT_EQ(source.warnings()[1], "2:13 \"prodct\" is not known in logsource and does nothing; did you mean product?");
  const std::string base = "title: A\nname: base\ndetection: {s: {f: 1}, condition: s}\n---\ntitle: C\ncorrelation:\n    type: event_count\n    rules: [base]\n    timespan: 1m\n";
  const auto warned = [&](const std::string& rest) {
    const Compiled compiled = compile_rules(base + rest);
    EXPECT_TRUE(compiled.errors().empty());
    return compiled.warnings().size() == 1 ? compiled.warnings()[0] : std::to_string(compiled.warnings().size()) + " warnings";
  };
  EXPECT_EQ(warned("    group-by: [u]\n    condition: {gte: 2}\n"), "0 warnings");
  expect_has(warned("    group_by: [u]\n    condition: {gte: 2}\n"), "10:5 Sigma's key is group-by");
  expect_has(warned("    goup-by: [u]\n    condition: {gte: 2}\n"), "10:5 \"goup-by\" is not known in a correlation and does nothing; did you mean group-by?");
  expect_has(warned("    whatever: 1\n    condition: {gte: 2}\n"), "known are type, rules");
  expect_has(warned("    condition: {gte: -1}\n"), "10:17 A count is never below 1, so \"gte: -1\" always holds.");
  expect_has(warned("    condition: {lt: 1}\n"), "never holds");
  expect_has(warned("    group-by: [who]\n    condition: {gte: 2}\n    aliases:\n        who:\n            bse: u\n"),
             "14:13 An alias names the rule \"bse\", which this correlation does not; did you mean \"base\"?");
}

TEST(Reading, TheMeaningOfARuleIsTheSameForTheSame) {
  const auto meaning = [](const std::string& text) { return read_rules(text, "test.yml").rules.at(0).meaning; };
  const std::string plain = "title: A\nlogsource: {product: p, service: s}\ndetection:\n    s: {f: 1, g: 2}\n    condition: s\nlevel: low\n";
  EXPECT_EQ(meaning(plain), meaning("# said\ntitle: B\ndescription: d\nlevel: low\nlogsource: {service: s, product: p, definition: d}\ndetection:\n    condition: s  # so\n    s: {g: 2, f: 1}\n"));
  EXPECT_NE(meaning(plain), meaning("title: A\nlogsource: {product: p, service: s}\ndetection:\n    s: {f: 1, g: 3}\n    condition: s\nlevel: low\n"));
  EXPECT_NE(meaning(plain), meaning("title: A\nlogsource: {product: p, service: s}\ndetection:\n    s: {f: 1, g: 2}\n    condition: s\nlevel: high\n"));
  EXPECT_NE(meaning("title: A\ndetection: {s: {f: null}, condition: s}\n"), meaning("title: A\ndetection: {s: {f: 'null'}, condition: s}\n"));
}

TEST(Loading, WhatIsPassedOverIsTold) {
  namespace fs = std::filesystem;
  std::string name = (fs::temp_directory_path() / "picket-load-XXXXXX").string();
  const fs::path folder = ::mkdtemp(name.data());
  fs::create_directory(folder / "real");
  fs::create_directory(folder / "shut");
  std::ofstream(folder / "real" / "a.yml") << "title: A\ndetection: {s: {f: 1}, condition: s}\n";
  fs::create_directory_symlink(folder / "real", folder / "linked");
  fs::create_symlink(folder / "nowhere", folder / "dangling.yml");
  fs::permissions(folder / "shut", fs::perms::none);
  const bool all_rights = ::geteuid() == 0;  // who reads everything meets no shut folder
  const auto loaded = load_rules({folder});
  fs::permissions(folder / "shut", fs::perms::owner_all);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->files, 1u);
  EXPECT_EQ(loaded->rules->rules().size(), 1u);
  std::vector<std::string> told;
  for (const Problem& problem : loaded->problems) told.push_back(fs::path(problem.file).filename().string());
  std::sort(told.begin(), told.end());
  EXPECT_EQ(told, all_rights ? std::vector<std::string>({"dangling.yml", "linked"}) : std::vector<std::string>({"dangling.yml", "linked", "shut"}));
  expect_has(to_text(loaded->problems.front()), ": warning: ");
  fs::remove_all(folder);
}

TEST(Collections, GlobalResetAndRepeat) {
  const Compiled compiled = compile_rules("action: global\nlogsource: {product: p}\ndetection: {s: {g: 1}}\n---\ntitle: A\nid: i\ndetection: {s: {f: 1}, condition: s}\n---\n"
                                          "action: repeat\ntitle: B\ndetection: {s: {f: 2}}\n---\naction: reset\n---\ntitle: C\ndetection: {s: {f: 1}, condition: s}\n---\naction: other\n");
  EXPECT_EQ(compiled.errors().size(), 1u);
  EXPECT_EQ(matched(compiled, R"({"f":1,"g":1})"), "A,C");
  EXPECT_EQ(matched(compiled, R"({"f":2,"g":1})"), "B");
  EXPECT_EQ(compiled.rules->rules()[1].rule.logsource->product, "p");
}

TEST(Filters, NarrowTheRulesTheyNameAndKeepTheirNamesApart) {
  const std::string rules = "title: A\nname: a\nlogsource: {product: p, service: s}\ndetection: {filter_x: {f: 1}, condition: 1 of filter_*}\n---\n"
                            "title: B\nid: b\nlogsource: {product: q}\ndetection: {sel: {f: 1}, condition: sel}\n---\n";
  const Compiled narrowed = compile_rules(rules + "title: F\nlogsource: {product: p}\nfilter:\n    rules: [a, b, gone]\n    filter_robot: {u: robot}\n    condition: not 1 of them\n");
  EXPECT_TRUE(narrowed.errors().empty());
  EXPECT_EQ(narrowed.warnings().size(), 1u);  // "gone"
  EXPECT_EQ(matched(narrowed, R"({"f":1,"u":"robot"})"), "B");  // another product
  EXPECT_EQ(matched(narrowed, R"({"f":1,"u":"x"})"), "A,B");
  const Compiled any = compile_rules(rules + "title: F\nfilter:\n    rules: any\n    s: {u: admin}\n    condition: s\n");
  expect_has(any.warnings().front(), "keeps only");
  EXPECT_EQ(matched(any, R"({"f":1,"u":"admin"})"), "A,B");
  EXPECT_EQ(matched(any, R"({"f":1})"), "");
}

TEST(Problems, AreWrittenAsCompilersDo) {
  const std::string text = rule_of("    sel:\n        f|contain: x\n    condition: sel\n");
  const Compiled compiled = compile_rules(text);
  EXPECT_EQ(to_text(compiled.problems.front(), text), "test.yml:6:9: error: There is no modifier \"contain\".\n          f|contain: x\n          ^");
}

}  // namespace
}  // namespace picket::detect
