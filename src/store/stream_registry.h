#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "store/event_store.h"
#include "store/partition.h"

namespace picket::store {

/// A stream's part in one partition.
struct StreamSlot {
  std::uint32_t partition = 0, stream = 0;
  std::uint32_t events = 0;
  std::int64_t oldest_us = 0, newest_us = 0;  ///< over its events; meaningless without any
};

/// Five-minute counts of event times, sparse, exact between two bounds.
class RecentCounts {
 public:
  static constexpr std::int64_t kBucketUs = 300'000'000;
  static constexpr std::int64_t kBuckets = 288;
  static std::int64_t bucket_of(std::int64_t us) {
    return us >= 0 ? us / kBucketUs : -((-us + kBucketUs - 1) / kBucketUs);
  }

  /// Empty and exact over the buckets [from, to).
  void reset(std::int64_t from, std::int64_t to);
  void unload() {
    from_ = to_ = 0;
    counts_ = {};
  }
  /// Ignored outside the bounds.
  void add(std::int64_t time_us, std::uint32_t n = 1);
  /// Nothing: the 24 hours before `now` reach over the bounds; load again.
  std::optional<std::uint64_t> last_24h(std::int64_t now_us) const;
  /// Gives up the buckets before.
  void forget_before(std::int64_t bucket);

 private:
  std::int64_t from_ = 0, to_ = 0;
  std::vector<std::pair<std::int64_t, std::uint32_t>> counts_;  // ascending buckets
};

struct StreamState {
  StreamKey key;
  std::vector<StreamSlot> slots;  ///< by partition, ascending
  StreamTotals totals;
  RecentCounts recent;
  std::uint64_t changes = 0;  ///< appends so far, to see whether one came between
};

/// Every stream the store knows, in memory. Entries are never removed, so pointers to their keys stay good.
/// Threads: any; `write` is exclusive and short.
class StreamRegistry {
 public:
  template <typename F>
  auto read(F&& f) const {
    const std::shared_lock lock(mutex_);
    return f(streams_);
  }
  template <typename F>
  auto write(F&& f) {
    const std::unique_lock lock(mutex_);
    return f(streams_);
  }
  using Map = std::map<StreamKey, StreamState>;

  /// Adds what a partition says about its streams.
  void load(std::uint32_t partition, const std::vector<StreamRow>& rows);
  /// Forgets what was loaded and takes this instead, in one step.
  void replace(const std::vector<std::pair<std::uint32_t, std::vector<StreamRow>>>& partitions);
  /// The streams a query speaks of.
  std::vector<std::pair<const StreamKey*, std::vector<StreamSlot>>> select(const Query& query) const;

 private:
  void add(std::uint32_t partition, const std::vector<StreamRow>& rows);

  mutable std::shared_mutex mutex_;
  Map streams_;
};

}  // namespace picket::store
