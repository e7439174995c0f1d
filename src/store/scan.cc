#include "store/scan.h"

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <unordered_map>

namespace picket::store {

Result<Snapshot> Snapshot::take(const StoreCore& core, const Query& query) {
  const auto span = TimeSpan::of(query.time);
  std::map<std::uint32_t, std::vector<Part::Stream>> wanted;
  for (const auto& [key, slots] : core.streams.select(query)) {
    for (const auto& slot : slots)
      if (slot.newest_us >= span.from_us && slot.oldest_us < span.to_us)
        wanted[slot.partition].push_back({slot.stream, key});
  }
  Snapshot snapshot;
  for (auto& [number, streams] : wanted) {
    auto partition = core.partitions.find(number);
    if (partition == nullptr) continue;  // dropped this moment
    auto reader = partition->reader();
    if (!reader) {
      if (core.partitions.find(number) == nullptr) continue;
      return fail(std::move(reader).error());
    }
    std::sort(streams.begin(), streams.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
    snapshot.parts_.push_back({std::move(partition), std::move(*reader), std::move(streams)});
  }
  return snapshot;
}

Status Snapshot::add_blocks(Part& part, std::uint32_t index, const TimeSpan& span, std::vector<Block>& out) {
  const auto row_of = [](const sql::Statement& s, std::uint32_t stream) {
    return BlockRow{stream,
                    static_cast<std::uint32_t>(s.integer(0)),
                    static_cast<std::uint32_t>(s.integer(1)),
                    s.integer(2),
                    s.integer(3),
                    static_cast<std::uint64_t>(s.integer(4)),
                    s.integer(5)};
  };
  if (part.streams.size() < 64) {
    PICKET_ASSIGN(auto select, part.reader->get(Sql::kBlocksOfStream));
    for (const auto& stream : part.streams) {
      select.bind(1, stream.number).bind(2, span.from_us).bind(3, span.to_us);
      for (;;) {
        PICKET_ASSIGN(const bool more, select.step());
        if (!more) break;
        out.push_back({row_of(select, stream.number), index, stream.key});
      }
      select.reset();
    }
    return {};
  }
  // many streams: one walk over the directory, in the order of stream numbers
  PICKET_ASSIGN(auto select, part.reader->get(Sql::kBlocks));
  auto stream = part.streams.begin();
  for (;;) {
    PICKET_ASSIGN(const bool more, select.step());
    if (!more) return {};
    const auto number = static_cast<std::uint32_t>(select.integer(6));
    while (stream != part.streams.end() && stream->number < number) ++stream;
    if (stream == part.streams.end()) return {};
    if (stream->number != number) continue;
    const auto row = row_of(select, number);
    if (span.touches(row)) out.push_back({row, index, stream->key});
  }
}

Status Snapshot::add_blocks_of_ids(const StoreCore& core, const Condition& ids, Part& part,
                                   std::uint32_t index, const TimeSpan& span, std::vector<Block>& out) {
  std::vector<std::uint32_t> ordinals;
  for (const auto& stream : part.streams) {
    ordinals.clear();
    for (const auto& uid : ids.values) {
      model::EventView view;
      view.vendor_uid = uid;
      if (uid.empty())
        return add_blocks(part, index, span, out);  // records without an id are found by looking
      PICKET_TRY(find_identity(*part.reader, stream.number, core.identity_hash(view, {}), ordinals));
    }
    std::sort(ordinals.begin(), ordinals.end());
    std::uint64_t end = 0;
    for (const auto ordinal : ordinals) {
      if (ordinal < end) continue;
      PICKET_ASSIGN(const auto row, find_block(*part.reader, stream.number, ordinal));
      if (!row) continue;
      end = std::uint64_t{row->first} + row->n;
      if (span.touches(*row)) out.push_back({*row, index, stream.key});
    }
  }
  return {};
}

Result<std::vector<Snapshot::Block>> Snapshot::blocks(const StoreCore& core, const Filter& filter,
                                                      const TimeSpan& span, Order order) {
  std::vector<Block> out;
  const auto* ids = filter.by_vendor_uid();
  for (std::uint32_t i = 0; i < parts_.size(); ++i) {
    const auto before = out.size();
    if (ids != nullptr) {
      PICKET_TRY(add_blocks_of_ids(core, *ids, parts_[i], i, span, out));
      if (std::find(ids->values.begin(), ids->values.end(), "") != ids->values.end()) {
        // the walk may have been added behind found blocks; each block counts once
        std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                  [](const Block& a, const Block& b) {
                    return std::pair(a.row.stream, a.row.first) < std::pair(b.row.stream, b.row.first);
                  });
        out.erase(std::unique(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                              [](const Block& a, const Block& b) {
                                return a.row.stream == b.row.stream && a.row.first == b.row.first;
                              }),
                  out.end());
      }
    } else {
      PICKET_TRY(add_blocks(parts_[i], i, span, out));
    }
  }
  std::sort(out.begin(), out.end(), [&](const Block& a, const Block& b) {
    return comes_before(bound_of(*this, a, order), bound_of(*this, b, order), order);
  });
  return out;
}

EventPosition bound_of(Snapshot& snapshot, const Snapshot::Block& block, Order order) {
  const auto partition = snapshot.parts()[block.part].partition->number();
  if (order == Order::kNewestFirst)
    return {block.row.newest_us, {partition, block.row.stream, block.row.first + block.row.n - 1}};
  return {block.row.oldest_us, {partition, block.row.stream, block.row.first}};
}

namespace {

/// The pipeline of one scan: the caller reads frames in order and shows results in order; in between, the
/// caller and a helper unpack and filter whichever block is next.
class Pipeline {
 public:
  Pipeline(Snapshot& snapshot, std::span<const Snapshot::Block> blocks, const Filter& filter,
           const TimeSpan& span, int threads)
      : snapshot_(snapshot),
        blocks_(blocks),
        filter_(filter),
        span_(span),
        jobs_(threads > 1 && blocks.size() >= 4 ? 6 : 1) {
    if (jobs_.size() > 1) helper_ = std::jthread([this](std::stop_token stop) { help(stop); });
  }

