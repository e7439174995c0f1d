#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "store/filter.h"
#include "store/store_core.h"

namespace picket::store {

/// What a query sees: its streams, and one read snapshot of each partition that has events of them. Nothing
/// appended, merged or dropped later changes it.
class Snapshot {
 public:
  struct Part {
    PartitionSet::Pointer partition;  // outlives its reader
    Partition::Reader reader;
    struct Stream {
      std::uint32_t number;
      const StreamKey* key;
    };
    std::vector<Stream> streams;
  };
  struct Block {
    BlockRow row;
    std::uint32_t part = 0;
    const StreamKey* key = nullptr;
  };

  static Result<Snapshot> take(const StoreCore& core, const Query& query);

  std::vector<Part>& parts() { return parts_; }
  /// Blocks with events in `span`, in `order` of the best event each can have. With an exact condition on the
  /// vendor's id only those that hold it.
  Result<std::vector<Block>> blocks(const StoreCore& core, const Filter& filter, const TimeSpan& span,
                                    Order order);

 private:
  Status add_blocks(Part& part, std::uint32_t index, const TimeSpan& span, std::vector<Block>& out);
  Status add_blocks_of_ids(const StoreCore& core, const Condition& ids, Part& part, std::uint32_t index,
                           const TimeSpan& span, std::vector<Block>& out);
  std::vector<Part> parts_;
};

/// The best position a block can hold in `order`.
EventPosition bound_of(Snapshot& snapshot, const Snapshot::Block& block, Order order);
inline bool comes_before(const EventPosition& a, const EventPosition& b, Order order) {
  return order == Order::kNewestFirst ? a > b : a < b;
}

struct ScannedBlock {
  std::size_t index = 0;                             ///< in the blocks given
  const DecodedBlock* block = nullptr;               ///< only good when rows match
  const std::vector<std::uint32_t>* rows = nullptr;  ///< that match, ascending
};

/// Reads, unpacks and filters blocks, on up to `threads` threads, and shows them in order to `visit` on the
/// calling one. `visit` returns false to end early. Errors: kCancelled when `stop` was requested, kCorrupt.
Status scan_blocks(Snapshot& snapshot, std::span<const Snapshot::Block> blocks, const Filter& filter,
                   const TimeSpan& span, int threads, std::stop_token stop,
                   const std::function<bool(const ScannedBlock&)>& visit);

}  // namespace picket::store
