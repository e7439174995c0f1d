#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "detect/item_reader.h"
#include "detect/rule.h"

namespace picket::detect {

/// What the documents of one text say. Not yet linked: a correlation may name a rule of another file.
struct RuleFile {
  std::vector<Rule> rules;
  std::vector<Filter> filters;
  std::vector<Problem> problems;
};

/// Reads the rules, correlations and filters of one text (several documents, `action:` collections included). A document that
/// cannot be read becomes a problem with file, line and column; the others are read. Limits: 1 MiB, 64 levels, 200,000 values a
/// document. Threads: any.
RuleFile read_rules(std::string_view text, const std::string& file, const Placeholders& placeholders = {});

}  // namespace picket::detect
