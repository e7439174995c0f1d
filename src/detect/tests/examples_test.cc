#include "detect/examples.h"

#include <gtest/gtest.h>

#include "detect/example_run.h"
#include "rules_for_tests.h"

namespace picket::detect {
namespace {

constexpr std::string_view kRule = R"(title: Export
logsource: {product: vendor, service: audit}
detection:
    sel: {action: export, count|gte: 2}
    condition: sel
)";

/// What trying the examples of a text tells: "12:5 message" a line.
std::string told(std::string_view text, ExampleReport* report = nullptr) {
  std::vector<Problem> problems;
  std::vector<RuleFile> files;
  files.push_back(read_rules(text, "test.yml"));
  const auto rules = std::make_shared<const RuleSet>(RuleSet::link(std::move(files), problems));
  ExampleFile examples = read_examples(text, "test.yml");
  ExampleReport done = run_examples(rules, examples.rules);
  std::string out;
  for (const auto* list : {&problems, &examples.problems, &done.problems})
    for (const Problem& p : *list) out += std::to_string(p.error.place->line) + ":" + std::to_string(p.error.place->column) + " " + p.error.message + "\n";
  if (report != nullptr) *report = std::move(done);
  return out;
}

std::string with(std::string_view examples) { return std::string(kRule) + "picket:\n    examples:\n" + std::string(examples); }

TEST(Examples, AnEventAsTheVendorWritesIt) {
  const ExampleFile file = read_examples(with(R"(        matching:
            - about: Everything that JSON knows
              event: {"action": "export", "count": 3, "ratio": -0.5, "big": 1e9, "yes": true, "none": null, "list": [1, "1", []], "map": {"a": {}}, "odd": 0x17, "zero": 007}
)"), "f.yml");
  ASSERT_TRUE(file.problems.empty()) << file.problems.front().error.message;
  ASSERT_EQ(file.rules.size(), 1u);
  EXPECT_EQ(file.rules[0].title, "Export");
  ASSERT_EQ(file.rules[0].examples.size(), 1u);
  const Example& example = file.rules[0].examples[0];
  EXPECT_TRUE(example.matching);
  EXPECT_EQ(example.about, "Everything that JSON knows");
  EXPECT_EQ(example.events.at(0).record,
            R"({"action":"export","count":3,"ratio":-0.5,"big":1e9,"yes":true,"none":null,"list":[1,"1",[]],"map":{"a":{}},"odd":"0x17","zero":"007"})");
}

TEST(Examples, ComeOutAsTheySay) {
  ExampleReport report;
  EXPECT_EQ(told(with(R"(        matching:
            - event: {action: export, count: 2}
        not_matching:
            - event: {action: export, count: 1}
            - service: other
              event: {action: export, count: 2}
)"), &report), "");
  EXPECT_EQ(report.examples, 3u);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_EQ(report.without, 0u);
}

TEST(Examples, EachThatDoesNotIsToldAtItsPlace) {
  ExampleReport report;
  EXPECT_EQ(told(with(R"(        matching:
            - about: One thing
              event: {action: export, count: 1}
        not_matching:
            - event: {action: export, count: 2}
)"), &report),
            "9:15 \"Export\" should match the example \"One thing\", and does not.\n"
            "12:15 \"Export\" should not match this example, and does.\n");
  EXPECT_EQ(report.failed, 2u);
}

TEST(Examples, ARuleWithoutAnyIsAWarning) {
  ExampleReport report;
  EXPECT_NE(told(kRule, &report), "");
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_EQ(report.problems[0].severity, Problem::Severity::kWarning);
  EXPECT_EQ(report.without, 1u);
  EXPECT_EQ(report.failed, 0u);
}

constexpr std::string_view kOrdered = R"(title: Failures, then a success
correlation:
    type: temporal_ordered
    rules: [many, ok]
    group-by: [who]
    timespan: 10m
picket:
    examples:
        matching:
            - events:
                  - {at: 0, times: 3, every: 1m, service: signin, event: {who: ada, what: bad, id: 'x{n}'}}
                  - {at: 3m, service: audit, event: {who: ada, what: good}}
        not_matching:
            - about: Somebody else
              events:
                  - {times: 3, service: signin, event: {who: ada, what: bad, id: 'x{n}'}}
                  - {service: audit, event: {who: bo, what: good}}
            - about: Too late
              events:
                  - {at: 0s, times: 3, service: signin, event: {who: ada, what: bad, id: 'x{n}'}}
                  - {at: 1h, service: audit, event: {who: ada, what: good}}
            - about: One and the same thing three times
              events:
                  - {at: 0s, times: 3, service: signin, event: {who: ada, what: bad, id: x}}
                  - {at: 1m, service: audit, event: {who: ada, what: good}}
)";
constexpr std::string_view kBelow = R"(---
title: Many
name: many
correlation: {type: value_count, rules: [bad], group-by: [who], timespan: 5m, condition: {gte: 3, field: id}}
---
title: Bad
name: bad
logsource: {product: vendor, service: signin}
detection: {sel: {what: bad}, condition: sel}
---
title: Good
name: ok
logsource: {product: vendor, service: audit}
detection: {sel: {what: good}, condition: sel}
)";

TEST(Examples, OfACorrelationRunInTheirOwnTimes) {
  ExampleReport report;
  told(std::string(kOrdered) + std::string(kBelow), &report);
  EXPECT_EQ(report.examples, 4u);
  EXPECT_EQ(report.failed, 0u);
  EXPECT_EQ(report.without, 3u);
}

TEST(Examples, OfACorrelationTellWhatTheRulesBelowMadeOfThem) {
  std::string text = std::string(kOrdered) + std::string(kBelow);
  text.replace(text.find("type: temporal_ordered"), 22, "type: temporal        ");
  text.replace(text.find("at: 3m"), 6, "at: 3d");
  const std::string problems = told(text);
  EXPECT_NE(problems.find("10:15 \"Failures, then a success\" should match this example, and does not. Below it: \"ok\" matches 1 event."), std::string::npos) << problems;
}

TEST(Examples, OfSeveralLogSourcesMustSayWhich) {
  std::string text = std::string(kOrdered) + std::string(kBelow);
  text.replace(text.find("service: audit, event"), 16, "");
  const std::string problems = told(text);
  EXPECT_NE(problems.find("12:21 The rules below this one watch several log sources; say which one the event is of (service: ...)."), std::string::npos) << problems;
}

TEST(Examples, WhatCannotBeReadIsToldAndTheOthersAreTried) {
  const auto refused = [](std::string_view line) {
    ExampleReport report;
    const std::string out = told(with("        matching:\n            - " + std::string(line) + "\n            - event: {action: export, count: 2}\n"), &report);
    EXPECT_EQ(report.examples, 1u) << line;
    EXPECT_EQ(report.failed, 0u) << line;
    return out;
  };
  EXPECT_EQ(refused("text"), "9:15 An example must be a map with about and event (or events, a list).\n");
  EXPECT_EQ(refused("{about: x}"), "9:15 An example has either event (a map) or events (a list).\n");
  EXPECT_EQ(refused("{event: export}"), "9:23 The event of an example must be a map, as the vendor writes it.\n");
  EXPECT_EQ(refused("{evnt: {}}"), "9:16 An example has no \"evnt\"; it has about, product, service, event, events.\n");
  EXPECT_EQ(refused("{events: []}"), "9:24 events must be a list of at least one event.\n");
  EXPECT_EQ(refused("{events: [{at: soon, event: {}}]}"), "9:30 \"soon\" is no time of an example; write a number and one of s, m, h, d, like 5m.\n");
  EXPECT_EQ(refused("{events: [{times: 0, event: {}}]}"), "9:33 \"0\" is no number of repetitions; 1 to 10000 are possible.\n");
  EXPECT_EQ(refused("{events: [{at: 1m}]}"), "9:25 The event is missing (event: a map).\n");
  EXPECT_EQ(refused("{events: [{times: 9999, event: {}}, {times: 9999, event: {}}]}"), "9:51 The example has more than 10000 events.\n");
  EXPECT_EQ(told(with("        matchin: []\n")).substr(0, 62), "8:9 examples has no \"matchin\"; it has matching, not_matching.\n");
}

TEST(Examples, WhatAnExampleDoesNotShowDidNotHappen) {
  ExampleReport report;
  EXPECT_EQ(told("title: A\nname: a\nlogsource: {product: p, service: s}\ndetection: {s: {k: a}, condition: s}\n---\n"
                 "title: B\nname: b\nlogsource: {product: p, service: s}\ndetection: {s: {k: b}, condition: s}\n---\n"
                 "title: C\ncorrelation: {type: event_count, rules: [a], timespan: 4h, condition: {gte: 1}}\npicket:\n    not_followed_by: b\n    examples:\n"
                 "        matching:\n            - events: [{event: {k: a}}]\n            - events: [{event: {k: a}}, {at: 5h, event: {k: b}}]\n"
                 "        not_matching:\n            - events: [{event: {k: a}}, {at: 3h, event: {k: b}}]\n", &report),
            "1:1 The rule has no examples (picket: examples: matching, not_matching), so nothing shows that it does what it says.\n"
            "6:1 The rule has no examples (picket: examples: matching, not_matching), so nothing shows that it does what it says.\n");
  EXPECT_EQ(report.examples, 3u);
}

}  // namespace
}  // namespace picket::detect
