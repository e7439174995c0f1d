#include "sql/migrations.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "base/mocks/manual_clock.h"
#include "sql/database.h"
#include "sql/tests/temp_directory.h"

namespace picket::sql {
namespace {

using Files = std::vector<embedded::File>;
const Files kThree = {{"0002_more.sql", "alter table a add column y; insert into a values(1, 2);"},
                      {"0001_start.sql", "create table a(x); create table b(x);"},
                      {"0003_last.sql", "drop table b; create table c(x);"}};

class MigrationsTest : public ::testing::Test {
 protected:
  void SetUp() override { db_ = reopen(); }
  std::unique_ptr<Database> reopen() { return std::move(*Database::open(dir_.path() / "m.db")); }
  std::int64_t one(std::string_view sql) {
    std::int64_t value = -1;
    const auto status = db_->each(sql, [&](const Statement& row) { value = row.integer(0); });
    EXPECT_TRUE(status) << status.error().message;
    return value;
  }
  TempDirectory dir_;
  ManualClock clock_;
  std::unique_ptr<Database> db_;
};

TEST_F(MigrationsTest, RunsInOrderOnce) {
  EXPECT_EQ(migrate(*db_, kThree, clock_).value(), 3);
  EXPECT_EQ(migrate(*db_, kThree, clock_).value(), 0);
  EXPECT_EQ(one("select count(*) from schema_migration"), 3);
  EXPECT_EQ(one("select y from a"), 2);
  EXPECT_EQ(one("select count(*) from sqlite_schema where name = 'b'"), 0);
}

TEST_F(MigrationsTest, GoesOnWhereItStopped) {
  EXPECT_EQ(migrate(*db_, Files{kThree[1]}, clock_).value(), 1);
  EXPECT_EQ(migrate(*db_, kThree, clock_).value(), 2);
}

TEST_F(MigrationsTest, AFileThatFailsHalfWayLeavesNothing) {
  Files broken = kThree;
  broken[0].bytes = "alter table a add column y; insert into nowhere values(1);";
  const auto failed = migrate(*db_, broken, clock_);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("0002_more.sql"), std::string::npos);
  EXPECT_EQ(one("select count(*) from pragma_table_info('a')"), 1)
      << "the first statement of the step was undone";
  EXPECT_EQ(one("select max(number) from schema_migration"), 1);
  EXPECT_EQ(migrate(*db_, kThree, clock_).value(), 2) << "the mended step runs";
}

TEST_F(MigrationsTest, KilledInTheMiddleItRunsAgain) {
  const pid_t child = fork();
  if (child == 0) {
    // The state a kill leaves: the step's statements done, its note written, no commit.
    auto db = Database::open(dir_.path() / "m.db");
    if (!migrate(**db, Files{kThree[1]}, clock_)) _exit(1);
    auto t = Transaction::begin(**db);
    if (!(*db)->execute(kThree[0].bytes)) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(migrate(*db_, kThree, clock_).value(), 2);
  EXPECT_EQ(one("select count(*) from a"), 1);
}

TEST_F(MigrationsTest, RefusesADatabaseThatIsNewer) {
  ASSERT_TRUE(migrate(*db_, kThree, clock_));
  const auto older = migrate(*db_, Files{kThree[1]}, clock_);
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().kind, ErrorKind::kConflict);
  EXPECT_NE(older.error().message.find("newer Picket"), std::string::npos);
}

TEST_F(MigrationsTest, RefusesAStepWithOtherContents) {
  ASSERT_TRUE(migrate(*db_, kThree, clock_));
  Files changed = kThree;
  changed[1].bytes = "create table a(x); create table b(x); ";
  const auto other = migrate(*db_, changed, clock_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::kCorrupt);
  EXPECT_NE(other.error().message.find("0001_start.sql"), std::string::npos);
}

TEST_F(MigrationsTest, TwoAtOnceRunEachStepOnce) {
  std::vector<std::thread> threads;
  std::atomic<int> ran{0};
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      auto db = reopen();
      const auto n = migrate(*db, kThree, clock_);
      EXPECT_TRUE(n) << n.error().message;
      ran += *n;
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(ran, 3);
  EXPECT_EQ(one("select count(*) from a"), 1);
}

TEST_F(MigrationsTest, AGapIsOurOwnFault) {
  EXPECT_DEATH((void)migrate(*db_, Files{kThree[0]}, clock_), "without a gap");
}

}  // namespace
}  // namespace picket::sql
