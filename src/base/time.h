#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace picket {

/// A moment in UTC, microseconds since the Unix epoch. Covers the years 0000 to 9999 that RFC 3339 can spell.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;
using Micros = std::chrono::microseconds;

constexpr std::int64_t to_micros(TimePoint t) { return t.time_since_epoch().count(); }
constexpr TimePoint from_micros(std::int64_t us) { return TimePoint(Micros(us)); }
constexpr TimePoint from_seconds(std::int64_t s) { return TimePoint(std::chrono::seconds(s)); }

/// Reads RFC 3339 date-times: any number of fractional digits (cut to microseconds), `Z` or an offset, `T`, `t` or a
/// space between date and time, leap second 60 read as 59.999999. The whole text must match.
Result<TimePoint> parse_rfc3339(std::string_view text);

/// What people and scripts send in filters: RFC 3339, or without zone (read as UTC), or a bare date.
Result<TimePoint> parse_time_lenient(std::string_view text);

/// `2026-11-22T18:55:31.123Z`: always three digits and a literal Z, the form of every time in the API.
std::string format_rfc3339(TimePoint t);
/// The same without a fraction: `2026-11-22T18:55:31Z`.
std::string format_rfc3339_seconds(TimePoint t);

/// A length of time in words for people: "40 s", "25 min", "6 h", "3 days".
std::string format_duration(std::chrono::seconds length);

}  // namespace picket
