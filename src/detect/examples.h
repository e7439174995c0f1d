#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "detect/rule.h"

/// What rules give as their examples, under the custom attribute `picket` (docs/rules.md). Other tools ignore it, and nothing of it
/// changes what a rule matches.
namespace picket::detect {

/// An event, or several that differ in their number and time only.
struct ExampleEvent {
  std::string record;            ///< JSON, in the vendor's own shape; "{n}" in a text stands for the number of the repetition, from 1
  std::string product, service;  ///< as written; empty: the rule's log source says
  Micros at{};                   ///< since the beginning of the example
  Micros every{};                ///< between repetitions
  int times = 1;
  TextPlace place;

  /// The record with its number filled in.
  std::string numbered(int n) const;
};

struct Example {
  std::string about;  ///< one sentence for a reader; may be empty
  bool matching = true;
  std::vector<ExampleEvent> events;
  TextPlace place;
};

struct RuleExamples {
  std::string title;
  std::string file;
  TextPlace rule;  ///< as Rule::place
  std::vector<Example> examples;
};

struct ExampleFile {
  std::vector<RuleExamples> rules;  ///< one for each document with examples
  std::vector<Problem> problems;
};

/// Reads the examples of one text's rules, and nothing else of them. An example that cannot be read is a problem with its place, the
/// others are read. Text that is no YAML is `read_rules`' matter and gives nothing here. Limits: 10,000 events an example.
/// Threads: any.
ExampleFile read_examples(std::string_view text, const std::string& file);

}  // namespace picket::detect
