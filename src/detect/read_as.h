#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "detect/rule.h"

namespace picket::detect {

/// The value as it is compared across events. What is no address is folded where an address was expected.
std::string read_as(std::string_view value, ReadAs as);

}  // namespace picket::detect
