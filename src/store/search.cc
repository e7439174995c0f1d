#include <algorithm>
#include <list>

#include "store/query.h"

namespace picket::store {

namespace {

constexpr auto kProgressEvery = std::chrono::milliseconds(50);
constexpr std::size_t kReadyBytes = std::size_t{16} << 20;  // rows made while their block was unpacked anyway
constexpr std::size_t kCachedBlocks = 8;

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
    told_ = core_.clock.steady();
    if (progress_) progress_(counts_);
    Status trouble;
    bool wanted = true;
    PICKET_TRY(scan_blocks(
        snapshot_, blocks_, filter_, span_, core_.tuning.scan_threads, stop_, [&](const ScannedBlock& s) {
          counts_.scanned += s.block->columns.n;
          counts_.matched += s.rows->size();
          keep(s);
          const auto next = s.index + 1;
          std::optional<EventPosition> bound;
          if (next < blocks_.size()) bound = bound_of(snapshot_, blocks_[next], order_);
          if (bound) counts_.reached = from_micros(std::clamp(bound->time_us, span_.from_us, span_.to_us));
          auto go_on = emit(bound);
          if (!go_on) {
            trouble = fail(std::move(go_on).error());
            return false;
          }
          wanted = *go_on;
          tell(false);
          return wanted;
        }));
    PICKET_TRY(std::move(trouble));
    tell(true);
    return {};
  }

 private:
  struct Waiting {
    EventPosition position;
    std::size_t block = 0;
    std::uint32_t row = 0;
    std::optional<StoredEvent> ready;
  };

  auto worse() const {
    return
        [this](const Waiting& a, const Waiting& b) { return comes_before(b.position, a.position, order_); };
  }

  void keep(const ScannedBlock& s) {
    for (const auto row : *s.rows) {
      Waiting w;
      w.position = {s.block->columns.times[row], {s.block->partition, s.block->stream, s.block->first + row}};
      w.block = s.index;
      w.row = row;
      if (s.block->has_raw && ready_bytes_ < kReadyBytes && s.rows->size() <= 64) {
        w.ready = stored_event(core_, *blocks_[s.index].key, *s.block, row, true);
        ready_bytes_ += w.ready->raw.size() + sizeof(StoredEvent);
      }
      waiting_.push_back(std::move(w));
      std::push_heap(waiting_.begin(), waiting_.end(), worse());
    }
  }

  /// Hands out what nothing can precede any more. False: no more is wanted.
  Result<bool> emit(const std::optional<EventPosition>& bound) {
    while (!waiting_.empty() && (!bound || comes_before(waiting_.front().position, *bound, order_))) {
      if (stop_.stop_requested()) return fail(ErrorKind::kCancelled, "The search was stopped.");
      std::pop_heap(waiting_.begin(), waiting_.end(), worse());
      auto w = std::move(waiting_.back());
      waiting_.pop_back();
      if (w.ready) {
        ready_bytes_ -= w.ready->raw.size() + sizeof(StoredEvent);
      } else {
        PICKET_ASSIGN(const auto* block, unpacked(w.block));
        w.ready = stored_event(core_, *blocks_[w.block].key, *block, w.row, true);
      }
      PICKET_ASSIGN(const auto versions, count_versions(core_, w.position.address));
      w.ready->versions = 1 + versions;
      if (!row_(std::move(*w.ready))) return false;
      tell(false);
    }
    return true;
  }

  Result<const DecodedBlock*> unpacked(std::size_t index) {
    const auto known =
        std::find_if(cache_.begin(), cache_.end(), [&](const auto& c) { return c.first == index; });
    if (known != cache_.end()) {
      cache_.splice(cache_.begin(), cache_, known);
      return &cache_.front().second;
    }
    if (cache_.size() == kCachedBlocks) {
      cache_.splice(cache_.begin(), cache_, std::prev(cache_.end()));  // its memory is used again
    } else {
      cache_.emplace_front();
    }
    auto& [cached, block] = cache_.front();
    cached = static_cast<std::size_t>(-1);
    auto& part = snapshot_.parts()[blocks_[index].part];
    PICKET_TRY(read_block(*part.partition, *part.reader, blocks_[index].row, true, decompressor_, block));
    cached = index;
    return &block;
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
  std::vector<Waiting> waiting_;  // heap, the best in front
  std::size_t ready_bytes_ = 0;
  std::list<std::pair<std::size_t, DecodedBlock>> cache_;
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
