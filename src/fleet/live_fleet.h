#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "fleet/assess.h"
#include "fleet/fleet.h"

namespace picket::fleet {

/// What sentences and titles need of a plug-in.
struct Technology {
  Vendor vendor;
  std::vector<std::pair<std::string, std::string>> streams;  ///< name, title; in the order they are shown
};

/// One stream's step as it was committed, or is about to be.
struct Step {
  control::StreamState state;
  std::optional<TimePoint> next_poll_at;
  std::uint64_t added = 0;
  std::optional<std::string> account_uid;
  std::uint64_t unreadable = 0;  ///< of `added`
};

/// The fleet in memory: loaded at start, moved on by ingest after every commit, read by the API.
///
/// Place: between ingest, which alone changes it, and readers. Threads: readers any; everything under "For ingest" only while
/// holding `writing()`, so that what is in memory changes in the order of the commits. Views are built when they are read.
/// Failure: `load` and `reload` tell the database's error and leave the old picture.
class LiveFleet final : public Fleet {
 public:
  struct Parts {
    Clock& clock;
    control::Control& control;
    const store::EventStore& store;
  };
  using Technologies = std::map<std::string, Technology, std::less<>>;  ///< by plug-in slug

  LiveFleet(const Parts& parts, Technologies technologies, std::chrono::seconds poll_interval);
  ~LiveFleet() override;

  std::vector<DeviceViewPtr> devices(const std::string& organization_id) const override;
  DeviceViewPtr device(const std::string& organization_id, const std::string& id) const override;
  DeviceViewPtr refreshed(const DeviceViewPtr& view) const override;
  Status reload(const std::string& device_id) override;
  std::shared_ptr<void> subscribe(Listener listener) override;

  // For ingest
  std::unique_lock<std::mutex> writing() const { return std::unique_lock(writing_); }
  /// Everything from the database. Once, before anything else.
  Status load();

  struct Snapshot {
    std::shared_ptr<const control::Device> device;
    std::vector<control::StreamState> streams;
  };
  std::vector<Snapshot> snapshots() const;
  /// Called by `reload` under `writing()`, before listeners are told; null when the device is gone.
  using Changed = std::function<void(const std::string& device_id, const Snapshot* now)>;
  void on_change(Changed changed) { changed_ = std::move(changed); }

  struct Entry;
  /// The verdicts that follow from steps, to be committed with them. Points into the steps it was made from.
  struct Plan {
    struct Item {
      std::shared_ptr<Entry> entry;
      Verdict verdict;
      std::vector<const Step*> steps;
      std::optional<control::HealthCommit> record = {};  ///< as among `commits`
    };
    std::vector<Item> items;
    std::vector<control::HealthCommit> commits;
  };
  Plan plan(std::span<const Step> steps) const;
  /// What time alone has changed, for devices [first, first + count) in some fixed order; `total` devices there are.
  Plan plan_by_time(std::size_t first, std::size_t count, std::size_t& total) const;
  void apply(const Plan& plan, TimePoint at);
  /// One sentence while all polling stands still; empty = none.
  void set_trouble(const std::string& sentence);
  void set_usual(const std::string& device_id, std::shared_ptr<const Usual> usual);
  std::vector<std::pair<std::string, std::string>> ids() const;  ///< (organization, device) of every device

 private:
  std::shared_ptr<Entry> entry(const std::string& device_id) const;
  void install(const control::Device& device, std::vector<control::StreamState> streams);
  Verdict judge(const Entry& entry, std::span<const Step* const> steps) const;
  DeviceViewPtr view(Entry& entry, std::chrono::milliseconds max_age) const;
  DeviceViewPtr build(Entry& entry) const;
  static std::optional<TimePoint> held_until(const Entry& e);
  Result<std::optional<control::Device>> read(const std::string& device_id) const;
  Status record_verdict(Entry& entry);
  void tell(const Notice& notice) const;

  const Parts parts_;
  const Technologies technologies_;
  const std::chrono::seconds poll_interval_;
  Changed changed_;

  mutable std::mutex writing_;
  mutable std::shared_mutex map_mutex_;
  std::unordered_map<std::string, std::shared_ptr<Entry>> by_id_;
  std::map<std::string, std::vector<std::shared_ptr<Entry>>> by_organization_;
  std::string trouble_;  // guarded by map_mutex_

  struct Hub;
  std::shared_ptr<Hub> hub_;
};

}  // namespace picket::fleet
