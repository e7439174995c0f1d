#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace picket {

/// A fresh random GUID (RFC 9562 version 4), lower case with dashes. Threads: any. Aborts when the kernel has no
/// randomness to give.
std::string new_guid();

/// Whether `text` has the shape of a GUID (8-4-4-4-12 lower- or upper-case hexadecimal digits).
bool is_guid(std::string_view text);

using GuidBytes = std::array<char, 16>;
/// The 16 bytes that a GUID writes down; nothing when `text` is none.
std::optional<GuidBytes> guid_bytes(std::string_view text);
/// 16 bytes as a GUID, lower case with dashes.
std::string guid_text(std::string_view bytes);
inline std::string guid_text(const GuidBytes& bytes) { return guid_text(std::string_view(bytes.data(), bytes.size())); }

}  // namespace picket
