#include "fleet/assess.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"

namespace picket::fleet {
namespace {
using control::StreamState;
using model::DeviceStatus;
using model::Health;
using model::HealthLevel;
using std::chrono::seconds;

constexpr auto kQuietAfter = std::chrono::minutes(10);
constexpr auto kSilentAfter = std::chrono::hours(1);
/// So many events were to be expected: by chance alone none would come once in a hundred million such times.
constexpr double kSilentWhenExpected = 18;

enum class Kind { kAwaiting, kWorking, kMissing, kRetrying, kFailing };

struct Judged {
  Kind kind = Kind::kAwaiting;
  Health health;
};

Health make(std::optional<DeviceStatus> status, HealthLevel level, std::string_view code, std::string sentence) {
  Health health;
  health.status = status;
  health.level = level;
  health.code = code;
  health.sentence = std::move(sentence);
  return health;
}
Health fine(std::string_view code, std::string sentence) {
  return make(DeviceStatus::kHealthy, HealthLevel::kOk, code, std::move(sentence));
}
Health warn(std::string_view code, std::string sentence) {
  return make(DeviceStatus::kHealthy, HealthLevel::kWarning, code, std::move(sentence));
}
Health bad(std::string_view code, std::string sentence) {
  return make(DeviceStatus::kUnhealthy, HealthLevel::kError, code, std::move(sentence));
}

std::string age(TimePoint t, TimePoint now) {
  return format_duration(std::chrono::duration_cast<seconds>(now - t));
}

/// Codes that no waiting heals: a person has to act.
bool needs_a_person(std::string_view code) {
  for (const std::string_view c : {"unauthorized", "token_expired", "wrong_region", "wrong_token_kind", "account_mismatch",
                                   "not_found", "blocked", "no_token", "settings", "token_unreadable"})
    if (c == code) return true;
  return false;
}

/// "1Password answers 503": what goes on as we speak, so that a since can follow.
bool answers_a_status(std::string_view head) {
  constexpr std::string_view kVerb = " answers ";
  const auto at = head.rfind(kVerb);
  if (at == std::string_view::npos || head.size() != at + kVerb.size() + 3) return false;
  return std::all_of(head.end() - 3, head.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "1Password answers 503." becomes "1Password answers 503 since 10:04 UTC (12 tries)."; any other cause stays a sentence
/// of its own, since most tell of the past: "1Password did not answer within 20 s. Failing since 10:04 UTC (12 tries)."
std::string woven(std::string_view cause, const StreamState& state, TimePoint now) {
  cause = trim(cause);
  std::string when;
  if (state.failing_since) when = fmt::format("since {}", clock_words(*state.failing_since, now));
  if (state.failing_since && state.consecutive_failures > 1) when += fmt::format(" ({} tries)", state.consecutive_failures);
  if (when.empty()) return std::string(cause);
  const auto end = std::min(cause.find('.'), cause.size());
  const auto head = cause.substr(0, end);
  if (answers_a_status(head)) return fmt::format("{} {}.{}", head, when, end < cause.size() ? cause.substr(end + 1) : "");
  const bool whole = cause.ends_with('.') || cause.ends_with('?') || cause.ends_with('!');
  return fmt::format("{}{} Failing {}.", cause, whole ? "" : ".", when);
}

std::string failure_sentence(const Facts& facts, const StreamFacts& stream) {
  const StreamState& state = *stream.state;
  const std::string& code = state.last_error_code;
  const std::string cause = state.last_error_message.empty() ? "The last poll failed." : state.last_error_message;
  if (code == "unauthorized" || code == "token_expired") {
    if (!state.failing_since) return cause;
    return fmt::format("Not authorised since {}. {}", clock_words(*state.failing_since, facts.now), cause);
  }
  if (needs_a_person(code) || code == "cursor_lost" || code == "stream_missing") return cause;
  if (code == "rate_limited" && stream.next_poll_at)
    return fmt::format("{} asked to wait until {}.", facts.vendor->title, clock_words(*stream.next_poll_at, facts.now));
  if (code == "internal" || code == "disk_full") return woven(cause, state, facts.now);
  return woven(cause, state, facts.now) +
         (state.last_successful_poll_at ? " Nothing is lost; Picket continues where it stopped." : " Picket keeps trying.");
}

bool overdue(const Facts& facts, const StreamState& state) {
  return facts.now - std::max(*state.last_successful_poll_at, facts.watching_since) > patience(facts.poll_interval);
}

bool out_of_patience(const Facts& facts, const StreamState& state) {
  if (state.consecutive_failures >= kFailuresUntilUnhealthy) return true;
  if (!state.last_successful_poll_at) return true;  // a first poll that fails counts at once
  return overdue(facts, state);
}

bool is_backfilling(const StreamState& state) { return state.backfill && state.backfill->events > 0; }

std::string backfill_sentence(const Facts& facts, const StreamFacts& stream) {
  const auto& backfill = *stream.state->backfill;
  std::string text = fmt::format("Reading history: {}, {} %", clock_words(backfill.reached, facts.now),
                                 static_cast<int>(backfill_fraction(backfill) * 100));
  if (stream.backfill_left) text += fmt::format(", about {} left", format_duration(*stream.backfill_left));
  return text + ". New events follow when it is done.";
}

unsigned hour_of_week(TimePoint hour) {
  using namespace std::chrono;
  const auto day = floor<days>(hour);
  return (weekday(day).iso_encoding() - 1) * 24u + static_cast<unsigned>(duration_cast<hours>(hour - day).count());
}

double expected_between(const Usual& usual, TimePoint from, TimePoint to) {
  using namespace std::chrono;
  double sum = 0;
  for (TimePoint hour = floor<hours>(from); hour < to; hour += hours(1)) {
    const auto part = duration<double>(std::min(hour + hours(1), to) - std::max(hour, from)).count() / 3600;
    sum += usual.per_hour[hour_of_week(hour)] * part;
    if (hour - floor<hours>(from) > hours(24 * 28)) break;  // enough to know
  }
  return sum;
}

/// `usual`: what the same as a whole usually brings; null when that is not known.
Health quiet(const Facts& facts, const Usual* usual, std::optional<TimePoint> last_data) {
  if (!last_data) return fine("quiet", "Connected. No events yet.");
  const std::string span = age(*last_data, facts.now);
  if (usual == nullptr || usual->weeks == 0) return fine("quiet", fmt::format("Connected. No new events for {}.", span));
  const double expected = expected_between(*usual, *last_data, facts.now);
  if (facts.now - *last_data >= kSilentAfter && expected >= kSilentWhenExpected) {
    const auto day = std::chrono::floor<std::chrono::days>(facts.now);
    static constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                 "Thursday", "Friday", "Saturday"};
    return warn("silent", fmt::format("Connected, but silent for {}; a {} like this brings about {:.0f} events.", span,
                                      kDays[std::chrono::weekday(day).c_encoding()],
                                      expected_between(*usual, day, day + std::chrono::days(1))));
  }
  if (expected < kSilentWhenExpected / 6)
    return fine("quiet", fmt::format("Connected. No new events for {}, normal for this hour.", span));
  return fine("quiet", fmt::format("Connected. No new events for {}.", span));
}

Health flowing(const Facts& facts, const Usual* usual, std::optional<TimePoint> last_data, std::optional<TimePoint> newest) {
  if (!last_data || facts.now - *last_data > kQuietAfter) return quiet(facts, usual, last_data);
  if (!newest) return fine("receiving", "Receiving.");
  if (*newest > facts.now + std::chrono::minutes(2))
    return fine("receiving", fmt::format("Receiving. The newest event is dated {} in the future.", age(facts.now, *newest)));
  return fine("receiving", fmt::format("Receiving. Newest event {} ago.", age(std::min(*newest, facts.now), facts.now)));
}

Judged judge(const Facts& facts, const StreamFacts& stream) {
  const StreamState& state = *stream.state;
  if (state.last_error_code == "stream_missing" && state.consecutive_failures > 0)
    return {Kind::kMissing, warn("stream_missing", failure_sentence(facts, stream))};
  if (state.consecutive_failures > 0) {
    if (needs_a_person(state.last_error_code))
      return {Kind::kFailing, bad(state.last_error_code, failure_sentence(facts, stream))};
    if (state.last_error_code == "cursor_lost" && state.last_successful_poll_at)
      return {Kind::kRetrying, warn("cursor_lost", failure_sentence(facts, stream))};
    if (out_of_patience(facts, state))
      return {Kind::kFailing, bad(state.last_error_code, failure_sentence(facts, stream))};
    const bool asked_to_wait = state.last_error_code == "rate_limited";
    return {Kind::kRetrying, warn(asked_to_wait ? "rate_limited" : "retrying", failure_sentence(facts, stream))};
  }
  if (state.last_successful_poll_at && !stream.awaiting && overdue(facts, state))
    return {Kind::kFailing, bad("rate_limited", fmt::format("Not polled for {}: requests have to wait for the limits of {}.",
                                                            age(*state.last_successful_poll_at, facts.now), facts.vendor->title))};
  if (!state.last_successful_poll_at)
    return {Kind::kAwaiting, make(std::nullopt, HealthLevel::kVerifying, "verifying",
                                  fmt::format("Waiting for the first answer of {}.", facts.vendor->title))};
  // the last round succeeded, yet the vendor did something odd in it: then both bear the very same time
  if (state.last_error_at == state.last_successful_poll_at && !state.last_error_message.empty())
    return {Kind::kWorking, warn(state.last_error_code, state.last_error_message)};
  if (is_backfilling(state)) return {Kind::kWorking, fine("backfilling", backfill_sentence(facts, stream))};
  if (stream.unreadable_at && facts.now - *stream.unreadable_at < std::chrono::hours(24))
    return {Kind::kWorking,
            warn("unreadable", fmt::format("Records came in a form that this version of Picket does not know, the last at {}. They "
                                           "are kept as they came, under Events; a newer version may read them.",
                                           clock_words(*stream.unreadable_at, facts.now)))};
  // what is usual is known of the device, not of each of its streams
  return {Kind::kWorking, flowing(facts, nullptr, state.last_data_received_at, state.newest_event_at)};
}

std::string lowered(std::string_view title) {
  std::string text(title);
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
    text[0] = static_cast<char>(text[0] + 32);
  return text;
}

std::string listed(const std::vector<std::string_view>& titles) {
  std::string text;
  for (std::size_t i = 0; i < titles.size(); ++i) {
    if (i > 0) text += i + 1 == titles.size() ? " and " : ", ";
    text += i == 0 ? std::string(titles[i]) : lowered(titles[i]);
  }
  return text;
}

std::string expiry_sentence(TimePoint expires, TimePoint now) {
  const auto left = std::chrono::duration_cast<seconds>(expires - now);
  return fmt::format("The token expires in {}, on {}. Issue a new one and replace it here.", format_duration(left),
                     clock_words(expires, now));
}

/// Whatever the verdict is: a device in other trouble needs its warning as well. Not while verifying, when the verdict that
/// follows at once may say it.
std::optional<control::ExpiryWarning> expiry_warning(const Facts& facts, const Health& verdict) {
  const auto& credential = facts.device->credential;
  if (!credential || !credential->expires_at || verdict.level == HealthLevel::kVerifying) return std::nullopt;
  const auto left = *credential->expires_at - facts.now;
  if (left <= left.zero()) return std::nullopt;
  for (const int days : {1, 7, 30}) {
    if (left > std::chrono::days(days)) continue;
    if (credential->expiry_warned_days != 0 && credential->expiry_warned_days <= days) return std::nullopt;
    return control::ExpiryWarning{days, *credential->expires_at, expiry_sentence(*credential->expires_at, facts.now)};
  }
  return std::nullopt;
}

bool expires_soon(const Facts& facts) {
  const auto& credential = facts.device->credential;
  return credential && credential->expires_at && *credential->expires_at > facts.now &&
         *credential->expires_at - facts.now <= std::chrono::days(30);
}

/// All working: what the streams bring, told as one.
Health working(const Facts& facts, const std::vector<Judged>& judged) {
  const StreamFacts* slowest = nullptr;
  std::optional<TimePoint> last_data, newest;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const StreamState& state = *facts.streams[i].state;
    if (judged[i].kind != Kind::kWorking) continue;
    if (state.last_data_received_at) last_data = std::max(last_data.value_or(TimePoint::min()), *state.last_data_received_at);
    if (state.newest_event_at) newest = std::max(newest.value_or(TimePoint::min()), *state.newest_event_at);
    if (is_backfilling(state) &&
        (slowest == nullptr || backfill_fraction(*state.backfill) < backfill_fraction(*slowest->state->backfill)))
      slowest = &facts.streams[i];
  }
  if (slowest != nullptr) return fine("backfilling", backfill_sentence(facts, *slowest));
  return flowing(facts, facts.usual, last_data, newest);
}

/// Whoever asked to wait asked the token: no stream is read until then, whatever else is wrong with them.
const Judged* asked_to_wait(const std::vector<Judged>& judged) {
  const auto found = std::find_if(judged.begin(), judged.end(), [](const Judged& j) { return j.kind == Kind::kRetrying && j.health.code == "rate_limited"; });
  return found == judged.end() ? nullptr : &*found;
}

/// Some work, some do not.
Health partly(const Facts& facts, const std::vector<Judged>& judged) {
  std::vector<std::string_view> good, missing;
  const Judged* trouble = nullptr;
  std::string_view trouble_title;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    const std::string_view title = facts.streams[i].title;
    switch (judged[i].kind) {
      case Kind::kWorking: good.push_back(title); break;
      case Kind::kMissing: missing.push_back(title); break;
      case Kind::kAwaiting: break;
      case Kind::kRetrying:
      case Kind::kFailing:
        if (trouble == nullptr || (judged[i].kind == Kind::kFailing && trouble->kind != Kind::kFailing)) {
          trouble = &judged[i];
          trouble_title = title;
        }
    }
  }
  const bool failing = trouble != nullptr && trouble->kind == Kind::kFailing;
  if (const Judged* waiting = asked_to_wait(judged); waiting != nullptr && !failing) {
    if (missing.empty()) return waiting->health;
    return warn("rate_limited", fmt::format("{} {} {} missing.", waiting->health.sentence, listed(missing), missing.size() == 1 && !missing[0].ends_with('s') ? "is" : "are"));
  }
  const std::string start = good.empty() ? std::string() : "Receiving " + lowered(listed(good)) + ". ";
  if (trouble != nullptr)
    return warn(trouble->health.code, fmt::format("{}{}: {}", start, trouble_title, trouble->health.sentence));
  return warn("stream_missing", fmt::format("{}{} {} missing: the token does not include {}.", start, listed(missing),
                                            missing.size() == 1 && !missing[0].ends_with('s') ? "is" : "are",
                                            missing.size() == 1 && !missing[0].ends_with('s') ? "it" : "them"));
}

Health none_works(const Facts& facts, const std::vector<Judged>& judged) {
  const Judged* worst = nullptr;
  bool all_missing = true;
  for (const auto& j : judged) {
    if (j.kind != Kind::kMissing) all_missing = false;
    if (j.kind == Kind::kFailing || (j.kind == Kind::kRetrying && worst == nullptr))
      if (worst == nullptr || worst->kind != Kind::kFailing) worst = &j;
  }
  if (all_missing)
    return bad("stream_missing", fmt::format("The token includes none of the events that {} can report. Issue a new one with "
                                             "the events ticked and replace it here.", facts.vendor->title));
  return worst->health;
}

Health paused(const Facts& facts) {
  const auto& device = *facts.device;
  std::string text = device.paused_by.display_name.empty() ? "Paused" : "Paused by " + device.paused_by.display_name;
  if (device.paused_at) text += " since " + since_words(*device.paused_at, facts.now);
  text += ".";
  if (facts.vendor->keeps_days)
    text += fmt::format(" Events are kept by {} for {} days.", facts.vendor->title, *facts.vendor->keeps_days);
  return make(DeviceStatus::kHealthChecksNotSupported, HealthLevel::kPaused, "paused", std::move(text));
}

Health verifying(const Facts& facts) {
  return make(std::nullopt, HealthLevel::kVerifying, "verifying",
              fmt::format("Verifying: waiting for the first answer of {}.", facts.vendor->title));
}

Health overall(const Facts& facts, const std::vector<Judged>& judged) {
  const auto count = [&](Kind kind) {
    return std::count_if(judged.begin(), judged.end(), [&](const Judged& j) { return j.kind == kind; });
  };
  const auto awaiting = count(Kind::kAwaiting);
  const auto working_count = count(Kind::kWorking);
  const auto total = static_cast<std::ptrdiff_t>(judged.size());
  if (awaiting == total) return verifying(facts);
  if (working_count == 0) {
    // a verdict over the whole device waits until every stream was tried
    if (awaiting > 0) return verifying(facts);
    const bool only_warnings = count(Kind::kFailing) == 0 && count(Kind::kRetrying) > 0;
    if (only_warnings && count(Kind::kMissing) > 0) return partly(facts, judged);
    return none_works(facts, judged);
  }
  if (count(Kind::kMissing) + count(Kind::kRetrying) + count(Kind::kFailing) > 0) return partly(facts, judged);
  const auto warned = [&](bool unreadable) {
    return std::find_if(judged.begin(), judged.end(), [&](const Judged& j) {
      return j.health.level == HealthLevel::kWarning && (j.health.code == "unreadable") == unreadable;
    });
  };
  const auto told = [&](auto which) {
    return warn(which->health.code, fmt::format("{}: {}", facts.streams[static_cast<std::size_t>(which - judged.begin())].title,
                                                which->health.sentence));
  };
  if (const auto odd = warned(false); odd != judged.end()) return told(odd);
  if (expires_soon(facts)) {
    return warn("token_expiring", expiry_sentence(*facts.device->credential->expires_at, facts.now) + " " + working(facts, judged).sentence);
  }
  if (const auto unread = warned(true); unread != judged.end()) return told(unread);
  return working(facts, judged);
}

bool same_verdict(const Health& a, const Health& b) {
  return a.status == b.status && a.level == b.level && a.code == b.code;
}

void keep_since(Health& health, const Health* before, TimePoint otherwise) {
  health.since = before != nullptr && same_verdict(*before, health) && before->since != TimePoint{} ? before->since
                                                                                                   : otherwise;
}

bool all_awaiting(const Facts& facts) {
  return std::all_of(facts.streams.begin(), facts.streams.end(), [](const StreamFacts& s) { return s.awaiting; });
}

}  // namespace

