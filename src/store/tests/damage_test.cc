// Damaged files, full disks and failing syncs: what is said, what still works, what is never done.
#include <errno.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <set>

#include "contract/event_list.h"
#include "store/open_store.h"
#include "store/tests/temporary_directory.h"

namespace {
std::atomic<bool> disk_full{false}, sync_fails{false};
}

// SQLite reaches the system through these two: the disk of this test.
extern "C" int fdatasync(int fd) {
  if (sync_fails) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, fd));
}

namespace picket::store {
namespace {

ssize_t limited_pwrite(int fd, const void* data, size_t size, off_t at) {
  if (disk_full) {
    errno = ENOSPC;
    return -1;
  }
  return pwrite(fd, data, size, at);
}

const StreamKey kKey{"org", "device", "auditevents"};
constexpr TimePoint kArrival = from_seconds(1'790'100'000);

class StoreDamage : public testing::Test {
 protected:
  void SetUp() override {
    auto* vfs = sqlite3_vfs_find(nullptr);
    for (const char* name : {"pwrite", "pwrite64"})
      vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(limited_pwrite));
    open();
  }
  void TearDown() override {
    disk_full = sync_fails = false;
    store_.reset();
    auto* vfs = sqlite3_vfs_find(nullptr);
    vfs->xSetSystemCall(vfs, nullptr, nullptr);
  }
  void open() {
    store_.reset();
    auto opened = open_tuned_store({.directory = directory_.path()}, tuning_);
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = std::move(*opened);
  }
  Result<AppendResult> append(int from, int to) {
    EventList list;
    for (int i = from; i < to; ++i)
      list.add("event-" + std::to_string(i), from_seconds(1'790'000'000 + i),
               "{\"uuid\":\"event-" + std::to_string(i) + "\"}");
    return store_->append(kKey, list.events(), kArrival);
  }
  std::filesystem::path file() {
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
      if (entry.path().extension() == ".db") return entry.path();
    return {};
  }
  void sql(const std::string& text) {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &db), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
    sqlite3_close(db);
  }
  static Query all() {
    Query q;
    q.organization_id = "org";
    return q;
  }
  std::uint64_t events() { return store_->count(all(), {}).value_or(~0ull); }

  TemporaryDirectory directory_;
  Tuning tuning_;
  std::unique_ptr<EventStore> store_;
};

TEST_F(StoreDamage, ADamagedBlockIsNamedAndTheOthersStayReadable) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(i * 100, i * 100 + 100));
  FindOptions options;
  options.limit = 1000;
  const auto before = store_->find(all(), options, {})->events;
  store_.reset();
  sql("UPDATE frame SET raw = CAST(substr(raw, 1, 40) || x'5555' || substr(raw, 43) AS BLOB) WHERE id = 2");
  open();
  int readable = 0;
  for (const auto& e : before) {
    const auto got = store_->get("org", e.id);
    if (got) {
      EXPECT_EQ((*got)->raw, e.raw);
      ++readable;
      continue;
    }
    EXPECT_EQ(got.error().kind, ErrorKind::kCorrupt);
    EXPECT_NE(got.error().message.find(file().filename().string()), std::string::npos) << got.error().message;
    EXPECT_NE(got.error().message.find("Block 1/100"), std::string::npos) << got.error().message;
  }
  EXPECT_EQ(readable, 200);
  options.limit = 50;
  EXPECT_TRUE(store_->find(all(), options, {})) << "pages that do not touch it";
  options.limit = 150;
  const auto over = store_->find(all(), options, {});
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, ErrorKind::kCorrupt);
  // what the vendor sends again is kept, and not counted as new
  const auto again = append(50, 250);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->added, 0u);
  EXPECT_EQ(again->repeated, 100u);
  EXPECT_EQ(again->versions, 100u);
  EXPECT_EQ(append(50, 250)->repeated, 200u);
  EXPECT_EQ(append(300, 301)->added, 1u);
}

TEST_F(StoreDamage, DamageOfTheFileItselfIsARefusalThatNamesIt) {
  ASSERT_TRUE(append(0, 3000));
  const auto path = file();
  store_.reset();
  {
    std::fstream f(path, std::ios::in | std::ios::out | std::ios::binary);
    f.seekp(0);
    f << "not a database at all";
  }
  const auto opened = open_sqlite_store({.directory = directory_.path()});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt);
  EXPECT_NE(opened.error().message.find(path.filename().string()), std::string::npos)
      << opened.error().message;
}

TEST_F(StoreDamage, WhatACrashLeftOfANewFileIsRemoved) {
  ASSERT_TRUE(append(0, 10));
  store_.reset();
  const auto left = directory_.path() / "events-000002-2026-09.db";
  std::ofstream(left).close();
  std::ofstream(directory_.path() / "events-000009-2026-09.db-wal") << "of a dropped file";
  open();
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_FALSE(std::filesystem::exists(directory_.path() / "events-000009-2026-09.db-wal"));
  EXPECT_EQ(events(), 10u);
  EXPECT_EQ(append(0, 20)->added, 10u);
}

