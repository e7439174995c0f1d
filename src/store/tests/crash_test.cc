// A writer that is killed at random moments, again and again, on one directory: what it acknowledged is
// there, once, byte for byte; what it did not acknowledge is there whole or not at all.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "contract/event_list.h"
#include "store/open_store.h"
#include "store/tests/temporary_directory.h"

namespace picket::store {
namespace {

const StreamKey kKey{"org", "device", "auditevents"};
constexpr int kPage = 40;

/// Page `n` of the vendor; every seventh page repeats half of the page before it.
EventList page(int n) {
  EventList list;
  const int first = n % 7 == 6 ? n * kPage - kPage / 2 : n * kPage;
  for (int i = first; i < n * kPage + kPage; ++i) {
    list.add("event-" + std::to_string(i), from_seconds(1'790'000'000 + i),
             "{\"uuid\":\"event-" + std::to_string(i) + "\",\"pad\":\"" +
                 std::string(static_cast<std::size_t>(i % 90), 'p') + "\"}");
  }
  return list;
}

Tuning tuning() {
  Tuning t;
  t.partition_events = 1500;  // rolls often
  t.checkpoint_pages = 20;
  t.merge_fan_in = 2;
  t.small_block = 512;
  return t;
}

/// Appends pages from `from` on and tells each that was acknowledged, until it is killed.
[[noreturn]] void write_until_killed(const std::filesystem::path& directory, int from, int pipe) {
  auto store = open_tuned_store({.directory = directory}, tuning());
  if (!store) _exit(3);
  for (int n = from;; ++n) {
    auto list = page(n);
    const auto done = (*store)->append(kKey, list.events(), from_seconds(1'795'000'000 + n));
    if (!done) _exit(4);
    if (write(pipe, &n, sizeof n) != sizeof n) _exit(5);
    if (n % 5 == 0 && !(*store)->housekeep({})) _exit(6);
  }
}

TEST(StoreCrash, NothingIsLostDoubledOrHalf) {
  TemporaryDirectory directory;
  std::mt19937 random(20261122);
  int next = 0;  // the first page that was not acknowledged
  // on a slow machine, or under a sanitizer, more rounds prove as much
  for (int round = 0; round < 25 || (next <= 25 && round < 250); ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe[0]);
      // as after a crash in life: the last page may come again
      write_until_killed(directory.path(), std::max(0, next - 1), pipe[1]);
    }
    close(pipe[1]);
    int n = 0;
    if (round % 4 != 0 && read(pipe[0], &n, sizeof n) == sizeof n)
      next = std::max(next, n + 1);  // else: while it opens
    usleep(static_cast<useconds_t>(std::uniform_int_distribution<int>(1'000, 60'000)(random)));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << WEXITSTATUS(status);
    while (read(pipe[0], &n, sizeof n) == sizeof n) next = std::max(next, n + 1);
    close(pipe[0]);

    auto store = open_tuned_store({.directory = directory.path()}, tuning());
    ASSERT_TRUE(store) << store.error().message;
    Query q;
    q.organization_id = "org";
    FindOptions options;
    options.order = Order::kOldestFirst;
    options.limit = 1000;
    int seen = 0;
    do {
      const auto found = (*store)->find(q, options, {});
      ASSERT_TRUE(found) << found.error().message;
      for (const auto& e : found->events) {
        ASSERT_EQ(e.vendor_uid, "event-" + std::to_string(seen)) << "in order, none missing, none twice";
        ASSERT_TRUE(e.raw.ends_with(std::string(static_cast<std::size_t>(seen % 90), 'p') + "\"}"));
        ++seen;
      }
      options.after = found->next;
    } while (!options.after.empty());
    ASSERT_GE(seen, next * kPage) << "acknowledged events are missing after round " << round;
    ASSERT_LE(seen, (next + 1) * kPage);
    ASSERT_EQ(seen % kPage, 0) << "a page is whole or absent";
    ASSERT_EQ((*store)->totals(kKey)->events, static_cast<std::uint64_t>(seen));
    const auto days = (*store)->histogram(q, Width::kDay, GroupBy::kNothing, {});
    ASSERT_TRUE(days);
    std::uint64_t counted = 0;
    for (const auto& b : days->at("")) counted += b.count;
    ASSERT_EQ(counted, static_cast<std::uint64_t>(seen)) << "counters agree with events";
    next = seen / kPage;
  }
  EXPECT_GT(next, 25) << "the writers came far enough to prove something";
}

}  // namespace
}  // namespace picket::store
