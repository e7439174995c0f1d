#include "sql/migrations.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/assert.h"
#include "base/fail_point.h"
#include "obs/log.h"
#include "sql/database.h"

namespace picket::sql {
namespace {

struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view text;
};

std::string digest_of(std::string_view text) {
  std::array<unsigned char, 32> bytes;
  const int done = EVP_Digest(text.data(), text.size(), bytes.data(), nullptr, EVP_sha256(), nullptr);
  PICKET_ASSERT(done == 1, "SHA-256 is always available");
  std::string out;
  for (const auto b : bytes) out += fmt::format("{:02x}", b);
  return out;
}

std::vector<Migration> in_order(std::span<const embedded::File> files) {
  std::vector<Migration> all;
  for (const auto& file : files) {
    Migration m{0, file.name, file.bytes};
    const auto read = std::from_chars(file.name.data(), file.name.data() + file.name.size(), m.number);
    PICKET_ASSERT(read.ec == std::errc() && read.ptr == file.name.data() + 4 && *read.ptr == '_',
                  "migrations are named NNNN_name.sql");
    all.push_back(m);
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  for (std::size_t i = 0; i < all.size(); ++i)
    PICKET_ASSERT(all[i].number == static_cast<int>(i) + 1, "migrations are numbered from 1 without a gap");
  return all;
}

/// Compares what ran with what we carry; returns the number of the last one that ran.
Result<int> check_applied(Database& db, const std::vector<Migration>& all) {
  int last = 0;
  std::optional<Error> trouble;
  PICKET_TRY(
      db.each("select number, name, sha256 from schema_migration order by number", [&](const Statement& row) {
        const auto number = static_cast<int>(row.integer(0));
        last = number;
        if (trouble) return;
        if (number > static_cast<int>(all.size())) {
          trouble.emplace(
              ErrorKind::kConflict,
              fmt::format(
                  "This data directory was used by a newer Picket: its database has step {} ({}), this "
                  "program knows {}. Start the newer version, or restore a backup made before it.",
                  number, row.text(1), all.size()));
        } else if (row.text(2) != digest_of(all[static_cast<std::size_t>(number - 1)].text)) {
          trouble.emplace(
              ErrorKind::kCorrupt,
              fmt::format(
                  "Step {} of the database ({}) was made by another build of Picket than this one. Start "
                  "the version that was used before; nothing was changed.",
                  number, row.text(1)));
        }
      }));
  if (trouble) return fail(std::move(*trouble));
  return last;
}

Status apply(Database& db, const Migration& migration, const Clock& clock) {
  if (PICKET_PLANTED("sql.migration_not_restartable")) PICKET_TRY(db.run("commit"));
  if (const auto done = db.execute(migration.text); !done)
    return fail(ErrorKind::kInternal, fmt::format("Step {} of the database did not work: {}", migration.name,
                                                  done.error().message));
  PICKET_FAIL_POINT("sql.migration");
  if (PICKET_PLANTED("sql.migration_not_restartable")) PICKET_TRY(db.run("begin immediate"));
  return db.run("insert into schema_migration(number, name, sha256, applied_at) values(?,?,?,?)",
                migration.number, migration.name, digest_of(migration.text), clock.now());
}

}  // namespace

Result<int> migrate(Database& db, std::span<const embedded::File> files, const Clock& clock) {
  const auto all = in_order(files);
  int ran = 0;
  while (true) {
    // The write lock is held from the look at what ran to the note: two programs cannot both run a step.
    PICKET_ASSIGN(auto transaction, Transaction::begin(db));
    PICKET_TRY(
        db.execute("create table if not exists schema_migration("
                   "number integer primary key, name text not null, sha256 text not null,"
                   "applied_at integer not null) strict"));
    PICKET_ASSIGN(const int last, check_applied(db, all));
    if (last == static_cast<int>(all.size())) break;
    PICKET_TRY(apply(db, all[static_cast<std::size_t>(last)], clock));
    PICKET_TRY(transaction.commit());
    ++ran;
  }
  if (ran > 0) PICKET_LOG_INFO("sql", "The database was brought to step {}.", all.size());
  return ran;
}

}  // namespace picket::sql
