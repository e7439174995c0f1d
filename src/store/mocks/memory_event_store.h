#pragma once

#include <algorithm>
#include <map>
#include <mutex>

#include "base/guid.h"
#include "base/strings.h"
#include "store/event_store.h"
#include "store/mocks/event_batch.h"

namespace picket::store {

/// The event store in the fewest words: everything in memory, every question a walk over all events. For
/// tests of others, and the model that drivers are compared with. Threads: any.
class MemoryEventStore final : public EventStore {
 public:
  Result<AppendResult> append(const StreamKey& key, std::span<const NewEvent> events,
                              TimePoint received_at, std::span<const std::uint32_t> wanted) override {
    const std::lock_guard lock(mutex_);
    AppendResult result;
    std::vector<std::size_t> slots;
    for (const auto& e : events) {
      const auto time = e.view.unreadable ? received_at : e.view.time;
      if (!e.view.unreadable && (!result.newest || *result.newest < time)) result.newest = time;
      auto& slot = identities_[{key, e.view.vendor_uid.empty() ? "raw:" + std::string(e.raw)
                                                               : "uid:" + std::string(e.view.vendor_uid)}];
      if (slot == 0) {
        stored_.push_back(make(key, e, time, received_at));
        slot = stored_.size();
        slots.push_back(slot);
        ++result.added;
        result.unreadable += e.view.unreadable;
        continue;
      }
      slots.push_back(slot);
      auto& s = stored_[slot - 1];
      const auto known = [&](const EventVersion& v) { return v.raw == e.raw; };
      if (s.event.raw == e.raw || std::any_of(s.further.begin(), s.further.end(), known)) {
        ++result.repeated;
      } else {
        s.further.push_back({received_at, std::string(e.raw)});
        ++s.event.versions;
        ++result.versions;
      }
    }
    for (const auto event : wanted) result.ids.push_back(guid_bytes(stored_[slots[event] - 1].event.id).value());
    return result;
  }

  Result<FindResult> find(const Query& query, const FindOptions& options, std::stop_token) const override {
    const std::lock_guard lock(mutex_);
    auto rows = matches(query, options.order);
    FindResult result;
    if (options.with_total) result.total = rows.size();
    std::size_t from = 0;
    if (!options.after.empty()) {
      const auto last = std::find_if(stored_.begin(), stored_.end(),
                                     [&](const Stored& s) { return s.event.id == options.after; });
      if (last == stored_.end())
        return fail(Error(ErrorKind::kInvalidInput, "The page token is not one of ours.").with_field("page"));
      while (from < rows.size() && !before(*last, *rows[from], options.order)) ++from;
    }
    for (auto i = from; i < rows.size() && result.events.size() < options.limit; ++i) {
      result.events.push_back(rows[i]->event);
      if (!options.with_raw) result.events.back().raw.clear();
    }
    if (from + result.events.size() < rows.size() && !result.events.empty())
      result.next = result.events.back().id;
    return result;
  }

  Status search(const Query& query, Order order, const std::function<bool(StoredEvent&&)>& row,
                const std::function<void(const Progress&)>& progress, std::stop_token stop) const override {
    std::vector<StoredEvent> events;
    {
      const std::lock_guard lock(mutex_);
      for (const auto* s : matches(query, order)) events.push_back(s->event);
    }
    if (progress) progress({});
    for (auto& e : events) {
      if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "The search was stopped.");
      if (!row(std::move(e))) break;
    }
    if (progress) progress({events.size(), events.size(), events.size(), std::nullopt});
    return {};
  }

  Status scan(const Query& query, const std::function<bool(const RecordBatch&)>& batch,
              const std::function<void(const Progress&)>& progress, std::stop_token stop) const override {
    std::vector<StoredEvent> events;
    {
      const std::lock_guard lock(mutex_);
      for (const auto* s : matches(query, Order::kOldestFirst)) events.push_back(s->event);
    }
    return scan_events_one_by_one(events, batch, progress, stop);
  }

  Result<std::uint64_t> count(const Query& query, std::stop_token) const override {
    const std::lock_guard lock(mutex_);
    return matches(query, Order::kNewestFirst).size();
  }

