#include "control/types.h"

namespace picket::control {

std::string_view to_string(HistoryAction action) {
  switch (action) {
    case HistoryAction::kCreated:
      return "CREATED";
    case HistoryAction::kUpdated:
      return "UPDATED";
    case HistoryAction::kUpdatedSecrets:
      return "UPDATED_SECRETS";
    case HistoryAction::kDeleted:
      return "DELETED";
  }
  return "UPDATED";
}

}  // namespace picket::control
