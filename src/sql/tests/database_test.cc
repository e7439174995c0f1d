#include "sql/database.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "sql/tests/temp_directory.h"

namespace picket::sql {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open(Mode mode = Mode::kWriter) {
    auto db = Database::open(file(), {.mode = mode, .busy_timeout = std::chrono::milliseconds(50)});
    EXPECT_TRUE(db) << db.error().message;
    return std::move(*db);
  }
  std::filesystem::path file() const { return dir_.path() / "t.db"; }
  static std::int64_t one(Database& db, std::string_view sql) {
    std::int64_t value = -1;
    EXPECT_TRUE(db.each(sql, [&](const Statement& row) { value = row.integer(0); }));
    return value;
  }
  TempDirectory dir_;
};

TEST_F(DatabaseTest, ValuesComeBackAsTheyWent) {
  auto db = open();
  ASSERT_TRUE(db->execute("create table t(a, b, c, d, e, f, g)"));
  const std::string bytes("\0\x01\xff", 3);
  ASSERT_TRUE(db->run("insert into t values(?,?,?,?,?,?,?)", 7, 2.5, "text", Blob{bytes},
                      std::optional<std::string>(), from_micros(123), true));
  ASSERT_TRUE(db->run("insert into t(a, b) values(?, ?)", std::string_view(), nullptr));
  auto rows = db->prepare("select * from t order by rowid");
  ASSERT_TRUE(rows);
  ASSERT_TRUE(rows->step().value());
  EXPECT_EQ(rows->integer(0), 7);
  EXPECT_EQ(rows->real(1), 2.5);
  EXPECT_EQ(rows->text(2), "text");
  EXPECT_EQ(rows->blob(3), bytes);
  EXPECT_TRUE(rows->null(4));
  EXPECT_FALSE(rows->maybe_string(4));
  EXPECT_EQ(rows->time(5), from_micros(123));
  EXPECT_TRUE(rows->boolean(6));
  ASSERT_TRUE(rows->step().value());
  EXPECT_FALSE(rows->null(0)) << "an empty text is not NULL";
  EXPECT_TRUE(rows->null(1));
  EXPECT_FALSE(rows->step().value());
}