  Result<std::map<std::string, std::vector<Bucket>>> histogram(const Query& query, Width width, GroupBy group,
                                                               std::stop_token) const override {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::map<TimePoint, std::uint64_t>> counts;
    if (group == GroupBy::kNothing) counts[""];
    for (const auto* s : matches(query, Order::kOldestFirst)) {
      const auto start = TimePoint(std::chrono::floor<std::chrono::days>(s->event.time) +
                                   (s->event.time - std::chrono::floor<std::chrono::days>(s->event.time)) /
                                       duration_of(width) * duration_of(width));
      ++counts[group == GroupBy::kStream   ? s->event.key.stream
               : group == GroupBy::kDevice ? s->event.key.device_id
                                           : ""][start];
    }
    std::map<std::string, std::vector<Bucket>> out;
    for (const auto& [name, buckets] : counts) {
      auto& series = out[name];
      for (const auto& [start, n] : buckets) series.push_back({start, n});
    }
    return out;
  }

  Result<std::optional<StoredEvent>> get(const std::string& organization_id,
                                         const std::string& id) const override {
    const std::lock_guard lock(mutex_);
    for (const auto& s : stored_)
      if (s.event.id == id && s.event.key.organization_id == organization_id) return std::optional(s.event);
    return std::optional<StoredEvent>();
  }

  Result<std::vector<EventVersion>> versions(const std::string& organization_id,
                                             const std::string& id) const override {
    const std::lock_guard lock(mutex_);
    for (const auto& s : stored_)
      if (s.event.id == id && s.event.key.organization_id == organization_id) return s.further;
    return std::vector<EventVersion>();
  }

  Result<StreamTotals> totals(const StreamKey& key) const override {
    const std::lock_guard lock(mutex_);
    StreamTotals t;
    for (const auto& s : stored_) {
      if (s.event.key != key) continue;
      ++t.events;
      t.unreadable += s.event.unreadable;
      t.versions += s.further.size();
      t.raw_bytes += s.event.raw.size();
      if (s.event.unreadable) continue;
      if (!t.oldest || s.event.time < *t.oldest) t.oldest = s.event.time;
      if (!t.newest || s.event.time > *t.newest) t.newest = s.event.time;
    }
    return t;
  }

  std::uint64_t last_24h(const StreamKey& key, TimePoint now) const override {
    const std::lock_guard lock(mutex_);
    using FiveMinutes = std::chrono::duration<std::int64_t, std::ratio<300>>;
    const auto last = std::chrono::floor<FiveMinutes>(now);
    return static_cast<std::uint64_t>(std::count_if(stored_.begin(), stored_.end(), [&](const Stored& s) {
      const auto bucket = std::chrono::floor<FiveMinutes>(s.event.time);
      return s.event.key == key && bucket <= last && last - bucket < std::chrono::hours(24);
    }));
  }

  /// Has no partitions: drops each old event.
  Result<std::uint64_t> drop_before(TimePoint limit) override {
    const std::lock_guard lock(mutex_);
    const auto dropped = std::erase_if(
        stored_, [&](const Stored& s) { return s.event.time < limit && s.event.received_at < limit; });
    identities_.clear();
    for (std::size_t i = 0; i < stored_.size(); ++i) {
      const auto& e = stored_[i].event;
      identities_[{e.key, e.vendor_uid.empty() ? "raw:" + e.raw : "uid:" + e.vendor_uid}] = i + 1;
    }
    return dropped;
  }
  Result<bool> housekeep(std::stop_token) override { return false; }
  Result<std::uint64_t> disk_bytes() const override { return 0; }

 private:
  struct Stored {
    StoredEvent event;
    std::uint64_t number = 0;
    std::vector<EventVersion> further;
  };

  Stored make(const StreamKey& key, const NewEvent& e, TimePoint time, TimePoint received_at) {
    Stored s;
    s.number = ++numbers_;
    s.event.id = new_guid();
    s.event.key = key;
    s.event.time = time;
    s.event.received_at = received_at;
    s.event.vendor_uid = e.view.vendor_uid;
    s.event.class_uid = e.view.class_uid;
    s.event.activity_id = e.view.activity_id;
    s.event.outcome = e.view.outcome;
    s.event.unreadable = e.view.unreadable;
    s.event.action = e.view.action;
    s.event.actor_uid = e.view.actor_uid;
    s.event.actor_email = e.view.actor_email;
    s.event.source_ip = e.view.source_ip;
    s.event.country = e.view.country;
    s.event.target = e.view.target;
    s.event.raw = e.raw;
    return s;
  }

