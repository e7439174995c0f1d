#include "store/housekeep.h"

#include <bit>
#include <chrono>
#include <deque>

#include "base/fail_point.h"
#include "obs/log.h"

namespace picket::store {

namespace {

constexpr int kBlocksLookedAt = 4096;
constexpr std::size_t kMergesACall = 32;
constexpr auto kTimeACall = std::chrono::milliseconds(100);

int tier_of(std::uint32_t n) {
  return (static_cast<int>(std::bit_width(n)) - 1) / 3;
}

/// Runs of at least `fan_in` adjacent blocks, of one size class each or of any, cut where a block would be
/// full.
std::vector<std::vector<BlockRow>> runs_to_merge(const std::vector<BlockRow>& blocks, std::uint32_t fan_in,
                                                 bool any_size) {
  std::vector<std::vector<BlockRow>> out;
  std::vector<BlockRow> run;
  std::uint64_t rows = 0, bytes = 0;
  const auto close = [&] {
    if (run.size() >= fan_in || (run.size() >= 2 && (rows * 2 > kMaxBlockRows || bytes * 2 > kMaxBlockBytes)))
      out.push_back(run);
    run.clear();
    rows = bytes = 0;
  };
  for (const auto& b : blocks) {
    const bool adjacent = !run.empty() && run.back().stream == b.stream &&
                          run.back().first + run.back().n == b.first &&
                          (any_size || tier_of(run.back().n) == tier_of(b.n));
    const bool fits = rows + b.n <= kMaxBlockRows && bytes + b.raw_bytes <= kMaxBlockBytes;
    if (!adjacent || !fits) close();
    run.push_back(b);
    rows += b.n;
    bytes += b.raw_bytes;
  }
  close();
  return out;
}

/// Replaces the blocks of `run` by one. Inside the caller's transaction.
Status merge(StoreCore& core, Partition& partition, Connection& db, const std::vector<BlockRow>& run) {
  auto& encoder = core.encoder;
  encoder.clear();
  std::deque<DecodedBlock> decoded;  // rows are views into them
  for (const auto& row : run) {
    auto& block = decoded.emplace_back();
    PICKET_TRY(read_block(partition, db, row, true, core.decompressor, block));
    for (std::uint32_t i = 0; i < row.n; ++i) {
      const auto view = block.columns.view(block.raw, i);
      encoder.add(view, block.columns.record(block.raw, i), block.columns.received[i]);
    }
  }
  PICKET_ASSIGN(const auto merged, encoder.finish());
  PICKET_ASSIGN(auto drop_block, db.get(Sql::kDeleteBlock));
  PICKET_ASSIGN(auto drop_frames, db.get(Sql::kDeleteFrames));
  for (const auto& row : run) {
    PICKET_TRY(drop_block.bind(1, row.stream).bind(2, row.first).run());
    PICKET_TRY(drop_frames.bind(1, row.frame).run());
  }
  PICKET_TRY(insert_block(db, run.front().stream, run.front().first, merged));
  encoder.clear();
  return {};
}

struct Found {
  std::vector<BlockRow> blocks;
  std::uint32_t next = 0;  // stream to go on with; 0: all were looked at
};

Result<Found> small_blocks(Connection& db, std::uint32_t from) {
  Found found;
  PICKET_ASSIGN(auto select, db.get(Sql::kSmallBlocks));
  select.bind(1, from).bind(2, kBlocksLookedAt);
  for (;;) {
    PICKET_ASSIGN(const bool more, select.step());
    if (!more) break;
    BlockRow row;
    row.stream = static_cast<std::uint32_t>(select.integer(0));
    row.first = static_cast<std::uint32_t>(select.integer(1));
    row.n = static_cast<std::uint32_t>(select.integer(2));
    row.raw_bytes = static_cast<std::uint64_t>(select.integer(3));
    row.frame = select.integer(4);
    found.blocks.push_back(row);
  }
  if (found.blocks.size() < static_cast<std::size_t>(kBlocksLookedAt)) return found;
  // the last stream may be cut off: it comes again, unless it fills everything by itself
  const auto last = found.blocks.back().stream;
  found.next = last;
  if (found.blocks.front().stream != last) {
    while (found.blocks.back().stream == last) found.blocks.pop_back();
  } else {
    found.next = last + 1;
  }
  return found;
}

}  // namespace

Result<bool> merge_small_blocks(StoreCore& core, Partition& partition, bool closed, std::uint32_t& cursor,
                                std::stop_token stop) {
  const std::unique_lock lock(core.write_mutex);
  if (core.poisoned) return false;
  PICKET_ASSIGN(auto* db, partition.writer());
  PICKET_ASSIGN(const auto found, small_blocks(*db, cursor));
  const auto runs = runs_to_merge(found.blocks, closed ? 2 : core.tuning.merge_fan_in, closed);
  if (runs.empty()) {
    cursor = found.next;
    return found.next != 0;
  }
  const auto start = std::chrono::steady_clock::now();
  PICKET_TRY(db->run(Sql::kBeginWrite));
  Status done;
  std::size_t merged = 0;
  for (const auto& run : runs) {
    done = merge(core, partition, *db, run);
    if (!done) break;
    PICKET_FAIL_POINT("store.merge_half");
    if (++merged == kMergesACall || stop.stop_requested() ||
        std::chrono::steady_clock::now() - start > kTimeACall)
      break;
  }
  if (done) {
    PICKET_FAIL_POINT("store.merge_before_commit");
    done = db->run(Sql::kCommit);
    PICKET_FAIL_POINT("store.merge_after_commit");
  }
  if (!done) {
    core.encoder.clear();
    static_cast<void>(db->run(Sql::kRollback));
    // a damaged block stays as it is; go on behind its stream
    if (merged < runs.size()) cursor = runs[merged].front().stream + 1;
    return fail(std::move(done).error());
  }
  core.last_block.has_raw = false;
  PICKET_LOG_DEBUG("store", "{}: {} of {} runs of small blocks merged in {} ms", partition.name(), merged, runs.size(),
                   std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count());
  if (!partition.checkpoint_if_due()) core.poisoned = true;
  return true;
}

}  // namespace picket::store
