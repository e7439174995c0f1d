#include "store/stream_registry.h"

#include <algorithm>

namespace picket::store {

void RecentCounts::reset(std::int64_t from, std::int64_t to) {
  from_ = from;
  to_ = to;
  counts_.clear();
}

void RecentCounts::add(std::int64_t time_us, std::uint32_t n) {
  const auto bucket = bucket_of(time_us);
  if (bucket < from_ || bucket >= to_) return;
  if (!counts_.empty() && counts_.back().first == bucket) {
    counts_.back().second += n;
    return;
  }
  const auto at = std::lower_bound(counts_.begin(), counts_.end(), bucket,
                                   [](const auto& c, std::int64_t b) { return c.first < b; });
  if (at != counts_.end() && at->first == bucket) {
    at->second += n;
  } else {
    counts_.insert(at, {bucket, n});
  }
}

std::optional<std::uint64_t> RecentCounts::last_24h(std::int64_t now_us) const {
  const auto last = bucket_of(now_us), first = last - kBuckets + 1;
  if (first < from_ || last >= to_) return std::nullopt;
  std::uint64_t sum = 0;
  for (auto at = counts_.rbegin(); at != counts_.rend() && at->first >= first; ++at)
    if (at->first <= last) sum += at->second;
  return sum;
}

void RecentCounts::forget_before(std::int64_t bucket) {
  if (bucket <= from_ || bucket >= to_ || counts_.size() < 2 * kBuckets + 64) return;
  const auto keep = std::lower_bound(counts_.begin(), counts_.end(), bucket,
                                     [](const auto& c, std::int64_t b) { return c.first < b; });
  counts_.erase(counts_.begin(), keep);
  from_ = bucket;
}

void StreamRegistry::load(std::uint32_t partition, const std::vector<StreamRow>& rows) {
  const std::unique_lock lock(mutex_);
  add(partition, rows);
}

void StreamRegistry::add(std::uint32_t partition, const std::vector<StreamRow>& rows) {
  for (const auto& row : rows) {
    auto& state = streams_[row.key];
    state.key = row.key;
    state.slots.push_back({partition, row.number, row.events, row.oldest_us, row.newest_us});
    auto& t = state.totals;
    t.events += row.events;
    t.unreadable += row.unreadable;
    t.versions += row.versions;
    t.raw_bytes += row.raw_bytes;
    if (row.readable_oldest_us && (!t.oldest || to_micros(*t.oldest) > *row.readable_oldest_us))
      t.oldest = from_micros(*row.readable_oldest_us);
    if (row.readable_newest_us && (!t.newest || to_micros(*t.newest) < *row.readable_newest_us))
      t.newest = from_micros(*row.readable_newest_us);
  }
}

void StreamRegistry::replace(
    const std::vector<std::pair<std::uint32_t, std::vector<StreamRow>>>& partitions) {
  const std::unique_lock lock(mutex_);
  for (auto& [key, state] : streams_) {
    state.slots.clear();
    state.totals = {};
    state.recent.unload();
    ++state.changes;
  }
  for (const auto& [partition, rows] : partitions) add(partition, rows);
}

std::vector<std::pair<const StreamKey*, std::vector<StreamSlot>>> StreamRegistry::select(
    const Query& query) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::pair<const StreamKey*, std::vector<StreamSlot>>> out;
  const auto among = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  const auto take = [&](const std::string& device, bool one_device) {
    for (auto at = streams_.lower_bound({query.organization_id, device, ""}); at != streams_.end(); ++at) {
      if (at->first.organization_id != query.organization_id || (one_device && at->first.device_id != device))
        break;
      if (!query.streams.empty() && !among(query.streams, at->first.stream)) continue;
      if (among(query.without_streams, at->first.stream) || among(query.without_device_ids, at->first.device_id)) continue;
      out.emplace_back(&at->first, at->second.slots);
    }
  };
  if (query.device_ids.empty()) {
    take("", false);
    return out;
  }
  auto devices = query.device_ids;
  std::sort(devices.begin(), devices.end());
  devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
  for (const auto& device : devices) take(device, true);
  return out;
}

}  // namespace picket::store
