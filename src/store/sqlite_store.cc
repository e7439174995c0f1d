#include "store/sqlite_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "base/assert.h"
#include "base/fail_point.h"
#include "obs/log.h"
#include "store/housekeep.h"
#include "store/open_store.h"
#include "store/query.h"
#include "store/store_core.h"

namespace picket::store {

namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

/// One program a directory: the lock dies with the process.
class DirectoryLock {
 public:
  DirectoryLock() = default;
  ~DirectoryLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;

  static Result<DirectoryLock> take(const fs::path& directory) {
    DirectoryLock lock;
    const auto path = directory / "lock";
    lock.fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock.fd_ < 0)
      return fail(ErrorKind::kUnavailable,
                  fmt::format("The lock file {} could not be opened: {}.", path.string(), reason(errno)));
    if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
      return fail(ErrorKind::kConflict,
                  fmt::format("The event directory {} is in use by another Picket. Stop that one first.",
                              directory.string()));
    }
    return lock;
  }

 private:
  int fd_ = -1;
};

class SqliteStore final : public EventStore {
 public:
  SqliteStore(const Tuning& tuning, const fs::path& directory, Clock& clock, const HashKey& key,
              DirectoryLock lock)
      : lock_(std::move(lock)), core_(tuning, directory, clock, key) {}
  ~SqliteStore() override {
    const std::lock_guard lock(core_.write_mutex);
    for (const auto& partition : core_.partitions.all()) partition->close_writer();
  }

  Status load(std::vector<PartitionSet::Pointer> partitions);

  Result<AppendResult> append(const StreamKey& key, std::span<const NewEvent> events,
                              TimePoint received_at, std::span<const std::uint32_t> wanted) override {
    return append_events(core_, key, events, received_at, wanted);
  }
  Result<FindResult> find(const Query& query, const FindOptions& options,
                          std::stop_token stop) const override {
    return find_events(core_, query, options, std::move(stop));
  }
  Status search(const Query& query, Order order, const std::function<bool(StoredEvent&&)>& row,
                const std::function<void(const Progress&)>& progress, std::stop_token stop) const override {
    return search_events(core_, query, order, row, progress, std::move(stop));
  }
  Status scan(const Query& query, const std::function<bool(const RecordBatch&)>& batch,
              const std::function<void(const Progress&)>& progress, std::stop_token stop) const override {
    return scan_events(core_, query, batch, progress, std::move(stop));
  }
  Result<std::uint64_t> count(const Query& query, std::stop_token stop) const override {
    return count_events(core_, query, std::move(stop));
  }
  Result<std::map<std::string, std::vector<Bucket>>> histogram(const Query& query, Width width, GroupBy group,
                                                               std::stop_token stop) const override {
    return histogram_of(core_, query, width, group, std::move(stop));
  }
  Result<std::optional<StoredEvent>> get(const std::string& organization_id,
                                         const std::string& id) const override {
    return get_event(core_, organization_id, id);
  }
  Result<std::vector<EventVersion>> versions(const std::string& organization_id,
                                             const std::string& id) const override {
    return versions_of(core_, organization_id, id);
  }
  Result<StreamTotals> totals(const StreamKey& key) const override {
    return core_.streams.read([&](const StreamRegistry::Map& map) {
      const auto at = map.find(key);
      return at == map.end() ? StreamTotals() : at->second.totals;
    });
  }
  std::uint64_t last_24h(const StreamKey& key, TimePoint now) const override;
  Result<std::uint64_t> drop_before(TimePoint limit) override;
  Result<bool> housekeep(std::stop_token stop) override;
  Result<std::uint64_t> disk_bytes() const override {
    std::uint64_t sum = 0;
    for (const auto& partition : core_.partitions.all()) sum += partition->disk_bytes();
    return sum;
  }

 private:
  DirectoryLock lock_;
  mutable StoreCore core_;
  std::uint32_t merge_cursor_ = 0, closed_cursor_ = 0;
  std::uint32_t tidy_until_ = 0;  // closed partitions up to this number need no more merging
  std::mutex housekeeping_;
};

