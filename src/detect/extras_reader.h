#pragma once

#include "codec/yaml.h"
#include "detect/notes.h"
#include "detect/rule.h"

namespace picket::detect {

/// The `picket` part of a rule: what correlations say beyond Sigma. `correlation` is null for a detection rule, which may hold only
/// keys that others read. A key that nobody knows is an error: left out silently, it would make the rule mean something broader.
Status read_extras(const codec::YamlNode& document, Correlation* correlation);

}  // namespace picket::detect
