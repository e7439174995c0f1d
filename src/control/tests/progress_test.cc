#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "codec/json.h"
#include "control/tests/control_fixture.h"
#include "sql/database.h"

namespace picket::control {
namespace {

class ProgressTest : public ControlFixture {
 protected:
  void SetUp() override {
    ControlFixture::SetUp();
    device_ = add_device("Main");
  }
  StreamState stream(std::size_t i = 0) { return control().streams(device_.id)->at(i); }
  std::vector<std::size_t> commit(std::vector<StreamCommit> streams, std::vector<HealthCommit> healths = {}) {
    const auto done = control().commit(streams, healths, clock_.now());
    EXPECT_TRUE(done) << done.error().message;
    return done.value_or(std::vector<std::size_t>{999});
  }
  PollRecord poll(std::uint64_t events) {
    PollRecord p;
    p.started_at = clock_.now();
    p.duration_ms = 120;
    p.pages = 1;
    p.events = events;
    p.outcome = "ok";
    return p;
  }
  static model::Health health(model::DeviceStatus status, model::HealthLevel level, std::string code,
                              std::string sentence) {
    return {status, level, std::move(code), std::move(sentence), from_seconds(1'795'000'000)};
  }
  Device device_;
};

TEST_F(ProgressTest, EveryFieldOfAStreamComesBackAlsoAfterARestart) {
  StreamState s = stream();
  s.cursor = std::string("cur\0sor", 7);
  s.start_time = from_micros(1);
  s.last_successful_poll_at = from_micros(2);
  s.last_data_received_at = from_micros(3);
  s.newest_event_at = from_micros(4);
  s.consecutive_failures = 5;
  s.last_error_code = "timeout";
  s.last_error_message = "It took too long.";
  s.last_error_at = from_micros(6);
  s.failing_since = from_micros(7);
  s.backfill = Backfill{from_micros(8), from_micros(9), from_micros(10), 11, from_micros(12)};
  EXPECT_TRUE(commit({{s, 1, poll(3), {}}}).empty());
  reopen();
  const StreamState got = stream();
  EXPECT_EQ(got.cursor, s.cursor);
  EXPECT_EQ(got.start_time, s.start_time);
  EXPECT_EQ(got.last_successful_poll_at, s.last_successful_poll_at);
  EXPECT_EQ(got.last_data_received_at, s.last_data_received_at);
  EXPECT_EQ(got.newest_event_at, s.newest_event_at);
  EXPECT_EQ(got.consecutive_failures, 5u);
  EXPECT_EQ(got.last_error_code, "timeout");
  EXPECT_EQ(got.last_error_message, "It took too long.");
  EXPECT_EQ(got.last_error_at, s.last_error_at);
  EXPECT_EQ(got.failing_since, s.failing_since);
  ASSERT_TRUE(got.backfill);
  EXPECT_EQ(got.backfill->reached, from_micros(10));
  EXPECT_EQ(got.backfill->events, 11u);
  EXPECT_EQ(got.backfill->started_at, from_micros(12));
  EXPECT_EQ(control().all_streams()->size(), 3u);
}

TEST_F(ProgressTest, OnlyStaleCommitsAreLeftOut) {
  StreamState a = stream(0), b = stream(1), c = stream(2);
  a.cursor = b.cursor = c.cursor = "x";
  b.generation = 9;
  EXPECT_EQ(commit({{a, 1, poll(1), {}}, {b, 1, poll(1), {}}, {c, 2, poll(1), {}}}),
            (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(stream(0).cursor, "x");
  EXPECT_FALSE(stream(1).cursor);
  EXPECT_FALSE(stream(2).cursor);
  EXPECT_EQ(control().polls(organization(), device_.id, {})->size(), 1u);
  StreamState unknown = a;
  unknown.device_id = "no-such-device";
  EXPECT_EQ(commit({{unknown, 1, {}, {}}}), std::vector<std::size_t>{0});
}

TEST_F(ProgressTest, TheAccountIsSetOnce) {
  EXPECT_TRUE(commit({{stream(), 1, {}, "FIRST"}}).empty());
  EXPECT_TRUE(commit({{stream(), 1, {}, "SECOND"}}).empty());
  EXPECT_EQ(control().device(organization(), device_.id)->account_uid, "FIRST");
}

TEST_F(ProgressTest, TheLast200PollsOfEachStreamNewestFirst) {
  for (std::uint64_t i = 0; i < 450; ++i) ASSERT_TRUE(commit({{stream(0), 1, poll(i), {}}}).empty());
  for (std::uint64_t i = 0; i < 5; ++i) ASSERT_TRUE(commit({{stream(1), 1, poll(1000 + i), {}}}).empty());
  ASSERT_TRUE(commit({{stream(1), 1, {}, {}}}).empty()) << "a commit without a poll leaves the chain whole";
  const auto busy = control().polls(organization(), device_.id, "auditevents").value();
  ASSERT_EQ(busy.size(), 200u);
  for (std::size_t i = 0; i < busy.size(); ++i) EXPECT_EQ(busy[i].events, 449 - i);
  EXPECT_EQ(busy[0].stream, "auditevents");
  EXPECT_EQ(busy[0].outcome, "ok");
  EXPECT_EQ(control().polls(organization(), device_.id, "itemusages")->size(), 5u);
  EXPECT_EQ(control().polls(organization(), device_.id, {})->size(), 205u);
  EXPECT_EQ(control().polls(organization(), device_.id, "signinattempts")->size(), 0u);
  reopen();
  ASSERT_TRUE(commit({{stream(0), 1, poll(7777), {}}}).empty());
  EXPECT_EQ(control().polls(organization(), device_.id, "auditevents")->at(0).events, 7777u);
}

TEST_F(ProgressTest, OldPollsAreRemovedInTime) {
  StreamState slow = stream(1);
  for (std::uint64_t i = 0; i < 150; ++i) ASSERT_TRUE(commit({{slow, 1, poll(i), {}}}).empty());
  const StreamState s = stream(0);
  for (int round = 0; round < 40; ++round) {
    std::vector<StreamCommit> many;
    for (int i = 0; i < 100; ++i) many.push_back({s, 1, poll(0), {}});
    ASSERT_TRUE(commit(std::move(many)).empty());
  }
  control_.reset();
  auto db = sql::Database::open(directory_ / "control.db", {.mode = sql::Mode::kReader});
  std::int64_t rows = 0;
  ASSERT_TRUE(
      (*db)->each("select count(*) from poll", [&](const sql::Statement& row) { rows = row.integer(0); }));
  EXPECT_GE(rows, 350);
  EXPECT_LE(rows, 1600);
  db->reset();
  reopen();
  EXPECT_EQ(control().polls(organization(), device_.id, "auditevents")->size(), 200u);
  EXPECT_EQ(control().polls(organization(), device_.id, "itemusages")->size(), 150u)
      << "a slow stream keeps its own";
}

TEST_F(ProgressTest, HealthWritesHistoryOnlyWhenItMatters) {
  using model::DeviceStatus;
  using model::HealthLevel;
  const auto before = history(device_.id).size();
  clock_.advance(std::chrono::seconds(1));
  commit({}, {{device_.id, health(DeviceStatus::kHealthy, HealthLevel::kOk, "receiving",
                                  "Receiving. Newest event 4 s ago.")}});
  const auto first = control().device(organization(), device_.id).value();
  EXPECT_EQ(first.health.status, DeviceStatus::kHealthy);
  EXPECT_EQ(first.status_updated_at, clock_.now());
  EXPECT_EQ(first.version, 1) << "a verdict is no edit: an open form stays valid";
  EXPECT_EQ(history(device_.id).size(), before + 1);

  clock_.advance(std::chrono::seconds(60));
  commit({}, {{device_.id, health(DeviceStatus::kHealthy, HealthLevel::kOk, "receiving",
                                  "Receiving. Newest event 64 s ago.")}});
  EXPECT_EQ(history(device_.id).size(), before + 1) << "a sentence alone is no change";
  EXPECT_EQ(control().device(organization(), device_.id)->health.sentence,
            "Receiving. Newest event 64 s ago.");

  commit({}, {{device_.id, health(DeviceStatus::kUnhealthy, HealthLevel::kError, "unauthorized",
                                  "token revoked or expired.")}});
  const auto rows = history(device_.id);
  ASSERT_EQ(rows.size(), before + 2);
  EXPECT_EQ(rows.back().created_by.display_name, "Picket");
  EXPECT_EQ(rows.back().created_by.type, model::ActorType::kSystem);
  EXPECT_EQ(
      rows.back().value,
      R"({"kind":"health","sentence":"Health changed from Healthy to Unhealthy: token revoked or expired.",)"
      R"("before":{"status":"healthy","level":"ok","code":"receiving","sentence":"Receiving. Newest event 64 s ago."},)"
      R"("after":{"status":"unhealthy","level":"error","code":"unauthorized","sentence":"token revoked or expired."}})");
  EXPECT_EQ(control().device(organization(), device_.id)->status_updated_at, clock_.now());
}

TEST_F(ProgressTest, AWarningOfTheTokensEndIsARowOnce) {
  const auto expires = clock_.now() + std::chrono::hours(24 * 40);
  const auto replace = [&](TimePoint at) {
    Credential credential;
    credential.last_four = "oken";
    credential.expires_at = at;
    ASSERT_TRUE(control().replace_secrets(organization(), device_.id, crypto::Secret("t"), credential, true,
                                          {}, by_ada()));
  };
  replace(expires);
  const auto expiring =
      health(model::DeviceStatus::kHealthy, model::HealthLevel::kWarning, "token_expiring", "Soon.");
  const auto fine = health(model::DeviceStatus::kHealthy, model::HealthLevel::kOk, "receiving", "Fine.");
  const auto warn = [&](const model::Health& verdict, int days, TimePoint at) {
    const auto before = history(device_.id).size();
    commit({}, {{device_.id, verdict, ExpiryWarning{days, at, "The token ends."}}});
    return history(device_.id).size() - before;
  };
  EXPECT_EQ(warn(expiring, 30, expires), 1u) << "verdict and warning in one";
  EXPECT_EQ(warn(expiring, 30, expires), 0u);
  reopen();
  EXPECT_EQ(control().device(organization(), device_.id)->credential->expiry_warned_days, 30);
  EXPECT_EQ(warn(expiring, 30, expires), 0u) << "also after a restart";
  EXPECT_EQ(warn(expiring, 7, expires), 1u);
  const auto row = codec::parse_json(history(device_.id).back().value);
  EXPECT_EQ(row->at("kind"), "health");
  EXPECT_EQ(row->at("sentence"), "The token ends.");
  EXPECT_EQ(row->at("after").at("expires_at").as_string(), format_rfc3339(expires));
  EXPECT_EQ(warn(expiring, 30, expires), 0u) << "never backwards";
  EXPECT_EQ(warn(fine, 1, expires), 2u) << "another verdict does not say it: a row of its own";
  EXPECT_EQ(control().device(organization(), device_.id)->health.code, "receiving");
  const auto later = expires + std::chrono::hours(24 * 365);
  replace(later);
  EXPECT_EQ(warn(fine, 1, expires), 0u) << "of the credential before";
  EXPECT_EQ(warn(fine, 30, later), 1u) << "a new token, a new count";
}

TEST_F(ProgressTest, AVerdictOnWorkThatWasRefusedIsRefusedToo) {
  const auto bad = health(model::DeviceStatus::kUnhealthy, model::HealthLevel::kError, "unauthorized", "No.");
  EXPECT_EQ(commit({{stream(), 77, {}, {}}}, {{device_.id, bad}}), std::vector<std::size_t>{0});
  EXPECT_FALSE(control().device(organization(), device_.id)->health.status);
}

TEST_F(ProgressTest, AVerdictFromBeforeThePauseDoesNotUndoIt) {
  DevicePatch patch;
  patch.paused = true;
  ASSERT_TRUE(control().update_device(organization(), device_.id, patch, {}, by_ada()));
  const auto rows = history(device_.id).size();
  commit({}, {{device_.id,
               health(model::DeviceStatus::kHealthy, model::HealthLevel::kOk, "receiving", "Fine.")}});
  EXPECT_EQ(control().device(organization(), device_.id)->health.code, "paused");
  EXPECT_EQ(history(device_.id).size(), rows);
  ASSERT_TRUE(control().delete_device(organization(), device_.id, {}, by_ada()));
  commit({}, {{device_.id, health(model::DeviceStatus::kHealthChecksNotSupported, model::HealthLevel::kPaused,
                                  "x", "y")}});
  EXPECT_EQ(control().device(organization(), device_.id)->health.code, "paused");
}

}  // namespace
}  // namespace picket::control
