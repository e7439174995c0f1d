#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codec/json.h"
#include "control/types.h"
#include "sql/database.h"

namespace picket::control {

/// kConflict with field "name" when a device that is not deleted has this name, in any case. Inside a
/// transaction.
Status check_name_free(sql::Database& db, const std::string& organization_id, const std::string& name,
                       const std::string& except_id);
Status check_object(const std::string& json, std::string_view field);
model::Health no_token_health(TimePoint at);

}  // namespace picket::control