seconds patience(seconds poll_interval) { return std::max<seconds>(std::chrono::minutes(5), poll_interval * 10); }

double backfill_fraction(const control::Backfill& backfill) {
  const auto whole = (backfill.until - backfill.from).count();
  if (whole <= 0) return 1;
  return std::clamp(static_cast<double>((backfill.reached - backfill.from).count()) / static_cast<double>(whole), 0.0, 1.0);
}

Verdict assess(const Facts& facts) {
  std::vector<Judged> judged;
  judged.reserve(facts.streams.size());
  for (const auto& stream : facts.streams) judged.push_back(judge(facts, stream));

  Verdict verdict;
  const auto& device = *facts.device;
  const Health& previous = facts.previous != nullptr ? *facts.previous : device.health;
  if (device.paused)
    verdict.device = paused(facts);
  else if (!device.credential)
    verdict.device = bad("no_token", fmt::format("No token yet. Issue one in {} and add it here.", facts.vendor->title));
  else if (!facts.disk_trouble.empty())
    verdict.device = bad("disk_full", std::string(facts.disk_trouble));
  else if ((previous.code == "paused" || previous.code == "verifying") && all_awaiting(facts))
    verdict.device = verifying(facts);
  else
    verdict.device = overall(facts, judged);
  keep_since(verdict.device, &previous, device.paused ? device.paused_at.value_or(facts.now) : facts.now);

  verdict.expiry = expiry_warning(facts, verdict.device);

  const bool whole_device = device.paused || !device.credential || !facts.disk_trouble.empty();
  for (std::size_t i = 0; i < judged.size(); ++i) {
    Health health = whole_device ? verdict.device : std::move(judged[i].health);
    const auto& state = *facts.streams[i].state;
    const Health* before = i < facts.previous_streams.size() ? &facts.previous_streams[i] : nullptr;
    const bool failing = state.consecutive_failures > 0 && state.failing_since && !whole_device;
    keep_since(health, before, failing ? *state.failing_since : whole_device ? verdict.device.since : facts.now);
    verdict.streams.push_back(std::move(health));
  }
  return verdict;
}