  Status run(std::stop_token stop, const std::function<bool(const ScannedBlock&)>& visit) {
    while (shown_ < blocks_.size()) {
      if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "The search was stopped.");
      while (read_ < blocks_.size() && read_ - shown_ < jobs_.size()) PICKET_TRY(read_next());
      auto& head = jobs_[shown_ % jobs_.size()];
      if (!finish(head)) continue;
      PICKET_TRY(std::move(head.status));
      if (!visit({shown_, &head.block, &head.rows})) return {};
      const std::lock_guard lock(mutex_);
      head.state = State::kFree;
      ++shown_;
    }
    return {};
  }

 private:
  enum class State { kFree, kWaiting, kRunning, kDone };
  struct Job {
    State state = State::kFree;
    std::size_t index = 0;
    std::string columns, raw;
    DecodedBlock block;
    std::vector<std::uint32_t> rows;
    Status status;
  };

  Status read_next() {
    auto& job = jobs_[read_ % jobs_.size()];
    const auto& block = blocks_[read_];
    auto& part = snapshot_.parts()[block.part];
    PICKET_ASSIGN(auto select, part.reader->get(filter_.needs_raw() ? Sql::kFrames : Sql::kColumns));
    PICKET_ASSIGN(const bool found, select.bind(1, block.row.frame).step());
    job.index = read_;
    job.status = {};
    job.columns = found ? select.blob(0) : std::string_view();
    job.raw = found && filter_.needs_raw() ? select.blob(1) : std::string_view();
    ++read_;
    const std::lock_guard lock(mutex_);
    job.state = State::kWaiting;
    changed_.notify_all();
    return {};
  }

  void work(Job& job, Decompressor& decompressor) {
    const auto& row = blocks_[job.index].row;
    const auto& partition = *snapshot_.parts()[blocks_[job.index].part].partition;
    auto& block = job.block;
    job.rows.clear();
    job.status = {};
    // most blocks do not hold the text anywhere: then their columns need not be unpacked
    const bool raw_first = filter_.has_text() && decompressor.decompress(job.raw, block.raw).has_value();
    if (raw_first && !filter_.text_may_occur(block.raw)) return;
    const bool raw = filter_.needs_raw() && !raw_first;
    job.status =
        decode_block(partition, row, job.columns,
                     raw ? std::optional<std::string_view>(job.raw) : std::nullopt, decompressor, block);
    if (job.status && raw_first) {
      block.has_raw = block.raw.size() == block.columns.raw_offsets.back();
      // the frames do not belong together: the whole check says it in words
      if (!block.has_raw)
        job.status = decode_block(partition, row, job.columns, job.raw, decompressor, block);
    }
    if (job.status) filter_.match(block, span_, job.rows);
  }

  /// The next waiting job, in order, marked as running. Under the lock.
  Job* take() {
    for (auto i = shown_; i < shown_ + jobs_.size(); ++i) {
      auto& job = jobs_[i % jobs_.size()];
      if (job.state != State::kWaiting) continue;
      job.state = State::kRunning;
      return &job;
    }
    return nullptr;
  }

  /// Does one piece of work or waits for one; true when the head is done.
  bool finish(Job& head) {
    std::unique_lock lock(mutex_);
    if (head.state == State::kDone) return true;
    if (auto* job = take(); job != nullptr) {
      lock.unlock();
      work(*job, decompressor_);
      lock.lock();
      job->state = State::kDone;
      return head.state == State::kDone;
    }
    changed_.wait(lock, [&] { return head.state == State::kDone; });
    return true;
  }

  void help(std::stop_token stop) {
    Decompressor decompressor;
    std::unique_lock lock(mutex_);
    for (;;) {
      Job* job = nullptr;
      if (!changed_.wait(lock, stop, [&] { return (job = take()) != nullptr; })) return;
      lock.unlock();
      work(*job, decompressor);
      lock.lock();
      job->state = State::kDone;
      changed_.notify_all();
    }
  }

  Snapshot& snapshot_;
  std::span<const Snapshot::Block> blocks_;
  const Filter& filter_;
  const TimeSpan& span_;
  Decompressor decompressor_;
  std::vector<Job> jobs_;
  std::size_t read_ = 0, shown_ = 0;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread helper_;  // last: joined first
};

}  // namespace

Status scan_blocks(Snapshot& snapshot, std::span<const Snapshot::Block> blocks, const Filter& filter,
                   const TimeSpan& span, int threads, std::stop_token stop,
                   const std::function<bool(const ScannedBlock&)>& visit) {
  if (blocks.empty()) return {};
  return Pipeline(snapshot, blocks, filter, span, threads).run(std::move(stop), visit);
}

}  // namespace picket::store