  static bool before(const Stored& a, const Stored& b, Order order) {
    const auto x = std::pair(a.event.time, a.number), y = std::pair(b.event.time, b.number);
    return order == Order::kNewestFirst ? x > y : x < y;
  }

  static bool holds(const Condition& c, std::string value, bool lower) {
    if (lower) value = to_lower(value);
    const auto any = [&](auto&& test) {
      return std::any_of(c.values.begin(), c.values.end(),
                         [&](const std::string& v) { return test(lower ? to_lower(v) : v); });
    };
    switch (c.match) {
      case Match::kEqual:
        return any([&](const std::string& v) { return v == value; });
      case Match::kNotEqual:
        return !any([&](const std::string& v) { return v == value; });
      case Match::kContains:
        return any([&](const std::string& v) { return value.find(v) != std::string::npos; });
      case Match::kStartsWith:
        return any([&](const std::string& v) { return value.starts_with(v); });
    }
    return false;
  }

  static bool holds(const Condition& c, const StoredEvent& e) {
    const bool contains = c.match == Match::kContains;
    switch (c.field) {
      case Field::kVendorUid:
        return holds(c, e.vendor_uid, contains);
      case Field::kAction:
        return holds(c, e.action, contains);
      case Field::kOutcome:
        return holds(c, std::string(model::to_string(e.outcome)), contains);
      case Field::kActor: {
        const bool uid = holds(c, e.actor_uid, true), email = holds(c, e.actor_email, true);
        return c.match == Match::kNotEqual ? uid && email : uid || email;
      }
      case Field::kActorUid:
        return holds(c, e.actor_uid, contains);
      case Field::kActorEmail:
        return holds(c, e.actor_email, true);
      case Field::kSourceIp:
        return holds(c, e.source_ip, contains);
      case Field::kCountry:
        return holds(c, e.country, true);
      case Field::kTarget:
        return holds(c, e.target, contains);
      case Field::kClassUid:
        return holds(c, std::to_string(e.class_uid), contains);
      case Field::kUnreadable:
        return holds(c, e.unreadable ? "true" : "false", contains);
    }
    return false;
  }

  static bool matches(const Query& q, const StoredEvent& e) {
    const auto among = [](const std::vector<std::string>& list, const std::string& v) {
      return list.empty() || std::find(list.begin(), list.end(), v) != list.end();
    };
    const auto none_of = [](const std::vector<std::string>& list, const std::string& v) {
      return std::find(list.begin(), list.end(), v) == list.end();
    };
    return e.key.organization_id == q.organization_id && among(q.device_ids, e.key.device_id) &&
           none_of(q.without_device_ids, e.key.device_id) && none_of(q.without_streams, e.key.stream) &&
           among(q.streams, e.key.stream) && (!q.time.from || e.time >= *q.time.from) &&
           (!q.time.to || e.time < *q.time.to) &&
           std::all_of(q.conditions.begin(), q.conditions.end(),
                       [&](const Condition& c) { return holds(c, e); }) &&
           std::all_of(q.text.begin(), q.text.end(),
                       [&](const std::string& t) { return e.raw.find(t) != std::string::npos; });
  }

  std::vector<const Stored*> matches(const Query& query, Order order) const {
    std::vector<const Stored*> out;
    for (const auto& s : stored_)
      if (matches(query, s.event)) out.push_back(&s);
    std::sort(out.begin(), out.end(),
              [&](const Stored* a, const Stored* b) { return before(*a, *b, order); });
    return out;
  }

  mutable std::mutex mutex_;
  std::vector<Stored> stored_;
  std::map<std::pair<StreamKey, std::string>, std::size_t> identities_;  // index in stored_ + 1
  std::uint64_t numbers_ = 0;
};

}  // namespace picket::store
