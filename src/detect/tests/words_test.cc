#include "detect/words.h"

#include <gtest/gtest.h>

#include "detect/tests/rules_for_tests.h"

namespace picket::detect {
namespace {

std::string words_of(const std::string& detection) {
  const Compiled compiled = compile_rules(rule_of(detection));
  if (!compiled.errors().empty()) return compiled.errors().front();
  return in_words(*compiled.rules, 0);
}

TEST(Words, AnExportButNotByTheBackup) {
  EXPECT_EQ(words_of("    sel: {action: export, object_type: vault}\n    backup: {actor.email|endswith: '@backup.example'}\n    condition: sel and not backup\n"),
            "Matches when action is \"export\" and object type is \"vault\", but not when actor.email ends with \"@backup.example\". Tried on events of test.");
}

TEST(Words, ValuesUnderOneVerbAreAList) {
  EXPECT_EQ(words_of("    sel: {a: [x, y, 'z*']}\n    condition: sel\n"),
            "Matches when (a is \"x\" or \"y\" or a begins with \"z\"). Tried on events of test.");
  EXPECT_EQ(words_of("    sel: {'a|contains|all': [x, y]}\n    condition: sel\n"), "Matches when a contains \"x\" and \"y\". Tried on events of test.");
  EXPECT_EQ(words_of("    sel: {a: [q1, q2, q3, q4, q5, q6, q7, q8]}\n    condition: sel\n"),
            "Matches when a is \"q1\", \"q2\", \"q3\", \"q4\", \"q5\" or 3 more. Tried on events of test.");
}

TEST(Words, EveryKindOfQuestion) {
  const auto one = [](const std::string& item) {
    const std::string all = words_of("    sel: {" + item + "}\n    condition: sel\n");
    return all.substr(13, all.find(". Tried") - 13);
  };
  EXPECT_EQ(one("'a|cased': X"), "a is exactly \"X\"");
  EXPECT_EQ(one("'a|re': '^x+$'"), "a fits the regular expression \"^x+$\"");
  EXPECT_EQ(one("'a|cidr': 10.0.0.0/8"), "a lies in the network 10.0.0.0/8");
  EXPECT_EQ(one("'a|gte': 5"), "a is at least 5");
  EXPECT_EQ(one("'a|exists': false"), "a is not there");
  EXPECT_EQ(one("a: null"), "a is missing or null");
  EXPECT_EQ(one("a: ''"), "a is empty");
  EXPECT_EQ(one("a: '*'"), "a has any value");
  EXPECT_EQ(one("'a|neq': x"), "a is not \"x\"");
  EXPECT_EQ(one("'a|fieldref': b_c"), "a is the same as b c");
  EXPECT_EQ(one("a: 'x*y?z'"), "a is like \"x*y?z\"");
  EXPECT_EQ(words_of("    sel: ['needle']\n    condition: sel\n"), "Matches when any value contains \"needle\". Tried on events of test.");
}

TEST(Words, AlternativesInsideAConditionStandInBrackets) {
  EXPECT_EQ(words_of("    a: {x: 1}\n    b: {y: 2}\n    c: {z: 3}\n    condition: a and (b or c)\n"),
            "Matches when x is \"1\" and (y is \"2\" or z is \"3\"). Tried on events of test.");
  EXPECT_EQ(words_of("    a: {x: 1}\n    condition: not a\n"), "Matches when it is not so that x is \"1\". Tried on events of test.");
}

TEST(Words, Correlations) {
  const auto one = [](const std::string& correlation) {
    const Compiled compiled = compile_rules(
        "title: Failed sign-in\nname: failed\ndetection:\n    s: {a: 1}\n    condition: s\n---\n"
        "title: Sign-in\nname: good\ndetection:\n    s: {a: 2}\n    condition: s\n---\n"
        "title: Both\ncorrelation:\n" + correlation);
    return compiled.errors().empty() ? in_words(*compiled.rules, 2) : compiled.errors().front();
  };
  EXPECT_EQ(one("    type: event_count\n    rules: [failed]\n    group-by: [user.email]\n    timespan: 10m\n    condition: {gte: 5}\n"),
            "Matches when there are 5 or more events of «Failed sign-in» within 10 minutes by the same user.email.");
  EXPECT_EQ(one("    type: value_count\n    rules: [failed, good]\n    timespan: 1h\n    condition: {gt: 3, field: country}\n"),
            "Matches when there are more than 3 different values of country in events of «Failed sign-in» or «Sign-in» within 1 hour.");
  EXPECT_EQ(one("    type: temporal_ordered\n    rules: [failed, good]\n    group-by: [who]\n    timespan: 90s\n"),
            "Matches when there are events of «Failed sign-in» then «Sign-in», in this order, within 90 seconds by the same who.");
  EXPECT_EQ(one("    type: value_sum\n    rules: [good]\n    timespan: 1d\n    condition: {gte: 1000, field: bytes}\n"),
            "Matches when there is a sum of bytes that is 1000 or more over events of «Sign-in» within 1 day.");
  EXPECT_EQ(one("    type: event_count\n    rules: [failed]\n    group-by: [who]\n    timespan: 1h\n    condition: {gte: 1}\npicket: {not_followed_by: [good]}\n"),
            "Matches when there are 1 or more events of «Failed sign-in» within 1 hour by the same who, and none of «Sign-in» within 1 hour after.");
  EXPECT_EQ(one("    type: value_count\n    rules: [good]\n    group-by: [who]\n    timespan: 30d\n    condition: {gte: 1, field: country}\npicket: {first_seen: {learning: 7d}}\n"),
            "Matches when events of «Sign-in» by the same who bring a value of country that was not there in the 30 days before, once they were known for 7 days.");
}

TEST(Words, AHugeRuleIsCut) {
  std::string items;
  for (int i = 0; i < 400; ++i) items += "        field_number_" + std::to_string(i) + ": '" + std::string(70, 'x') + "'\n";
  const std::string words = words_of("    sel:\n" + items + "    condition: sel\n");
  EXPECT_LT(words.size(), 4200u);
  EXPECT_NE(words.find("…"), std::string::npos);
}

}  // namespace
}  // namespace picket::detect