Status SqliteStore::load(std::vector<PartitionSet::Pointer> partitions) {
  for (auto& partition : partitions) {
    PICKET_ASSIGN(const auto rows, partition->streams());
    for (const auto& row : rows) {
      partition->next_stream = std::max(partition->next_stream, row.number + 1);
      partition->events += row.events;
    }
    core_.streams.load(partition->number(), rows);
    core_.partitions.add(std::move(partition));
  }
  return {};
}

std::uint64_t SqliteStore::last_24h(const StreamKey& key, TimePoint now) const {
  const auto now_us = to_micros(now);
  const auto last = RecentCounts::bucket_of(now_us), first = last - RecentCounts::kBuckets + 1;
  for (int attempt = 0;; ++attempt) {
    std::uint64_t changes = 0;
    bool nothing = true;
    const auto known =
        core_.streams.read([&](const StreamRegistry::Map& map) -> std::optional<std::uint64_t> {
          const auto at = map.find(key);
          if (at == map.end()) return 0;
          changes = at->second.changes;
          for (const auto& slot : at->second.slots)
            nothing = nothing && RecentCounts::bucket_of(slot.newest_us) < first;
          return at->second.recent.last_24h(now_us);
        });
    if (known) return *known;
    // loaded once, then kept by each append; a day ahead, so that this is rare
    const auto to = last + RecentCounts::kBuckets;
    RecentCounts counts;
    counts.reset(first, to);
    if (!nothing) {
      auto loaded = load_recent(core_, key, first, to);
      if (!loaded) {
        PICKET_LOG_WARN("store", "The events of the last 24 hours of a stream could not be counted: {}",
                        loaded.error().message);
        return 0;
      }
      counts = std::move(*loaded);
    }
    const auto sum = counts.last_24h(now_us).value_or(0);
    const bool kept = core_.streams.write([&](StreamRegistry::Map& map) {
      auto& state = map[key];
      if (state.changes != changes) return false;  // an append came between: count again
      state.recent = std::move(counts);
      return true;
    });
    if (kept || attempt == 4) return sum;
  }
}

Result<std::uint64_t> SqliteStore::drop_before(TimePoint limit) {
  const auto limit_us = to_micros(limit);
  const std::lock_guard lock(core_.write_mutex);
  std::uint64_t dropped = 0;
  std::vector<std::pair<std::uint32_t, std::vector<StreamRow>>> kept;
  std::vector<PartitionSet::Pointer> old;
  for (const auto& partition : core_.partitions.all()) {
    PICKET_ASSIGN(auto rows, partition->streams());
    std::uint64_t events = 0;
    const bool all_old = std::all_of(rows.begin(), rows.end(), [&](const StreamRow& row) {
      events += row.events;
      return row.last_received_us < limit_us && (row.events == 0 || row.newest_us < limit_us);
    });
    if (all_old && events > 0) {
      old.push_back(partition);
      dropped += events;
    } else {
      kept.emplace_back(partition->number(), std::move(rows));
    }
  }
  if (old.empty()) return 0;
  if (old.back() == core_.partitions.newest()) {
    // the newest file's number must not be given again, or old ids would name new events
    PICKET_ASSIGN(auto next, Partition::create(core_.directory, old.back()->number() + 1, old.back()->month(),
                                               core_.key, core_.tuning));
    core_.partitions.add(std::move(next));
  }
  for (const auto& partition : old) core_.partitions.remove(partition->number());
  core_.streams.replace(kept);
  for (const auto& partition : old) {
    core_.identities.forget(*partition);
    PICKET_FAIL_POINT("store.before_drop");
    PICKET_TRY(partition->remove());
    PICKET_LOG_INFO("store", "{} was dropped: all of its events are older than what is kept.",
                    partition->name());
  }
  core_.last_block.has_raw = false;
  return dropped;
}

