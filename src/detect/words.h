#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "detect/rule_set.h"

namespace picket::detect {

/// What a rule means, in plain sentences: `Matches when action is "export" and object type is "vault", but not when ...`. Made from the
/// rule's tree, so it says what the engine does and not what the author meant. Long lists are cut and say so. At most a few
/// thousand characters. `source_name` gives the name that people know a log source by; empty: none, its own words stand. Threads: any.
std::string in_words(const RuleSet& rules, std::uint32_t rule, const std::function<std::string(const LogSource&)>& source_name = {});

}  // namespace picket::detect
