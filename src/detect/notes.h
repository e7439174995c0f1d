#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace picket::detect {

/// What reading a rule found out besides the rule.
struct Notes {
  std::vector<Error> warnings;
  void warn(TextPlace place, std::string message);
};

/// An error about the rule's text (kInvalidInput).
tl::unexpected<Error> fail_at(TextPlace place, std::string message);

}  // namespace picket::detect
