#include <algorithm>
#include <memory>

#include "store/query.h"

namespace picket::store {

namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(50);
/// Rows that are made ahead of their turn, in bytes. A block is unpacked once for as many of its rows as its
/// share of this allows: streams interleave, and unpacking a block for each row would cost a thousand times
/// the row.
constexpr std::size_t kReadyBytes = std::size_t{32} << 20;

/// A search in one order over all partitions: a match waits until no block that is still to come can hold a
/// better one.
class Search {
 public:
  Search(const StoreCore& core, const Query& query, Order order,
         const std::function<bool(StoredEvent&&)>& row, const std::function<void(const Progress&)>& progress,
         std::stop_token stop)
      : core_(core),
        filter_(query),
        span_(TimeSpan::of(query.time)),
        order_(order),
        row_(row),
        progress_(progress),
        stop_(std::move(stop)) {}

  Status run(const Query& query) {
    PICKET_ASSIGN(snapshot_, Snapshot::take(core_, query));
    PICKET_ASSIGN(blocks_, snapshot_.blocks(core_, filter_, span_, order_));
    for (const auto& b : blocks_) counts_.of += b.row.n;
    share_ = kReadyBytes / std::max<std::size_t>(1, most_at_once());
    told_ = core_.clock.steady();
    if (progress_) progress_(counts_);
    Status trouble;
    PICKET_TRY(scan_blocks(snapshot_, blocks_, filter_, span_, core_.tuning.scan_threads, stop_,
                           [&](const ScannedBlock& s) {
                             auto go_on = take(s);
                             if (go_on) return *go_on;
                             trouble = fail(std::move(go_on).error());
                             return false;
                           }));
    PICKET_TRY(std::move(trouble));
    tell(true);
    return {};
  }

 private:
  /// A block with matches that were not handed out yet.
  struct Source {
    EventPosition head;  // of its next row
    std::size_t block = 0;
    std::vector<std::uint32_t> rows;  // in order of the search, from `next` on
    std::size_t next = 0;
    std::vector<StoredEvent> ready;  // made ahead; ready[used] belongs to rows[next]
    std::size_t used = 0;
  };
  using SourcePointer = std::unique_ptr<Source>;

  /// How many blocks overlap in time at most: so many can have rows that wait.
  std::size_t most_at_once() const {
    std::vector<std::pair<std::int64_t, int>> ends;
    for (const auto& b : blocks_) {
      ends.emplace_back(b.row.oldest_us, -1);  // before the ends of the same moment
      ends.emplace_back(b.row.newest_us, 1);
    }
    std::sort(ends.begin(), ends.end());
    std::size_t open = 0, most = 0;
    for (const auto& [time, end] : ends) {
      end < 0 ? ++open : --open;
      most = std::max(most, open);
    }
    return most;
  }

  auto worse() const {
    return [this](const SourcePointer& a, const SourcePointer& b) {
      return comes_before(b->head, a->head, order_);
    };
  }

  Result<bool> take(const ScannedBlock& s) {
    counts_.scanned += blocks_[s.index].row.n;
    counts_.matched += s.rows->size();
    if (!s.rows->empty()) add(s);
    const auto next = s.index + 1;
    std::optional<EventPosition> bound;
    if (next < blocks_.size()) {
      bound = bound_of(snapshot_, blocks_[next], order_);
      counts_.reached = from_micros(std::clamp(bound->time_us, span_.from_us, span_.to_us));
    }
    PICKET_ASSIGN(const bool wanted, emit(bound));
    tell(false);
    return wanted;
  }

