#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/yaml.h"
#include "detect/notes.h"
#include "detect/rule.h"

namespace picket::detect {

/// What `expand` may fill in: name between the percent signs -> values, each a Sigma string.
using Placeholders = std::map<std::string, std::vector<std::string>>;

/// `field|modifiers` with its value or values. Errors: kInvalidInput with the place.
Result<Item> read_item(const codec::YamlKey& key, const codec::YamlNode& value, const Placeholders& placeholders, Notes& notes);
/// A plain value that is sought everywhere.
Result<Item> read_keyword(const codec::YamlNode& value, Notes& notes);

}  // namespace picket::detect
