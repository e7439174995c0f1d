#pragma once

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "sql/database.h"
#include "store/event_store.h"
#include "store/tuning.h"

namespace picket::store {

using HashKey = std::array<unsigned char, 16>;

/// Statements of the event files. Text in partition_sql.cc.
enum class Sql {
  kBegin,
  kBeginWrite,
  kCommit,
  kRollback,
  kStreams,
  kStream,
  kBlocks,
  kBlocksOfStream,
  kBlockAt,
  kColumns,
  kFrames,
  kHours,
  kDays,
  kRuns,
  kRunChunk,
  kLastRun,
  kVersionCount,
  kVersions,
  kVersionsAny,
  kVersionKnown,
  kSmallBlocks,
  kInsertStream,
  kUpdateStream,
  kInsertBlock,
  kInsertFrames,
  kDeleteBlock,
  kDeleteFrames,
  kAddHour,
  kAddDay,
  kInsertRun,
  kInsertRunChunk,
  kDeleteRun,
  kDeleteRunChunks,
  kInsertVersion,
};

/// A connection with its statements. Threads: one at a time; a statement ends before its connection goes
/// back.
class Connection {
 public:
  explicit Connection(std::unique_ptr<sql::Database> database) : database_(std::move(database)) {}
  sql::Database& database() { return *database_; }
  /// From the connection's cache; texts and blobs are bound without a copy (sql::StaticBlob).
  Result<sql::Statement> get(Sql sql);
  /// A statement without parameters, to its end.
  Status run(Sql sql);

 private:
  std::unique_ptr<sql::Database> database_;
};

/// A stream's row in one partition. Events of a stream are its ordinals 0 to `events`-1 there.
struct StreamRow {
  StreamKey key;
  std::uint32_t number = 0;
  std::uint32_t events = 0;
  std::uint64_t unreadable = 0, versions = 0, raw_bytes = 0;
  std::int64_t oldest_us = 0, newest_us = 0;  ///< over all events; meaningless without events
  std::optional<std::int64_t> readable_oldest_us, readable_newest_us;
  std::int64_t last_received_us = 0;
};

/// From a row of kStreams or kStream.
StreamRow stream_row(const sql::Statement& select);

/// One file of events: those that arrived in one month (or part of it).
///
/// Place: owned by SqliteStore, shared with running queries, which may outlive a drop. Threads: `reader` from
/// any; `writer` only under the store's write lock. Failure: kCorrupt and kDiskFull with the file's name.
class Partition {
 public:
  /// A read snapshot: what it shows does not change while it lives. Returns its connection to the pool.
  class Reader {
   public:
    Reader(Partition* partition, std::unique_ptr<Connection> connection)
        : partition_(partition), connection_(std::move(connection)) {}
    Reader(Reader&&) = default;
    Reader& operator=(Reader&&) = delete;
    ~Reader();
    Connection* operator->() { return connection_.get(); }
    Connection& operator*() { return *connection_; }

   private:
    Partition* partition_;
    std::unique_ptr<Connection> connection_;
  };

  static Result<std::shared_ptr<Partition>> create(const std::filesystem::path& directory,
                                                   std::uint32_t number, int month, const HashKey& key,
                                                   const Tuning& tuning);
  /// Nothing: the file is what a crash during `create` left behind; it was removed.
  static Result<std::shared_ptr<Partition>> open(const std::filesystem::path& path, std::uint32_t number,
                                                 const Tuning& tuning);

  std::uint32_t number() const { return number_; }
  int month() const { return month_; }
  const HashKey& key() const { return key_; }
  const std::filesystem::path& path() const { return path_; }
  std::string name() const { return path_.filename().string(); }

  Result<Reader> reader();
  /// The one writing connection, opened when first asked for.
  Result<Connection*> writer();
  /// After a commit: brings the log into the file when it has grown. False when a sync failed.
  bool checkpoint_if_due();
  /// Closes the writing connection, which empties the log.
  void close_writer();

  Result<std::vector<StreamRow>> streams();
  /// Whether any further version was recorded in this file.
  bool has_versions() const { return has_versions_; }
  void set_has_versions() { has_versions_ = true; }
  /// The number a new stream gets here. Under the write lock.
  std::uint32_t next_stream = 1;
  std::uint64_t events = 0;  ///< in this file. Under the write lock.

  std::uint64_t disk_bytes() const;
  /// Removes the files. Open snapshots keep reading the unlinked ones.
  Status remove();

 private:
  Partition(std::filesystem::path path, std::uint32_t number, const Tuning& tuning)
      : path_(std::move(path)), number_(number), tuning_(tuning) {}
  Status initialise(int month, const HashKey& key);
  Result<bool> load_meta();

  std::filesystem::path path_;
  std::uint32_t number_;
  Tuning tuning_;
  int month_ = 0;
  HashKey key_{};
  std::atomic<bool> has_versions_{false};
  std::unique_ptr<Connection> writer_;
  int wal_pages_ = 0;

  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

/// Months since year 0, of arrival.
int month_of(TimePoint t);
std::string partition_name(std::uint32_t number, int month);
std::optional<std::uint32_t> partition_number(const std::string& file_name);
/// Makes the names in a directory durable.
Status sync_directory(const std::filesystem::path& directory);

}  // namespace picket::store
