// What vendors do wrong: answers, pages, bodies, times.

#include "pipeline_fixture.h"

namespace picket::ingest {
namespace {

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

TEST_F(Pipeline, WhileTheVendorAskedOneStreamToWaitNoneIsDueBeforeThat) {
  start();
  run(2s);
  answer = [this](const auto& r) {
    return r.url.ends_with("/a") ? status(429, "", {{"retry-after", "900"}}) : truth(r);
  };
  run(70s);
  ASSERT_EQ(code(), "rate_limited");
  const auto now = view();
  for (const auto& stream : now->streams) EXPECT_GT(*stream.next_poll_at, clock.now() + 10min) << stream.title;
  EXPECT_GT(*now->next_poll_at, clock.now() + 10min);
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

}  // namespace
}  // namespace picket::ingest
