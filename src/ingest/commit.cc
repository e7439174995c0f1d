#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/assert.h"
#include "base/fail_point.h"
#include "base/guid.h"
#include "ingest/engine.h"
#include "ingest/meters.h"
#include "obs/log.h"

namespace picket::ingest {
namespace {
/// Nothing was changed, for sure, and it may work later.
bool may_work_later(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kDiskFull:
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout:
    case ErrorKind::kConflict:
    case ErrorKind::kCancelled: return true;
    default: return false;
  }
}

void die_unless_known(const Error& error) {
  if (may_work_later(error.kind)) return;
  PICKET_LOG_ERROR("ingest", "Progress could not be written, and what is on disk now is not known: {}", error.message);
  PICKET_ASSERT(false, "a commit has a known outcome; the process ends so that a restart reads what is true");
}
}  // namespace

Engine::Entry Engine::entry_for(const TaskPtr& task, std::optional<control::PollRecord> poll, std::uint64_t added) {
  Entry entry;
  entry.task = task;
  entry.commit.poll = std::move(poll);
  entry.added = added;
  const std::lock_guard lock(mutex_);
  entry.commit.device_epoch = task->device->device->epoch;
  entry.commit.account_uid = task->device->new_account;
  return entry;
}

void Engine::pend(Entry entry) {
  const std::lock_guard lock(pending_mutex_);
  pending_.push_back(std::move(entry));
}

std::vector<Engine::Entry> Engine::one(Entry entry) {
  std::vector<Entry> out;
  out.push_back(std::move(entry));
  return out;
}

Status Engine::flush() {
  const Status status = commit({});
  PICKET_FAIL_POINT("ingest.after_group_commit");
  return status;
}

/// Under the lock of commits: correlations see signals in the order in which they become durable.
Status Engine::judge(std::vector<Entry>& entries) {
  for (Entry& entry : entries) {
    if (entry.seen.sight.hits.empty()) continue;
    PICKET_ASSIGN(entry.commit.matches, parts_.watch->judge(entry.task->key, entry.seen.sight, entry.seen.ids));
  }
  return {};
}

/// What correlations were told of these entries was not committed.
void Engine::forget(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries)
    if (!entry.seen.sight.hits.empty()) parts_.watch->forget(entry.task->key.organization_id);
}

Status Engine::commit(std::vector<Entry> mine) {
  const auto order = parts_.fleet.writing();
  std::vector<Entry> entries;
  {
    const std::lock_guard lock(pending_mutex_);
    entries.swap(pending_);
  }
  const std::size_t waited = entries.size();
  std::move(mine.begin(), mine.end(), std::back_inserter(entries));
  if (entries.empty()) return {};
  const auto give_back = [&] {
    forget(entries);
    const std::lock_guard lock(pending_mutex_);
    pending_.insert(pending_.begin(), std::make_move_iterator(entries.begin()),
                    std::make_move_iterator(entries.begin() + static_cast<std::ptrdiff_t>(waited)));
  };
  if (const Status judged = judge(entries); !judged) {
    die_unless_known(judged.error());
    give_back();
    return judged;
  }

  std::vector<fleet::Step> steps;
  std::vector<control::StreamCommit> commits;  // each entry's own, lent
  steps.reserve(entries.size());
  commits.reserve(entries.size());
  for (auto& entry : entries) {
    steps.push_back({entry.commit.state, entry.next_poll_at, entry.added, entry.commit.account_uid, entry.unreadable});
    commits.push_back(std::move(entry.commit));
  }
  const auto take_back = [&] {
    for (std::size_t i = 0; i < entries.size(); ++i) entries[i].commit = std::move(commits[i]);
  };
  auto plan = parts_.fleet.plan(steps);
  const TimePoint now = parts_.clock.now();
  PICKET_FAIL_POINT("ingest.before_commit");
  auto refused = parts_.control.commit(commits, plan.commits, now);
  take_back();
  if (!refused) {
    die_unless_known(refused.error());
    give_back();
    return fail(std::move(refused).error());
  }
  PICKET_FAIL_POINT("ingest.after_commit");
  meters_.commits.add();
  if (!refused->empty()) {
    forget(entries);
    meters_.refused.add(refused->size());
    std::vector<fleet::Step> accepted;
    std::set<std::string> stale;
    {
      const std::lock_guard lock(mutex_);
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (std::find(refused->begin(), refused->end(), i) == refused->end()) continue;
        entries[i].task->dead = true;  // somebody changed the device; its next life is on its way
        stale.insert(entries[i].task->key.device_id);
      }
      stale_devices_.insert(stale_devices_.end(), stale.begin(), stale.end());
    }
    // what was committed for such a device is read back with everything else of it
    for (auto& step : steps)
      if (!stale.contains(step.state.device_id)) accepted.push_back(std::move(step));
    steps = std::move(accepted);
    plan = parts_.fleet.plan(steps);
  }
  parts_.fleet.apply(plan, now);
  std::set<std::string> matched;
  for (const auto& entry : entries)
    if (!entry.commit.matches.empty()) matched.insert(entry.task->key.organization_id);
  for (const auto& organization : matched) parts_.watch->committed(organization);
  const std::lock_guard lock(mutex_);
  for (const auto& entry : entries)
    if (entry.commit.account_uid && !entry.task->dead) {
      DeviceTask& device = *entry.task->device;
      if (!device.new_account) continue;
      auto row = std::make_shared<control::Device>(*device.device);
      row->account_uid = *entry.commit.account_uid;
      device.device = std::move(row);
      device.new_account.reset();
    }
  return {};
}

