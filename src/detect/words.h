#pragma once

#include <cstdint>
#include <string>

#include "detect/rule_set.h"

namespace picket::detect {

/// What a rule means, in plain sentences: `Matches when action is "export" and object type is "vault", but not when ...`. Made from the
/// rule's tree, so it says what the engine does and not what the author meant. Long lists are cut and say so. At most a few
/// thousand characters. Threads: any.
std::string in_words(const RuleSet& rules, std::uint32_t rule);

}  // namespace picket::detect
