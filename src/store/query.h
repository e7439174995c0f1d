#pragma once

#include "store/scan.h"
#include "store/store_core.h"

/// The reading half of the embedded driver. Threads: any; each call has snapshots of its own.
namespace picket::store {

Result<FindResult> find_events(const StoreCore& core, const Query& query, const FindOptions& options,
                               std::stop_token stop);
Status search_events(const StoreCore& core, const Query& query, Order order,
                     const std::function<bool(StoredEvent&&)>& row,
                     const std::function<void(const Progress&)>& progress, std::stop_token stop);
Status scan_events(const StoreCore& core, const Query& query, const std::function<bool(const RecordBatch&)>& batch,
                   const std::function<void(const Progress&)>& progress, std::stop_token stop);
Result<std::uint64_t> count_events(const StoreCore& core, const Query& query, std::stop_token stop);
Result<std::map<std::string, std::vector<Bucket>>> histogram_of(const StoreCore& core, const Query& query,
                                                                Width width, GroupBy group,
                                                                std::stop_token stop);
Result<std::optional<StoredEvent>> get_event(const StoreCore& core, const std::string& organization_id,
                                             const std::string& id);
Result<std::vector<EventVersion>> versions_of(const StoreCore& core, const std::string& organization_id,
                                              const std::string& id);
/// Five-minute counts of one stream's event times over the buckets [from, to).
Result<RecentCounts> load_recent(const StoreCore& core, const StreamKey& key, std::int64_t from_bucket,
                                 std::int64_t to_bucket);

/// One row of a decoded block as the API shows it; `raw` left empty unless asked for.
StoredEvent stored_event(const StoreCore& core, const StreamKey& key, const DecodedBlock& block,
                         std::uint32_t row, bool with_raw);
/// Counts an event's further versions in every partition that has any.
Result<std::uint32_t> count_versions(const StoreCore& core, const EventAddress& address);

}  // namespace picket::store
