#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fleet/live_fleet.h"

namespace picket::fleet {

/// How fast a backfill goes, measured since this process first saw it (a restart is no slowness).
struct Pace {
  std::optional<SteadyPoint> since;
  TimePoint from{}, reached{};
  std::uint64_t events = 0;

  void follow(const control::StreamState& state, SteadyPoint now);
  std::optional<double> events_per_second(const control::StreamState& state, SteadyPoint now) const;
  std::optional<std::chrono::seconds> left(const control::StreamState& state, SteadyPoint now) const;
};

struct OwnStream {
  control::StreamState state;
  std::string title;
  std::optional<TimePoint> next_poll_at;
  bool awaiting = true;
  std::optional<TimePoint> unreadable_at;  ///< when the last record of an unknown form came, since the start
  Pace pace;
};

/// One device of the fleet. Everything but `technology` is guarded by `mutex`; nothing slow happens under it.
struct LiveFleet::Entry {
  mutable std::mutex mutex;
  std::shared_ptr<const control::Device> device;
  const Technology* technology = nullptr;
  std::vector<OwnStream> streams;
  model::Health recorded;  // as the database has it
  model::Health shown;     // as last assessed
  std::vector<model::Health> shown_streams;
  model::Health told;  // as listeners know it
  SteadyPoint told_at{};
  TimePoint watching_since{};
  std::shared_ptr<const Usual> usual;
  DeviceViewPtr view;
  SteadyPoint built_at{};
  bool dirty = true;

  store::StreamKey key(const OwnStream& stream) const {
    return {device->organization_id, device->id, stream.state.stream};
  }
  /// In the order of the plug-in, with its titles.
  void take_streams(std::vector<control::StreamState> states);
  /// What only memory knows survives a change by a person.
  void continue_from(const Entry& old);
  /// False for a stream this device has not.
  bool step(const Step& step, SteadyPoint now);
  void show(Verdict verdict);
  /// What belongs into the database of a verdict: itself, the warning beside what stands there, or nothing.
  std::optional<control::HealthCommit> to_record(const Verdict& verdict) const;
  void record(const control::HealthCommit& commit, TimePoint at);
};

}  // namespace picket::fleet