TEST_F(DatabaseTest, SettingsAreThoseOfTheDesign) {
  auto db = open();
  EXPECT_EQ(one(*db, "pragma synchronous"), 2);
  EXPECT_EQ(one(*db, "pragma foreign_keys"), 1);
  EXPECT_EQ(one(*db, "pragma wal_autocheckpoint"), 1000);
  struct stat info {};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  ASSERT_TRUE(db->execute("create table t(a)"));
  ASSERT_EQ(::stat((file().string() + "-wal").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  auto reader = open(Mode::kReader);
  EXPECT_EQ(one(*reader, "pragma wal_autocheckpoint"), 0);
  EXPECT_FALSE(reader->execute("insert into t values(1)"));
}

TEST_F(DatabaseTest, AReaderThatClosesLastDoesNotCheckpoint) {
  auto db = open();
  auto reader = open(Mode::kReader);
  ASSERT_TRUE(db->execute("create table t(a); insert into t values(1)"));
  const auto before = std::filesystem::file_size(file());
  // The writer goes without closing (as by a kill): only the reader is left to close.
  pid_t child = fork();
  if (child == 0) {
    auto other = Database::open(file(), {.mode = Mode::kReader});
    if (!other || !(*other)->execute("select * from t")) _exit(1);
    other->reset();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  reader.reset();
  EXPECT_EQ(std::filesystem::file_size(file()), before);
  EXPECT_GT(std::filesystem::file_size(file().string() + "-wal"), 0u);
}

TEST_F(DatabaseTest, ATransactionThatEndsWithoutCommitChangedNothing) {
  auto db = open();
  ASSERT_TRUE(db->execute("create table t(a)"));
  {
    auto t = Transaction::begin(*db);
    ASSERT_TRUE(t);
    ASSERT_TRUE(db->run("insert into t values(1)"));
  }
  EXPECT_FALSE(db->in_transaction());
  EXPECT_EQ(one(*db, "select count(*) from t"), 0);
  {
    auto t = Transaction::begin(*db);
    ASSERT_TRUE(db->run("insert into t values(1)"));
    ASSERT_TRUE(t->commit());
  }
  EXPECT_EQ(one(*db, "select count(*) from t"), 1);
}

TEST_F(DatabaseTest, ErrorsHaveKindsAndSentences) {
  auto db = open();
  ASSERT_TRUE(db->execute("create table t(a unique)"));
  ASSERT_TRUE(db->run("insert into t values(1)"));
  EXPECT_EQ(db->run("insert into t values(1)").error().kind, ErrorKind::kConflict);
  EXPECT_EQ(db->run("select nonsense from nowhere").error().kind, ErrorKind::kInternal);
  EXPECT_EQ(db->run("insert into t values(?)", 1, 2).error().kind, ErrorKind::kInternal)
      << "too many parameters";
  EXPECT_TRUE(db->run("insert into t values(?)", 2)) << "a failed bind does not stay";

  ASSERT_TRUE(db->execute("pragma max_page_count=3"));
  const auto full = db->run("insert into t values(?)", Blob{std::string(100'000, 'x')});
  EXPECT_EQ(full.error().kind, ErrorKind::kDiskFull);
  EXPECT_NE(full.error().message.find("t.db"), std::string::npos);

  const auto other = dir_.path() / "no.db";
  std::ofstream(other) << std::string(4096, 'n');
  EXPECT_EQ(Database::open(other).error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(Database::open(dir_.path() / "missing" / "x.db").error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(Database::open(dir_.path() / "absent.db", {.mode = Mode::kReader}).error().kind,
            ErrorKind::kUnavailable);
}

TEST_F(DatabaseTest, ADiskThatRefusesMoreIsAnErrorAndNothingIsLost) {
  // RLIMIT_FSIZE in a child: write() fails with EFBIG as a full disk fails with ENOSPC.
  auto db = open();
  ASSERT_TRUE(db->execute("create table t(a); insert into t values('kept')"));
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    auto own = Database::open(file(), {.busy_timeout = std::chrono::milliseconds(50)});
    const rlimit limit{65536, 65536};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto status = (*own)->run("insert into t values(?)", Blob{std::string(1'000'000, 'x')});
    const bool right = !status && (status.error().kind == ErrorKind::kUnavailable ||
                                   status.error().kind == ErrorKind::kDiskFull);
    _exit(right && one(**own, "select count(*) from t") == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(one(*db, "select count(*) from t"), 1);
}

TEST_F(DatabaseTest, AnotherWriterWaitsThenSaysSo) {
  auto a = open(), b = open();
  ASSERT_TRUE(a->execute("create table t(a)"));
  auto held = Transaction::begin(*a);
  ASSERT_TRUE(held);
  const auto second = Transaction::begin(*b);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kUnavailable);
}

TEST_F(DatabaseTest, StatementsOfTheSameTextLiveSideBySide) {
  auto db = open();
  ASSERT_TRUE(db->execute("create table t(a); insert into t values(1),(2)"));
  auto first = db->prepare("select a from t order by a");
  auto second = db->prepare("select a from t order by a");
  ASSERT_TRUE(first->step().value() && first->step().value() && second->step().value());
  EXPECT_EQ(first->integer(0), 2);
  EXPECT_EQ(second->integer(0), 1);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(db->run("select a, " + std::to_string(i) + " from t"));
}

TEST_F(DatabaseTest, InterruptEndsAQuery) {
  auto db = open();
  std::atomic<bool> ended{false};
  std::thread other([&] {
    while (!ended) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      db->interrupt();
    }
  });
  const auto status = db->run(
      "with recursive n(i) as (select 1 union all select i+1 from n limit 2000000000) select max(i) from n");
  ended = true;
  other.join();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kCancelled);
}

TEST_F(DatabaseTest, WhatWasCommittedOutlivesSigkill) {
  for (int round = 0; round < 5; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      auto db = Database::open(file());
      if (!db || !(*db)->execute("create table if not exists t(a integer primary key)")) _exit(1);
      for (std::int64_t i = round * 1'000'000;; ++i) {
        if (!(*db)->run("insert into t values(?)", i)) _exit(1);
        if (write(pipe_ends[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(pipe_ends[1]);
    std::int64_t last = -1, i = 0;
    for (int n = 0; n < 20 + round && read(pipe_ends[0], &i, sizeof i) == sizeof i; ++n) last = i;
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    while (read(pipe_ends[0], &i, sizeof i) == sizeof i) last = i;
    close(pipe_ends[0]);
    ASSERT_TRUE(WIFSIGNALED(status));
    auto db = open();
    EXPECT_GE(one(*db, "select max(a) from t"), last);
    EXPECT_GE(one(*db, "select count(*) from t where a >= " + std::to_string(round * 1'000'000)),
              last - round * 1'000'000 + 1);
  }
}

}  // namespace
}  // namespace picket::sql
