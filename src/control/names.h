#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

/// What names, addresses and passwords may look like, and the sentence when they do not.
namespace picket::control {

/// Trimmed. Not empty, at most 200 bytes, no control characters. `thing` is for the sentence, `field` for the
/// error.
Result<std::string> checked_name(std::string_view name, std::string_view thing, std::string_view field);
/// As above, but may be empty: a first or last name.
Result<std::string> checked_name_part(std::string_view name, std::string_view field);
/// "Ada King Lovelace" -> "Ada King", "Lovelace".
std::pair<std::string, std::string> first_and_last(const std::string& display_name);
/// Trimmed. One @ with something on either side, no blanks, at most 254 bytes.
Result<std::string> checked_email(std::string_view email);
/// Length only: 8 to 1024 bytes.
Status checked_password_size(std::size_t size);

/// A JSON object of at most 32 KiB and 8 levels, written compactly.
Result<std::string> checked_preferences(std::string_view text);

/// "Acme Corp." -> "acmecorp": at most 12 letters and digits, for short links.
std::string short_name_of(std::string_view name);

/// kPreconditionFailed when `wanted` is another than `stored`.
Status check_version(std::string_view thing, std::int64_t stored, std::optional<std::int64_t> wanted);

}  // namespace picket::control
