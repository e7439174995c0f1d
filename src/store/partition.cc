#include "store/partition.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <system_error>

#include "base/fail_point.h"
#include "obs/log.h"
#include "store/partition_sql.h"

namespace picket::store {

namespace {

constexpr std::size_t kIdleReaders = 4;
namespace fs = std::filesystem;

int on_wal_commit(void* pages, sqlite3*, const char*, int count) {
  *static_cast<int*>(pages) = count;
  return SQLITE_OK;
}

}  // namespace

int month_of(TimePoint t) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(t)};
  return static_cast<int>(date.year()) * 12 + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

std::string partition_name(std::uint32_t number, int month) {
  return fmt::format("events-{:06}-{:04}-{:02}.db", number, month / 12, month % 12 + 1);
}

std::optional<std::uint32_t> partition_number(const std::string& name) {
  if (!name.starts_with("events-") || !name.ends_with(".db")) return std::nullopt;
  std::uint32_t number = 0;
  const char* from = name.data() + 7;
  const auto [end, error] = std::from_chars(from, name.data() + name.size(), number);
  if (error != std::errc() || end == from || *end != '-') return std::nullopt;
  return number;
}

Status sync_directory(const fs::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool ok = fd >= 0 && ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (ok) return {};
  return fail(ErrorKind::kUnavailable,
              fmt::format("The event directory {} could not be synced: {}.", directory.string(),
                          std::error_code(error, std::generic_category()).message()));
}

Result<sql::Statement> Connection::get(Sql sql) {
  return database_->prepare(text_of(sql));
}

Status Connection::run(Sql sql) {
  PICKET_ASSIGN(auto statement, get(sql));
  return statement.run();
}

Partition::Reader::~Reader() {
  if (connection_ == nullptr) return;
  if (!connection_->run(Sql::kRollback)) return;  // a broken connection is not kept
  const std::lock_guard lock(partition_->pool_mutex_);
  if (partition_->idle_.size() < kIdleReaders) partition_->idle_.push_back(std::move(connection_));
}

Result<std::shared_ptr<Partition>> Partition::create(const fs::path& directory, std::uint32_t number,
                                                     int month, const HashKey& key, const Tuning& tuning) {
  auto partition =
      std::shared_ptr<Partition>(new Partition(directory / partition_name(number, month), number, tuning));
  if (auto made = partition->initialise(month, key); !made) {
    partition->writer_.reset();
    static_cast<void>(partition->remove());
    return fail(std::move(made).error());
  }
  return partition;
}

Status Partition::initialise(int month, const HashKey& key) {
  month_ = month;
  key_ = key;
  PICKET_ASSIGN(auto database,
                sql::Database::open(path_, {.checkpoint_pages = 0, .page_size = tuning_.page_size}));
  PICKET_FAIL_POINT("store.partition_before_schema");
  PICKET_TRY(database->execute("BEGIN IMMEDIATE"));
  PICKET_TRY(database->execute(schema_sql()));
  {
    PICKET_ASSIGN(auto insert, database->prepare("INSERT INTO meta(name, value) VALUES(?1, ?2)"));
    PICKET_TRY(insert.bind(1, "number").bind(2, number_).run());
    PICKET_TRY(insert.bind(1, "month").bind(2, month).run());
    PICKET_TRY(insert.bind(1, "hash_key")
                   .bind(2, sql::StaticBlob{{reinterpret_cast<const char*>(key.data()), key.size()}})
                   .run());
  }
  PICKET_TRY(database->execute("COMMIT"));
  PICKET_FAIL_POINT("store.partition_after_schema");
  database.reset();
  return sync_directory(path_.parent_path());
}

Result<std::shared_ptr<Partition>> Partition::open(const fs::path& path, std::uint32_t number,
                                                   const Tuning& tuning) {
  auto partition = std::shared_ptr<Partition>(new Partition(path, number, tuning));
  PICKET_ASSIGN(const bool whole, partition->load_meta());
  if (whole) return partition;
  PICKET_LOG_WARN("store", "{} was never finished when it was made; it holds nothing and is removed.",
                  partition->name());
  PICKET_TRY(partition->remove());
  return std::shared_ptr<Partition>();
}

