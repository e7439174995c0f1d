#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/error.h"

namespace picket::ingest {

/// How long to wait after the `failures`-th failure in a row (counted from 1). `random` is uniform in [0, 1).
///
/// What may heal by itself: 1 s doubling to 5 min, the last half of it by chance. What only a person can heal (credentials,
/// addresses): minutes, since trying often helps nobody; a replaced token is polled at once by another way. The other
/// side's wish is honoured between 1 s and 1 h; without one a limited vendor is left alone for a minute, and for longer each
/// time until an hour.
std::chrono::milliseconds backoff(ErrorKind kind, std::uint32_t failures, std::optional<std::chrono::seconds> retry_after,
                                  double random);

/// The next due time of a stream that has nothing more to read: an interval later, ten percent sooner or later by chance,
/// so that streams that started together drift apart.
std::chrono::milliseconds jittered(std::chrono::milliseconds interval, double random);

}  // namespace picket::ingest
