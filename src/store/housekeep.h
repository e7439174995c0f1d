#pragma once

#include <stop_token>

#include "store/store_core.h"

namespace picket::store {

/// Merges adjacent small blocks of streams in the newest partition, a bounded number of streams a call, in
/// one commit. Events keep their addresses. `cursor` is the stream to begin with, kept by the caller. True:
/// more is waiting.
Result<bool> merge_small_blocks(StoreCore& core, Partition& partition, std::uint32_t& cursor,
                                std::stop_token stop);

}  // namespace picket::store
