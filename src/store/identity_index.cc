#include "store/identity_index.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "base/fail_point.h"
#include "store/byte_io.h"

// Entries on disk: n hashes (u64, ascending), then n ordinals (u32). A run of at most kInline entries keeps
// them in its row; a larger one has chunks of about a page, chunk k of run r in run_chunk row r << 20 | k,
// and a fence for each: its first hash. Equal hashes never straddle two chunks.
namespace picket::store {

namespace {

constexpr std::uint32_t kInline = 128;
constexpr int kChunkShift = 20;
constexpr int kLastTier = 6;  // runs of 262,144 entries and more stay as they are

int tier_of(std::uint32_t n) {
  return std::min(kLastTier, (static_cast<int>(std::bit_width(n)) - 1) / 3);
}

std::uint32_t entries_in(std::string_view entries) {
  return static_cast<std::uint32_t>(entries.size() / 12);
}
std::uint64_t hash_at(std::string_view entries, std::uint32_t i) {
  return load_fixed<std::uint64_t>(entries.data() + 8ull * i);
}
std::uint32_t ordinal_at(std::string_view entries, std::uint32_t n, std::uint32_t i) {
  return load_fixed<std::uint32_t>(entries.data() + 8ull * n + 4ull * i);
}

std::uint32_t lower_bound(std::string_view entries, std::uint32_t n, std::uint64_t hash) {
  std::uint32_t low = 0, high = n;
  while (low < high) {
    const auto middle = (low + high) / 2;
    if (hash_at(entries, middle) < hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::size_t chunk_of(std::span<const std::uint64_t> fences, std::uint64_t hash) {
  const auto after = std::upper_bound(fences.begin(), fences.end(), hash);
  return after == fences.begin() ? fences.size() : static_cast<std::size_t>(after - fences.begin()) - 1;
}

std::string pack(std::span<const IdentityEntry> entries) {
  std::string out;
  out.reserve(entries.size() * 12);
  for (const auto& e : entries) put_fixed(out, e.hash);
  for (const auto& e : entries) put_fixed(out, e.ordinal);
  return out;
}

std::vector<std::uint64_t> unpack_fences(std::string_view bytes) {
  std::vector<std::uint64_t> out(bytes.size() / 8);
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * 8);
  return out;
}

std::uint64_t cache_key(const Partition& partition, std::uint32_t stream) {
  return (std::uint64_t{partition.number()} << 32) | stream;
}

constexpr std::uint32_t kSalts[8] = {0x47b6137bu, 0x44974d91u, 0x8824ad5bu, 0xa2b7289du,
                                     0x705495c7u, 0x2df1424bu, 0x9efc4947u, 0x5c6bfb31u};

}  // namespace

BloomFilter::BloomFilter(std::size_t keys) : words_((keys * 12 + 255) / 256 * 8) {}

BloomFilter::BloomFilter(std::string_view bytes) : words_(bytes.size() / 32 * 8) {
  if (!words_.empty()) std::memcpy(words_.data(), bytes.data(), words_.size() * 4);
}

void BloomFilter::add(std::uint64_t hash) {
  if (words_.empty()) return;
  const auto block = static_cast<std::size_t>(((hash >> 32) * (words_.size() / 8)) >> 32) * 8;
  for (std::size_t i = 0; i < 8; ++i)
    words_[block + i] |= 1u << ((static_cast<std::uint32_t>(hash) * kSalts[i]) >> 27);
}

bool BloomFilter::may_contain(std::uint64_t hash) const {
  if (words_.empty()) return true;
  const auto* block = &words_[static_cast<std::size_t>(((hash >> 32) * (words_.size() / 8)) >> 32) * 8];
  std::uint32_t missing = 0;
  for (std::size_t i = 0; i < 8; ++i)
    missing |= ~block[i] & (1u << ((static_cast<std::uint32_t>(hash) * kSalts[i]) >> 27));
  return missing == 0;
}

std::string_view BloomFilter::bytes() const {
  return {reinterpret_cast<const char*>(words_.data()), words_.size() * 4};
}

/// Reads a run from first to last entry, a chunk at a time.
class IdentityIndex::Cursor {
 public:
  Cursor(Connection& connection, const Run& run) : connection_(connection), run_(run) {}
  Status start() { return load(0); }
  bool done() const { return at_ >= n_; }
  IdentityEntry entry() const { return {hash_at(entries_, at_), ordinal_at(entries_, n_, at_)}; }
  Status next() {
    if (++at_ < n_ || chunk_ + 1 >= run_.fences.size()) return {};
    return load(chunk_ + 1);
  }

 private:
  Status load(std::size_t chunk) {
    chunk_ = chunk;
    at_ = 0;
    if (run_.fences.empty()) {
      entries_ = run_.entries;
    } else {
      PICKET_ASSIGN(auto select, connection_.get(Sql::kRunChunk));
      PICKET_ASSIGN(const bool row,
                    select.bind(1, (run_.id << kChunkShift) | static_cast<std::int64_t>(chunk)).step());
      if (!row)
        return fail(ErrorKind::kCorrupt,
                    "A part of the identity index is missing in an event file. Restore it from a backup.");
      entries_ = select.blob(0);
    }
    n_ = entries_in(entries_);
    return {};
  }

  Connection& connection_;
  const Run& run_;
  std::string entries_;
  std::uint32_t n_ = 0, at_ = 0;
  std::size_t chunk_ = 0;
};

/// Writes a run from ascending entries.
class IdentityIndex::Writer {
 public:
  Writer(IdentityIndex& index, Connection& connection, std::uint32_t stream, std::uint32_t n)
      : index_(index), connection_(connection), stream_(stream) {
    run_.n = n;
    run_.tier = tier_of(n);
    if (n > kInline) run_.filter = BloomFilter(n);
    buffer_.reserve(std::min<std::size_t>(n, index.chunk_entries()) + 8);
  }

  Status start() {
    PICKET_ASSIGN(run_.id, next_run_id(connection_));
    return {};
  }

  Status add(const IdentityEntry& e) {
    if (run_.n > kInline) {
      run_.filter.add(e.hash);
      if (buffer_.size() >= index_.chunk_entries() && buffer_.back().hash != e.hash) PICKET_TRY(flush());
    }
    buffer_.push_back(e);
    return {};
  }

  Result<Run> finish() {
    if (run_.n > kInline) {
      PICKET_TRY(flush());
    } else {
      run_.entries = pack(buffer_);
    }
    PICKET_ASSIGN(auto insert, connection_.get(Sql::kInsertRun));
    insert.bind(1, run_.id)
        .bind(2, stream_)
        .bind(3, run_.tier)
        .bind(4, run_.n)
        .bind(5, sql::StaticBlob{run_.filter.bytes()});
    insert
        .bind(6, sql::StaticBlob{{reinterpret_cast<const char*>(run_.fences.data()), run_.fences.size() * 8}})
        .bind(7, sql::StaticBlob{run_.entries});
    PICKET_TRY(insert.run());
    return std::move(run_);
  }

 private:
  Status flush() {
    const auto entries = pack(buffer_);
    PICKET_ASSIGN(auto insert, connection_.get(Sql::kInsertRunChunk));
    PICKET_TRY(insert.bind(1, (run_.id << kChunkShift) | static_cast<std::int64_t>(run_.fences.size()))
                   .bind(2, sql::StaticBlob{entries})
                   .run());
    run_.fences.push_back(buffer_.front().hash);
    buffer_.clear();
    return {};
  }

  IdentityIndex& index_;
  Connection& connection_;
  std::uint32_t stream_;
  Run run_;
  std::vector<IdentityEntry> buffer_;
};

Result<std::int64_t> IdentityIndex::next_run_id(Connection& connection) {
  // ids only grow: rows of new runs go to the end of the tables
  PICKET_ASSIGN(auto last, connection.get(Sql::kLastRun));
  PICKET_ASSIGN(const bool row, last.step());
  return row ? last.integer(0) + 1 : 1;
}

Result<IdentityIndex::Runs*> IdentityIndex::load(Partition& partition, Connection& connection,
                                                 std::uint32_t stream) {
  const auto key = cache_key(partition, stream);
  if (const auto known = cache_.find(key); known != cache_.end()) {
    order_.splice(order_.end(), order_, known->second.used);
    return &known->second;
  }
  Runs runs;
  if (!PICKET_PLANTED("store.dedup_memory_only")) {
    PICKET_ASSIGN(auto select, connection.get(Sql::kRuns));
    select.bind(1, stream);
    for (;;) {
      PICKET_ASSIGN(const bool more, select.step());
      if (!more) break;
      Run run;
      run.id = select.integer(0);
      run.tier = static_cast<int>(select.integer(1));
      run.n = static_cast<std::uint32_t>(select.integer(2));
      run.filter = BloomFilter(select.blob(3));
      run.fences = unpack_fences(select.blob(4));
      run.entries = select.blob(5);
      runs.runs.push_back(std::move(run));
    }
  }
  auto [at, fresh] = cache_.emplace(key, std::move(runs));
  at->second.used = order_.insert(order_.end(), key);
  account(at->second);
  evict(key);
  return &at->second;
}

void IdentityIndex::account(Runs& runs) {
  std::size_t now = sizeof(Runs) + 96;
  for (const auto& run : runs.runs) now += run.bytes();
  bytes_ += now - runs.bytes;
  runs.bytes = now;
}

void IdentityIndex::evict(std::uint64_t keep) {
  while (bytes_ > tuning_.filter_budget && order_.front() != keep) {
    const auto victim = cache_.find(order_.front());
    bytes_ -= victim->second.bytes;
    cache_.erase(victim);
    order_.pop_front();
  }
}

void IdentityIndex::forget(const Partition& partition, std::uint32_t stream) {
  const auto known = cache_.find(cache_key(partition, stream));
  if (known == cache_.end()) return;
  bytes_ -= known->second.bytes;
  order_.erase(known->second.used);
  cache_.erase(known);
}

void IdentityIndex::forget(const Partition& partition) {
  for (auto at = cache_.begin(); at != cache_.end();) {
    if (at->first >> 32 != partition.number()) {
      ++at;
      continue;
    }
    bytes_ -= at->second.bytes;
    order_.erase(at->second.used);
    at = cache_.erase(at);
  }
}

Status IdentityIndex::lookup(Partition& partition, Connection& connection, std::uint32_t stream,
                             std::span<const std::uint64_t> hashes, std::vector<IdentityHit>& hits) {
  PICKET_ASSIGN(const auto* runs, load(partition, connection, stream));
  for (const auto& run : runs->runs) {
    found_.clear();
    PICKET_TRY(probe(connection, run, hashes, found_));
    for (const auto& [position, ordinal] : found_)
      hits.push_back({position, partition.number(), stream, ordinal});
  }
  return {};
}

Status IdentityIndex::probe(Connection& connection, const Run& run, std::span<const std::uint64_t> hashes,
                            std::vector<std::pair<std::uint32_t, std::uint32_t>>& found) {
  const auto collect = [&](std::string_view entries, std::uint32_t position) {
    const auto n = entries_in(entries);
    for (auto i = lower_bound(entries, n, hashes[position]); i < n && hash_at(entries, i) == hashes[position];
         ++i)
      found.emplace_back(position, ordinal_at(entries, n, i));
  };
  std::size_t chunk = run.fences.size();
  std::string entries;
  for (std::uint32_t i = 0; i < hashes.size(); ++i) {
    if (run.fences.empty()) {
      collect(run.entries, i);
      continue;
    }
    if (!run.filter.may_contain(hashes[i])) continue;
    const auto wanted = chunk_of(run.fences, hashes[i]);
    if (wanted == run.fences.size()) continue;
    if (wanted != chunk) {
      PICKET_ASSIGN(auto select, connection.get(Sql::kRunChunk));
      PICKET_ASSIGN(const bool row,
                    select.bind(1, (run.id << kChunkShift) | static_cast<std::int64_t>(wanted)).step());
      if (!row)
        return fail(ErrorKind::kCorrupt,
                    "A part of the identity index is missing in an event file. Restore it from a backup.");
      entries = select.blob(0);
      chunk = wanted;
    }
    collect(entries, i);
  }
  return {};
}

Status IdentityIndex::insert(Partition& partition, Connection& connection, std::uint32_t stream,
                             std::span<const IdentityEntry> entries) {
  if (entries.empty()) return {};
  PICKET_ASSIGN(auto* runs, load(partition, connection, stream));
  Writer writer(*this, connection, stream, static_cast<std::uint32_t>(entries.size()));
  PICKET_TRY(writer.start());
  for (const auto& e : entries) PICKET_TRY(writer.add(e));
  PICKET_ASSIGN(auto run, writer.finish());
  runs->runs.push_back(std::move(run));
  PICKET_TRY(merge_due(connection, stream, *runs));
  account(*runs);
  evict(cache_key(partition, stream));
  return {};
}

Status IdentityIndex::merge_due(Connection& connection, std::uint32_t stream, Runs& runs) {
  for (int tier = 0; tier < kLastTier; ++tier) {
    const auto same = [&](const Run& run) { return run.tier == tier; };
    if (std::count_if(runs.runs.begin(), runs.runs.end(), same) < 8) continue;
    const auto middle =
        std::stable_partition(runs.runs.begin(), runs.runs.end(), [&](const Run& run) { return !same(run); });
    PICKET_FAIL_POINT("store.before_run_merge");
    PICKET_ASSIGN(auto merged, merge(connection, stream, {middle, runs.runs.end()}));
    PICKET_FAIL_POINT("store.after_run_merge");
    runs.runs.erase(middle, runs.runs.end());
    runs.runs.push_back(std::move(merged));
  }
  return {};
}

Result<IdentityIndex::Run> IdentityIndex::merge(Connection& connection, std::uint32_t stream,
                                                std::span<const Run> runs) {
  std::vector<Cursor> cursors;
  std::uint32_t n = 0;
  for (const auto& run : runs) {
    cursors.emplace_back(connection, run);
    PICKET_TRY(cursors.back().start());
    n += run.n;
  }
  Writer writer(*this, connection, stream, n);
  PICKET_TRY(writer.start());
  for (;;) {
    Cursor* least = nullptr;
    for (auto& c : cursors)
      if (!c.done() && (least == nullptr || c.entry() < least->entry())) least = &c;
    if (least == nullptr) break;
    PICKET_TRY(writer.add(least->entry()));
    PICKET_TRY(least->next());
  }
  for (const auto& run : runs) PICKET_TRY(erase(connection, run));
  return writer.finish();
}

Status IdentityIndex::erase(Connection& connection, const Run& run) {
  PICKET_ASSIGN(auto chunks, connection.get(Sql::kDeleteRunChunks));
  if (!run.fences.empty())
    PICKET_TRY(chunks.bind(1, run.id << kChunkShift).bind(2, (run.id + 1) << kChunkShift).run());
  PICKET_ASSIGN(auto row, connection.get(Sql::kDeleteRun));
  return row.bind(1, run.id).run();
}

Status find_identity(Connection& connection, std::uint32_t stream, std::uint64_t hash,
                     std::vector<std::uint32_t>& ordinals) {
  PICKET_ASSIGN(auto select, connection.get(Sql::kRuns));
  select.bind(1, stream);
  const auto collect = [&](std::string_view entries) {
    const auto n = entries_in(entries);
    for (auto i = lower_bound(entries, n, hash); i < n && hash_at(entries, i) == hash; ++i)
      ordinals.push_back(ordinal_at(entries, n, i));
  };
  for (;;) {
    PICKET_ASSIGN(const bool more, select.step());
    if (!more) return {};
    const auto fences = unpack_fences(select.blob(4));
    if (fences.empty()) {
      collect(select.blob(5));
      continue;
    }
    if (!BloomFilter(select.blob(3)).may_contain(hash)) continue;
    const auto chunk = chunk_of(fences, hash);
    if (chunk == fences.size()) continue;
    PICKET_ASSIGN(auto read, connection.get(Sql::kRunChunk));
    PICKET_ASSIGN(const bool row,
                  read.bind(1, (select.integer(0) << kChunkShift) | static_cast<std::int64_t>(chunk)).step());
    if (!row)
      return fail(ErrorKind::kCorrupt,
                  "A part of the identity index is missing in an event file. Restore it from a backup.");
    collect(read.blob(0));
  }
}

}  // namespace picket::store
