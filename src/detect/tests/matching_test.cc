#include <gtest/gtest.h>

#include <ctime>

#include "detect/tests/rules_for_tests.h"

// What rules match, one statement of the specification (or decision of README.md) after the other.
namespace picket::detect {
namespace {

bool yes(std::string_view entry, std::string_view event) { return selects(entry, event); }
bool no(std::string_view entry, std::string_view event) { return !selects(entry, event); }

TEST(Matching, PlainTextsAreWholeAndCaseInsensitive) {
  EXPECT_TRUE(yes("f: 'NO'", R"({"f":"No"})"));
  EXPECT_TRUE(no("f: NO", R"({"f":"Nope"})"));
  EXPECT_TRUE(yes("f: straẞe", R"({"f":"STRAßE"})"));
  EXPECT_TRUE(yes("f: K", "{\"f\":\"\xe2\x84\xaa\"}"));  // folds to a shorter text
  EXPECT_TRUE(no("f: 'a b'", R"({"f":"a  b"})"));
  EXPECT_TRUE(yes("f|cased: aB", R"({"f":"aB"})"));
  EXPECT_TRUE(no("f|cased: aB", R"({"f":"ab"})"));
  EXPECT_TRUE(yes("f: ''", R"({"f":""})"));
  EXPECT_TRUE(no("f: ''", R"({"f":null})"));
  EXPECT_TRUE(no("f: ''", R"({})"));
}

TEST(Matching, NullMeansAbsentOrNull) {
  EXPECT_TRUE(yes("f: null", R"({})"));
  EXPECT_TRUE(yes("f: ~", R"({"f":null})"));
  EXPECT_TRUE(no("f: null", R"({"f":""})"));
  EXPECT_TRUE(no("f: null", R"({"f":[]})"));
  EXPECT_TRUE(yes("f: null", R"({"f":[1,null]})"));
  EXPECT_TRUE(yes("f: [null, x]", R"({"f":"X"})"));
  EXPECT_TRUE(yes("f: [null, x]", R"({})"));
  EXPECT_TRUE(no("f: [null, x]", R"({"f":"y"})"));
}

TEST(Matching, AStarAloneIsPresentAndNotNull) {
  EXPECT_TRUE(yes("f: '*'", R"({"f":""})"));
  EXPECT_TRUE(yes("f|contains: '*'", R"({"f":"x"})"));
  EXPECT_TRUE(yes("f: '*'", R"({"f":{}})"));
  EXPECT_TRUE(no("f: '*'", R"({"f":null})"));
  EXPECT_TRUE(no("f: '*'", R"({"f":[]})"));
  EXPECT_TRUE(no("f: '*'", R"({})"));
}

TEST(Matching, NumbersAndBooleansAreTexts) {
  EXPECT_TRUE(yes("f: 4625", R"({"f":4625})"));
  EXPECT_TRUE(yes("f: 4625", R"({"f":"4625"})"));
  EXPECT_TRUE(yes("f: '4625'", R"({"f":4625})"));
  EXPECT_TRUE(yes("f: 4625", R"({"f":4625.0})"));
  EXPECT_TRUE(yes("f: 100000", R"({"f":100000.0})"));
  EXPECT_TRUE(yes("f: 1000000", R"({"f":1e6})"));
  EXPECT_TRUE(yes("f: 1000000", R"({"f":1.0E+6})"));
  EXPECT_TRUE(yes("f: 1e6", R"({"f":1000000.0})"));
  EXPECT_TRUE(yes("f: 123456789", R"({"f":123456789.0})"));
  EXPECT_TRUE(yes("f: '0.0001'", R"({"f":1e-4})"));
  EXPECT_TRUE(no("f: 1000000", R"({"f":1000000.5})"));
  EXPECT_TRUE(yes("f|gt: 9007199254740992", R"({"f":9007199254740993})"));
  EXPECT_TRUE(no("f|gt: 9007199254740993", R"({"f":9007199254740993})"));
  EXPECT_TRUE(no("f|gte: 18446744073709551615", R"({"f":18446744073709551614})"));
  EXPECT_TRUE(yes("f|lt: -9223372036854775807", R"({"f":"-9223372036854775808"})"));
  EXPECT_TRUE(yes("f: 1.50", R"({"f":1.5})"));
  EXPECT_TRUE(yes("f: 1e3", R"({"f":1000})"));
  EXPECT_TRUE(yes("f: 'true'", R"({"f":true})"));
  EXPECT_TRUE(yes("f: true", R"({"f":"True"})"));
  EXPECT_TRUE(no("f: true", R"({"f":1})"));
  EXPECT_TRUE(yes("f: yes", R"({"f":"yes"})"));  // YAML 1.2
  EXPECT_TRUE(yes("f: 2024-01-01", R"({"f":"2024-01-01"})"));
  EXPECT_TRUE(yes("f|contains: 62", R"({"f":4625})"));
}

TEST(Matching, AccountIdsAreNeverNumbers) {
  EXPECT_TRUE(yes("f: '012345678901'", R"({"f":"012345678901"})"));
  EXPECT_TRUE(yes("f: 012345678901", R"({"f":"012345678901"})"));
  EXPECT_TRUE(no("f: 012345678901", R"({"f":"12345678901"})"));
  EXPECT_TRUE(no("f: '12345678901'", R"({"f":"012345678901"})"));
  EXPECT_TRUE(no("f: 9007199254740993", R"({"f":9007199254740992})"));
  EXPECT_TRUE(yes("f: 18446744073709551615", R"({"f":18446744073709551615})"));
  EXPECT_TRUE(yes("f: 123456789012345678901234567890", R"({"f":123456789012345678901234567890})"));
}

TEST(Matching, PlaceModifiers) {
  EXPECT_TRUE(yes("f|contains: B*d", R"({"f":"abcde"})"));
  EXPECT_TRUE(yes("f|startswith: ab", R"({"f":"ABc"})"));
  EXPECT_TRUE(no("f|startswith: bc", R"({"f":"abc"})"));
  EXPECT_TRUE(yes("f|endswith: BC", R"({"f":"abc"})"));
  EXPECT_TRUE(no("f|endswith: ab", R"({"f":"abc"})"));
  EXPECT_TRUE(yes(R"(f|contains: 'a\')", R"({"f":"xa\\y"})"));
  EXPECT_TRUE(no(R"(f|contains: 'a\')", R"({"f":"xa*y"})"));
  EXPECT_TRUE(yes(R"(f|startswith: 'c:\')", R"({"f":"C:\\x"})"));
  EXPECT_TRUE(yes("f|contains: ''", R"({"f":"x"})"));
  EXPECT_TRUE(no("f|contains: ''", R"({})"));
}

TEST(Matching, AllIsAboutTheValuesOfTheRule) {
  EXPECT_TRUE(yes("f|contains|all: [a, b]", R"({"f":"xaxbx"})"));
  EXPECT_TRUE(no("f|contains|all: [a, b]", R"({"f":"xax"})"));
  EXPECT_TRUE(yes("f|contains|all: [a, b]", R"({"f":["a","b"]})"));
  EXPECT_TRUE(yes("f|all: [a, b]", R"({"f":["b","a","c"]})"));
  EXPECT_TRUE(yes("f|windash|contains|all: [' -a', ' -b']", R"({"f":"x /b –a -a"})"));
  EXPECT_TRUE(no("f|windash|contains|all: [' -a', ' -b']", R"({"f":"x /a –a -a"})"));
  EXPECT_TRUE(no("f|base64offset|contains|all: [foobar, barfoo]", R"({"f":"Zm9vYmFy"})"));
}

TEST(Matching, RegularExpressions) {
  EXPECT_TRUE(yes("f|re: 'a.c'", R"({"f":"xabcx"})"));
  EXPECT_TRUE(no("f|re: 'a.c'", R"({"f":"xABCx"})"));
  EXPECT_TRUE(yes("f|re|i: 'a.c'", R"({"f":"xABCx"})"));
  EXPECT_TRUE(no("f|re: 'a.c'", R"({"f":"a\nc"})"));
  EXPECT_TRUE(yes("f|re|s: 'a.c'", R"({"f":"a\nc"})"));
  EXPECT_TRUE(yes("f|re|m: '^c$'", R"({"f":"a\nc"})"));
  EXPECT_TRUE(no("f|re: '^c$'", R"({"f":"a\nc"})"));
  EXPECT_TRUE(yes("f|re: ''", R"({"f":""})"));
  EXPECT_TRUE(no("f|re: ''", R"({})"));
  EXPECT_TRUE(yes(R"(f|re: 'a\\b\*')", R"({"f":"a\\b*"})"));  // backslashes are the expression's own
  EXPECT_TRUE(yes("f|re|startswith: 'b|a'", R"({"f":"ax"})"));
  EXPECT_TRUE(no("f|re|startswith: 'b|a'", R"({"f":"xa"})"));
  EXPECT_TRUE(yes("f|re|neq: 'a'", R"({"f":"b"})"));
}

TEST(Matching, Encodings) {
  EXPECT_TRUE(yes("f|base64: foobar", R"({"f":"Zm9vYmFy"})"));
  EXPECT_TRUE(yes("f|base64offset|contains: foobar", R"({"f":"xxmb29iYXyy"})"));
  EXPECT_TRUE(yes("f|wide|base64offset|contains: ping", R"({"f":"cABpAG4AZw"})"));
  EXPECT_TRUE(yes("f|utf16|base64: A", R"({"f":"//5BAA=="})"));
  EXPECT_TRUE(yes("f|utf16be|base64: A", R"({"f":"AEE="})"));
  EXPECT_TRUE(yes("f|wide|contains: AB", R"({"f":"xA\u0000B\u0000"})"));
  EXPECT_TRUE(yes("f|contains|windash: ' -c '", R"({"f":"cmd /c x"})"));
  EXPECT_TRUE(yes("f|windash|contains: ' -c '", R"({"f":"cmd —c x"})"));
}

TEST(Matching, NumbersTimesAndAddresses) {
  EXPECT_TRUE(yes("f|gte: 5", R"({"f":5})"));
  EXPECT_TRUE(yes("f|gt: 5", R"({"f":"5.5"})"));
  EXPECT_TRUE(no("f|lt: 5", R"({"f":"x"})"));
  EXPECT_TRUE(no("f|lt: 5", R"({})"));
  EXPECT_TRUE(no("f|lt: 5", R"({"f":true})"));
  EXPECT_TRUE(yes("t|hour: 3", R"({"t":"2024-01-15T03:10:00Z"})"));
  EXPECT_TRUE(yes("t|hour|gte: 22", R"({"t":"2024-01-15T23:10:00Z"})"));
  EXPECT_TRUE(no("t|hour|gte: 22", R"({"t":"2024-01-15"})"));
  EXPECT_TRUE(yes("f|cidr: [10.0.0.0/8, '2001:db8::/32']", R"({"f":"2001:db8::7"})"));
  EXPECT_TRUE(no("f|cidr: 10.0.0.0/8", R"({"f":"AWS Internal"})"));
}

TEST(Matching, ExistsAsksForTheKey) {
  EXPECT_TRUE(yes("f|exists: true", R"({"f":null})"));
  EXPECT_TRUE(yes("f|exists: true", R"({"f":[]})"));
  EXPECT_TRUE(no("f|exists: true", R"({})"));
  EXPECT_TRUE(yes("f|exists: false", R"({"g":1})"));
  EXPECT_TRUE(no("f|exists: false", R"({"f":""})"));
  EXPECT_TRUE(yes("a.b|exists: true", R"({"a":[{},{"b":1}]})"));
}

/// Seconds of this processor that it takes.
template <typename Work>
double cost(Work work) {
  const std::clock_t before = std::clock();
  work();
  return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

std::string list_of(int count, std::string_view prefix, std::string_view last) {
  std::string out = "[";
  for (int i = 0; i < count; ++i) out += "\"" + std::string(prefix) + std::to_string(i) + "\",";
  return out + "\"" + std::string(last) + "\"]";
}

// What a hostile event may cost. The bounds are far above what is spent and far below what it would be without limits: minutes.
constexpr double kMuch = 5;

TEST(Cost, AFieldReferenceOverLongListsIsNotTheirProduct) {
  const std::string first = list_of(20'000, "x", "both"), second = list_of(20'000, "y", "BOTH"), third = list_of(20'000, "y", "none");
  EXPECT_LT(cost([&] {
              EXPECT_TRUE(yes("f|fieldref: g", "{\"f\":" + first + ",\"g\":" + second + "}"));
              EXPECT_TRUE(no("f|fieldref: g", "{\"f\":" + first + ",\"g\":" + third + "}"));
              EXPECT_TRUE(no("f|contains|fieldref: g", "{\"f\":" + first + ",\"g\":" + third + "}"));
              EXPECT_TRUE(no("f|startswith|fieldref: g", "{\"f\":" + first + ",\"g\":" + third + "}"));
            }),
            kMuch);
}

TEST(Cost, ASearchForALongTextIsNotTheProductOfLengths) {
  const std::string text(4 << 20, 'a'), part = std::string(2 << 20, 'a');
  EXPECT_LT(cost([&] {
              EXPECT_TRUE(no("f|contains|fieldref: g", "{\"f\":\"" + text + "\",\"g\":\"" + part + "b\"}"));
              EXPECT_TRUE(yes("f|contains|fieldref: g", "{\"f\":\"" + text + "b\",\"g\":\"" + part + "b\"}"));
              EXPECT_TRUE(no("f|contains: '" + part.substr(0, 200'000) + "b'", "{\"f\":\"" + text + "\"}"));
              EXPECT_TRUE(no("f: '*" + part.substr(0, 200'000) + "b*c'", "{\"f\":\"" + text + "\"}"));
            }),
            kMuch);
}

TEST(Cost, ALargeExpressionLooksAtAsMuchOfAnEventAsItCanAfford) {
  std::string text;
  for (unsigned i = 0, random = 7; i < 4 << 20; ++i) text += (random = random * 1'103'515'245 + 12'345) >> 16 & 1 ? 'a' : 'b';
  EXPECT_LT(cost([&] {
              EXPECT_TRUE(no("f|re: '(a|b)*a(a|b){900}c'", "{\"f\":\"" + text + "\"}"));
              EXPECT_TRUE(no("f|re: '(a|b)*a(a|b){900}c'", "{\"f\":" + list_of(20'000, text.substr(0, 100), "") + "}"));
            }),
            kMuch);
  EXPECT_TRUE(yes("f|re: 'b.{60}a$'", "{\"f\":\"" + text.substr(0, 32'768) + "b" + std::string(60, 'x') + "a\"}"));
  EXPECT_TRUE(yes("f|re: '.{1000,}'", "{\"f\":\"" + text.substr(0, 1000) + "\"}"));
  EXPECT_TRUE(no("f|re: '.{1000,}'", "{\"f\":\"" + text.substr(0, 999) + "\"}"));
}

TEST(Matching, FieldReferencesCompareValuesOfOneEvent) {
  EXPECT_TRUE(yes("a|fieldref: b.c", R"({"a":"X","b":{"c":"x"}})"));
  EXPECT_TRUE(no("a|fieldref: b", R"({"a":"X","b":"y"})"));
  EXPECT_TRUE(no("a|fieldref: b", R"({})"));
  EXPECT_TRUE(yes("a|fieldref|neq: b", R"({"a":"X","b":"y"})"));
  EXPECT_TRUE(yes("a|fieldref|startswith: b", R"({"a":"xyz","b":"xy"})"));
  EXPECT_TRUE(yes("a|fieldref|endswith: b", R"({"a":"xyz","b":"yz"})"));
  EXPECT_TRUE(yes("a|contains|fieldref: b", R"({"a":"xyz","b":["q","y"]})"));
  EXPECT_TRUE(yes("a|fieldref: b", R"({"a":1,"b":"1"})"));
}

TEST(Matching, NegationHoldsForWhatIsAbsent) {
  EXPECT_TRUE(yes("f|neq: x", R"({})"));
  EXPECT_TRUE(no("f|neq: [x, y]", R"({"f":"Y"})"));
  EXPECT_TRUE(no("f|neq: x", R"({"f":["a","x"]})"));
  const Compiled rule = compile_rules(rule_of("    sel:\n        f: x\n    condition: not sel\n"));
  EXPECT_EQ(matched(rule, R"({})"), "T");
  EXPECT_EQ(matched(rule, R"({"f":["a","x"]})"), "");
}

TEST(Fields, PathsWalkMapsAndArrays) {
  EXPECT_TRUE(yes("a.b.c: x", R"({"a":{"b":{"c":"x"}}})"));
  EXPECT_TRUE(yes("a.b.c: x", R"({"a":[{"b":[[{"c":"y"},{"c":["z","x"]}]]}]})"));
  EXPECT_TRUE(no("a.b: x", R"({"a":{"b":{"c":"x"}}})"));
  EXPECT_TRUE(no("a.b: x", R"({"a":"x"})"));
  EXPECT_TRUE(yes("'a[any]': x", R"({"a[any]":"x"})"));  // no syntax in this version
}

TEST(Fields, AKeyWithDotsWinsWhenItLeadsSomewhere) {
  EXPECT_TRUE(yes("a.b: 1", R"({"a.b":1})"));
  EXPECT_TRUE(yes("a.b.c: 1", R"({"a.b":{"c":1}})"));
  EXPECT_TRUE(yes("a.b.c: 1", R"({"a":{"b.c":1}})"));
  EXPECT_TRUE(no("a.b: 2", R"({"a.b":1,"a":{"b":2}})"));
  EXPECT_TRUE(no("a.b: 2", R"({"a":{"b":2},"a.b":1})"));
  EXPECT_TRUE(yes("a.b.c: 2", R"({"a":{"b":{"c":2}},"a.b":{"d":1}})"));
  EXPECT_TRUE(yes("a.b.c: 2", R"({"x":0,"a":{"b.c":2,"b":{"c":3}}})"));
  EXPECT_TRUE(no("a.b: 2", R"({"a":[{"b":2}],"a.b":[]})"));
  EXPECT_TRUE(yes("a.b: 2", R"({"l":0,"a":[{"b":2},{"b":3}]})"));
}

TEST(Fields, TextsSeeTheCompactFormOfAMap) {
  const std::string_view event = R"({ "p": { "Status" : "Suspended", "n": [1, 2.50, null, true], "q": "\"\u00e9" } })";
  EXPECT_TRUE(yes("p|contains: Suspended", event));
  EXPECT_TRUE(yes(R"(p|contains|all: ['"status":"suspended"', '[1,2.5,null,true]'])", event));
  EXPECT_TRUE(yes(R"(p|endswith: '"q":"\\"é"}')", event));
  EXPECT_TRUE(yes(R"(p|re: '^\{"Status"')", event));
  EXPECT_TRUE(yes(R"(p: '{}')", R"({"p":{}})"));
}

TEST(Keywords, AreContainedInAnyValueAndNoKey) {
  const auto keyword = [](std::string_view list, std::string_view event) { return matched(compile_rules(rule_of("    k:\n" + std::string(list) + "    condition: k\n")), event) == "T"; };
  EXPECT_TRUE(keyword("        - evil\n        - bad\n", R"({"a":{"b":["x EVIL y"]}})"));
  EXPECT_FALSE(keyword("        - evil\n", R"({"evil":"x"})"));
  EXPECT_TRUE(keyword("        - 4625\n", R"({"a":4625})"));
  EXPECT_TRUE(keyword("        '|all': [a, b]\n", R"({"x":"a","y":"b"})"));
  EXPECT_FALSE(keyword("        '|all': [a, b]\n", R"({"x":"a"})"));
  EXPECT_TRUE(keyword("        '|re': 'e.il'\n", R"({"x":"evil"})"));
  EXPECT_TRUE(keyword("        '|startswith': ev\n", R"({"x":"evil"})"));
  EXPECT_FALSE(keyword("        '|startswith': vi\n", R"({"x":"evil"})"));
  EXPECT_TRUE(keyword("        - '* hello ?'\n", R"({"x":"this is hello w"})"));
  EXPECT_TRUE(keyword("        - a: 1\n        - evil\n", R"({"x":"evil"})"));  // a mixed list
  EXPECT_TRUE(matched(compile_rules(rule_of("    k: evil\n    condition: k\n")), R"({"x":"evil"})") == "T");
}

TEST(Conditions, PrecedenceAndQuantifiers) {
  const auto holds = [](std::string_view condition, std::string_view event) {
    const Compiled rule = compile_rules(rule_of("    sel:\n        a: 1\n    sel2:\n        b: 1\n    android-x:\n        c: 1\n    _hidden:\n        d: 1\n    sel_main_z:\n        e: 1\n    condition: " + std::string(condition) + "\n"));
    if (!rule.errors().empty()) return rule.errors().front();
    return std::string(matched(rule, event) == "T" ? "yes" : "no");
  };
  EXPECT_EQ(holds("sel or sel2 and android-x", R"({"a":1})"), "yes");
  EXPECT_EQ(holds("(sel or sel2) and android-x", R"({"a":1})"), "no");
  EXPECT_EQ(holds("not sel and sel2", R"({"b":1})"), "yes");
  EXPECT_EQ(holds("not not sel", R"({"a":1})"), "yes");
  EXPECT_EQ(holds("not (sel or sel2)", R"({"b":1})"), "no");
  EXPECT_EQ(holds("1 of sel*", R"({"b":1})"), "yes");
  EXPECT_EQ(holds("all of sel*", R"({"a":1,"b":1})"), "no");
  EXPECT_EQ(holds("all of sel*", R"({"a":1,"b":1,"e":1})"), "yes");
  EXPECT_EQ(holds("1 of sel", R"({"b":1})"), "no");
  EXPECT_EQ(holds("1 of sel*z", R"({"e":1})"), "yes");
  EXPECT_EQ(holds("any of them", R"({"d":1})"), "no");
  EXPECT_EQ(holds("1 of _*", R"({"d":1})"), "yes");
  EXPECT_EQ(holds("not 1 of them and _hidden", R"({"d":1})"), "yes");
  EXPECT_EQ(holds("sel AND NOT sel2", R"({"a":1})"), "yes");
  EXPECT_EQ(holds("[sel, sel2]", R"({"b":1})"), "yes");
  EXPECT_EQ(holds("sel and missing", ""), "15:24 The condition names \"missing\", which the detection does not define.");
  EXPECT_EQ(holds("1 of nothing*", ""), "15:21 No name in the detection fits \"nothing*\".");
  EXPECT_EQ(holds("2 of sel*", ""), "15:16 \"2 of\" is not possible; 1 of, any of and all of are.");
  EXPECT_EQ(holds("(sel", ""), "15:20 A closing parenthesis is missing.");
  EXPECT_NE(holds("sel | count() > 5", "").find("is not expected"), std::string::npos);
  EXPECT_NE(holds("sel)", "").find("is not expected"), std::string::npos);
  EXPECT_NE(holds("sel and", "").find("ends where"), std::string::npos);
}

TEST(Events, OddOnesAreMatchedAndBadOnesRefused) {
  const Compiled rule = compile_rules(rule_of("    sel:\n        f: x\n    condition: sel\n"));
  EXPECT_EQ(matched(rule, R"({"f":"x","big":123456789012345678901234567890,"half":"\ud800"})"), "T");
  EXPECT_EQ(matched(rule, R"({"f":"y","f":"x"})"), "T");
  EXPECT_EQ(matched(rule, "{}"), "");
  EXPECT_EQ(matched(rule, "[]"), "error: The event is no JSON object.");
  EXPECT_EQ(matched(rule, ""), "error: The event is no JSON.");
  EXPECT_EQ(matched(rule, R"({"f":"x")"), "error: The event is no JSON.");
  EXPECT_EQ(matched(rule, "{\"f\":\"\xff\"}"), "error: The event is no JSON.");
  const auto levels = [](int count) { return R"({"f":"x","d":)" + std::string(count - 1, '[') + "1" + std::string(count - 1, ']') + "}"; };
  EXPECT_EQ(matched(rule, levels(100)), "T");
  EXPECT_EQ(matched(rule, R"({"big":123456789012345678901234567890,)" + levels(63).substr(1)), "T");
  for (const int count : {101, 500}) EXPECT_EQ(matched(rule, levels(count)), "error: The event is nested deeper than 100 levels; no rule was tried on it.");
}

TEST(Routing, OnlyRulesThatAskForNothingElseAreTried) {
  const std::string text = "title: A\nlogsource: {product: aws}\ndetection: {s: {f: 1}, condition: s}\n---\ntitle: B\nlogsource: {product: AWS, service: cloudtrail}\ndetection: {s: {f: 1}, condition: s}\n"
                           "---\ntitle: C\nlogsource: {product: okta}\ndetection: {s: {f: 1}, condition: s}\n---\ntitle: D\ndetection: {s: {f: 1}, condition: s}\n";
  EXPECT_EQ(matched(compile_rules(text), R"({"f":1})"), "A,B,C,D");
  ProgramOptions options;
  options.source = LogSource{"", "aws", "cloudtrail"};
  EXPECT_EQ(matched(compile_rules(text, options), R"({"f":1})"), "A,B,D");
  options.source = LogSource{"", "aws", ""};
  EXPECT_EQ(matched(compile_rules(text, options), R"({"f":1})"), "A,D");
}

TEST(Matcher, KeepsItsAnswersApartFromEventToEvent) {
  const Compiled rules = compile_rules(rule_of("    sel:\n        f|contains: x\n    other:\n        g: 1\n    condition: sel and not other\n"));
  Matcher matcher(rules.program);
  EXPECT_EQ(matcher.match(R"({"f":"x"})")->size(), 1u);
  EXPECT_EQ(matcher.match(R"({"f":"x","g":1})")->size(), 0u);
  EXPECT_FALSE(matcher.match("nonsense"));
  EXPECT_EQ(matcher.match(R"({"g":0})")->size(), 0u);
  EXPECT_EQ(matcher.match(R"({"f":"x"})")->size(), 1u);
}

TEST(Matcher, NamesMayStandForPathsOfTheEvent) {
  ProgramOptions options;
  options.field_names = {{"actor.user.email_addr", "actor_details.email"}};
  options.event_fields = {"time", "list"};
  const Compiled rules = compile_rules(rule_of("    sel:\n        actor.user.email_addr: a@b\n    condition: sel\n"), options);
  Matcher matcher(rules.program);
  EXPECT_EQ(matcher.match(R"({"time":12,"list":["a",1,{"b":null}],"actor_details":{"email":"A@B"}})")->size(), 1u);
  EXPECT_EQ(matcher.field(0), "12");
  EXPECT_EQ(matcher.field(1), R"(["a","1",{"b":null}])");
}

}  // namespace
}  // namespace picket::detect
