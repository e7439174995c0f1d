#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace picket::model {

/// OCSF `status_id` of an event: whether what it reports worked.
enum class Outcome : std::uint8_t { kUnknown = 0, kSuccess = 1, kFailure = 2 };

/// "unknown", "success", "failure".
std::string_view to_string(Outcome outcome);

/// The few facts of an event that people filter by, as a normaliser leaves them. Views point into the page and the
/// normaliser's scratch memory and live as long as those. Empty text means: the vendor did not say.
struct EventView {
  std::string_view vendor_uid;  ///< the vendor's id, compared byte by byte; empty only in an unreadable record
  TimePoint time{};             ///< the vendor's timestamp of the event, cut to microseconds
  std::uint32_t class_uid = 0;  ///< OCSF class, 0 = not mapped
  std::uint16_t activity_id = 0;
  Outcome outcome = Outcome::kUnknown;
  std::string_view action;  ///< the vendor's own word
  std::string_view actor_uid;
  std::string_view actor_email;
  std::string_view source_ip;
  std::string_view country;  ///< of the address: two capitals (ISO 3166-1) where the vendor gives them, else its word
  std::string_view target;
  /// The record could not be read: kept raw, counted, identified by its bytes, at the time it was received.
  bool unreadable = false;
};

}  // namespace picket::model
