#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "connector/connector.h"
#include "control/control.h"
#include "fleet/fleet.h"
#include "http_client/client.h"
#include "ingest/disk_guard.h"
#include "store/event_store.h"
#include "watch/watch.h"

/// Page to durable event: schedule, poll, normalise, append, commit (design: docs/life-of-an-event.md).
namespace picket::ingest {

struct Options {
  std::chrono::seconds poll_interval{60};
  /// Requests a minute one credential may use; an hour has 50 times as many. 0: no limit of ours.
  int vendor_rate_per_minute = 600;
  std::filesystem::path data_directory;
  /// Below: polling pauses before the store can fail. Nothing: 2 GiB, or a twentieth of a smaller disk.
  std::optional<std::uint64_t> disk_low_water_bytes = {};
  DiskGuard::Probe disk_probe = disk_space;
  std::vector<std::string> extra_servers;
};

/// What re-reading from a time would cost.
struct RereadCost {
  std::uint64_t events = 0;  ///< expected; before the oldest one that is stored a guess from its rate
  std::uint64_t stored = 0;  ///< of these
  std::uint64_t requests = 0;
  std::chrono::seconds at_least{0};
};

/// Threads: every method from any thread. Failure: a stop or crash at any point repeats work and never loses, doubles or
/// invents anything.
class Ingest {
 public:
  struct Parts {
    Clock& clock;
    control::Control& control;
    store::EventStore& store;
    const connector::Registry& connectors;
    http_client::Client& http;
    watch::Watch* watch = nullptr;  ///< null: no rules
  };
  /// Loads the fleet; nobody is called before `start`.
  static Result<std::unique_ptr<Ingest>> open(const Parts& parts, const Options& options);
  virtual ~Ingest() = default;  ///< stops and waits; at most 4 s
  /// Begins to poll. Once.
  virtual void start() = 0;

  virtual fleet::Fleet& fleet() = 0;
  /// Polls every stream of the device as soon as the vendor's limits allow and tells what came of the connector's test.
  virtual connector::TestResult test_now(const std::string& organization_id, const std::string& device_id,
                                         std::stop_token stop) = 0;
  /// Tests settings before they are saved. `device_id`: use its stored secrets when none are given.
  virtual connector::TestResult test(const std::string& organization_id, const std::string& plugin_slug,
                                     const std::string& device_spec, const crypto::Secret* secrets,
                                     const std::optional<std::string>& device_id, std::stop_token stop) = 0;
  virtual Result<RereadCost> reread_cost(const std::string& organization_id, const std::string& device_id,
                                         TimePoint start_time) = 0;
  /// One sentence when polling as a whole stands still (disk), else empty. For /readyz and the console.
  virtual std::string trouble() const = 0;
};

}  // namespace picket::ingest