void Engine::commit_verdicts(const fleet::LiveFleet::Plan& plan) {
  if (plan.commits.empty()) return;
  const TimePoint now = parts_.clock.now();
  if (auto done = parts_.control.commit({}, plan.commits, now); !done) {
    die_unless_known(done.error());
    PICKET_LOG_WARN("ingest", "A change of health was not recorded yet: {}", done.error().message);
    return;
  }
  parts_.fleet.apply(plan, now);
}

/// Until when every event of the organization is known: a stream's last good poll, less what vendors deliver late. A stream that fails, is
/// paused or reads history holds it back, so that nothing is said to be absent that may only be on its way.
std::optional<TimePoint> Engine::complete_until(const std::string& organization_id, const std::vector<fleet::LiveFleet::Snapshot>& snapshots) const {
  constexpr Micros kDelivery = std::chrono::minutes(15);
  std::optional<TimePoint> out;
  for (const auto& snapshot : snapshots) {
    if (snapshot.device->organization_id != organization_id) continue;
    for (const auto& stream : snapshot.streams) {
      if (!stream.last_successful_poll_at) return std::nullopt;
      TimePoint until = *stream.last_successful_poll_at;
      if (stream.backfill) until = std::min(until, stream.backfill->reached);
      out = std::min(out.value_or(until - kDelivery), until - kDelivery);
    }
  }
  return out;
}

/// Rules about something that does not happen fire when it is too late for it. Every few seconds.
void Engine::let_time_tell() {
  if (parts_.watch == nullptr || parts_.clock.steady() - time_told_at_ < std::chrono::seconds(5)) return;
  time_told_at_ = parts_.clock.steady();
  const auto waiting = parts_.watch->waiting();
  if (waiting.empty()) return;
  const auto snapshots = parts_.fleet.snapshots();
  for (const auto& organization : waiting) {
    const auto until = complete_until(organization, snapshots);
    if (!until) continue;
    const auto order = parts_.fleet.writing();
    auto matches = parts_.watch->advance(organization, *until);
    Status done = matches ? Status() : Status(tl::unexpected(matches.error()));
    std::map<std::pair<std::string, std::string>, std::vector<control::Match>> by_stream;
    if (matches)
      for (auto& match : *matches) {
        const auto event = parts_.store.get(organization, guid_text(match.event));
        if (!event) done = tl::unexpected(event.error());
        if (!done) break;
        if (*event) by_stream[{(*event)->key.device_id, (*event)->key.stream}].push_back(std::move(match));  // else dropped for its age
      }
    for (const auto& [stream, told] : by_stream)
      if (done) done = parts_.control.detections().add_matches(stream.first, stream.second, told, parts_.clock.now());
    if (done && !by_stream.empty()) parts_.watch->committed(organization);
    if (done) continue;
    die_unless_known(done.error());
    parts_.watch->forget(organization);
    PICKET_LOG_WARN("ingest", "What did not happen could not be recorded yet: {}", done.error().message);
  }
}

void Engine::tick() {
  let_time_tell();
  std::vector<std::string> stale;
  {
    const std::lock_guard lock(mutex_);
    stale.swap(stale_devices_);
  }
  std::sort(stale.begin(), stale.end());
  stale.erase(std::unique(stale.begin(), stale.end()), stale.end());
  for (const auto& id : stale)
    if (const Status status = parts_.fleet.reload(id); !status) {
      PICKET_LOG_WARN("ingest", "Device {} could not be read again: {}", id, status.error().message);
      const std::lock_guard lock(mutex_);
      stale_devices_.push_back(id);
    }

  const auto order = parts_.fleet.writing();
  std::size_t total = 0;
  constexpr std::size_t kParts = 15;
  parts_.fleet.plan_by_time(0, 0, total);
  const std::size_t share = (total + kParts - 1) / kParts;
  if (share == 0) return;
  if (tick_place_ >= total) tick_place_ = 0;
  commit_verdicts(parts_.fleet.plan_by_time(tick_place_, share, total));
  tick_place_ += share;
}

}  // namespace picket::ingest
