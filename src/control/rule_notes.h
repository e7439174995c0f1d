#pragma once

#include <string>
#include <string_view>

#include "control/control_impl.h"

/// Rows of the history of detection rules, for rules.cc and known_rules.cc.
namespace picket::control {

/// JSON object text of an entry.
std::string history_value(std::string_view kind, std::string_view sentence, std::string_view reason = {});
/// `key`: of a rule, or the id of an own text.
Status note_rule(Writing& w, const std::string& organization_id, const std::string& key, HistoryAction action, const std::string& actor_id,
                 const std::string& value);

}  // namespace picket::control