TEST_F(StoreDamage, FilesThatDoNotBelongHereAreRefused) {
  ASSERT_TRUE(append(0, 10));
  store_.reset();
  std::filesystem::copy_file(file(), directory_.path() / "events-000007-2026-09.db");
  const auto opened = open_sqlite_store({.directory = directory_.path()});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kCorrupt) << opened.error().message;
}

TEST_F(StoreDamage, TwoProgramsOnOneDirectoryAreOneTooMany) {
  const auto second = open_sqlite_store({.directory = directory_.path()});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(std::filesystem::status(directory_.path()).permissions() & std::filesystem::perms::others_all,
            std::filesystem::perms::none);
}

TEST_F(StoreDamage, AFullDiskStoresNothingHalfAndEndsByItself) {
  ASSERT_TRUE(append(0, 100));
  disk_full = true;
  const auto refused = append(100, 2600);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kDiskFull) << refused.error().message;
  EXPECT_EQ(events(), 100u) << "reading goes on";
  EXPECT_EQ(store_->totals(kKey)->events, 100u);
  EXPECT_TRUE(store_->housekeep({}));
  disk_full = false;
  EXPECT_EQ(append(100, 2600)->added, 2500u);
  EXPECT_EQ(append(0, 2600)->repeated, 2600u);
  open();
  EXPECT_EQ(events(), 2600u);
}

TEST_F(StoreDamage, AFullDiskWhenANewFileIsDueLeavesNoRuin) {
  ASSERT_TRUE(append(0, 100));
  disk_full = true;
  EventList list;
  list.add("later", from_seconds(1'800'000'000));
  const auto refused = store_->append(kKey, list.events(), from_seconds(1'800'000'000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kDiskFull) << refused.error().message;
  disk_full = false;
  EXPECT_EQ(store_->append(kKey, list.events(), from_seconds(1'800'000'000))->added, 1u);
  open();
  EXPECT_EQ(events(), 101u);
}

TEST_F(StoreDamage, AfterAFailedSyncNothingMoreIsPromised) {
  ASSERT_TRUE(append(0, 100));
  sync_fails = true;
  EXPECT_FALSE(append(100, 200));
  sync_fails = false;
  const auto refused = append(100, 200);
  ASSERT_FALSE(refused) << "the kernel forgets a failed sync; a second try would lie";
  EXPECT_NE(refused.error().message.find("restart"), std::string::npos);
  EXPECT_GE(events(), 100u);
  open();
  ASSERT_TRUE(append(100, 200));
  EXPECT_EQ(events(), 200u);
}

TEST_F(StoreDamage, SmallBlocksBecomeFewAlsoInClosedFiles) {
  // not damage, but it too looks into the file
  tuning_.partition_events = 700;
  open();
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(append(i * 3, i * 3 + 3));
  const auto blocks = [&] {
    std::vector<int> counts;
    std::set<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
      if (entry.path().extension() == ".db") files.insert(entry.path());
    for (const auto& path : files) {
      sqlite3* db = nullptr;
      sqlite3_stmt* count = nullptr;
      EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
      EXPECT_EQ(sqlite3_prepare_v2(db, "SELECT count(*) FROM block", -1, &count, nullptr), SQLITE_OK);
      EXPECT_EQ(sqlite3_step(count), SQLITE_ROW);
      counts.push_back(sqlite3_column_int(count, 0));
      sqlite3_finalize(count);
      sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
      sqlite3_close(db);
    }
    return counts;
  };
  EXPECT_EQ(blocks(), (std::vector<int>{234, 66}));
  for (auto more = store_->housekeep({}); more && *more;) more = store_->housekeep({});
  const auto after = blocks();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0], 1) << "a closed file is packed as far as it goes";
  EXPECT_LE(after[1], 16) << "a living one keeps fewer than eight of a size";
  EXPECT_EQ(events(), 900u);
  EXPECT_EQ(append(0, 900)->repeated, 900u);
}

TEST_F(StoreDamage, AClockThatWasSetBackMakesNoOldFile) {
  ASSERT_TRUE(append(0, 10));
  EventList list;
  list.add("back", kArrival);
  ASSERT_TRUE(store_->append(kKey, list.events(), from_seconds(0)));
  list.add("ahead", kArrival);
  ASSERT_TRUE(store_->append(kKey, list.events(), from_seconds(4'000'000'000)));
  list.add("now", kArrival);
  EXPECT_EQ(store_->append(kKey, list.events(), kArrival)->added, 1u);
  open();
  EXPECT_EQ(events(), 13u);
  EXPECT_EQ(store_->append(kKey, list.events(), kArrival)->repeated, 3u);
}

}  // namespace
}  // namespace picket::store
