#include "sql/pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "sql/tests/temp_directory.h"

namespace picket::sql {
namespace {

TEST(ReadPool, ManyReadersBesideOneWriterSeeOnlyWholeTransactions) {
  const TempDirectory dir;
  const auto file = dir.path() / "p.db";
  auto writer = std::move(*Database::open(file));
  ASSERT_TRUE(writer->execute("create table t(a); insert into t values(0),(0)"));
  ReadPool pool(file, 3);
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      while (!stop) {
        auto db = pool.acquire();
        ASSERT_TRUE(db) << db.error().message;
        std::vector<std::int64_t> values;
        ASSERT_TRUE(
            (*db)->each("select a from t", [&](const Statement& row) { values.push_back(row.integer(0)); }));
        ASSERT_EQ(values.size(), 2u);
        ASSERT_EQ(values[0], values[1]);
        ++reads;
      }
    });
  for (int i = 1; i <= 100; ++i) {
    auto t = Transaction::begin(*writer);
    ASSERT_TRUE(writer->run("update t set a = ? where rowid = 1", i));
    ASSERT_TRUE(writer->run("update t set a = ? where rowid = 2", i));
    ASSERT_TRUE(t->commit());
  }
  while (reads < 100) std::this_thread::yield();
  stop = true;
  for (auto& t : threads) t.join();
}

TEST(ReadPool, AFailedOpenGivesTheSlotBack) {
  const TempDirectory dir;
  ReadPool pool(dir.path() / "absent.db", 1);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(pool.acquire());
}

}  // namespace
}  // namespace picket::sql
