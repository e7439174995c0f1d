#include <gtest/gtest.h>

#include <set>

#include "harness.h"
#include "ingest/progress.h"

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;
using model::DeviceStatus;
using model::HealthLevel;

class Pipeline : public testing::Test, public Harness {
 protected:
  void SetUp() override {
    start_time = clock.now() - 24h * 7;
    control.add_device("d", {"a", "b", "c"}, start_time);
    for (const char* s : {"a", "b", "c"}) vendor.streams[s];
    add_events("a", 35, start_time + 1h, 60s);
  }
  std::string code() const { return view()->device.health.code; }
  std::optional<DeviceStatus> status_of() const { return view()->device.health.status; }
  TimePoint start_time{};
};

TEST_F(Pipeline, FirstPollReadsHistoryAndTheDeviceIsHealthy) {
  start();
  EXPECT_TRUE(view()->verifying);
  run(2s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  EXPECT_EQ(control.row("d").health.status, DeviceStatus::kHealthy);
  EXPECT_EQ(control.row("d").account_uid, "acc-1");
  EXPECT_EQ(control.state("d", "a").cursor, "c35");
  EXPECT_EQ(control.state("d", "b").cursor, "c0");
  EXPECT_FALSE(control.state("d", "a").backfill);
  ASSERT_EQ(control.health_history.size(), 1u);
}

TEST_F(Pipeline, NewEventsComeWithTheNextPollAndEmptyPollsAreCommittedInGroups) {
  start();
  run(2s);
  const int commits = control.commits;
  add_events("b", 3, clock.now(), 1s);
  run(70s);
  EXPECT_EQ(stored("b"), 3u);
  EXPECT_LE(control.commits - commits, 4);
  EXPECT_GE(control.all_polls.size(), 6u);
}

TEST_F(Pipeline, PollsAreRecordedWithWhatTheyBrought) {
  start();
  run(2s);
  const auto poll = std::find_if(control.all_polls.begin(), control.all_polls.end(), [](const auto& p) { return p.stream == "a"; });
  ASSERT_NE(poll, control.all_polls.end());
  EXPECT_EQ(poll->outcome, "ok");
  EXPECT_EQ(poll->pages, 4u);
  EXPECT_EQ(poll->events, 35u);
  EXPECT_EQ(poll->new_events, 35u);
  EXPECT_GT(poll->bytes, 35u * 10);
}

TEST_F(Pipeline, TheIntervalIsKeptWithJitter) {
  start();
  run(2s);
  const auto before = http.sent;
  run(600s);
  const auto polls = http.sent - before;
  EXPECT_GE(polls, 3u * 9);
  EXPECT_LE(polls, 3u * 12);
}

TEST_F(Pipeline, TheNextPageIsAskedForWhileThisOneIsStored) {
  start();
  int in_flight_while_storing = 0;
  store.fault = [&] {
    in_flight_while_storing += static_cast<int>(http.waiting());
    return MemoryStore::Fault::kNone;
  };
  run(1s);
  EXPECT_GE(in_flight_while_storing, 3);
  EXPECT_EQ(stored("a"), 35u);
}

// ---- Vendor HTTP

TEST_F(Pipeline, Http401StopsAndTellsAndIsTriedRarely) {
  start();
  run(2s);
  answer = [](const auto&) { return status(401); };
  run(70s);
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_EQ(code(), "unauthorized");
  const auto before = http.sent;
  run(60s);
  EXPECT_LE(http.sent - before, 3u);
  EXPECT_EQ(control.state("d", "a").cursor, "c35");
}

TEST_F(Pipeline, Http401OfOneStreamLeavesTheOthersAlone) {
  start();
  run(2s);
  answer = [this](const auto& r) { return r.url.ends_with("/b") ? status(401) : truth(r); };
  add_events("c", 5, clock.now(), 1s);
  run(70s);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  EXPECT_EQ(view()->device.health.level, HealthLevel::kWarning);
  EXPECT_EQ(stored("c"), 5u);
}

TEST_F(Pipeline, AReplacedTokenIsPolledAtOnceAndGoesOnWithTheCursor) {
  start();
  run(2s);
  answer = [](const auto&) { return status(401); };
  run(70s);
  add_events("a", 4, clock.now(), 1s);
  answer = [this](const auto& r) {
    EXPECT_EQ(r.secret_headers.at(0).second, "better");
    return truth(r);
  };
  control.set_secret("d", "better");
  control.row("d").epoch++;
  control.row("d").credential->replaced_at = clock.now();
  ASSERT_TRUE(fleet->reload("d"));
  run(2s);
  EXPECT_EQ(stored("a"), 39u);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
}

TEST_F(Pipeline, Http5xxIsAWarningThenUnhealthyThenHealsByItself) {
  start();
  run(2s);
  answer = [](const auto&) { return status(503); };
  run(66s);
  EXPECT_EQ(view()->device.health.level, HealthLevel::kWarning);
  EXPECT_EQ(code(), "retrying");
  run(60s);
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_EQ(code(), "unavailable");
  answer = [this](const auto& r) { return truth(r); };
  run(300s);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  EXPECT_EQ(control.row("d").health.level, HealthLevel::kOk);
}

TEST_F(Pipeline, AFailedFirstPollIsUnhealthyAtOnce) {
  answer = [](const auto&) { return status(500); };
  start();
  run(2s);
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_TRUE(control.row("d").status_updated_at);
}

TEST_F(Pipeline, Http429IsHonouredForAllStreamsOfTheCredential) {
  start();
  run(2s);
  answer = [](const auto&) { return status(429, "", {{"retry-after", "120"}}); };
  run(62s);
  EXPECT_EQ(code(), "rate_limited");
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  const auto before = http.sent;
  run(60s);
  EXPECT_EQ(http.sent, before);
  answer = [this](const auto& r) { return truth(r); };
  run(120s);
  EXPECT_EQ(view()->device.health.level, HealthLevel::kOk);
}

TEST_F(Pipeline, Http429WithAbsurdRetryAfterNeitherHammersNorSleepsForYears) {
  start();
  run(2s);
  for (const char* wish : {"0", "-1", "1000000000"}) {
    answer = [wish](const auto&) { return status(429, "", {{"retry-after", wish}}); };
    engine->poke("d");
    run(2s);
    answer = [this](const auto& r) { return truth(r); };
    run(3700s, 5s);
    EXPECT_EQ(view()->device.health.level, HealthLevel::kOk) << wish;
  }
}

TEST_F(Pipeline, ThingsThatAreNoPageLeaveTheCursor) {
  start();
  run(2s);
  add_events("a", 5, clock.now(), 1s);
  int n = 0;
  const std::vector<Result<http_client::Response>> odd = {
      status(200, "<html>Bad gateway</html>"), status(204), status(301, "", {{"location", "https://elsewhere/"}}), status(403),
      status(404), status(408), status(502, "x"), fail(ErrorKind::kTimeout, "Toy does not answer."),
      fail(ErrorKind::kConnect, "Toy cannot be reached."), fail(ErrorKind::kDns, "No such name."), fail(ErrorKind::kTls, "Bad certificate."),
      fail(ErrorKind::kTooLarge, "The page is too large."), fail(ErrorKind::kProtocol, "Cut off.")};
  for (const auto& one : odd) {
    answer = [&](const auto&) { return one; };
    engine->poke("d");
    run(1s);
    EXPECT_EQ(control.state("d", "a").cursor, "c35") << n;
    EXPECT_EQ(stored("a"), 35u) << n;
    EXPECT_FALSE(control.state("d", "a").last_error_code.empty()) << n;
    ++n;
  }
  answer = [this](const auto& r) { return truth(r); };
  engine->poke("d");
  run(1s);
  EXPECT_EQ(stored("a"), 40u);
}

TEST_F(Pipeline, AHangingVendorDelaysNobodyElse) {
  for (int i = 0; i < 50; ++i) {
    auto& row = control.add_device("hang" + std::to_string(i), {"a"}, start_time);
    row.account_uid = "acc-1";
  }
  answer = [this](const auto& r) -> std::optional<Result<http_client::Response>> {
    if (r.secret_headers.at(0).second.starts_with("token-hang")) return std::nullopt;
    return truth(r);
  };
  start();
  run(3s);
  EXPECT_EQ(stored("a"), 35u);
  add_events("a", 2, clock.now(), 1s);
  run(67s);
  EXPECT_EQ(stored("a"), 37u);
}

// ---- Vendor paging

TEST_F(Pipeline, TheSamePageTwiceStoresItOnce) {
  start();
  bool again = true;
  answer = [&, this](const auto& r) {
    auto page = vendor.answer(r);
    if (again && r.url.ends_with("/a") && page.body.starts_with("c10|")) {
      again = false;
      page.body = "c0" + page.body.substr(3);
    }
    return Result<http_client::Response>(page);
  };
  run(2s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
}

TEST_F(Pipeline, HasMoreForEverWithoutEventsEndsTheRoundWithinThreePages) {
  start();
  run(2s);
  int pages = 0;
  answer = [&, this](const auto& r) {
    if (!r.url.ends_with("/b")) return truth(r);
    ++pages;
    return status(200, "c0|1\n");
  };
  run(54s);
  pages = 0;
  while (pages == 0) run(1s);
  EXPECT_LE(pages, 3);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  EXPECT_EQ(view()->device.health.level, HealthLevel::kWarning);
  EXPECT_EQ(code(), "protocol");
}

TEST_F(Pipeline, ABAOfCursorsEndsTheRoundWithinThreePages) {
  start();
  run(2s);
  int pages = 0;
  answer = [&, this](const auto& r) {
    if (!r.url.ends_with("/b")) return truth(r);
    return status(200, ++pages % 2 == 1 ? "cB|1\nx|1\n" : "cA|1\ny|2\n");
  };
  while (pages == 0) run(1s);
  EXPECT_LE(pages, 3);
  EXPECT_EQ(view()->device.health.level, HealthLevel::kWarning);
  EXPECT_EQ(stored("b"), 2u);
}

TEST_F(Pipeline, ARefusedCursorStartsAgainFromATimeAndDoublesNothing) {
  start();
  run(2s);
  add_events("a", 7, clock.now() - 60s, 1s);
  int refusals = 0;
  answer = [&, this](const auto& r) {
    if (r.url.ends_with("/a") && r.body == "cursor=c35") {
      ++refusals;
      return status(400);
    }
    return truth(r);
  };
  run(66s);
  EXPECT_EQ(refusals, 1);
  EXPECT_EQ(stored("a"), 42u);
  EXPECT_EQ(control.state("d", "a").cursor, "c42");
  EXPECT_TRUE(std::any_of(control.health_history.begin(), control.health_history.end(),
                          [](const auto& h) { return h.health.code == "cursor_lost"; }));
  EXPECT_TRUE(std::any_of(control.all_polls.begin(), control.all_polls.end(),
                          [](const auto& p) { return p.outcome == "cursor_lost"; }));
}

TEST_F(Pipeline, A400WithoutACursorIsTheVendorsTroubleAndNoLoop) {
  answer = [this](const auto& r) { return r.url.ends_with("/a") ? status(400) : truth(r); };
  start();
  run(30s);
  EXPECT_LE(control.state("d", "a").consecutive_failures, 7u);
  EXPECT_EQ(control.state("d", "a").last_error_code, "protocol");
}

TEST_F(Pipeline, ACursorRefusedAgainAndAgainDoesNotReadHistoryInALoop) {
  start();
  run(2s);
  int starts = 0;
  answer = [&, this](const auto& r) {
    if (!r.url.ends_with("/a")) return truth(r);
    if (r.body.starts_with("cursor")) return status(400);
    ++starts;
    return truth(r);
  };
  run(1800s, 1s);
  EXPECT_LE(starts, 20);
}

TEST_F(Pipeline, AnEmptyCursorKeepsTheOldOneAndWarns) {
  start();
  run(2s);
  answer = [this](const auto& r) { return r.url.ends_with("/a") ? status(200, "|0\n") : truth(r); };
  run(66s);
  EXPECT_EQ(control.state("d", "a").cursor, "c35");
  EXPECT_EQ(view()->device.health.level, HealthLevel::kWarning);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
}

// ---- Vendor body and time

TEST_F(Pipeline, UnreadableRecordsAreKeptAndThePageGoesOn) {
  start();
  run(2s);
  answer = [this](const auto& r) {
    return r.url.ends_with("/b") && r.body == "cursor=c0" ? status(200, "c3|0\nb-0|1000\nnonsense\nb-2|2000\n") : truth(r);
  };
  run(66s);
  EXPECT_EQ(stored("b"), 3u);
  EXPECT_EQ(control.state("d", "b").cursor, "c3");
}

TEST_F(Pipeline, LateEventsAndEditedOnesAreKept) {
  start();
  run(2s);
  add_events("a", 3, clock.now() - 72h, 1s);
  vendor.streams["a"].push_back({"a-0", clock.now()});  // an id again, with other content
  run(66s);
  EXPECT_EQ(stored("a"), 38u);
  EXPECT_EQ((store.events[{"org", "d", "a"}]["a-0"].versions), 2);
}

TEST_F(Pipeline, AFutureEventMovesNoCursorAndIsShownAsItIs) {
  start();
  run(2s);
  const TimePoint future = clock.now() + 24h * 365;
  vendor.streams["a"].push_back({"future", future});
  run(66s);
  add_events("a", 3, clock.now(), 1s);
  run(66s);
  EXPECT_EQ(stored("a"), 39u);
  EXPECT_EQ(view()->newest_event_at, future);
  EXPECT_NE(view()->device.health.sentence.find("in the future"), std::string::npos) << view()->device.health.sentence;
}

TEST_F(Pipeline, JumpsOfTheWallClockLoseNothing) {
  start();
  run(2s);
  for (const auto jump : {24h * 3650, -24h * 3650, -1h, 1h}) {
    clock.jump(jump);
    add_events("a", 3, clock.now(), 1s);
    run(67s);
  }
  EXPECT_EQ(stored("a"), 47u);
}

// ---- What cannot even be asked for

TEST_F(Pipeline, SettingsThatNoReaderCanBeMadeFromAreToldAndRecoverWhenEdited) {
  control.row("d").device_spec = "no server";
  start();
  run(5s);
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_EQ(code(), "settings");
  EXPECT_EQ(view()->device.health.sentence, "Not polled: Server address is missing. Edit the device and save it.");
  ASSERT_EQ(control.health_history.size(), 1u);
  EXPECT_EQ(control.health_history[0].health.code, "settings");
  EXPECT_EQ(control.all_polls.front().outcome, "settings");
  EXPECT_EQ(http.sent, 0u) << "nothing goes out with settings that are no settings";
  const auto polls = control.all_polls.size();
  run(60s);
  EXPECT_LT(control.all_polls.size(), polls + 3 * 8) << "it is not tried in a loop";

  control.row("d").device_spec = "{}";
  control.row("d").epoch++;
  ASSERT_TRUE(fleet->reload("d"));
  run(5s);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  EXPECT_GT(stored("a"), 0u);
  EXPECT_EQ(control.health_history.back().health.status, DeviceStatus::kHealthy);
}

TEST_F(Pipeline, ASecretThatIsGoneIsToldAndItsReturnIsNoticedWithoutAnEdit) {
  control.set_secret("d", std::nullopt);
  start();
  run(5s);
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_EQ(code(), "no_token");
  control.set_secret("d", "back");
  run(60s);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  EXPECT_GT(stored("a"), 0u);
}

TEST_F(Pipeline, APluginThatThisVersionDoesNotHaveIsTold) {
  control.row("d").plugin_slug = "of-tomorrow";
  start();
  run(5s);
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_EQ(code(), "settings");
}

// ---- Token and account

TEST_F(Pipeline, AnotherAccountsTokenReadsNothing) {
  control.row("d").account_uid = "acc-0";
  start();
  run(5s);
  EXPECT_EQ(stored("a"), 0u);
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_EQ(code(), "account_mismatch");
  EXPECT_EQ(control.row("d").account_uid, "acc-0");
}

TEST_F(Pipeline, ATokenSwappedForAnotherAccountsDoesNotGoOnWithTheCursor) {
  start();
  run(2s);
  add_events("a", 5, clock.now(), 1s);
  vendor.account = "acc-2";
  control.set_secret("d", "swapped");
  control.row("d").epoch++;
  control.row("d").credential->replaced_at = clock.now() + 1ms;
  ASSERT_TRUE(fleet->reload("d"));
  run(5s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(code(), "account_mismatch");
}

TEST_F(Pipeline, AMissingFeatureStopsThatStreamAlone) {
  vendor.features = {"a", "c"};
  bool asked = false;
  answer = [&, this](const auto& r) {
    if (r.url.ends_with("/b")) asked = true;
    return truth(r);
  };
  start();
  run(3s);
  EXPECT_FALSE(asked);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(code(), "stream_missing");
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
  EXPECT_EQ(view()->device.health.sentence,
            "Receiving alpha events and gamma events. Beta events are missing: the token does not include them.");
}

TEST_F(Pipeline, ACredentialThatPolledWellIsNotAskedAgainAfterARestart) {
  start();
  run(2s);
  crash();
  bool asked = false;
  answer = [&, this](const auto& r) {
    if (r.url.ends_with("/whoami")) asked = true;
    return truth(r);
  };
  start();
  run(2s);
  EXPECT_FALSE(asked);
}

// ---- People

TEST_F(Pipeline, PauseStopsAndResumeGoesOn) {
  start();
  run(2s);
  auto& row = control.row("d");
  row.paused = true;
  row.paused_at = clock.now();
  row.paused_by.display_name = "Ana Ruiz";
  row.epoch++;
  ASSERT_TRUE(fleet->reload("d"));
  const auto before = http.sent;
  add_events("a", 5, clock.now(), 1s);
  run(300s);
  EXPECT_EQ(http.sent, before);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthChecksNotSupported);
  EXPECT_TRUE(view()->device.health.sentence.starts_with("Paused by Ana Ruiz since")) << view()->device.health.sentence;
  row.paused = false;
  row.epoch++;
  ASSERT_TRUE(fleet->reload("d"));
  EXPECT_EQ(code(), "verifying");
  run(2s);
  EXPECT_EQ(stored("a"), 40u);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
}

TEST_F(Pipeline, AnAnswerOfBeforeTheChangeIsNotCommitted) {
  start();
  run(2s);
  add_events("a", 5, clock.now(), 1s);
  // the change is in the database, but nobody has told the engine yet
  control.row("d").epoch++;
  control.state("d", "a").generation++;
  control.state("d", "a").cursor.reset();
  run(66s);
  EXPECT_EQ(control.state("d", "a").cursor, "c40") << "the next life read it again from the start";
  EXPECT_EQ(stored("a"), 40u);
}

TEST_F(Pipeline, RereadDoublesNothing) {
  start();
  run(2s);
  auto& state = control.state("d", "a");
  state.generation++;
  state.cursor.reset();
  state.start_time = start_time;
  ASSERT_TRUE(fleet->reload("d"));
  run(2s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(control.state("d", "a").cursor, "c35");
}

TEST_F(Pipeline, ADeletedDeviceIsGone) {
  start();
  run(2s);
  control.erase("d");
  std::vector<fleet::Notice::Kind> kinds;
  const auto handle = fleet->subscribe([&](const auto& n) { kinds.push_back(n.kind); });
  ASSERT_TRUE(fleet->reload("d"));
  EXPECT_FALSE(view());
  EXPECT_EQ(kinds, std::vector{fleet::Notice::Kind::kDeleted});
  const auto before = http.sent;
  run(120s);
  EXPECT_EQ(http.sent, before);
}

TEST_F(Pipeline, ANewDeviceIsPolledAtOnce) {
  start();
  run(2s);
  control.add_device("e", {"a", "b", "c"}, start_time);
  ASSERT_TRUE(fleet->reload("e"));
  run(1500ms);
  EXPECT_EQ(stored("a", "e"), 35u);
  EXPECT_EQ(view("e")->device.health.status, DeviceStatus::kHealthy);
}

TEST_F(Pipeline, WithoutATokenItSaysSo) {
  control.row("d").credential.reset();
  control.set_secret("d", std::nullopt);
  start();
  engine->tick();
  EXPECT_EQ(status_of(), DeviceStatus::kUnhealthy);
  EXPECT_EQ(code(), "no_token");
  EXPECT_EQ(control.row("d").health.code, "no_token");
}

// ---- Our own side

TEST_F(Pipeline, AFullDiskPausesAndResumesByItself) {
  store.fault = [] { return MemoryStore::Fault::kFull; };
  start();
  run(3s);
  EXPECT_NE(engine->trouble(), "");
  EXPECT_EQ(code(), "disk_full");
  const auto before = http.sent;
  run(10s);
  EXPECT_EQ(http.sent, before);
  store.fault = [] { return MemoryStore::Fault::kNone; };
  engine->set_trouble("");
  run(3s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(status_of(), DeviceStatus::kHealthy);
}

TEST_F(Pipeline, AFullControlDatabaseMovesNoCursor) {
  control.fault = [] { return MemoryControl::Fault::kFull; };
  start();
  run(2s);
  EXPECT_FALSE(control.state("d", "a").cursor);
  control.fault = [] { return MemoryControl::Fault::kNone; };
  engine->set_trouble("");
  run(3s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(control.state("d", "a").cursor, "c35");
}

TEST_F(Pipeline, AStoreThatIsAwayIsTriedAgain) {
  int failures = 3;
  store.fault = [&] { return failures-- > 0 ? MemoryStore::Fault::kUnavailable : MemoryStore::Fault::kNone; };
  start();
  run(30s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(control.state("d", "a").cursor, "c35");
}

TEST_F(Pipeline, AWriteOfUnknownOutcomeEndsTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        control.fault = [] { return MemoryControl::Fault::kCorrupt; };
        start();
        run(2s);
      },
      "known outcome");
  EXPECT_DEATH(
      {
        store.fault = [] { return MemoryStore::Fault::kCorrupt; };
        start();
        run(2s);
      },
      "known outcome");
}

TEST_F(Pipeline, StopLeavesNothingHalf) {
  add_events("b", 200, start_time + 1h, 1s);
  start();
  engine->pump();
  for (int i = 0; i < 3; ++i) http.answer(0, answer);
  engine->work_one(worker);
  engine->stop(0ms);
  crash();
  start();
  run(3s);
  EXPECT_EQ(stored("a"), 35u);
  EXPECT_EQ(stored("b"), 200u);
}

TEST_F(Pipeline, ABackfillStarvesNobody) {
  control.add_device("big", {"a"}, start_time);
  // one page a turn: while the big stream has a thousand pages to read, the small one gets its turn at once
  add_events("a", 10'000, start_time + 2h, 1s);
  answer = [this](const auto& r) { return truth(r); };
  start();
  for (int i = 0; i < 100; ++i) {
    clock.advance(1ms);
    engine->pump();
    for (std::size_t n = http.waiting(); n > 0; --n) http.answer(0, answer);
    while (engine->waiting() > 0) engine->work_one(worker);
  }
  const auto d = static_cast<double>(stored("a", "d")), big = static_cast<double>(stored("a", "big"));
  EXPECT_GT(d, 100);
  EXPECT_NEAR(d / big, 1.0, 0.2);
}

TEST_F(Pipeline, TheLimiterIsSharedByTheStreamsOfACredential) {
  settings.vendor_rate_per_minute = 60;
  for (const char* s : {"a", "b", "c"}) add_events(s, 5000, start_time + 1h, 1s);
  start();
  run(60s, 50ms);
  const auto first = http.sent;
  EXPECT_LE(first, 60u);
  run(60s, 50ms);
  EXPECT_LE(http.sent - first, 60u);
  EXPECT_GE(http.sent, 0.95 * 120);
}

}  // namespace
}  // namespace picket::ingest
