#include "fleet/assess.h"

#include <gtest/gtest.h>

#include <functional>

namespace picket::fleet {
namespace {
using namespace std::chrono_literals;
using model::DeviceStatus;
using model::HealthLevel;

const TimePoint kNow = parse_rfc3339("2026-11-22T10:24:00Z").value();  // a Sunday

/// A device with three streams that all work; each row of the table changes what it is about.
struct World {
  control::Device device;
  Vendor vendor{"1Password", 120};
  control::StreamState states[3];
  StreamFacts streams[3];
  Facts facts;
  Usual usual;
  std::string disk;

  World() {
    device.credential.emplace();
    const char* titles[] = {"Audit events", "Item usages", "Sign-in attempts"};
    for (int i = 0; i < 3; ++i) {
      states[i].last_successful_poll_at = kNow - 20s;
      states[i].last_data_received_at = kNow - 30s;
      states[i].newest_event_at = kNow - 40s;
      streams[i].state = &states[i];
      streams[i].title = titles[i];
    }
    facts.device = &device;
    facts.vendor = &vendor;
    facts.streams = streams;
    facts.now = kNow;
    facts.watching_since = kNow - 24h;
  }
  void failing(int i, const std::string& code, const std::string& message, std::uint32_t times, Micros ago) {
    auto& s = states[i];
    streams[i].awaiting = false;
    s.consecutive_failures = times;
    s.last_error_code = code;
    s.last_error_message = message;
    s.last_error_at = kNow - 1s;
    s.failing_since = kNow - ago;
  }
  void all_failing(const std::string& code, const std::string& message, std::uint32_t times, Micros ago) {
    for (int i = 0; i < 3; ++i) failing(i, code, message, times, ago);
  }
  void never_polled() {
    for (int i = 0; i < 3; ++i) {
      states[i] = {};
      streams[i].awaiting = true;
    }
  }
  void last_data(Micros ago) {
    for (auto& s : states) {
      s.last_data_received_at = kNow - ago;
      s.newest_event_at = kNow - ago;
    }
  }
};

struct Row {
  const char* name;
  std::function<void(World&)> change;
  std::optional<DeviceStatus> status;
  HealthLevel level;
  const char* code;
  const char* sentence;
};

constexpr auto kHealthy = DeviceStatus::kHealthy;
constexpr auto kUnhealthy = DeviceStatus::kUnhealthy;
const char kRevoked[] = "The token was revoked or expired. Issue a new one in 1Password and replace it here.";
const char kAnswers503[] = "1Password answers 503.";

const Row kRows[] = {
    {"receiving", [](World&) {}, kHealthy, HealthLevel::kOk, "receiving", "Receiving. Newest event 40 s ago."},
    {"future_event_is_told_as_it_is", [](World& w) { w.states[1].newest_event_at = kNow + 3h; }, kHealthy, HealthLevel::kOk,
     "receiving", "Receiving. The newest event is dated 3 h in the future."},
    {"verifying", [](World& w) { w.never_polled(); }, std::nullopt, HealthLevel::kVerifying, "verifying",
     "Verifying: waiting for the first answer of 1Password."},
    {"one_good_stream_is_enough",
     [](World& w) {
       w.never_polled();
       w.streams[0].awaiting = false;
       w.states[0].last_successful_poll_at = kNow;
       w.states[0].last_data_received_at = kNow;
       w.states[0].newest_event_at = kNow - 5s;
     },
     kHealthy, HealthLevel::kOk, "receiving", "Receiving. Newest event 5 s ago."},
    {"connected_without_events",
     [](World& w) {
       for (auto& s : w.states) s.last_data_received_at = s.newest_event_at = std::nullopt;
     },
     kHealthy, HealthLevel::kOk, "quiet", "Connected. No events yet."},
    {"quiet", [](World& w) { w.last_data(25min); }, kHealthy, HealthLevel::kOk, "quiet",
     "Connected. No new events for 25 min."},
    {"quiet_as_usual",
     [](World& w) {
       w.last_data(25min);
       w.usual.weeks = 4;
       w.usual.per_hour.fill(2);
       w.facts.usual = &w.usual;
     },
     kHealthy, HealthLevel::kOk, "quiet", "Connected. No new events for 25 min, normal for this hour."},
    {"silent_never_changes_status",
     [](World& w) {
       w.last_data(6h);
       w.usual.weeks = 4;
       for (std::size_t i = 6 * 24; i < 7 * 24; ++i) w.usual.per_hour[i] = i % 24 < 10 ? 4.0f : 0.0f;
       w.facts.usual = &w.usual;
     },
     kHealthy, HealthLevel::kWarning, "silent", "Connected, but silent for 6 h; a Sunday like this brings about 40 events."},
    {"one_stream_alone_is_not_measured_by_what_all_bring",
     [](World& w) {
       w.states[2].last_data_received_at = w.states[2].newest_event_at = kNow - 6h;
       w.usual.weeks = 4;
       w.usual.per_hour.fill(40);
       w.facts.usual = &w.usual;
     },
     kHealthy, HealthLevel::kOk, "receiving", "Receiving. Newest event 40 s ago."},
    {"backfilling",
     [](World& w) {
       control::Backfill b;
       b.from = parse_rfc3339("2026-10-03T14:00:00Z").value();
       b.until = b.from + 50 * 24h;
       b.reached = b.from + 31 * 24h;
       b.events = 1000;
       w.states[0].backfill = b;
       w.streams[0].backfill_left = 250s;
     },
     kHealthy, HealthLevel::kOk, "backfilling",
     "Reading history: 3 Nov 14:00 UTC, 62 %, about 4 min left. New events follow when it is done."},
    {"one_stream_missing",
     [](World& w) { w.failing(1, "stream_missing", "The token does not include it.", 1, 1h); }, kHealthy,
     HealthLevel::kWarning, "stream_missing",
     "Receiving audit events and sign-in attempts. Item usages are missing: the token does not include them."},
    {"all_streams_missing", [](World& w) { w.all_failing("stream_missing", "x", 1, 1h); }, kUnhealthy, HealthLevel::kError,
     "stream_missing",
     "The token includes none of the events that 1Password can report. Issue a new one with the events ticked and replace "
     "it here."},
    {"one_stream_refused", [](World& w) { w.failing(1, "unauthorized", kRevoked, 3, 72min); }, kHealthy,
     HealthLevel::kWarning, "unauthorized",
     "Receiving audit events and sign-in attempts. Item usages: Not authorised since 09:12 UTC. The token was revoked or "
     "expired. Issue a new one in 1Password and replace it here."},
    {"token_refused", [](World& w) { w.all_failing("unauthorized", kRevoked, 3, 72min); }, kUnhealthy, HealthLevel::kError,
     "unauthorized",
     "Not authorised since 09:12 UTC. The token was revoked or expired. Issue a new one in 1Password and replace it here."},
    {"token_refused_days_ago", [](World& w) { w.all_failing("unauthorized", kRevoked, 3, 5 * 24h); }, kUnhealthy,
     HealthLevel::kError, "unauthorized",
     "Not authorised since Tue 17 Nov 10:24 UTC. The token was revoked or expired. Issue a new one in 1Password and replace "
     "it here."},
    {"wrong_region",
     [](World& w) {
       w.all_failing("wrong_region", "The token belongs to events.1password.eu, the device asks events.1password.com.", 1, 0s);
     },
     kUnhealthy, HealthLevel::kError, "wrong_region",
     "The token belongs to events.1password.eu, the device asks events.1password.com."},
    {"other_account", [](World& w) { w.all_failing("account_mismatch", "The token belongs to another account.", 1, 0s); },
     kUnhealthy, HealthLevel::kError, "account_mismatch", "The token belongs to another account."},
    {"retrying_is_a_warning", [](World& w) { w.all_failing("unavailable", kAnswers503, 2, 20s); }, kHealthy,
     HealthLevel::kWarning, "retrying",
     "1Password answers 503 since 10:23 UTC (2 tries). Nothing is lost; Picket continues where it stopped."},
    {"vendor_trouble", [](World& w) { w.all_failing("unavailable", kAnswers503, 12, 20min); }, kUnhealthy,
     HealthLevel::kError, "unavailable",
     "1Password answers 503 since 10:04 UTC (12 tries). Nothing is lost; Picket continues where it stopped."},
    {"few_tries_but_too_long_without_success",
     [](World& w) {
       w.all_failing("timeout", "1Password does not answer.", 3, 10min);
       for (auto& s : w.states) s.last_successful_poll_at = kNow - 11min;
     },
     kUnhealthy, HealthLevel::kError, "timeout",
     "1Password does not answer. Failing since 10:14 UTC (3 tries). Nothing is lost; Picket continues where it stopped."},
    {"time_we_were_off_does_not_count",
     [](World& w) {
       w.all_failing("timeout", "1Password does not answer.", 1, 0s);
       for (auto& s : w.states) s.last_successful_poll_at = kNow - 30h;
       w.facts.watching_since = kNow - 1min;
     },
     kHealthy, HealthLevel::kWarning, "retrying",
     "1Password does not answer. Failing since 10:24 UTC. Nothing is lost; Picket continues where it stopped."},
    {"first_poll_failed_counts_at_once",
     [](World& w) {
       w.never_polled();
       w.all_failing("unavailable", kAnswers503, 1, 0s);
     },
     kUnhealthy, HealthLevel::kError, "unavailable",
     "1Password answers 503 since 10:24 UTC. Picket keeps trying."},
    {"first_failure_waits_for_the_other_streams",
     [](World& w) {
       w.never_polled();
       w.failing(0, "unauthorized", kRevoked, 1, 0s);
     },
     std::nullopt, HealthLevel::kVerifying, "verifying", "Verifying: waiting for the first answer of 1Password."},
    {"rate_limited",
     [](World& w) {
       w.all_failing("rate_limited", "1Password answers 429.", 1, 2min);
       for (auto& s : w.streams) s.next_poll_at = kNow + 7min;
     },
     kHealthy, HealthLevel::kWarning, "rate_limited", "1Password asked to wait until 10:31 UTC."},
    {"rate_limited_for_one_stream_is_so_for_all_of_the_token",
     [](World& w) {
       w.failing(0, "rate_limited", "1Password answers 429.", 1, 2min);
       w.streams[0].next_poll_at = kNow + 7min;
     },
     kHealthy, HealthLevel::kWarning, "rate_limited", "1Password asked to wait until 10:31 UTC."},
    {"rate_limited_whichever_stream_it_was",
     [](World& w) {
       w.failing(0, "unavailable", kAnswers503, 1, 1min);
       w.failing(2, "rate_limited", "1Password answers 429.", 1, 2min);
       w.streams[2].next_poll_at = kNow + 7min;
     },
     kHealthy, HealthLevel::kWarning, "rate_limited", "1Password asked to wait until 10:31 UTC."},
    {"nobody_asked_for_too_long",
     [](World& w) {
       for (auto& s : w.states) s.last_successful_poll_at = kNow - 12min;
     },
     kUnhealthy, HealthLevel::kError, "rate_limited",
     "Not polled for 12 min: requests have to wait for the limits of 1Password."},
    {"cannot_reach",
     [](World& w) {
       w.all_failing("connect", "events.1password.com cannot be reached from 203.0.113.7: connection timed out. Is it allowed "
                                "by your firewall?", 6, 20min);
     },
     kUnhealthy, HealthLevel::kError, "connect",
     "events.1password.com cannot be reached from 203.0.113.7: connection timed out. Is it allowed by your firewall? Failing "
     "since 10:04 UTC (6 tries). Nothing is lost; Picket continues where it stopped."},
    {"what_happened_once_is_not_said_to_go_on",
     [](World& w) {
       w.all_failing("too_large", "events.1password.com answered with more than 33554432 bytes; the rest was not read.", 6, 20min);
     },
     kUnhealthy, HealthLevel::kError, "too_large",
     "events.1password.com answered with more than 33554432 bytes; the rest was not read. Failing since 10:04 UTC (6 tries). "
     "Nothing is lost; Picket continues where it stopped."},
    {"a_cause_without_a_full_stop_gets_one",
     [](World& w) { w.failing(0, "protocol", "1Password sent no JSON", 6, 20min); }, kHealthy, HealthLevel::kWarning, "protocol",
     "Receiving item usages and sign-in attempts. Audit events: 1Password sent no JSON. Failing since 10:04 UTC (6 tries). "
     "Nothing is lost; Picket continues where it stopped."},
    {"an_answer_with_more_to_say",
     [](World& w) { w.all_failing("unavailable", "1Password answers 503. See its status page.", 12, 20min); }, kUnhealthy,
     HealthLevel::kError, "unavailable",
     "1Password answers 503 since 10:04 UTC (12 tries). See its status page. Nothing is lost; Picket continues where it "
     "stopped."},
    {"cursor_lost",
     [](World& w) {
       w.failing(0, "cursor_lost", "1Password no longer accepts the place where reading stopped. Picket reads again.", 1, 5s);
     },
     kHealthy, HealthLevel::kWarning, "cursor_lost",
     "Receiving item usages and sign-in attempts. Audit events: 1Password no longer accepts the place where reading stopped. "
     "Picket reads again."},
    {"unreadable_records", [](World& w) { w.streams[1].unreadable_at = kNow - 25min; }, kHealthy, HealthLevel::kWarning,
     "unreadable",
     "Item usages: Records came in a form that this version of Picket does not know, the last at 09:59 UTC. They are kept as they "
     "came, under Events; a newer version may read them."},
    {"unreadable_records_of_yesterday", [](World& w) { w.streams[1].unreadable_at = kNow - 25h; }, kHealthy,
     HealthLevel::kOk, "receiving", "Receiving. Newest event 40 s ago."},
    {"odd_but_successful_round",
     [](World& w) {
       auto& s = w.states[0];
       s.last_error_code = "protocol";
       s.last_error_message = "1Password sends the same page again and again.";
       s.last_error_at = s.last_successful_poll_at;
     },
     kHealthy, HealthLevel::kWarning, "protocol", "Audit events: 1Password sends the same page again and again."},
    {"an_error_of_the_past_is_forgotten",
     [](World& w) {
       w.states[0].last_error_code = "timeout";
       w.states[0].last_error_message = "1Password does not answer.";
       w.states[0].last_error_at = kNow - 5min;
     },
     kHealthy, HealthLevel::kOk, "receiving", "Receiving. Newest event 40 s ago."},
    {"token_expires_in_days", [](World& w) { w.device.credential->expires_at = kNow + 6 * 24h + 2h; }, kHealthy,
     HealthLevel::kWarning, "token_expiring",
     "The token expires in 6 days, on 28 Nov 12:24 UTC. Issue a new one and replace it here. "
     "Receiving. Newest event 40 s ago."},
    {"token_expires_within_a_day", [](World& w) { w.device.credential->expires_at = kNow + 20h + 5min; }, kHealthy,
     HealthLevel::kWarning, "token_expiring",
     "The token expires in 20 h, on Mon 23 Nov 06:29 UTC. Issue a new one and replace it here. "
     "Receiving. Newest event 40 s ago."},
    {"token_that_lives_long_is_not_mentioned", [](World& w) { w.device.credential->expires_at = kNow + 31 * 24h; }, kHealthy,
     HealthLevel::kOk, "receiving", "Receiving. Newest event 40 s ago."},
    {"no_token", [](World& w) { w.device.credential.reset(); }, kUnhealthy, HealthLevel::kError, "no_token",
     "No token yet. Issue one in 1Password and add it here."},
    {"disk", [](World& w) { w.facts.disk_trouble = "Paused: less than 2 GB free on the data disk."; }, kUnhealthy,
     HealthLevel::kError, "disk_full", "Paused: less than 2 GB free on the data disk."},
    {"paused",
     [](World& w) {
       w.device.paused = true;
       w.device.paused_at = kNow - 5 * 24h;
       w.device.paused_by.display_name = "Ana Ruiz";
       w.all_failing("unauthorized", kRevoked, 3, 72min);
     },
     DeviceStatus::kHealthChecksNotSupported, HealthLevel::kPaused, "paused",
     "Paused by Ana Ruiz since Tuesday. Events are kept by 1Password for 120 days."},
    {"resumed_waits_for_an_answer",
     [](World& w) {
       w.device.health.code = "paused";
       for (auto& s : w.streams) s.awaiting = true;
     },
     std::nullopt, HealthLevel::kVerifying, "verifying", "Verifying: waiting for the first answer of 1Password."},
};

class Sentences : public testing::TestWithParam<Row> {};

TEST_P(Sentences, Say) {
  const Row& row = GetParam();
  World world;
  row.change(world);
  const Verdict verdict = assess(world.facts);
  EXPECT_EQ(verdict.device.status, row.status);
  EXPECT_EQ(verdict.device.level, row.level);
  EXPECT_EQ(verdict.device.code, row.code);
  EXPECT_EQ(verdict.device.sentence, row.sentence);
  EXPECT_EQ(verdict.streams.size(), 3u);
}
INSTANTIATE_TEST_SUITE_P(Table, Sentences, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Assess, SinceStaysWhileTheVerdictStays) {
  World world;
  world.device.health = assess(world.facts).device;
  EXPECT_EQ(world.device.health.since, kNow);
  world.facts.now = kNow + 1min;
  EXPECT_EQ(assess(world.facts).device.since, kNow);
  world.all_failing("unavailable", kAnswers503, 12, 20min);
  EXPECT_EQ(assess(world.facts).device.since, kNow + 1min);
}

TEST(Assess, EachStreamHasItsOwnVerdict) {
  World world;
  world.failing(1, "unauthorized", kRevoked, 1, 72min);
  const auto verdict = assess(world.facts);
  EXPECT_EQ(verdict.streams[0].code, "receiving");
  EXPECT_EQ(verdict.streams[1].code, "unauthorized");
  EXPECT_EQ(verdict.streams[1].status, kUnhealthy);
  EXPECT_EQ(verdict.streams[1].since, kNow - 72min);
}

TEST(Assess, OnlyWhatPeopleShouldFindAgainIsRecorded) {
  World world;
  const auto receiving = assess(world.facts).device;
  world.last_data(2h);
  const auto quiet = assess(world.facts).device;
  world.usual.weeks = 4;
  world.usual.per_hour.fill(20);
  world.facts.usual = &world.usual;
  const auto silent = assess(world.facts).device;
  world.facts.usual = nullptr;
  world.all_failing("unauthorized", kRevoked, 1, 0s);
  const auto refused = assess(world.facts).device;
  world.all_failing("not_found", "No such address.", 1, 0s);
  const auto moved = assess(world.facts).device;
  EXPECT_FALSE(worth_recording(receiving, quiet));
  EXPECT_EQ(silent.code, "silent");
  EXPECT_TRUE(worth_recording(quiet, silent));
  EXPECT_TRUE(worth_recording(silent, receiving));
  EXPECT_TRUE(worth_recording(quiet, refused));
  EXPECT_TRUE(worth_recording(refused, moved));
  EXPECT_TRUE(worth_recording(moved, receiving));
  EXPECT_TRUE(worth_recording(model::Health{}, receiving));
  EXPECT_FALSE(worth_recording(receiving, model::Health{}));
}

TEST(Usual, IsTheMeanOfWholeWeeks) {
  std::vector<store::Bucket> hours;
  const TimePoint now = kNow;  // Sunday 10:24
  for (int h = 1; h <= 24 * 17; ++h) hours.push_back({std::chrono::floor<std::chrono::hours>(now) - h * 1h, h % 2 == 0 ? 6u : 2u});
  hours.push_back({now + 240h, 1000});  // dated in the future
  const Usual usual = usual_from(hours, now);
  EXPECT_EQ(usual.weeks, 2);
  EXPECT_FLOAT_EQ(usual.per_hour[6 * 24 + 9], 2);
  EXPECT_FLOAT_EQ(usual.per_hour[6 * 24 + 8], 6);
  EXPECT_EQ(usual_from(std::span(hours).first(100), now).weeks, 0);
}

TEST(Usual, OfADayIsThatOfTheHoursBefore) {
  Usual usual;
  EXPECT_FALSE(usual_day(usual, kNow)) << "nothing is usual yet";
  usual.weeks = 2;
  usual.per_hour.fill(1);
  usual.per_hour[6 * 24 + 10] = 11;  // Sunday 10:00 to 11:00
  usual.per_hour[5 * 24 + 10] = 101;  // Saturday 10:00 to 11:00
  const TimePoint hour = std::chrono::floor<std::chrono::hours>(kNow);  // Sunday 10:00
  EXPECT_DOUBLE_EQ(*usual_day(usual, hour), 23 + 101);
  EXPECT_DOUBLE_EQ(*usual_day(usual, hour + 30min), 23 + 0.5 * 101 + 0.5 * 11);
}

TEST(Words, Times) {
  EXPECT_EQ(clock_words(kNow - 1h, kNow), "09:24 UTC");
  EXPECT_EQ(clock_words(kNow - 23h, kNow), "Sat 21 Nov 11:24 UTC");
  EXPECT_EQ(clock_words(kNow - 40 * 24h, kNow), "13 Oct 10:24 UTC");
  EXPECT_EQ(clock_words(kNow - 400 * 24h, kNow), "18 Oct 2025 10:24 UTC");
  EXPECT_EQ(since_words(kNow - 8 * 24h, kNow), "14 Nov");
}

}  // namespace
}  // namespace picket::fleet
