#pragma once

#include <string>
#include <string_view>

#include "detect/rule.h"

namespace picket::detect {

/// "rules/a.yml:12:5: error: ..." for a person, as compilers write it. With the file's text also the line and a caret under
/// the place.
std::string to_text(const Problem& problem, std::string_view file_text = {});

}  // namespace picket::detect
