#include "store/partition_sql.h"

#include "base/assert.h"

namespace picket::store {

// stream: one row a stream, its totals in this file.
// block:  the directory of blocks, small rows only, so that reading it touches no event.
// frame:  what a block holds; the column frame first, so that reading it does not walk the raw frame's pages.
// run:    sorted runs of (identity hash, ordinal), an LSM tree a stream; large ones have their entries in
// run_chunk. hour_count, day_count: exact numbers of events by event time. version: further contents under a
// known identity, found again by the hash of their bytes; `part`, `stream`, `ordinal` name the event, perhaps
// of an older file.
const char* schema_sql() {
  return R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE stream(no INTEGER PRIMARY KEY, organization BLOB NOT NULL, device BLOB NOT NULL, name BLOB NOT NULL,
  events INTEGER NOT NULL, unreadable INTEGER NOT NULL, versions INTEGER NOT NULL, raw_bytes INTEGER NOT NULL,
  oldest INTEGER NOT NULL, newest INTEGER NOT NULL, readable_oldest INTEGER, readable_newest INTEGER,
  received INTEGER NOT NULL);
CREATE TABLE block(stream INTEGER NOT NULL, first INTEGER NOT NULL, n INTEGER NOT NULL, oldest INTEGER NOT NULL,
  newest INTEGER NOT NULL, raw_bytes INTEGER NOT NULL, frame INTEGER NOT NULL, PRIMARY KEY(stream, first)) WITHOUT ROWID;
CREATE INDEX small_block ON block(stream, first) WHERE n < 512;
CREATE TABLE frame(id INTEGER PRIMARY KEY, columns BLOB NOT NULL, raw BLOB NOT NULL);
CREATE TABLE run(id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, tier INTEGER NOT NULL, n INTEGER NOT NULL,
  filter BLOB NOT NULL, fences BLOB NOT NULL, entries BLOB NOT NULL);
CREATE INDEX run_stream ON run(stream);
CREATE TABLE run_chunk(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);
CREATE TABLE hour_count(stream INTEGER NOT NULL, hour INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(stream, hour)) WITHOUT ROWID;
CREATE TABLE day_count(stream INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(stream, day)) WITHOUT ROWID;
CREATE TABLE version(id INTEGER PRIMARY KEY, part INTEGER NOT NULL, stream INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  hash INTEGER NOT NULL, received INTEGER NOT NULL, raw BLOB NOT NULL);
CREATE INDEX version_event ON version(part, stream, ordinal, hash);
PRAGMA user_version = 1;
)sql";
}

const char* text_of(Sql sql) {
  switch (sql) {
    case Sql::kBegin:
      return "BEGIN";
    case Sql::kBeginWrite:
      return "BEGIN IMMEDIATE";
    case Sql::kCommit:
      return "COMMIT";
    case Sql::kRollback:
      return "ROLLBACK";
    case Sql::kStreams:
      return "SELECT no, organization, device, name, events, unreadable, versions, raw_bytes, oldest, "
             "newest, "
             "readable_oldest, readable_newest, received FROM stream";
    case Sql::kStream:
      return "SELECT no, organization, device, name, events, unreadable, versions, raw_bytes, oldest, "
             "newest, "
             "readable_oldest, readable_newest, received FROM stream WHERE no = ?1";
    case Sql::kBlocks:
      return "SELECT first, n, oldest, newest, raw_bytes, frame, stream FROM block";
    case Sql::kBlocksOfStream:
      return "SELECT first, n, oldest, newest, raw_bytes, frame FROM block WHERE stream = ?1 AND newest >= "
             "?2 AND oldest < ?3";
    case Sql::kBlockAt:
      return "SELECT first, n, oldest, newest, raw_bytes, frame FROM block WHERE stream = ?1 AND first <= ?2 "
             "ORDER BY first DESC LIMIT 1";
    case Sql::kColumns:
      return "SELECT columns FROM frame WHERE id = ?1";
    case Sql::kFrames:
      return "SELECT columns, raw FROM frame WHERE id = ?1";
    case Sql::kHours:
      return "SELECT hour, n FROM hour_count WHERE stream = ?1 AND hour >= ?2 AND hour < ?3";
    case Sql::kDays:
      return "SELECT day, n FROM day_count WHERE stream = ?1 AND day >= ?2 AND day < ?3";
    case Sql::kRuns:
      return "SELECT id, tier, n, filter, fences, entries FROM run WHERE stream = ?1 ORDER BY id";
    case Sql::kRunChunk:
      return "SELECT entries FROM run_chunk WHERE id = ?1";
    case Sql::kLastRun:
      return "SELECT coalesce(max(id), 0) FROM run";
    case Sql::kVersionKnown:
      return "SELECT raw FROM version WHERE part = ?1 AND stream = ?2 AND ordinal = ?3 AND hash = ?4";
    case Sql::kVersionCount:
      return "SELECT count(*) FROM version WHERE part = ?1 AND stream = ?2 AND ordinal = ?3";
    case Sql::kVersions:
      return "SELECT received, raw FROM version WHERE part = ?1 AND stream = ?2 AND ordinal = ?3 ORDER BY id";
    case Sql::kVersionsAny:
      return "SELECT 1 FROM version LIMIT 1";
    case Sql::kSmallBlocks:
      return "SELECT stream, first, n, raw_bytes, frame FROM block WHERE n < 512 AND stream >= ?1 ORDER BY "
             "stream, first LIMIT ?2";
    case Sql::kInsertStream:
      return "INSERT INTO stream(no, organization, device, name, events, unreadable, versions, raw_bytes, "
             "oldest, newest, received) "
             "VALUES(?1, ?2, ?3, ?4, 0, 0, 0, 0, 0, 0, 0)";
    case Sql::kUpdateStream:
      return "UPDATE stream SET events = ?2, unreadable = ?3, versions = ?4, raw_bytes = ?5, oldest = ?6, "
             "newest = ?7, "
             "readable_oldest = ?8, readable_newest = ?9, received = ?10 WHERE no = ?1";
    case Sql::kInsertBlock:
      return "INSERT INTO block(stream, first, n, oldest, newest, raw_bytes, frame) VALUES(?1, ?2, ?3, ?4, "
             "?5, ?6, ?7)";
    case Sql::kInsertFrames:
      return "INSERT INTO frame(columns, raw) VALUES(?1, ?2)";
    case Sql::kDeleteBlock:
      return "DELETE FROM block WHERE stream = ?1 AND first = ?2";
    case Sql::kDeleteFrames:
      return "DELETE FROM frame WHERE id = ?1";
    case Sql::kAddHour:
      return "INSERT INTO hour_count(stream, hour, n) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + "
             "?3";
    case Sql::kAddDay:
      return "INSERT INTO day_count(stream, day, n) VALUES(?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + ?3";
    case Sql::kInsertRun:
      return "INSERT INTO run(id, stream, tier, n, filter, fences, entries) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
             "?7)";
    case Sql::kInsertRunChunk:
      return "INSERT INTO run_chunk(id, entries) VALUES(?1, ?2)";
    case Sql::kDeleteRun:
      return "DELETE FROM run WHERE id = ?1";
    case Sql::kDeleteRunChunks:
      return "DELETE FROM run_chunk WHERE id >= ?1 AND id < ?2";
    case Sql::kInsertVersion:
      return "INSERT INTO version(part, stream, ordinal, hash, received, raw) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
  }
  PICKET_ASSERT(false, "every statement has a text");
  return "";
}

}  // namespace picket::store
