#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace picket::detect {

/// What reading a rule found out besides the rule.
struct Notes {
  std::vector<Error> warnings;
  std::size_t weight = 0;  ///< what the values stand for so far: a few bytes of YAML can mean thousands of texts
  void warn(TextPlace place, std::string message);
};

/// An error about the rule's text (kInvalidInput).
tl::unexpected<Error> fail_at(TextPlace place, std::string message);

}  // namespace picket::detect
