#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/guid.h"
#include "base/result.h"
#include "store/event_store.h"
#include "store/partition.h"

namespace picket::store {

/// Where an event lies; never changes, also when blocks are merged.
struct EventAddress {
  std::uint32_t partition = 0, stream = 0, ordinal = 0;
  auto operator<=>(const EventAddress&) const = default;
};

/// The total order of queries.
struct EventPosition {
  std::int64_t time_us = 0;
  EventAddress address;
  auto operator<=>(const EventPosition&) const = default;
};

/// Turns addresses into opaque ids and page tokens and back. Both are bound to the store's key: what we did
/// not make ourselves is refused, and an id tells nothing about how many streams or events there are.
/// Threads: any.
class AddressCodec {
 public:
  explicit AddressCodec(const HashKey& key) : key_(key) {}

  std::string id(const EventAddress& address) const { return guid_text(id_bytes(address)); }
  /// The id before it is written down.
  GuidBytes id_bytes(const EventAddress& address) const;
  std::optional<EventAddress> parse_id(std::string_view id) const;

  std::string token(Order order, const EventPosition& last) const;
  /// Error kInvalidInput with field "page".
  Result<EventPosition> parse_token(std::string_view token, Order order) const;

  /// Keyed SipHash-2-4.
  std::uint64_t hash(std::string_view bytes) const;

 private:
  HashKey key_;
};

}  // namespace picket::store