  void add(const ScannedBlock& s) {
    auto source = std::make_unique<Source>();
    source->block = s.index;
    source->rows = *s.rows;
    const auto& times = s.block->columns.times;
    std::sort(source->rows.begin(), source->rows.end(), [&](std::uint32_t a, std::uint32_t b) {
      return order_ == Order::kNewestFirst ? std::pair(times[a], a) > std::pair(times[b], b)
                                           : std::pair(times[a], a) < std::pair(times[b], b);
    });
    source->head = position(*s.block, source->rows[0]);
    if (s.block->has_raw) make_ready(*source, *s.block);
    sources_.push_back(std::move(source));
    std::push_heap(sources_.begin(), sources_.end(), worse());
  }

  static EventPosition position(const DecodedBlock& block, std::uint32_t row) {
    return {block.columns.times[row], {block.partition, block.stream, block.first + row}};
  }

  /// Makes the source's next rows, as many as its share of the memory holds, one at least; and the head
  /// behind them.
  void make_ready(Source& source, const DecodedBlock& block) {
    source.ready.clear();
    source.used = 0;
    std::size_t bytes = 0;
    for (auto i = source.next; i < source.rows.size() && bytes < share_; ++i) {
      source.ready.push_back(stored_event(core_, *blocks_[source.block].key, block, source.rows[i], true));
      bytes += size_of(source.ready.back());
    }
  }

  static std::size_t size_of(const StoredEvent& event) { return event.raw.size() + 2 * sizeof(StoredEvent); }

  Result<bool> emit(const std::optional<EventPosition>& bound) {
    while (!sources_.empty() && (!bound || comes_before(sources_.front()->head, *bound, order_))) {
      if (stop_.stop_requested()) return fail(ErrorKind::kCancelled, "The search was stopped.");
      std::pop_heap(sources_.begin(), sources_.end(), worse());
      auto& source = *sources_.back();
      if (source.used == source.ready.size()) {
        PICKET_TRY(unpack(source.block));
        make_ready(source, unpacked_);
      }
      auto event = std::move(source.ready[source.used++]);
      PICKET_ASSIGN(const auto versions, count_versions(core_, source.head.address));
      event.versions = 1 + versions;
      ++source.next;
      if (source.next == source.rows.size()) {
        sources_.pop_back();
      } else {
        PICKET_TRY(advance(source));
        std::push_heap(sources_.begin(), sources_.end(), worse());
      }
      if (!row_(std::move(event))) return false;
      tell(false);
    }
    return true;
  }

  Status advance(Source& source) {
    if (source.used == source.ready.size()) {
      PICKET_TRY(unpack(source.block));
      make_ready(source, unpacked_);
    }
    source.head.time_us = to_micros(source.ready[source.used].time);
    source.head.address.ordinal = blocks_[source.block].row.first + source.rows[source.next];
    return {};
  }

  Status unpack(std::size_t index) {
    auto& part = snapshot_.parts()[blocks_[index].part];
    return read_block(*part.partition, *part.reader, blocks_[index].row, true, decompressor_, unpacked_);
  }

  void tell(bool always) {
    if (!progress_) return;
    const auto now = core_.clock.steady();
    if (!always && now - told_ < kProgressEvery) return;
    told_ = now;
    progress_(counts_);
  }

  const StoreCore& core_;
  Filter filter_;
  TimeSpan span_;
  Order order_;
  const std::function<bool(StoredEvent&&)>& row_;
  const std::function<void(const Progress&)>& progress_;
  std::stop_token stop_;
  Snapshot snapshot_;
  std::vector<Snapshot::Block> blocks_;
  std::vector<SourcePointer> sources_;  // heap, the best in front
  std::size_t share_ = kReadyBytes;     // of each block with matches
  DecodedBlock unpacked_;
  Decompressor decompressor_;
  Progress counts_;
  SteadyPoint told_{};
};

}  // namespace

Status search_events(const StoreCore& core, const Query& query, Order order,
                     const std::function<bool(StoredEvent&&)>& row,
                     const std::function<void(const Progress&)>& progress, std::stop_token stop) {
  return Search(core, query, order, row, progress, std::move(stop)).run(query);
}

}  // namespace picket::store
