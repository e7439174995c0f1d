#pragma once

#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/guid.h"

namespace picket::watch {

/// An event as correlations know it. Both halves of the id count: the first is shared by some events of a stream.
inline std::uint64_t number_of(const GuidBytes& event) {
  std::uint64_t first = 0, second = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    first = first << 8 | static_cast<unsigned char>(event[i]);
    second = second << 8 | static_cast<unsigned char>(event[i + 8]);
  }
  first *= 0x9e3779b97f4a7c15;
  return first ^ first >> 29 ^ second;
}
inline std::uint64_t number_of(std::string_view event_id) {
  const auto bytes = guid_bytes(event_id);
  PICKET_ASSERT(bytes.has_value(), "an event's id is a GUID");
  return number_of(*bytes);
}

}  // namespace picket::watch
