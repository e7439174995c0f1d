#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "store/partition.h"

namespace picket::store {

/// Split-block Bloom filter: a key touches one 32-byte block. About 0.5 % false hits at 12 bits a key.
class BloomFilter {
 public:
  BloomFilter() = default;
  explicit BloomFilter(std::size_t keys);
  /// As written by `bytes`. A length that is no filter gives one that lets everything through.
  explicit BloomFilter(std::string_view bytes);
  void add(std::uint64_t hash);
  bool may_contain(std::uint64_t hash) const;
  std::string_view bytes() const;

 private:
  std::vector<std::uint32_t> words_;  // eight a block
};

struct IdentityEntry {
  std::uint64_t hash = 0;
  std::uint32_t ordinal = 0;
  auto operator<=>(const IdentityEntry&) const = default;
};

struct IdentityHit {
  std::uint32_t position = 0;  ///< in the hashes that were asked for
  std::uint32_t partition = 0, stream = 0, ordinal = 0;
};

/// Which vendor ids a stream has: for each stream of a partition a small log-structured merge tree of sorted
/// runs. An append writes one run; eight runs of a size class become one of the next, in the same
/// transaction. Filters are held in memory under a budget, least recently used streams leave first.
///
/// Place: owned by the store's writer. Threads: one at a time (the write lock). A hit is a hash: the caller
/// compares the stored id. Failure: after a failed or rolled-back transaction call `forget`.
class IdentityIndex {
 public:
  explicit IdentityIndex(const Tuning& tuning) : tuning_(tuning) {}

  /// Adds a hit for each stored entry whose hash equals one of `hashes` (ascending).
  Status lookup(Partition& partition, Connection& connection, std::uint32_t stream,
                std::span<const std::uint64_t> hashes, std::vector<IdentityHit>& hits);
  /// `entries` ascending. Inside the caller's transaction.
  Status insert(Partition& partition, Connection& connection, std::uint32_t stream,
                std::span<const IdentityEntry> entries);
  void forget(const Partition& partition, std::uint32_t stream);
  void forget(const Partition& partition);
  std::size_t memory_bytes() const { return bytes_; }

 private:
  struct Run {
    std::int64_t id = 0;
    int tier = 0;
    std::uint32_t n = 0;
    BloomFilter filter;                 // large runs
    std::vector<std::uint64_t> fences;  // first hash of each chunk; empty: entries are here
    std::string entries;
    std::size_t bytes() const {
      return sizeof(Run) + filter.bytes().size() + fences.size() * 8 + entries.size();
    }
  };
  struct Runs {
    std::vector<Run> runs;
    std::size_t bytes = 0;
    std::list<std::uint64_t>::iterator used;
    bool from_disk = false;
  };
  using Cache = std::unordered_map<std::uint64_t, Runs>;

  Result<Runs*> load(Partition& partition, Connection& connection, std::uint32_t stream);
  Status probe(Connection& connection, const Run& run, std::span<const std::uint64_t> hashes,
               std::vector<std::pair<std::uint32_t, std::uint32_t>>& found);
  Status merge_due(Connection& connection, std::uint32_t stream, Runs& runs);
  Result<Run> merge(Connection& connection, std::uint32_t stream, std::span<const Run> runs);
  Status erase(Connection& connection, const Run& run);
  void account(Runs& runs);
  void evict(std::uint64_t keep);
  std::size_t chunk_entries() const { return static_cast<std::size_t>(tuning_.page_size - 256) / 12; }
  static Result<std::int64_t> next_run_id(Connection& connection);

  class Writer;
  class Cursor;

  const Tuning& tuning_;
  Cache cache_;
  std::list<std::uint64_t> order_;  // least recently used first
  std::size_t bytes_ = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found_;
};

/// Looks one hash up through a read snapshot, without filters: for queries by vendor id.
Status find_identity(Connection& connection, std::uint32_t stream, std::uint64_t hash,
                     std::vector<std::uint32_t>& ordinals);

}  // namespace picket::store
