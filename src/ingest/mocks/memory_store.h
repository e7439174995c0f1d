#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/guid.h"
#include "crypto/digest.h"
#include "ingest/mocks/memory_control.h"
#include "store/event_store.h"

namespace picket::ingest {

/// Events by identity, in memory; can fail or die around an append. Threads: any.
class MemoryStore final : public store::EventStore {
 public:
  enum class Fault { kNone, kDieBefore, kDieAfter, kFull, kUnavailable, kCorrupt };
  std::function<Fault()> fault = [] { return Fault::kNone; };

  struct Stored {
    TimePoint time{};
    std::string raw;
    int versions = 1;
    bool unreadable = false;
  };
  std::map<store::StreamKey, std::map<std::string, Stored>> events;
  int appends = 0;
  bool forget = false;  ///< for benches: everything is new and nothing is kept

  Result<store::AppendResult> append(const store::StreamKey& key, std::span<const store::NewEvent> batch, TimePoint,
                                     std::span<const std::uint32_t> wanted) override {
    const std::lock_guard lock(mutex_);
    const Fault what = fault();
    if (what == Fault::kDieBefore) throw Died();
    if (what == Fault::kFull) return fail(ErrorKind::kDiskFull, "The disk is full.");
    if (what == Fault::kUnavailable) return fail(ErrorKind::kUnavailable, "The store is away.");
    if (what == Fault::kCorrupt) return fail(ErrorKind::kCorrupt, "The disk does not answer.");
    ++appends;
    store::AppendResult result;
    if (forget) {
      result.added = batch.size();
      for (const auto& event : batch) result.newest = std::max(result.newest.value_or(event.view.time), event.view.time);
      return result;
    }
    auto& of_stream = events[key];
    for (const auto& event : batch) {
      const std::string uid = event.view.unreadable ? "raw:" + std::string(event.raw) : std::string(event.view.vendor_uid);
      const auto [place, added] = of_stream.try_emplace(uid, Stored{event.view.time, std::string(event.raw), 1, event.view.unreadable});
      if (added)
        ++result.added;
      else if (place->second.raw == event.raw)
        ++result.repeated;
      else
        ++result.versions, ++place->second.versions;
      if (event.view.unreadable)
        ++result.unreadable;
      else if (!result.newest || event.view.time > *result.newest)
        result.newest = event.view.time;
    }
    for (const auto event : wanted) result.ids.push_back(guid_bytes(id_of(key, batch[event].view.vendor_uid)).value());
    if (what == Fault::kDieAfter) throw Died();
    return result;
  }
  /// Stable for an identity, as the real ones are.
  static std::string id_of(const store::StreamKey& key, std::string_view uid) {
    return guid_text(std::string_view(crypto::sha256(key.device_id + '\n' + key.stream + '\n' + std::string(uid))).substr(0, 16));
  }
  Result<store::StreamTotals> totals(const store::StreamKey& key) const override {
    const std::lock_guard lock(mutex_);
    store::StreamTotals totals;
    if (const auto found = events.find(key); found != events.end()) totals.events = found->second.size();
    return totals;
  }
  std::uint64_t last_24h(const store::StreamKey& key, TimePoint) const override { return totals(key)->events; }
  Result<bool> housekeep(std::stop_token) override { return false; }

#define PICKET_NOT_HERE PICKET_ASSERT(false, "this fake serves ingest and fleet only")
  using Query = const store::Query&;
  Result<store::FindResult> find(Query, const store::FindOptions&, std::stop_token) const override { PICKET_NOT_HERE; }
  Status search(Query, store::Order, const std::function<bool(store::StoredEvent&&)>&,
                const std::function<void(const store::Progress&)>&, std::stop_token) const override { PICKET_NOT_HERE; }
  Status scan(Query, const std::function<bool(const store::RecordBatch&)>&, const std::function<void(const store::Progress&)>&,
              std::stop_token) const override { PICKET_NOT_HERE; }
  Result<std::uint64_t> count(Query, std::stop_token) const override { return 0; }
  Result<std::map<std::string, std::vector<store::Bucket>>> histogram(Query, store::Width, store::GroupBy, std::stop_token) const override { PICKET_NOT_HERE; }
  Result<std::optional<store::StoredEvent>> get(const std::string&, const std::string&) const override { PICKET_NOT_HERE; }
  Result<std::vector<store::EventVersion>> versions(const std::string&, const std::string&) const override { PICKET_NOT_HERE; }
  Result<std::uint64_t> drop_before(TimePoint) override { PICKET_NOT_HERE; }
  Result<std::uint64_t> disk_bytes() const override { return 0; }
#undef PICKET_NOT_HERE

 private:
  mutable std::mutex mutex_;
};

}  // namespace picket::ingest
