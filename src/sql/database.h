#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "sql/statement.h"

struct sqlite3;

namespace picket::sql {

enum class Mode {
  kWriter,  ///< the one writing connection of a file; it alone checkpoints; a file it makes has mode 0600
  kReader,  ///< read-only; never checkpoints, neither by size nor on close
};

struct OpenOptions {
  Mode mode = Mode::kWriter;
  /// Writer: whether an absent file is made.
  bool create = true;
  std::chrono::milliseconds busy_timeout{5000};
  int cache_kib = 2048;
  /// Writer: WAL pages after which a commit checkpoints; 0: only `checkpoint()`.
  int checkpoint_pages = 1000;
  /// Writer: bytes a page of a file that is made now; 0: SQLite's own choice.
  int page_size = 0;
};

/// One SQLite connection: WAL, synchronous=FULL (a commit that returned is on stable storage), foreign keys
/// on.
///
/// Place: the drivers of `control` and `store`. Exactly one kWriter connection may exist for a file, in the
/// whole machine: with the single checkpointer the WAL-reset defect of SQLite before 3.51.3 cannot occur.
/// Threads: one at a time (the caller's lock); `interrupt` from any.
/// Failure: kDiskFull (SQLITE_FULL, or no space behind an I/O error), kUnavailable (I/O, busy), kCorrupt,
/// kConflict (unique constraint), kCancelled (interrupted), kInternal (our SQL is wrong). Sentences name the
/// file, never values.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file,
                                                const OpenOptions& options = {});
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// From the cache of prepared statements when this text was used before.
  Result<Statement> prepare(std::string_view sql);
  /// Any number of statements without parameters.
  Status execute(std::string_view sql);
  /// One statement, rows passed over: `db.run("delete from session where id = ?", id)`.
  template <typename... Args>
  Status run(std::string_view sql, const Args&... args) {
    auto statement = prepare(sql);
    if (!statement) return tl::unexpected(std::move(statement).error());
    return statement->bind_all(args...).run();
  }
  /// `row(Statement&)` for each row.
  template <typename Row, typename... Args>
  Status each(std::string_view sql, Row&& row, const Args&... args) {
    auto statement = prepare(sql);
    if (!statement) return tl::unexpected(std::move(statement).error());
    statement->bind_all(args...);
    while (true) {
      auto more = statement->step();
      if (!more) return tl::unexpected(std::move(more).error());
      if (!*more) return {};
      row(std::as_const(*statement));
    }
  }

  /// Rows changed by the last insert, update or delete.
  std::int64_t changes() const;
  std::int64_t last_insert_id() const;
  bool in_transaction() const;
  /// Moves the WAL into the file, and empties it when no reader is in the way. kWriter only.
  Status checkpoint();
  /// A running statement ends with kCancelled. Threads: any.
  void interrupt();
  /// The raw connection, for the backup interface and the like.
  sqlite3* handle() const { return db_; }

 private:
  struct Cache;
  explicit Database(sqlite3* db);
  Status configure(const OpenOptions& options);
  sqlite3* db_ = nullptr;
  std::unique_ptr<Cache> cache_;
};

/// BEGIN IMMEDIATE … COMMIT; rolled back when it ends without commit().
class Transaction {
 public:
  static Result<Transaction> begin(Database& db);
  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  /// Durable when it returns without error. With an error nothing was changed.
  Status commit();

 private:
  explicit Transaction(Database& db) : db_(&db) {}
  Database* db_;
};

}  // namespace picket::sql
