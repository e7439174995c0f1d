#include <gtest/gtest.h>

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
  EXPECT_EQ(compiled.warnings().size(), 4u);
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
