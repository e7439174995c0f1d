#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "detect/tests/rules_for_tests.h"

// Names that stand for values beside the record: given ones, and those of the event's document.
namespace picket::detect {
namespace {

struct Beside final : EventContext {
  std::optional<std::string> number;
  std::string text;
  int made = 0;
  std::optional<std::string_view> given(std::size_t) override { return number; }
  std::string document() override {
    ++made;
    return text;
  }
};

ProgramOptions options() {
  ProgramOptions out;
  out.given = {"class_uid"};
  out.in_document = [](std::string_view name) { return name.starts_with("doc."); };
  return out;
}

std::string rule(std::string_view title, std::string_view detection) { return "title: " + std::string(title) + "\ndetection:\n" + std::string(detection) + "---\n"; }

std::string titles(const Compiled& compiled, Matcher& matcher, std::string_view record, EventContext* beside) {
  const auto matches = matcher.match(record, beside);
  if (!matches) return "error";
  std::string out;
  for (const Match& match : *matches) out += compiled.rules->rules()[match.rule].rule.title;
  return out;
}

TEST(Documents, AreMadeOnlyWhenAConditionComesToThem) {
  const Compiled compiled = compile_rules(rule("A", "    s: {doc.ip: 10.0.0.1, class_uid: 3002}\n    condition: s\n") + rule("B", "    s: {doc.ip|startswith: '10.', k: v}\n    condition: s\n") +
                                          rule("C", "    s: {class_uid: [3001, 3002], k: w}\n    condition: s\n"), options());
  Matcher matcher(compiled.program);
  Beside beside;
  beside.text = R"({"doc":{"ip":"10.0.0.1"}})";
  beside.number = "3001";
  EXPECT_EQ(titles(compiled, matcher, R"({"k":"w"})", &beside), "C");
  EXPECT_EQ(beside.made, 0);
  EXPECT_EQ(titles(compiled, matcher, R"({"k":"v"})", &beside), "B");
  EXPECT_EQ(beside.made, 1);
  beside.number = "3002";
  EXPECT_EQ(titles(compiled, matcher, R"({"k":"v"})", &beside), "AB");
  EXPECT_EQ(beside.made, 2);
  EXPECT_EQ(titles(compiled, matcher, R"({"k":"v"})", nullptr), "");
}

TEST(Documents, AreAskedAsRecordsAre) {
  const auto selects = [](std::string_view entry, std::string_view document) {
    const Compiled compiled = compile_rules(rule("T", "    s:\n        " + std::string(entry) + "\n    condition: s\n"), options());
    EXPECT_TRUE(compiled.errors().empty());
    Matcher matcher(compiled.program);
    Beside beside;
    beside.text = document;
    return titles(compiled, matcher, R"({"k":"X","doc":{"a":"record"}})", &beside) == "T";
  };
  EXPECT_TRUE(selects("doc.a: x", R"({"doc":{"a":["y","X"]}})"));
  EXPECT_FALSE(selects("doc.a: record", R"({"doc":{"a":"y"}})"));
  EXPECT_TRUE(selects("doc.a|cased: X", R"({"doc":{"a":"X"}})"));
  EXPECT_TRUE(selects("doc.a|fieldref: k", R"({"doc":{"a":"x"}})"));
  EXPECT_TRUE(selects("k|fieldref: doc.a", R"({"doc":{"a":"x"}})"));
  EXPECT_FALSE(selects("k|fieldref: doc.a", R"({"doc":{"a":"y"}})"));
  EXPECT_TRUE(selects("doc.a|contains: [a, b, c, d, e, f, x]", R"({"doc":{"a":"_x_"}})"));  // so many are found in one pass
  EXPECT_TRUE(selects("doc.a|re: '^x$'", R"({"doc":{"a":"x"}})"));
  EXPECT_TRUE(selects("doc.a: null", "{}"));
  EXPECT_TRUE(selects("doc.a: null", R"({"doc":{"a":[1,null]}})"));
  EXPECT_TRUE(selects("doc.a|exists: false", "not JSON"));
  EXPECT_FALSE(selects("doc.a: x", ""));
  EXPECT_FALSE(selects("'|contains': x2", R"({"doc":{"a":"x2"}})"));  // keywords are about the record
}

TEST(Documents, WhatOneEventHadIsGoneWithTheNext) {
  const Compiled compiled = compile_rules(rule("T", "    s: {doc.a: x}\n    condition: s\n"), options());
  Matcher matcher(compiled.program);
  Beside beside;
  beside.text = R"({"doc":{"a":"x"}})";
  EXPECT_EQ(titles(compiled, matcher, "{}", &beside), "T");
  beside.text.clear();
  EXPECT_EQ(titles(compiled, matcher, "{}", &beside), "");
}

TEST(Documents, GiveSignalsTheirValues) {
  const Compiled compiled = compile_rules("title: T\nname: t\ndetection:\n    s: {k: v}\n    condition: s\n---\ntitle: C\ncorrelation: {type: event_count, rules: [t], group-by: [doc.a, class_uid], timespan: 1m, condition: {gte: 2}}\n", options());
  Matcher matcher(compiled.program);
  Beside beside;
  beside.text = R"({"doc":{"a":"x"}})";
  beside.number = "7";
  const auto matches = matcher.match(R"({"k":"v"})", &beside);
  ASSERT_EQ(matches->size(), 1u);
  const auto captures = matcher.captures(matches->front());
  ASSERT_EQ(captures.size(), 2u);
  EXPECT_EQ(captures[0], "x");
  EXPECT_EQ(captures[1], "7");
}

/// The same rule and values, whether they stand in the record or in the document: only where they are looked up may differ.
RC_GTEST_PROP(Documents, AnswerAsARecordWithTheSameValuesWould, ()) {
  const auto value = [] { return *rc::gen::element<std::string>("null", "\"x\"", "\"xab\"", "1", "[]", "[\"x\",null]", "{\"b\":\"X\"}"); };
  const auto entry = [] {
    return *rc::gen::element<std::string>("a", "a.b", "c") +
           *rc::gen::element<std::string>(": x", ": [x, 1]", ": null", "|exists: true", "|exists: false", "|startswith: x", "|contains: [a, b, c, d, e, f]", "|re: 'x'", "|gte: 1", "|neq: x", "|fieldref: c");
  };
  std::string rules;
  for (int i = 0; i < 6; ++i)
    rules += rule(std::to_string(i), "    s: {" + entry() + "}\n    t: {" + entry() + "}\n    condition: " + *rc::gen::element<std::string>("s", "not s", "s and t", "s or t", "s and not t") + "\n");
  const std::string event = R"({"a":)" + value() + R"(,"c":)" + value() + "}";
  const Compiled here = compile_rules(rules);
  ProgramOptions there_options;
  const bool all = *rc::gen::arbitrary<bool>();
  there_options.in_document = [all](std::string_view name) { return all || name.starts_with("a"); };
  const Compiled there = compile_rules(rules, there_options);
  Matcher one(here.program), other(there.program);
  Beside beside;
  beside.text = event;
  RC_LOG() << rules << event << "\n";
  RC_ASSERT(titles(here, one, event, nullptr) == titles(there, other, all ? "{}" : event, &beside));
}

}  // namespace
}  // namespace picket::detect
