#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace picket::detect {

/// What `expand` may fill in: name between the percent signs -> values, each a Sigma string.
using Placeholders = std::map<std::string, std::vector<std::string>>;

/// What a name may be made of.
inline constexpr std::string_view kPlaceholderCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

/// Reads a YAML map from names (letters, digits, underscore) to a value or a list of values. At most 20,000 values a name. A name with an empty
/// list is as one that is not there. Errors: kInvalidInput with the place, kTooLarge.
Result<Placeholders> read_placeholders(std::string_view text);

}  // namespace picket::detect
