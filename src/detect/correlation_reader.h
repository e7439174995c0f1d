#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/yaml.h"
#include "detect/notes.h"
#include "detect/rule.h"

namespace picket::detect {

/// The `correlation` part of a rule and what `picket` adds to it. Names of rules are not resolved here.
Result<Correlation> read_correlation(const codec::YamlNode& document, Notes& notes);

/// "15m" in microseconds.
Result<std::int64_t> read_timespan(const codec::YamlNode& value);
/// A text, or a list of texts. `what` begins the sentence of the error.
Result<std::vector<std::string>> read_texts(const codec::YamlNode& value, std::string_view what);

}  // namespace picket::detect
