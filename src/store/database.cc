#include "store/database.h"

#include <errno.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

namespace picket::store {

namespace {

Error error_of(sqlite3* handle, const std::string& path) {
  const auto name = std::filesystem::path(path).filename().string();
  const int code = sqlite3_extended_errcode(handle);
  const int os = sqlite3_system_errno(handle);
  const std::string what = sqlite3_errmsg(handle);
  const bool write_failed =
      code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_TRUNCATE;
  if ((code & 0xff) == SQLITE_FULL || (write_failed && (os == ENOSPC || os == EDQUOT || os == EFBIG))) {
    return Error(
        ErrorKind::kDiskFull,
        fmt::format(
            "The disk that holds the event file {} is full. Free some space; Picket goes on by itself.",
            name));
  }
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error(ErrorKind::kCorrupt, fmt::format("The event file {} is damaged ({}). Restore it from a "
                                                    "backup, or move it away to go on without it.",
                                                    name, what));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error(ErrorKind::kUnavailable,
                   fmt::format("The event file {} is in use by another program ({}).", name, what));
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
      return Error(ErrorKind::kUnavailable,
                   fmt::format("The event file {} could not be read or written ({}, system error {}). Check "
                               "the disk and the file's permissions.",
                               name, what, os));
    case SQLITE_TOOBIG:
      return Error(ErrorKind::kTooLarge,
                   fmt::format("A record is larger than the event file {} can hold.", name));
    default:
      return Error(ErrorKind::kInternal,
                   fmt::format("The event file {} answered: {} (code {}).", name, what, code));
  }
}

const std::string& path_of(sqlite3* handle, std::string& buffer) {
  const char* name = sqlite3_db_filename(handle, nullptr);
  buffer = name == nullptr ? "" : name;
  return buffer;
}

}  // namespace

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_, index, value);
  return *this;
}

Statement& Statement::bind_text(int index, std::string_view value) {
  sqlite3_bind_text64(statement_, index, value.data() == nullptr ? "" : value.data(), value.size(),
                      SQLITE_STATIC, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view value) {
  sqlite3_bind_blob64(statement_, index, value.data() == nullptr ? "" : value.data(), value.size(),
                      SQLITE_STATIC);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  std::string path;
  auto* handle = sqlite3_db_handle(statement_);
  auto error = error_of(handle, path_of(handle, path));
  sqlite3_reset(statement_);
  return fail(std::move(error));
}

Status Statement::run() {
  for (;;) {
    PICKET_ASSIGN(const bool row, step());
    if (!row) break;
  }
  reset();
  return {};
}

void Statement::reset() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::string_view Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, OpenMode mode) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (mode) {
    case OpenMode::kReadOnly:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case OpenMode::kReadWrite:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case OpenMode::kCreate:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
  }
  sqlite3* handle = nullptr;
  if (sqlite3_open_v2(path.c_str(), &handle, flags, nullptr) != SQLITE_OK) {
    auto error = error_of(handle, path);
    sqlite3_close_v2(handle);
    return fail(std::move(error));
  }
  sqlite3_busy_timeout(handle, 5000);
  if (mode == OpenMode::kReadOnly) sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return std::unique_ptr<Database>(new Database(handle, path));
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

Status Database::exec(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return fail(error_of(handle_, path_));
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    return fail(error_of(handle_, path_));
  }
  return Statement(statement);
}

std::int64_t Database::last_rowid() const {
  return sqlite3_last_insert_rowid(handle_);
}

}  // namespace picket::store
