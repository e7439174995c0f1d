#pragma once

#include <string>
#include <string_view>

namespace picket::control {

/// 120 random bits as six groups of four: "ABCD-EFGH-…". Shown once, stored as its digest.
std::string new_recovery_code();
/// Digest of a code as people type it: case, dashes and blanks do not matter. Empty for what can be no such
/// code.
std::string recovery_code_hash(std::string_view typed);

}  // namespace picket::control
