#include "fleet/entry.h"

#include <algorithm>

namespace picket::fleet {
using control::StreamState;
using std::chrono::seconds;

void Pace::follow(const StreamState& state, SteadyPoint now) {
  if (!state.backfill) {
    since.reset();
  } else if (!since || from != state.backfill->from) {
    since = now;
    from = state.backfill->from;
    reached = state.backfill->reached;
    events = state.backfill->events;
  }
}

std::optional<double> Pace::events_per_second(const StreamState& state, SteadyPoint now) const {
  if (!since || !state.backfill) return std::nullopt;
  const double elapsed = std::chrono::duration<double>(now - *since).count();
  if (elapsed < 1 || state.backfill->events <= events) return std::nullopt;
  return static_cast<double>(state.backfill->events - events) / elapsed;
}

std::optional<seconds> Pace::left(const StreamState& state, SteadyPoint now) const {
  if (!since || !state.backfill) return std::nullopt;
  const double elapsed = std::chrono::duration<double>(now - *since).count();
  const double done = std::chrono::duration<double>(state.backfill->reached - reached).count();
  const double rest = std::chrono::duration<double>(state.backfill->until - state.backfill->reached).count();
  if (elapsed < 1 || done <= 0 || rest < 0) return std::nullopt;
  return seconds(static_cast<std::int64_t>(std::min(rest / done * elapsed, 86400.0 * 365)));
}

void LiveFleet::Entry::take_streams(std::vector<StreamState> states) {
  const auto& known = technology->streams;
  const auto rank = [&](const StreamState& s) {
    return std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == s.stream; }) - known.begin();
  };
  std::stable_sort(states.begin(), states.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  for (auto& state : states) {
    OwnStream own;
    const auto index = static_cast<std::size_t>(rank(state));
    own.title = index < known.size() ? known[index].second : state.stream;
    own.state = std::move(state);
    streams.push_back(std::move(own));
  }
}

void LiveFleet::Entry::continue_from(const Entry& old) {
  const bool watched_on = !old.device->paused || device->paused;
  shown = old.shown;
  shown_streams = old.shown_streams.size() == streams.size() ? old.shown_streams : std::vector<model::Health>();
  told = old.told;
  told_at = old.told_at;
  usual = old.usual;
  if (!watched_on) return;
  watching_since = old.watching_since;
  for (auto& own : streams)
    for (const auto& before : old.streams) {
      if (before.state.stream != own.state.stream) continue;
      own.awaiting = before.awaiting;
      own.next_poll_at = before.next_poll_at;
      own.pace = before.pace;
    }
}

bool LiveFleet::Entry::step(const Step& step, SteadyPoint now) {
  for (auto& own : streams) {
    if (own.state.stream != step.state.stream) continue;
    own.state = step.state;
    own.next_poll_at = step.next_poll_at;
    own.awaiting = false;
    if (step.unreadable > 0) own.unreadable_at = step.state.last_data_received_at;
    own.pace.follow(own.state, now);
    if (step.account_uid && device->account_uid.empty()) {
      auto with_account = std::make_shared<control::Device>(*device);
      with_account->account_uid = *step.account_uid;
      device = std::move(with_account);
    }
    dirty = true;
    return true;
  }
  return false;
}

void LiveFleet::Entry::show(Verdict verdict) {
  shown = std::move(verdict.device);
  shown_streams = std::move(verdict.streams);
}

std::optional<control::HealthCommit> LiveFleet::Entry::to_record(const Verdict& verdict) const {
  const bool worth = worth_recording(recorded, verdict.device);
  if (!worth && !verdict.expiry) return std::nullopt;
  return control::HealthCommit{device->id, worth ? verdict.device : recorded, verdict.expiry};
}

void LiveFleet::Entry::record(const control::HealthCommit& commit, TimePoint at) {
  const model::Health& health = commit.health;
  auto changed = std::make_shared<control::Device>(*device);
  if (commit.expiry && changed->credential) changed->credential->expiry_warned_days = commit.expiry->days;
  if (recorded.status != health.status) changed->status_updated_at = at;
  changed->health = health;
  device = std::move(changed);
  recorded = health;
  dirty = true;
}

}  // namespace picket::fleet
