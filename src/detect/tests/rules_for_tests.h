#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "detect/program.h"
#include "detect/rule_set.h"

namespace picket::detect {

struct Compiled {
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const Program> program;
  std::vector<Problem> problems;

  std::vector<std::string> errors() const { return messages(Problem::Severity::kError); }
  std::vector<std::string> warnings() const { return messages(Problem::Severity::kWarning); }
  std::vector<std::string> messages(Problem::Severity severity) const {
    std::vector<std::string> out;
    for (const Problem& p : problems)
      if (p.severity == severity) out.push_back(std::to_string(p.error.place->line) + ":" + std::to_string(p.error.place->column) + " " + p.error.message);
    return out;
  }
};

inline Compiled compile_rules(std::string_view text, const ProgramOptions& options = {}, const Placeholders& placeholders = {}) {
  Compiled out;
  std::vector<RuleFile> files;
  files.push_back(read_rules(text, "test.yml", placeholders));
  out.rules = std::make_shared<const RuleSet>(RuleSet::link(std::move(files), out.problems));
  out.program = Program::compile(*out.rules, options, out.problems);
  return out;
}

/// A rule around a detection, whose lines are indented by four.
inline std::string rule_of(std::string_view detection) {
  return "title: T\nlogsource:\n    product: test\ndetection:\n" + std::string(detection);
}

/// Titles of what matches, joined with commas; "error: ..." when the event is refused.
inline std::string matched(const Compiled& compiled, std::string_view event) {
  Matcher matcher(compiled.program);
  const auto matches = matcher.match(event);
  if (!matches) return "error: " + matches.error().message;
  std::string out;
  for (const Match& match : *matches) out += (out.empty() ? "" : ",") + compiled.rules->rules()[match.rule].rule.title;
  return out;
}

/// Whether a rule with that one entry under a selection matches. The entry is one line of YAML.
inline bool selects(std::string_view entry, std::string_view event) {
  const Compiled compiled = compile_rules(rule_of("    sel:\n        " + std::string(entry) + "\n    condition: sel\n"));
  if (!compiled.errors().empty()) throw std::runtime_error(compiled.errors().front());
  return matched(compiled, event) == "T";
}

}  // namespace picket::detect
