#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace picket::connector {

/// Holds an OCSF document against the schema subset in schemas/ocsf: required attributes, known names, types,
/// enumerations, and type_uid = class_uid * 100 + activity_id. What is wrong, one line each; empty when all
/// is well.
std::vector<std::string> check_ocsf(std::string_view schema_json, std::string_view document_json);

}  // namespace picket::connector
