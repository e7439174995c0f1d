#include "store/query.h"

namespace picket::store {

namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(50);

/// The rows of a block that match, as views into it.
class BlockBatch final : public RecordBatch {
 public:
  explicit BlockBatch(const StoreCore& core) : core_(core) {}

  void show(const StreamKey& key, const ScannedBlock& scanned, std::optional<TimePoint> settled) {
    key_ = &key;
    scanned_ = &scanned;
    settled_ = settled;
    records_.clear();
    const auto& columns = scanned.block->columns;
    for (const std::uint32_t row : *scanned.rows) {
      const auto& kind = columns.kinds[columns.kind_codes[row]];
      records_.push_back({from_micros(columns.times[row]), columns.record(scanned.block->raw, row), kind.unreadable, kind.class_uid,
                          kind.activity_id, kind.outcome});
    }
  }

  const StreamKey& key() const override { return *key_; }
  std::span<const Record> records() const override { return records_; }
  std::string id(std::size_t record) const override {
    const auto& block = *scanned_->block;
    return core_.addresses.id({block.partition, block.stream, block.first + (*scanned_->rows)[record]});
  }
  std::optional<TimePoint> settled() const override { return settled_; }

 private:
  const StoreCore& core_;
  const StreamKey* key_ = nullptr;
  const ScannedBlock* scanned_ = nullptr;
  std::optional<TimePoint> settled_;
  std::vector<Record> records_;
};

}  // namespace

Status scan_events(const StoreCore& core, const Query& query, const std::function<bool(const RecordBatch&)>& batch,
                   const std::function<void(const Progress&)>& progress, std::stop_token stop) {
  const Filter filter(query, true);
  const auto span = TimeSpan::of(query.time);
  PICKET_ASSIGN(auto snapshot, Snapshot::take(core, query));
  PICKET_ASSIGN(const auto blocks, snapshot.blocks(core, filter, span, Order::kOldestFirst));
  Progress counts;
  for (const auto& b : blocks) counts.of += b.row.n;
  auto told = core.clock.steady();
  const auto tell = [&](bool always) {
    const auto now = core.clock.steady();
    if (!progress || (!always && now - told < kProgressEvery)) return;
    told = now;
    progress(counts);
  };
  tell(true);
  BlockBatch shown(core);
  PICKET_TRY(scan_blocks(snapshot, blocks, filter, span, core.tuning.scan_threads, std::move(stop), [&](const ScannedBlock& s) {
    counts.scanned += blocks[s.index].row.n;
    counts.matched += s.rows->size();
    std::optional<TimePoint> settled;
    if (s.index + 1 < blocks.size()) {
      settled = from_micros(std::clamp(blocks[s.index + 1].row.oldest_us, span.from_us, span.to_us));
      counts.reached = settled;
    }
    bool more = true;
    if (!s.rows->empty()) {
      shown.show(*blocks[s.index].key, s, settled);
      more = batch(shown);
    }
    tell(false);
    return more;
  }));
  tell(true);
  return {};
}

}  // namespace picket::store
