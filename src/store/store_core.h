#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "base/clock.h"
#include "store/block_codec.h"
#include "store/event_address.h"
#include "store/identity_index.h"
#include "store/partition.h"
#include "store/stream_registry.h"
#include "store/tuning.h"

namespace picket::store {

/// The open partitions by number. Threads: any.
class PartitionSet {
 public:
  using Pointer = std::shared_ptr<Partition>;
  void add(Pointer partition);
  void remove(std::uint32_t number);
  Pointer find(std::uint32_t number) const;
  Pointer newest() const;
  std::vector<Pointer> all() const;  ///< oldest first

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::uint32_t, Pointer> partitions_;
};

/// A block's frames, decoded.
struct DecodedBlock {
  std::uint32_t partition = 0, stream = 0, first = 0;
  std::int64_t frame = 0;
  ColumnBlock columns;
  std::string raw;
  bool has_raw = false;
};

/// What the parts of the embedded driver share. Members below the line belong to whoever holds `write_mutex`.
struct StoreCore {
  StoreCore(Tuning tuning_in, std::filesystem::path directory_in, Clock& clock_in, const HashKey& key_in)
      : tuning(tuning_in),
        directory(std::move(directory_in)),
        clock(clock_in),
        key(key_in),
        addresses(key_in),
        identities(tuning),
        encoder(tuning.compression_level, addresses.hash("dictionary")) {}

  const Tuning tuning;
  const std::filesystem::path directory;
  Clock& clock;
  const HashKey key;
  const AddressCodec addresses;
  StreamRegistry streams;
  PartitionSet partitions;

  std::mutex write_mutex;
  // ---
  IdentityIndex identities;
  BlockEncoder encoder;
  Decompressor decompressor;
  DecodedBlock last_block;  ///< a page that comes again after a crash is one decode
  /// A sync failed: what the kernel holds is no longer what the disk holds, so nothing more is written until
  /// a restart.
  bool poisoned = false;

  /// The identity of a record: its vendor's id, or its bytes when it has none.
  std::uint64_t identity_hash(const model::EventView& view, std::string_view raw) const;
  /// The partition for arrivals now; makes a new one when the month is over or the last one is full.
  Result<PartitionSet::Pointer> partition_for(TimePoint received_at);
};

struct BlockRow {
  std::uint32_t stream = 0, first = 0, n = 0;
  std::int64_t oldest_us = 0, newest_us = 0;
  std::uint64_t raw_bytes = 0;
  std::int64_t frame = 0;
};

/// The block that holds an ordinal. Nothing: there is none.
Result<std::optional<BlockRow>> find_block(Connection& connection, std::uint32_t stream,
                                           std::uint32_t ordinal);
/// Reads and decodes. Errors: kCorrupt naming file and block.
Status read_block(Partition& partition, Connection& connection, const BlockRow& row, bool with_raw,
                  Decompressor& decompressor, DecodedBlock& out);
/// Decodes frames that were read already.
Status decode_block(const Partition& partition, const BlockRow& row, std::string_view columns,
                    std::optional<std::string_view> raw, Decompressor& decompressor, DecodedBlock& out);

/// Inside a write transaction.
Status insert_block(Connection& connection, std::uint32_t stream, std::uint32_t first,
                    const EncodedBlock& block);

Result<AppendResult> append_events(StoreCore& core, const StreamKey& key, std::span<const NewEvent> events,
                                   TimePoint received_at, std::span<const std::uint32_t> wanted);

}  // namespace picket::store
