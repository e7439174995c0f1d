#pragma once

#include <stop_token>

#include "store/store_core.h"

namespace picket::store {

/// Merges adjacent small blocks of streams, a bounded number a call, in one commit. Events keep their
/// addresses. `cursor` is the stream to begin with, kept by the caller. In a living partition blocks wait
/// until `merge_fan_in` of one size class stand side by side, so that an event is rewritten a few times only;
/// a `closed` one gets nothing more, and whatever stands side by side is merged. True: more is waiting.
Result<bool> merge_small_blocks(StoreCore& core, Partition& partition, bool closed, std::uint32_t& cursor,
                                std::stop_token stop);

}  // namespace picket::store
