#pragma once

#include "codec/yaml.h"
#include "detect/notes.h"
#include "detect/rule.h"

namespace picket::detect {

/// The `correlation` part of a rule. Names of rules are not resolved here.
Result<Correlation> read_correlation(const codec::YamlNode& document, Notes& notes);

}  // namespace picket::detect
