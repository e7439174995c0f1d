#include <gtest/gtest.h>

#include <set>

#include "harness.h"

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;

/// What must hold at every committed state: nothing that the vendor would not send again from our cursor is
/// missing.
void expect_honest(Harness& h, const std::string& stream, TimePoint start) {
  const auto& records = h.vendor.streams[stream];
  const auto& state = h.control.state("d", stream);
  std::size_t covered = state.cursor ? std::stoul(state.cursor->substr(1)) : 0;
  const auto& stored = h.store.events[{"org", "d", stream}];
  for (std::size_t i = 0; i < covered && i < records.size(); ++i) {
    if (records[i].time < start) continue;
    ASSERT_TRUE(stored.contains(records[i].uid)) << stream << " " << i << " behind " << covered;
  }
}

void expect_ledger(Harness& h, const std::string& stream, TimePoint start) {
  std::set<std::string> ledger, known, stored;  // what is dated before the start may come, or not
  for (const auto& record : h.vendor.streams[stream]) {
    known.insert(record.uid);
    if (record.time >= start) ledger.insert(record.uid);
  }
  for (const auto& [uid, event] : h.store.events[{"org", "d", stream}])
    if (!event.unreadable) stored.insert(uid);
  std::string missing, foreign;
  for (const auto& uid : ledger)
    if (!stored.contains(uid)) missing += uid + " ";
  for (const auto& uid : stored)
    if (!known.contains(uid)) foreign += uid + " ";
  EXPECT_EQ(missing, "") << stream << " of " << h.vendor.streams[stream].size() << ", cursor "
                         << h.control.state("d", stream).cursor.value_or("none");
  EXPECT_EQ(foreign, "") << stream;
}

enum class Where { kBeforeAppend, kAfterAppend, kBeforeCommit, kAfterCommit };

class DyingAt : public testing::TestWithParam<std::tuple<Where, int>> {};

/// Dies at the n-th visit of a step, restarts, and must end as if nothing had happened.
TEST_P(DyingAt, LosesAndDoublesNothingAndTheClocksAreHonest) {
  const auto where = std::get<0>(GetParam());
  const auto visit = std::get<1>(GetParam());
  Harness h;
  const TimePoint start = h.clock.now() - 24h;
  h.control.add_device("d", {"a", "b"}, start);
  h.add_events("a", 45, start + 1h, 60s);
  h.add_events("b", 25, start + 1h, 60s);
  int count = 0;
  const auto now = [&, n = visit](Where here) { return here == where && ++count == n; };
  h.store.fault = [&] {
    if (where == Where::kBeforeAppend && now(where)) return MemoryStore::Fault::kDieBefore;
    if (where == Where::kAfterAppend && now(where)) return MemoryStore::Fault::kDieAfter;
    return MemoryStore::Fault::kNone;
  };
  h.control.fault = [&] {
    if (where == Where::kBeforeCommit && now(where)) return MemoryControl::Fault::kDieBefore;
    if (where == Where::kAfterCommit && now(where)) return MemoryControl::Fault::kDieAfter;
    return MemoryControl::Fault::kNone;
  };
  bool died = false;
  try {
    h.start();
    h.run(65s);
  } catch (const Died&) {
    died = true;
  }
  ASSERT_TRUE(died);
  expect_honest(h, "a", start);
  expect_honest(h, "b", start);
  h.crash();
  h.clock.advance(3s);
  const TimePoint restarted = h.clock.now();
  h.start();
  h.run(5s);
  expect_ledger(h, "a", start);
  expect_ledger(h, "b", start);
  for (const char* stream : {"a", "b"}) {
    const auto& state = h.control.state("d", stream);
    ASSERT_TRUE(state.last_successful_poll_at) << stream;
    EXPECT_GE(*state.last_successful_poll_at, restarted - 3s) << stream;
    ASSERT_TRUE(state.last_data_received_at)
        << stream << ": the page came again, nothing in it was new, the clock still counts";
    EXPECT_EQ(state.newest_event_at, h.vendor.streams[stream].back().time) << stream;
  }
  EXPECT_EQ(h.control.row("d").health.status, model::DeviceStatus::kHealthy);
}
INSTANTIATE_TEST_SUITE_P(Steps, DyingAt,
                         testing::Combine(testing::Values(Where::kBeforeAppend, Where::kAfterAppend,
                                                          Where::kBeforeCommit, Where::kAfterCommit),
                                          testing::Range(1, 8)));