Result<bool> SqliteStore::housekeep(std::stop_token stop) {
  const std::lock_guard lock(housekeeping_);
  const auto all = core_.partitions.all();
  if (all.empty()) return false;
  PICKET_ASSIGN(const bool more, merge_small_blocks(core_, *all.back(), false, merge_cursor_, stop));
  if (more) return true;
  // closed files: once a run of the program each, the log emptied at the end
  for (const auto& partition : all) {
    if (partition == all.back() || partition->number() <= tidy_until_) continue;
    PICKET_ASSIGN(const bool again, merge_small_blocks(core_, *partition, true, closed_cursor_, stop));
    if (!again) {
      const std::lock_guard writing(core_.write_mutex);
      partition->close_writer();
      tidy_until_ = partition->number();
      closed_cursor_ = 0;
    }
    return true;
  }
  return false;
}

Result<std::vector<PartitionSet::Pointer>> open_partitions(const fs::path& directory, const Tuning& tuning) {
  std::map<std::uint32_t, fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const auto name = entry.path().filename().string();
    if (const auto number = partition_number(name)) {
      if (!files.emplace(*number, entry.path()).second) {
        return fail(ErrorKind::kCorrupt, fmt::format("The event directory has two files with number {}. Move "
                                                     "the one that does not belong there away.",
                                                     *number));
      }
    }
  }
  if (error)
    return fail(ErrorKind::kUnavailable, fmt::format("The event directory {} could not be read: {}.",
                                                     directory.string(), error.message()));
  // logs whose file was dropped in the moment of a crash
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const auto name = entry.path().filename().string();
    for (const std::string_view suffix : {"-wal", "-shm"}) {
      if (!name.starts_with("events-") || !name.ends_with(suffix)) continue;
      if (!fs::exists(directory / name.substr(0, name.size() - suffix.size())))
        fs::remove(entry.path(), error);
    }
  }
  std::vector<PartitionSet::Pointer> out;
  for (const auto& [number, path] : files) {
    PICKET_ASSIGN(auto partition, Partition::open(path, number, tuning));
    if (partition == nullptr) continue;
    if (!out.empty() && out.front()->key() != partition->key()) {
      return fail(
          ErrorKind::kCorrupt,
          fmt::format("The event file {} belongs to another installation. Move it away.", partition->name()));
    }
    out.push_back(std::move(partition));
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<EventStore>> open_tuned_store(const SqliteStoreOptions& options,
                                                     const Tuning& tuning) {
  PICKET_ASSERT(sodium_init() >= 0, "libsodium starts");
  std::error_code error;
  fs::create_directories(options.directory, error);
  if (error)
    return fail(ErrorKind::kUnavailable, fmt::format("The event directory {} could not be made: {}.",
                                                     options.directory.string(), error.message()));
  ::chmod(options.directory.c_str(), 0700);
  PICKET_ASSIGN(auto lock, DirectoryLock::take(options.directory));
  auto tuned = tuning;
  if (options.compression_level != 0) tuned.compression_level = options.compression_level;
  PICKET_ASSIGN(auto partitions, open_partitions(options.directory, tuned));
  HashKey key;
  if (partitions.empty()) {
    randombytes_buf(key.data(), key.size());
  } else {
    key = partitions.front()->key();
  }
  auto store = std::make_unique<SqliteStore>(tuned, options.directory,
                                             options.clock == nullptr ? system_clock() : *options.clock, key,
                                             std::move(lock));
  PICKET_TRY(store->load(std::move(partitions)));
  return std::unique_ptr<EventStore>(std::move(store));
}

Result<std::unique_ptr<EventStore>> open_sqlite_store(const SqliteStoreOptions& options) {
  Tuning tuning;
  if (PICKET_TIGHT) {  // the torture suite cannot wait for a month's end or a thousand small blocks
    tuning.partition_events = 1500;
    tuning.checkpoint_pages = 16;
    tuning.merge_fan_in = 2;
  }
  return open_tuned_store(options, tuning);
}

}  // namespace picket::store