Result<bool> Partition::load_meta() {
  // read-write, so that a log left by a crash is recovered here and not by the first query
  PICKET_ASSIGN(auto database, sql::Database::open(path_, {.create = false, .checkpoint_pages = 0}));
  sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  {
    PICKET_ASSIGN(auto version, database->prepare("PRAGMA user_version"));
    PICKET_ASSIGN(const bool row, version.step());
    const auto format = row ? version.integer(0) : 0;
    if (format == 0) {
      PICKET_ASSIGN(auto tables, database->prepare("SELECT 1 FROM sqlite_schema LIMIT 1"));
      PICKET_ASSIGN(const bool any, tables.step());
      if (!any) return false;
    }
    if (format != 1) {
      return fail(ErrorKind::kCorrupt,
                  fmt::format("The event file {} has format {}, which this version of Picket does not know. "
                              "It was written by a newer version, or is not an event file.",
                              name(), format));
    }
  }
  PICKET_ASSIGN(auto meta, database->prepare("SELECT name, value FROM meta"));
  bool have_key = false;
  for (;;) {
    PICKET_ASSIGN(const bool row, meta.step());
    if (!row) break;
    const auto key = meta.blob(0);
    if (key == "month") month_ = static_cast<int>(meta.integer(1));
    if (key == "hash_key" && meta.blob(1).size() == key_.size()) {
      std::memcpy(key_.data(), meta.blob(1).data(), key_.size());
      have_key = true;
    }
    if (key == "number" && meta.integer(1) != number_) {
      return fail(
          ErrorKind::kCorrupt,
          fmt::format("The event file {} was renamed: inside it is number {}. Give it its old name back.",
                      name(), meta.integer(1)));
    }
  }
  if (!have_key)
    return fail(ErrorKind::kCorrupt,
                fmt::format("The event file {} lacks its identity key. Restore it from a backup.", name()));
  PICKET_ASSIGN(auto versions, database->prepare(text_of(Sql::kVersionsAny)));
  PICKET_ASSIGN(const bool any, versions.step());
  has_versions_ = any;
  return true;
}

Result<Partition::Reader> Partition::reader() {
  std::unique_ptr<Connection> connection;
  {
    const std::lock_guard lock(pool_mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (connection == nullptr) {
    PICKET_ASSIGN(auto database, sql::Database::open(path_, {.mode = sql::Mode::kReader, .cache_kib = 1024}));
    connection = std::make_unique<Connection>(std::move(database));
  }
  PICKET_TRY(connection->run(Sql::kBegin));
  Reader reader(this, std::move(connection));
  // BEGIN alone takes no snapshot; the first read does
  PICKET_TRY(reader->run(Sql::kVersionsAny));
  return reader;
}

Result<Connection*> Partition::writer() {
  if (writer_ == nullptr) {
    PICKET_ASSIGN(auto database,
                  sql::Database::open(path_, {.create = false, .cache_kib = 8192, .checkpoint_pages = 0}));
    PICKET_TRY(database->execute("pragma journal_size_limit=16777216"));
    if (PICKET_PLANTED("store.sync_off")) PICKET_TRY(database->execute("pragma synchronous=off"));
    sqlite3_wal_hook(database->handle(), on_wal_commit, &wal_pages_);
    writer_ = std::make_unique<Connection>(std::move(database));
  }
  return writer_.get();
}

bool Partition::checkpoint_if_due() {
  if (writer_ == nullptr || wal_pages_ < tuning_.checkpoint_pages) return true;
  PICKET_FAIL_POINT("store.before_checkpoint");
  int left = 0, done = 0;
  const int code = sqlite3_wal_checkpoint_v2(writer_->database().handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                             &left, &done);
  PICKET_FAIL_POINT("store.after_checkpoint");
  wal_pages_ = 0;  // busy or full: tried again after as many pages; nothing is lost, the log only grows
  return code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC;
}

void Partition::close_writer() {
  if (writer_ == nullptr) return;
  sqlite3_wal_checkpoint_v2(writer_->database().handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                            nullptr);
  writer_.reset();
}

Result<std::vector<StreamRow>> Partition::streams() {
  PICKET_ASSIGN(auto snapshot, reader());
  PICKET_ASSIGN(auto select, snapshot->get(Sql::kStreams));
  std::vector<StreamRow> rows;
  for (;;) {
    PICKET_ASSIGN(const bool more, select.step());
    if (!more) return rows;
    rows.push_back(stream_row(select));
  }
}

StreamRow stream_row(const sql::Statement& select) {
  const auto optional = [&](int column) {
    return select.null(column) ? std::nullopt : std::optional(select.integer(column));
  };
  StreamRow r;
  r.number = static_cast<std::uint32_t>(select.integer(0));
  r.key = {std::string(select.blob(1)), std::string(select.blob(2)), std::string(select.blob(3))};
  r.events = static_cast<std::uint32_t>(select.integer(4));
  r.unreadable = static_cast<std::uint64_t>(select.integer(5));
  r.versions = static_cast<std::uint64_t>(select.integer(6));
  r.raw_bytes = static_cast<std::uint64_t>(select.integer(7));
  r.oldest_us = select.integer(8);
  r.newest_us = select.integer(9);
  r.readable_oldest_us = optional(10);
  r.readable_newest_us = optional(11);
  r.last_received_us = select.integer(12);
  return r;
}

std::uint64_t Partition::disk_bytes() const {
  std::uint64_t sum = 0;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code error;
    const auto size = fs::file_size(path_.string() + suffix, error);
    if (!error) sum += size;
  }
  return sum;
}

Status Partition::remove() {
  writer_.reset();
  std::error_code error;
  fs::remove(path_, error);  // the name first: a log without its file is nothing
  if (error)
    return fail(ErrorKind::kUnavailable,
                fmt::format("The event file {} could not be removed: {}.", name(), error.message()));
  PICKET_FAIL_POINT("store.drop_half_removed");
  fs::remove(path_.string() + "-wal", error);
  fs::remove(path_.string() + "-shm", error);
  return sync_directory(path_.parent_path());
}

}  // namespace picket::store