/// A vendor, a network, a disk and an administrator that do anything at any time.
void storm(unsigned seed) {
  SCOPED_TRACE(seed);
  Harness h;
  std::mt19937 random(seed);
  const auto chance = [&](int one_in) { return random() % static_cast<unsigned>(one_in) == 0; };
  h.random.seed(seed);
  h.settings.poll_interval = 10s;
  h.settings.page_budget_bytes = chance(2) ? 200'000 : 48u << 20;
  h.settings.vendor_rate_per_minute = chance(3) ? 60 : 0;
  h.vendor.page = 1 + random() % 9;
  const TimePoint start = h.clock.now() - 24h;
  const std::vector<std::string> streams = {"a", "b", "c"};
  h.control.add_device("d", streams, start);
  for (const auto& s : streams) h.add_events(s, static_cast<int>(random() % 60), start + 1h, 60s);
  bool calm = false;

  h.answer = [&](const http_client::Request& r) -> std::optional<Result<http_client::Response>> {
    if (calm || r.url.ends_with("whoami")) return h.truth(r);
    auto page = h.vendor.answer(r);
    switch (random() % 24) {
      case 0:
        return Harness::status(500);
      case 1:
        return Harness::status(429);
      case 2:
        return fail(ErrorKind::kTimeout, "It hangs.");
      case 3:
        return Harness::status(200, page.body.substr(0, 1));
      case 4:
        return Harness::status(400);
      case 5:
        return std::nullopt;
      case 6:
        return Harness::status(401);
      case 7: {  // an empty cursor
        page.body.erase(0, page.body.find('|'));
        return page;
      }
      case 8: {  // promises more though there is nothing
        page.body[page.body.find('|') + 1] = '1';
        return page;
      }
      case 9:
        page.body += "garbage\n";
        return page;
      default:
        return page;
    }
  };
  h.store.fault = [&] {
    if (calm) return MemoryStore::Fault::kNone;
    switch (random() % 60) {
      case 0:
        return MemoryStore::Fault::kDieBefore;
      case 1:
        return MemoryStore::Fault::kDieAfter;
      case 2:
        return MemoryStore::Fault::kFull;
      case 3:
        return MemoryStore::Fault::kUnavailable;
      default:
        return MemoryStore::Fault::kNone;
    }
  };
  h.control.fault = [&] {
    if (calm) return MemoryControl::Fault::kNone;
    switch (random() % 60) {
      case 0:
        return MemoryControl::Fault::kDieBefore;
      case 1:
        return MemoryControl::Fault::kDieAfter;
      case 2:
        return MemoryControl::Fault::kFull;
      case 3:
        return MemoryControl::Fault::kUnavailable;
      default:
        return MemoryControl::Fault::kNone;
    }
  };

  int deaths = 0;
  h.start();
  for (int turn = 0; turn < 120; ++turn) {
    try {
      if (chance(3))
        for (const auto& s : streams)
          h.add_events(s, static_cast<int>(random() % 12), h.clock.now() - (chance(4) ? 20h : 0h), 1s);
      if (chance(12)) {  // another token, other settings
        h.control.row("d").epoch++;
        if (chance(2)) static_cast<void>(h.fleet->reload("d"));
      }
      if (chance(15)) {  // re-read
        auto& state = h.control.state("d", streams[random() % 3]);
        state.generation++;
        state.cursor.reset();
        state.start_time = start;
        if (chance(2)) static_cast<void>(h.fleet->reload("d"));
      }
      if (chance(20)) h.clock.jump(chance(2) ? Micros(3600'000'000ll) : Micros(-3600'000'000ll));
      h.run(1s + std::chrono::milliseconds(random() % 4000), 200ms);
      if (chance(3)) h.engine->set_trouble("");
      if (chance(25)) throw Died();
    } catch (const Died&) {
      ++deaths;
      for (const auto& s : streams) expect_honest(h, s, start);
      h.crash();
      h.start();
    }
  }
  calm = true;
  h.engine->set_trouble("");
  h.run(70min, 1s);  // longer than the longest wait
  for (const auto& s : streams) expect_ledger(h, s, start);
  const auto health = h.view()->device.health;
  EXPECT_TRUE(health.level == model::HealthLevel::kOk || health.code == "unreadable") << health.sentence;
  EXPECT_EQ(h.engine->in_flight(), 0u);
  if (testing::Test::HasFailure()) std::printf("seed %u, %d deaths\n", seed, deaths);
}

/// Sixty seeds, ten in a test, so that two run at once.
class Storm : public testing::TestWithParam<unsigned> {};

TEST_P(Storm, AnyInterleavingOfFaultsEndsWithLedgerEqualToStore) {
  for (unsigned seed = 1; seed <= 10 && !HasFailure(); ++seed) storm(10 * GetParam() + seed);
}
INSTANTIATE_TEST_SUITE_P(Seeds, Storm, testing::Range(0U, 6U));

}  // namespace
}  // namespace picket::ingest
