#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/rule.h"

namespace picket::detect {

/// A detection under its name in the rule.
struct Search {
  std::string name;
  NodePtr node;
  bool used = false;  ///< a condition reached it
};

/// Reads a condition over the searches and gives the tree it means. `place` is where the text begins; errors point into it.
/// Errors: syntax, an unknown name, a pattern that matches no name, nesting beyond 64 levels.
Result<NodePtr> read_condition(std::string_view text, TextPlace place, std::vector<Search>& searches);

/// The same grammar without `x of y`, over the names of rules (the condition of a temporal correlation). `find` gives a rule's
/// index or nothing.
Result<RuleExpression> read_rule_expression(std::string_view text, TextPlace place,
                                            const std::function<std::optional<std::size_t>(std::string_view)>& find);

}  // namespace picket::detect
