#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/yaml.h"
#include "detect/notes.h"
#include "detect/placeholders.h"
#include "detect/rule.h"

namespace picket::detect {

/// `field|modifiers` with its value or values. Errors: kInvalidInput with the place; kNotFound when nothing fills a placeholder.
Result<Item> read_item(const codec::YamlKey& key, const codec::YamlNode& value, const Placeholders& placeholders, Notes& notes);
/// A plain value that is sought everywhere.
Result<Item> read_keyword(const codec::YamlNode& value, Notes& notes);

}  // namespace picket::detect
