#pragma once

#include <span>
#include <vector>

#include "store/event_store.h"

namespace picket::store {

/// A batch of one event, for stores that hold events in memory.
class EventBatch final : public RecordBatch {
 public:
  EventBatch(const StoredEvent& event, std::optional<TimePoint> settled)
      : event_(event), record_{event.time, event.raw, event.unreadable, event.class_uid, event.activity_id, event.outcome}, settled_(settled) {}
  const StreamKey& key() const override { return event_.key; }
  std::span<const Record> records() const override { return {&record_, 1}; }
  std::string id(std::size_t) const override { return event_.id; }
  std::optional<TimePoint> settled() const override { return settled_; }

 private:
  const StoredEvent& event_;
  Record record_;
  std::optional<TimePoint> settled_;
};

/// `EventStore::scan` over events that lie in the order of time.
inline Status scan_events_one_by_one(const std::vector<StoredEvent>& events, const std::function<bool(const RecordBatch&)>& batch,
                                     const std::function<void(const Progress&)>& progress, const std::stop_token& stop) {
  if (progress) progress({0, events.size(), 0, std::nullopt});
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "The search was stopped.");
    const auto settled = i + 1 < events.size() ? std::optional(events[i + 1].time) : std::nullopt;
    if (!batch(EventBatch(events[i], settled))) return {};
    if (progress) progress({i + 1, events.size(), i + 1, settled});
  }
  return {};
}

}  // namespace picket::store
