#pragma once

#include <string>
#include <vector>

#include "connector/connector.h"

namespace picket::connector {

/// A record and what must become of it.
struct GoldenCase {
  std::string stream, name;  ///< folder and file name without its ending
  std::string record_path, expected_path;
};

/// All <folder>/<stream>/<case>.json, sorted. Files that end in .expected.json belong to them.
std::vector<GoldenCase> golden_cases(const std::string& folder);

/// The event view and the OCSF document of a record, as indented JSON with sorted keys where order means
/// nothing.
std::string golden_text(const Connector& connector, const GoldenCase& golden);

/// Compares; with PICKET_UPDATE_GOLDEN=1 in the environment writes the expected file instead. The difference
/// as text, empty when there is none.
std::string check_golden(const Connector& connector, const GoldenCase& golden);

}  // namespace picket::connector
