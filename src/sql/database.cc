#include "sql/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "base/assert.h"
#include "obs/log.h"
#include "sql/error.h"

namespace picket::sql {
namespace {

// Texts beyond this many are prepared afresh each time; the house's own statements are far fewer.
constexpr std::size_t kCachedTexts = 256;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// SQLite would make the file with the process's umask; -wal and -shm take over the mode of the file.
Status make_private_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(
        ErrorKind::kUnavailable,
        fmt::format(
            "{} cannot be made or opened ({}). Check that the directory exists and belongs to the user "
            "that runs Picket.",
            file.string(), std::strerror(errno)));
  ::close(fd);
  return {};
}

}  // namespace

struct Database::Cache {
  std::unordered_map<std::string, std::vector<sqlite3_stmt*>, TextHash, std::equal_to<>> idle;
};

Database::Database(sqlite3* db) : db_(db), cache_(std::make_unique<Cache>()) {}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file,
                                                 const OpenOptions& options) {
  // SQLite counts its memory under a lock at every allocation; nobody asks for these counts
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  const bool writer = options.mode == Mode::kWriter;
  if (writer && options.create) PICKET_TRY(make_private_file(file));
  sqlite3* raw = nullptr;
  const int flags =
      (writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  if (code != SQLITE_OK) {
    auto error = error_of(raw, code);
    sqlite3_close(raw);
    return fail(std::move(error));
  }
  std::unique_ptr<Database> db(new Database(raw));
  PICKET_TRY(db->configure(options));
  return db;
}

Status Database::configure(const OpenOptions& options) {
  sqlite3_busy_timeout(db_, static_cast<int>(options.busy_timeout.count()));
  sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  PICKET_TRY(
      execute(fmt::format("pragma foreign_keys=on; pragma temp_store=memory; pragma cell_size_check=on;"
                          "pragma cache_size=-{};",
                          options.cache_kib)));
  if (options.mode == Mode::kReader) {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    return execute("pragma wal_autocheckpoint=0; pragma query_only=on;");
  }
  if (options.page_size != 0) PICKET_TRY(execute(fmt::format("pragma page_size={}", options.page_size)));
  PICKET_ASSIGN(auto mode, prepare("pragma journal_mode=wal"));
  PICKET_ASSIGN(const bool row, mode.step());
  if (!row || mode.text(0) != "wal")
    return fail(ErrorKind::kUnavailable,
                fmt::format("{} cannot use a write-ahead log here. Put the data directory on a local disk.",
                            sqlite3_db_filename(db_, "main")));
  mode.reset();
  return execute(
      fmt::format("pragma synchronous=full; pragma wal_autocheckpoint={}; pragma journal_size_limit={};",
                  options.checkpoint_pages, 64 << 20));
}

Database::~Database() {
  for (auto& [text, statements] : cache_->idle)
    for (auto* statement : statements) sqlite3_finalize(statement);
  const int code = sqlite3_close(db_);
  PICKET_ASSERT(code != SQLITE_BUSY, "no statement outlives its database");
}

Result<Statement> Database::prepare(std::string_view sql) {
  auto found = cache_->idle.find(sql);
  if (found != cache_->idle.end() && !found->second.empty()) {
    auto* statement = found->second.back();
    found->second.pop_back();
    return Statement(statement, &found->second);
  }
  sqlite3_stmt* statement = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, &rest);
  if (code != SQLITE_OK) return fail(error_of(db_, code));
  PICKET_ASSERT(statement != nullptr, "a prepared text holds a statement");
  if (found == cache_->idle.end() && cache_->idle.size() < kCachedTexts)
    found = cache_->idle.try_emplace(std::string(sql)).first;
  return Statement(statement, found == cache_->idle.end() ? nullptr : &found->second);
}

Status Database::execute(std::string_view sql) {
  const std::string text(sql);  // the interface wants a terminating zero
  const int code = sqlite3_exec(db_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(error_of(db_, sqlite3_extended_errcode(db_)));
  return {};
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(db_);
}
std::int64_t Database::last_insert_id() const {
  return sqlite3_last_insert_rowid(db_);
}
bool Database::in_transaction() const {
  return sqlite3_get_autocommit(db_) == 0;
}

Status Database::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  // Busy: a reader still needs the log. What could be moved was moved.
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY) return fail(error_of(db_, code));
  return {};
}

void Database::interrupt() {
  sqlite3_interrupt(db_);
}

Result<Transaction> Transaction::begin(Database& db) {
  PICKET_TRY(db.run("begin immediate"));
  return Transaction(db);
}

Transaction::~Transaction() {
  // After some failures SQLite has rolled back by itself.
  if (db_ == nullptr || !db_->in_transaction()) return;
  if (const auto status = db_->run("rollback"); !status)
    PICKET_LOG_ERROR("sql", "Rolling a transaction back failed: {}", status.error().message);
}

Status Transaction::commit() {
  PICKET_ASSERT(db_ != nullptr, "a transaction is committed once");
  const auto status = db_->run("commit");
  if (status) db_ = nullptr;
  return status;
}

}  // namespace picket::sql
