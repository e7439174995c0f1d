#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "control/types.h"

/// How a stream's state follows from what happened. Pure; what is said here is what a commit makes durable.
namespace picket::ingest {

/// What a stored page says. Nothing in it depends on how many of its events were new.
struct PageFacts {
  TimePoint received_at{};
  std::uint64_t records = 0;
  std::uint64_t added = 0;            ///< for planted bugs only
  std::optional<TimePoint> newest;    ///< greatest event time of the page
  std::optional<std::string> cursor;  ///< to go on from; absent = the old one stays
  bool more = false;
  std::uint64_t unreadable = 0;       ///< for the warning
};

control::StreamState after_page(control::StreamState state, const PageFacts& page);
/// The round was good, yet the vendor did something odd in it.
control::StreamState with_warning(control::StreamState state, std::string sentence, TimePoint now);
control::StreamState after_failure(control::StreamState state, std::string code, std::string sentence, TimePoint now);

/// Vendors deliver late by days; what arrived there after our last good poll may be dated this much before it.
inline constexpr auto kOverlap = std::chrono::hours(72);
/// Where to start again when the vendor no longer knows our cursor.
TimePoint restart_point(const control::StreamState& state, TimePoint now);
/// Without its cursor, to be read from `from`.
control::StreamState after_cursor_lost(control::StreamState state, TimePoint from, std::string sentence, TimePoint now);

}  // namespace picket::ingest
