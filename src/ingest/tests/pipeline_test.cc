// From the first poll on: tokens, people, our own side. What vendors do wrong is in vendor_test.cc.

#include "pipeline_fixture.h"

namespace picket::ingest {
namespace {

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
