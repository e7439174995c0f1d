#include "model/event.h"

namespace picket::model {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kSuccess: return "success";
    case Outcome::kFailure: return "failure";
    case Outcome::kUnknown: break;
  }
  return "unknown";
}

}  // namespace picket::model