Usual usual_from(std::span<const store::Bucket> hours, TimePoint now) {
  constexpr auto kWeek = std::chrono::hours(168);
  Usual usual;
  const TimePoint end = std::chrono::floor<std::chrono::hours>(now);
  TimePoint oldest = end;
  for (const auto& bucket : hours) oldest = std::min(oldest, bucket.start);
  usual.weeks = static_cast<int>(std::min<std::int64_t>(4, (end - oldest) / kWeek));
  if (usual.weeks == 0) return usual;
  const TimePoint begin = end - usual.weeks * kWeek;
  for (const auto& bucket : hours)
    if (bucket.start >= begin && bucket.start < end)
      usual.per_hour[hour_of_week(bucket.start)] += static_cast<float>(bucket.count) / static_cast<float>(usual.weeks);
  return usual;
}

std::optional<double> usual_day(const Usual& usual, TimePoint now) {
  if (usual.weeks == 0) return std::nullopt;
  return expected_between(usual, now - std::chrono::hours(24), now);
}

bool worth_recording(const Health& before, const Health& after) {
  if (after.level == HealthLevel::kPaused || after.level == HealthLevel::kVerifying) return false;
  if (before.status != after.status || before.level != after.level) return true;
  return before.code != after.code && after.level != HealthLevel::kOk;
}

}  // namespace picket::fleet
