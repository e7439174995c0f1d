#include "sql/error.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace picket::sql {
namespace {

std::string file_of(sqlite3* db) {
  const char* name = db == nullptr ? nullptr : sqlite3_db_filename(db, "main");
  return name == nullptr || *name == '\0' ? std::string("the database") : std::string(name);
}

std::string cause_of(sqlite3* db) {
  const int number = db == nullptr ? 0 : sqlite3_system_errno(db);
  return number == 0 ? std::string() : fmt::format(" ({})", std::strerror(number));
}

}  // namespace

Error error_of(sqlite3* db, int code) {
  const std::string file = file_of(db);
  const int system = db == nullptr ? 0 : sqlite3_system_errno(db);
  const int primary = code & 0xff;
  if (primary == SQLITE_FULL ||
      (primary == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG)))
    return {ErrorKind::kDiskFull,
            fmt::format(
                "The disk that holds {} is full, so nothing was changed. Free some space; work goes on by "
                "itself then.",
                file)};
  switch (primary) {
    case SQLITE_IOERR:
      return {
          ErrorKind::kUnavailable,
          fmt::format("Reading or writing {} failed{} (SQLite code {}). Check the disk and the system's log.",
                      file, cause_of(db), code)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {
          ErrorKind::kCorrupt,
          fmt::format(
              "{} is damaged or no SQLite database (SQLite code {}). Stop Picket, keep a copy of the file, "
              "and restore the latest backup.",
              file, code)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {
          ErrorKind::kUnavailable,
          fmt::format(
              "{} was locked by another connection for too long. Try again; when it stays, look for another "
              "program that has the file open.",
              file)};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return {ErrorKind::kUnavailable,
              fmt::format(
                  "{} cannot be opened or written{}. Check that the directory exists and belongs to the user "
                  "that runs Picket.",
                  file, cause_of(db))};
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY)
        return {ErrorKind::kConflict, "That exists already."};
      break;
    case SQLITE_INTERRUPT:
      return {ErrorKind::kCancelled, "The query was stopped."};
    case SQLITE_TOOBIG:
      return {ErrorKind::kTooLarge, "A value is larger than the database can hold."};
    case SQLITE_NOMEM:
      return {ErrorKind::kUnavailable, "There is not enough memory for the database."};
    default:
      break;
  }
  return {ErrorKind::kInternal, fmt::format("The database refused a statement of ours: {} (SQLite code {}).",
                                            db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db), code)};
}

}  // namespace picket::sql
