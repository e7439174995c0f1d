#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "detect/examples.h"
#include "detect/program.h"
#include "detect/rule_set.h"

namespace picket::detect {

struct ExampleReport {
  std::size_t rules = 0;     ///< of the set
  std::size_t without = 0;   ///< of these: rules that have no example
  std::size_t examples = 0;  ///< tried
  std::size_t failed = 0;
  /// Errors: examples that did not come out as they should, or could not be tried. Warnings: rules without examples.
  std::vector<Problem> problems;
};

/// Tries every example: a detection rule on its events, a correlation on what the rules below it make of them, at the examples' own
/// times. An example matches when the rule does at any of its events. Examples of rules that are not in the set (refused) are left out:
/// why is told where the rules were read. `technology` knows what else the events of a log source say; without it nothing. Threads: any.
ExampleReport run_examples(const std::shared_ptr<const RuleSet>& rules, std::span<const RuleExamples> examples, const Technology& technology = {});

}  // namespace picket::detect
