#include <fmt/format.h>

#include <algorithm>

#include "ingest/engine.h"
#include "ingest/meters.h"
#include "obs/log.h"

namespace picket::ingest {
using namespace std::chrono_literals;
using fleet::LiveFleet;

namespace {
bool same_life(const DeviceTask& task, const LiveFleet::Snapshot& now) {
  if (task.device->epoch != now.device->epoch || task.streams.size() != now.streams.size()) return false;
  for (const auto& state : now.streams) {
    const auto found = std::find_if(task.streams.begin(), task.streams.end(),
                                    [&](const StreamTask& t) { return t.state.stream == state.stream; });
    if (found == task.streams.end() || found->dead || found->broken || found->state.generation != state.generation) return false;
  }
  return true;
}

/// A credential that polled well after it was given here, for the account we know, needs no asking again after a restart.
bool proven(const control::Device& device, const std::vector<control::StreamState>& streams) {
  const auto& credential = *device.credential;
  if (device.account_uid.empty()) return false;
  if (!credential.account_uid.empty() && credential.account_uid != device.account_uid) return false;
  return std::any_of(streams.begin(), streams.end(), [&](const auto& s) {
    return s.last_successful_poll_at && *s.last_successful_poll_at > credential.replaced_at;
  });
}
}  // namespace

std::shared_ptr<RateLimiter> Engine::limiter_for(const control::Device& device) {
  const auto& fingerprint = device.credential->fingerprint;
  auto& limiter = limiters_[fingerprint.empty() ? device.id : fingerprint];
  if (!limiter) limiter = std::make_shared<RateLimiter>(settings_.vendor_rate_per_minute);
  return limiter;
}

/// The connector and the credential, or why the device cannot be polled at all.
std::optional<Broken> Engine::equip(DeviceTask& device) {
  const auto& row = *device.device;
  device.connector = parts_.connectors.find(row.plugin_slug);
  if (device.connector == nullptr)
    return Broken{ErrorKind::kInvalidInput, "settings",
                  fmt::format("Not polled: this version of Picket has no plug-in \"{}\". Run a version that has it, or delete the "
                              "device.", row.plugin_slug)};
  auto secrets = parts_.control.device_secrets(row.id);
  if (!secrets) {
    PICKET_LOG_ERROR("ingest", "The token of device {} cannot be read: {}", row.id, secrets.error().message);
    return Broken{ErrorKind::kInternal, "token_unreadable",
                  "Not polled: the stored token cannot be read; the server's log says why. Replace the token here, or put the "
                  "vault's root key back."};
  }
  if (!*secrets)
    return Broken{ErrorKind::kInvalidInput, "no_token",
                  fmt::format("No token yet. Issue one in {} and add it here.", device.connector->title())};
  device.secrets = std::move(**secrets);
  device.context = {row.id, row.device_spec, &*device.secrets};
  if (auto claims = device.connector->inspect(*device.secrets)) device.claims = std::move(*claims);
  return std::nullopt;
}

/// Null when there is nothing to poll: paused, no credential, deleted.
DevicePtr Engine::make_device(const LiveFleet::Snapshot& snapshot) {
  const auto& row = *snapshot.device;
  if (row.paused || !row.credential || row.deleted_at) return nullptr;
  auto device = std::make_shared<DeviceTask>();
  device->device = snapshot.device;
  const std::optional<Broken> whole = equip(*device);
  device->verified = proven(row, snapshot.streams);
  for (const auto& state : snapshot.streams) {
    auto& task = device->streams.emplace_back();
    task.device = device.get();
    task.key = {row.organization_id, row.id, state.stream};
    task.state = state;
    task.failures = state.consecutive_failures;
    task.bulk = !state.cursor || state.backfill.has_value();
    task.broken = whole;
    if (whole) continue;
    if (auto reader = device->connector->reader(device->context, state.stream))
      task.reader = std::move(*reader);
    else
      task.broken = Broken{ErrorKind::kInvalidInput, "settings",
                           fmt::format("Not polled: {} Edit the device and save it.", reader.error().message)};
  }
  return device;
}

/// A broken stream's turn: told as a failed poll, and tried again, since some reasons go away without anybody here knowing.
void Engine::mend(const TaskPtr& task) {
  StreamTask& t = *task;
  LiveFleet::Snapshot now{nullptr, {t.state}};
  {
    const std::lock_guard lock(mutex_);
    now.device = t.device->device;
  }
  const auto again = make_device(now);
  if (again && !again->streams.front().broken) {
    const std::lock_guard lock(mutex_);
    t.dead = true;
    stale_devices_.push_back(t.key.device_id);  // read again with the next tick, into a new life
    return;
  }
  const Broken why = again ? *again->streams.front().broken : *t.broken;
  PICKET_LOG_WARN("ingest", "Stream {} of device {} is not polled: {}", t.key.stream, t.key.device_id, why.sentence);
  failed_as(task, Error(why.kind, why.sentence), why.code, why.sentence);
}

void Engine::retire(const DevicePtr& device) {
  device->dead = true;
  device->waiting.clear();
  for (auto& stream : device->streams) {
    cancel_fetch(stream);
    stream.dead = true;
  }
}

void Engine::begin() {
  const auto order = parts_.fleet.writing();
  auto snapshots = parts_.fleet.snapshots();
  std::vector<DevicePtr> made;
  for (const auto& snapshot : snapshots)
    if (auto device = make_device(snapshot)) made.push_back(std::move(device));
  parts_.fleet.on_change([this](const std::string& id, const LiveFleet::Snapshot* now) { changed(id, now); });

  const std::lock_guard lock(mutex_);
  std::size_t streams = 0;
  for (const auto& device : made) streams += device->streams.size();
  const auto whole = std::min<std::chrono::microseconds>(settings_.poll_interval, settings_.spread_per_stream * streams);
  const SteadyPoint now = parts_.clock.steady();
  for (auto& device : made) {
    device->limiter = limiter_for(*device->device);
    for (auto& stream : device->streams) {
      const auto wait = std::chrono::duration_cast<std::chrono::microseconds>(whole * settings_.random());
      schedule(TaskPtr(device, &stream), now + wait, true);
    }
    devices_[device->device->id] = std::move(device);
  }
}

void Engine::changed(const std::string& device_id, const LiveFleet::Snapshot* now) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = devices_.find(device_id);
    if (now != nullptr && found != devices_.end() && !now->device->paused && same_life(*found->second, *now)) {
      found->second->device = now->device;
      return;
    }
  }
  DevicePtr fresh = now == nullptr ? nullptr : make_device(*now);
  std::vector<std::stop_source> sources;
  {
    const std::lock_guard lock(mutex_);
    DevicePtr old;
    if (const auto found = devices_.find(device_id); found != devices_.end()) {
      old = std::move(found->second);
      devices_.erase(found);
      for (auto& stream : old->streams) sources.push_back(stream.stop);
      retire(old);
    }
    if (fresh) {
      fresh->limiter = limiter_for(*fresh->device);
      for (auto& stream : fresh->streams) {
        if (old)
          for (auto& before : old->streams)
            if (before.key.stream == stream.key.stream && before.busy) stream.predecessor = TaskPtr(old, &before);
        schedule(TaskPtr(fresh, &stream), parts_.clock.steady(), true);
      }
      devices_[device_id] = std::move(fresh);
    }
  }
  for (auto& source : sources) source.request_stop();
}

}  // namespace picket::ingest
