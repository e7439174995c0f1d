#include "store/store_core.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/fail_point.h"
#include "obs/log.h"

namespace picket::store {

void PartitionSet::add(Pointer partition) {
  const std::unique_lock lock(mutex_);
  const auto number = partition->number();
  partitions_[number] = std::move(partition);
}

void PartitionSet::remove(std::uint32_t number) {
  const std::unique_lock lock(mutex_);
  partitions_.erase(number);
}

PartitionSet::Pointer PartitionSet::find(std::uint32_t number) const {
  const std::shared_lock lock(mutex_);
  const auto at = partitions_.find(number);
  return at == partitions_.end() ? nullptr : at->second;
}

PartitionSet::Pointer PartitionSet::newest() const {
  const std::shared_lock lock(mutex_);
  return partitions_.empty() ? nullptr : partitions_.rbegin()->second;
}

std::vector<PartitionSet::Pointer> PartitionSet::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<Pointer> out;
  for (const auto& [number, partition] : partitions_) out.push_back(partition);
  return out;
}

std::uint64_t StoreCore::identity_hash(const model::EventView& view, std::string_view raw) const {
  if (PICKET_PLANTED("store.dedup_by_time"))
    return static_cast<std::uint64_t>(to_micros(view.time)) * 0x9e3779b97f4a7c15u;
  const auto h =
      view.vendor_uid.empty() ? addresses.hash(raw) ^ 0x5bd1e9955bd1e995u : addresses.hash(view.vendor_uid);
  return h & tuning.hash_mask;
}

Result<PartitionSet::Pointer> StoreCore::partition_for(TimePoint received_at) {
  const auto month = month_of(received_at);
  const auto current = partitions.newest();
  if (current != nullptr) {
    // never back: after a clock was set back the newest file goes on
    if (month <= current->month() && current->events < tuning.partition_events) return current;
  }
  const auto number = current == nullptr ? 1 : current->number() + 1;
  PICKET_FAIL_POINT("store.before_roll");
  PICKET_ASSIGN(auto next, Partition::create(directory, number,
                                             current == nullptr ? month : std::max(month, current->month()),
                                             key, tuning));
  PICKET_FAIL_POINT("store.after_roll");
  if (current != nullptr) current->close_writer();
  partitions.add(next);
  PICKET_LOG_INFO("store", "New event file {}.", next->name());
  return next;
}

Result<std::optional<BlockRow>> find_block(Connection& connection, std::uint32_t stream,
                                           std::uint32_t ordinal) {
  PICKET_ASSIGN(auto select, connection.get(Sql::kBlockAt));
  PICKET_ASSIGN(const bool row, select.bind(1, stream).bind(2, ordinal).step());
  if (!row) return std::optional<BlockRow>();
  BlockRow b{stream,
             static_cast<std::uint32_t>(select.integer(0)),
             static_cast<std::uint32_t>(select.integer(1)),
             select.integer(2),
             select.integer(3),
             static_cast<std::uint64_t>(select.integer(4)),
             select.integer(5)};
  if (ordinal - b.first >= b.n) return std::optional<BlockRow>();
  return std::optional(b);
}

Status decode_block(const Partition& partition, const BlockRow& row, std::string_view columns,
                    std::optional<std::string_view> raw, Decompressor& decompressor, DecodedBlock& out) {
  const auto corrupt = [&](const std::string& why) {
    return fail(
        ErrorKind::kCorrupt,
        fmt::format(
            "Block {}/{} of the event file {} is damaged: {}. Its {} events cannot be read; restore the "
            "file from a backup, or read them again from the vendor.",
            row.stream, row.first, partition.name(), why, row.n));
  };
  out.partition = partition.number();
  out.stream = row.stream;
  out.first = row.first;
  out.frame = 0;
  out.has_raw = false;
  if (auto status = out.columns.decode(columns, decompressor); !status)
    return corrupt(status.error().message);
  if (out.columns.n != row.n) return corrupt("it holds another number of events than its directory says");
  if (raw) {
    if (auto status = decompressor.decompress(*raw, out.raw); !status) return corrupt(status.error().message);
    if (out.raw.size() != out.columns.raw_offsets.back())
      return corrupt("its two frames do not belong together");
    out.has_raw = true;
  }
  out.frame = row.frame;
  return {};
}

Status read_block(Partition& partition, Connection& connection, const BlockRow& row, bool with_raw,
                  Decompressor& decompressor, DecodedBlock& out) {
  PICKET_ASSIGN(auto select, connection.get(with_raw ? Sql::kFrames : Sql::kColumns));
  PICKET_ASSIGN(const bool found, select.bind(1, row.frame).step());
  if (!found) {
    return fail(ErrorKind::kCorrupt,
                fmt::format("Block {}/{} of the event file {} is missing. Restore the file from a backup.",
                            row.stream, row.first, partition.name()));
  }
  const auto columns = select.blob(0);
  return decode_block(partition, row, columns, with_raw ? std::optional(select.blob(1)) : std::nullopt,
                      decompressor, out);
}

Status insert_block(Connection& connection, std::uint32_t stream, std::uint32_t first,
                    const EncodedBlock& block) {
  PICKET_ASSIGN(auto frames, connection.get(Sql::kInsertFrames));
  PICKET_TRY(frames.bind(1, sql::StaticBlob{block.columns}).bind(2, sql::StaticBlob{block.raw}).run());
  PICKET_ASSIGN(auto insert, connection.get(Sql::kInsertBlock));
  insert.bind(1, stream).bind(2, first).bind(3, block.n).bind(4, block.oldest_us).bind(5, block.newest_us);
  return insert.bind(6, static_cast<std::int64_t>(block.raw_bytes))
      .bind(7, connection.database().last_insert_id())
      .run();
}

}  // namespace picket::store
