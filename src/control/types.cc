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

HistoryAction history_action_from(std::string_view text) {
  for (const auto action : {HistoryAction::kCreated, HistoryAction::kUpdatedSecrets, HistoryAction::kDeleted})
    if (to_string(action) == text) return action;
  return HistoryAction::kUpdated;
}

}  // namespace picket::control
