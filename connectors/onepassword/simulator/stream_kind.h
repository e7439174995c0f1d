#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace picket::onepassword_simulator {

enum class StreamKind : unsigned char { kAuditEvents, kItemUsages, kSignInAttempts };
inline constexpr std::size_t kStreams = 3;
inline constexpr std::array<std::string_view, kStreams> kStreamNames = {"auditevents", "itemusages",
                                                                        "signinattempts"};

constexpr std::size_t index_of(StreamKind kind) {
  return static_cast<std::size_t>(kind);
}
constexpr std::string_view name_of(StreamKind kind) {
  return kStreamNames[index_of(kind)];
}
constexpr std::optional<StreamKind> stream_from(std::string_view name) {
  for (std::size_t i = 0; i < kStreams; ++i)
    if (kStreamNames[i] == name) return static_cast<StreamKind>(i);
  return std::nullopt;
}

/// The two versions of the protocol that are served; v1 lacks the fields that came with managed accounts.
enum class ApiVersion : unsigned char { kV1 = 1, kV2 = 2 };

}  // namespace picket::onepassword_simulator
