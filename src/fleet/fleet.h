#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/control.h"
#include "model/device.h"
#include "store/event_store.h"

/// Health of devices and streams over time. Holds the living picture of every device in memory: what the API lists and
/// the live feed tells.
namespace picket::fleet {

struct StreamView {
  control::StreamState state;
  std::string title;
  model::Health health;
  std::optional<TimePoint> next_poll_at;
  std::uint64_t events_24h = 0;
  std::uint64_t events_total = 0;
  std::uint64_t events_unreadable = 0;  ///< kept as they came
  std::optional<double> backfill_percent, backfill_events_per_second;
  std::optional<std::chrono::seconds> backfill_left;
};

/// A device as people see it now. Immutable; a new one replaces it on every change.
struct DeviceView {
  control::Device device;
  std::vector<StreamView> streams;
  bool verifying = true;
  std::optional<TimePoint> last_successful_poll_at, last_data_received_at, newest_event_at, next_poll_at;
  std::uint64_t events_24h = 0;
  std::uint64_t bytes_total = 0;     ///< of the records as received
  std::optional<double> usual_24h;  ///< events that 24 hours usually bring at this time of the week
};
using DeviceViewPtr = std::shared_ptr<const DeviceView>;

/// What happened, for the live feed.
struct Notice {
  enum class Kind { kDevice, kDeleted, kHistory, kEvents };
  Kind kind = Kind::kDevice;
  std::string organization_id;
  std::string device_id;
  DeviceViewPtr device;   ///< kDevice
  std::string stream;     ///< kEvents
  std::uint64_t added = 0;
};

/// Threads: any. Readers get immutable snapshots and never wait for a writer's disk.
class Fleet {
 public:
  virtual ~Fleet() = default;

  virtual std::vector<DeviceViewPtr> devices(const std::string& organization_id) const = 0;
  virtual DeviceViewPtr device(const std::string& organization_id, const std::string& id) const = 0;  ///< null: none
  /// The same device with sentences as of this second. `devices` bounds its work by leaving the ages in sentences a little
  /// old when there are many; ask again for the rows that are shown.
  virtual DeviceViewPtr refreshed(const DeviceViewPtr& view) const { return device(view->device.organization_id, view->device.id); }

  /// After any change of a device through control: reads it again, tells the feed and whoever schedules.
  virtual Status reload(const std::string& device_id) = 0;

  using Listener = std::function<void(const Notice&)>;
  /// Called on the changing thread; must not block. The handle ends it.
  virtual std::shared_ptr<void> subscribe(Listener listener) = 0;
};

}  // namespace picket::fleet
