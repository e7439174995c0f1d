#include "store/query.h"

#include <algorithm>

namespace picket::store {

namespace {

struct Candidate {
  EventPosition position;
  std::size_t block = 0;  // in the blocks of the query
  std::uint32_t row = 0;
};

EventPosition position_of(const DecodedBlock& block, std::uint32_t row) {
  return {block.columns.times[row], {block.partition, block.stream, block.first + row}};
}

/// The worst position a block can hold in `order`.
EventPosition last_of(Snapshot& snapshot, const Snapshot::Block& block, Order order) {
  return bound_of(snapshot, block, order == Order::kNewestFirst ? Order::kOldestFirst : Order::kNewestFirst);
}

/// The best `limit` + 1 events after a position, while blocks are shown in any order.
class Page {
  // the heap's front is the worst
  auto before() const {
    return [this](const Candidate& a, const Candidate& b) {
      return comes_before(a.position, b.position, order_);
    };
  }

 public:
  Page(Order order, std::size_t limit, std::optional<EventPosition> after)
      : order_(order), room_(limit + 1), after_(after) {}

  void add(const ScannedBlock& scanned) {
    for (const auto row : *scanned.rows) {
      const auto p = position_of(*scanned.block, row);
      if (after_ && !comes_before(*after_, p, order_)) continue;
      if (full() && !comes_before(p, best_.front().position, order_)) continue;
      if (full()) {
        std::pop_heap(best_.begin(), best_.end(), before());
        best_.pop_back();
      }
      best_.push_back({p, scanned.index, row});
      std::push_heap(best_.begin(), best_.end(), before());
    }
  }
  bool full() const { return best_.size() == room_; }
  /// Whether nothing at or behind `bound` can come onto the page any more.
  bool closed_for(const EventPosition& bound) const {
    return full() && !comes_before(bound, best_.front().position, order_);
  }
  std::vector<Candidate> take() {
    std::sort_heap(best_.begin(), best_.end(), before());
    return std::move(best_);
  }

 private:
  Order order_;
  std::size_t room_;
  std::optional<EventPosition> after_;
  std::vector<Candidate> best_;
};

/// Reads the events of a page, each block once.
Result<std::vector<StoredEvent>> read_events(const StoreCore& core, Snapshot& snapshot,
                                             std::span<const Snapshot::Block> blocks,
                                             std::span<const Candidate> rows, bool with_raw) {
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return rows[a].block < rows[b].block; });
  std::vector<StoredEvent> out(rows.size());
  Decompressor decompressor;
  DecodedBlock decoded;
  std::optional<std::size_t> have;
  for (const auto i : order) {
    const auto& block = blocks[rows[i].block];
    auto& part = snapshot.parts()[block.part];
    if (have != rows[i].block) {
      PICKET_TRY(read_block(*part.partition, *part.reader, block.row, true, decompressor, decoded));
      have = rows[i].block;
    }
    out[i] = stored_event(core, *block.key, decoded, rows[i].row, with_raw);
    PICKET_ASSIGN(const auto versions, count_versions(core, rows[i].position.address));
    out[i].versions = 1 + versions;
  }
  return out;
}

bool counts_by_directory(const Filter& filter) {
  return filter.by_time_only();
}

/// Events in `span`: whole blocks by their directory, the others by their times.
Result<std::uint64_t> count_blocks(const StoreCore& core, Snapshot& snapshot,
                                   std::span<const Snapshot::Block> blocks, const Filter& filter,
                                   const TimeSpan& span, std::stop_token stop) {
  std::uint64_t total = 0;
  std::vector<Snapshot::Block> partial;
  for (const auto& block : blocks) {
    if (counts_by_directory(filter) && span.covers(block.row)) {
      total += block.row.n;
    } else {
      partial.push_back(block);
    }
  }
  PICKET_TRY(scan_blocks(snapshot, partial, filter, span, core.tuning.scan_threads, std::move(stop),
                         [&](const ScannedBlock& s) {
                           total += s.rows->size();
                           return true;
                         }));
  return total;
}

}  // namespace

StoredEvent stored_event(const StoreCore& core, const StreamKey& key, const DecodedBlock& block,
                         std::uint32_t row, bool with_raw) {
  const auto v = block.columns.view(block.raw, row);
  StoredEvent e;
  e.id = core.addresses.id({block.partition, block.stream, block.first + row});
  e.key = key;
  e.time = v.time;
  e.received_at = from_micros(block.columns.received[row]);
  e.vendor_uid = v.vendor_uid;
  e.class_uid = v.class_uid;
  e.activity_id = v.activity_id;
  e.outcome = v.outcome;
  e.unreadable = v.unreadable;
  e.action = v.action;
  e.actor_uid = v.actor_uid;
  e.actor_email = v.actor_email;
  e.source_ip = v.source_ip;
  e.country = v.country;
  e.target = v.target;
  if (with_raw) e.raw = block.columns.record(block.raw, row);
  return e;
}

Result<std::uint32_t> count_versions(const StoreCore& core, const EventAddress& address) {
  std::uint32_t count = 0;
  for (const auto& partition : core.partitions.all()) {
    if (!partition->has_versions() || partition->number() < address.partition) continue;
    PICKET_ASSIGN(auto reader, partition->reader());
    PICKET_ASSIGN(auto select, reader->get(Sql::kVersionCount));
    PICKET_ASSIGN(const bool row,
                  select.bind(1, address.partition).bind(2, address.stream).bind(3, address.ordinal).step());
    if (row) count += static_cast<std::uint32_t>(select.integer(0));
  }
  return count;
}

Result<FindResult> find_events(const StoreCore& core, const Query& query, const FindOptions& options,
                               std::stop_token stop) {
  std::optional<EventPosition> after;
  if (!options.after.empty()) {
    PICKET_ASSIGN(after, core.addresses.parse_token(options.after, options.order));
  }
  const Filter filter(query);
  const auto span = TimeSpan::of(query.time);
  PICKET_ASSIGN(auto snapshot, Snapshot::take(core, query));
  PICKET_ASSIGN(const auto blocks, snapshot.blocks(core, filter, span, options.order));

  FindResult result;
  const bool scan_all = options.with_total && !counts_by_directory(filter);
  std::uint64_t total = 0;
  Page page(options.order, options.limit, after);
  // without a total, blocks that lie wholly before the token are not looked at
  std::vector<Snapshot::Block> wanted;
  const std::vector<Snapshot::Block>* used = &blocks;
  if (!scan_all && after) {
    for (const auto& b : blocks)
      if (comes_before(*after, last_of(snapshot, b, options.order), options.order)) wanted.push_back(b);
    used = &wanted;
  }
  const int threads = scan_all || filter.has_text() ? core.tuning.scan_threads : 1;
  if (scan_all || options.limit > 0) {
    PICKET_TRY(scan_blocks(snapshot, *used, filter, span, threads, stop, [&](const ScannedBlock& s) {
      total += s.rows->size();
      if (options.limit > 0) page.add(s);
      const auto next = s.index + 1;
      return scan_all || next >= used->size() ||
             !page.closed_for(bound_of(snapshot, (*used)[next], options.order));
    }));
  }
  if (options.with_total && !scan_all) {
    PICKET_ASSIGN(total, count_blocks(core, snapshot, blocks, filter, span, stop));
  }
  if (options.with_total) result.total = total;
  auto rows = page.take();
  if (rows.size() > options.limit) {
    rows.resize(options.limit);
    result.next = core.addresses.token(options.order, rows.back().position);
  }
  PICKET_ASSIGN(result.events, read_events(core, snapshot, *used, rows, options.with_raw));
  return result;
}

Result<std::uint64_t> count_events(const StoreCore& core, const Query& query, std::stop_token stop) {
  const Filter filter(query);
  const auto span = TimeSpan::of(query.time);
  PICKET_ASSIGN(auto snapshot, Snapshot::take(core, query));
  PICKET_ASSIGN(const auto blocks, snapshot.blocks(core, filter, span, Order::kNewestFirst));
  return count_blocks(core, snapshot, blocks, filter, span, std::move(stop));
}

namespace {

Result<std::pair<PartitionSet::Pointer, std::optional<EventAddress>>> locate(
    const StoreCore& core, const std::string& organization_id, const std::string& id, StreamKey& key) {
  std::pair<PartitionSet::Pointer, std::optional<EventAddress>> out;
  const auto address = core.addresses.parse_id(id);
  if (!address) return out;
  const auto partition = core.partitions.find(address->partition);
  if (partition == nullptr) return out;
  PICKET_ASSIGN(auto reader, partition->reader());
  PICKET_ASSIGN(auto select, reader->get(Sql::kStream));
  PICKET_ASSIGN(const bool found, select.bind(1, address->stream).step());
  if (!found) return out;
  auto row = stream_row(select);
  if (row.key.organization_id != organization_id || address->ordinal >= row.events) return out;
  key = std::move(row.key);
  return std::pair(partition, std::optional(*address));
}

}  // namespace

Result<std::optional<StoredEvent>> get_event(const StoreCore& core, const std::string& organization_id,
                                             const std::string& id) {
  StreamKey key;
  PICKET_ASSIGN(const auto place, locate(core, organization_id, id, key));
  const auto& [partition, address] = place;
  if (!address) return std::optional<StoredEvent>();
  PICKET_ASSIGN(auto reader, partition->reader());
  PICKET_ASSIGN(const auto row, find_block(*reader, address->stream, address->ordinal));
  if (!row) return std::optional<StoredEvent>();
  Decompressor decompressor;
  DecodedBlock block;
  PICKET_TRY(read_block(*partition, *reader, *row, true, decompressor, block));
  auto event = stored_event(core, key, block, address->ordinal - row->first, true);
  PICKET_ASSIGN(const auto versions, count_versions(core, *address));
  event.versions = 1 + versions;
  return std::optional(std::move(event));
}

Result<std::vector<EventVersion>> versions_of(const StoreCore& core, const std::string& organization_id,
                                              const std::string& id) {
  StreamKey key;
  std::vector<EventVersion> out;
  PICKET_ASSIGN(const auto place, locate(core, organization_id, id, key));
  if (!place.second) return out;
  for (const auto& partition : core.partitions.all()) {
    if (!partition->has_versions() || partition->number() < place.second->partition) continue;
    PICKET_ASSIGN(auto reader, partition->reader());
    PICKET_ASSIGN(auto select, reader->get(Sql::kVersions));
    select.bind(1, place.second->partition).bind(2, place.second->stream).bind(3, place.second->ordinal);
    for (;;) {
      PICKET_ASSIGN(const bool more, select.step());
      if (!more) break;
      out.push_back({from_micros(select.integer(0)), std::string(select.blob(1))});
    }
  }
  return out;
}

Result<RecentCounts> load_recent(const StoreCore& core, const StreamKey& key, std::int64_t from_bucket,
                                 std::int64_t to_bucket) {
  Query query;
  query.organization_id = key.organization_id;
  query.device_ids = {key.device_id};
  query.streams = {key.stream};
  query.time = {from_micros(from_bucket * RecentCounts::kBucketUs),
                from_micros(to_bucket * RecentCounts::kBucketUs)};
  const Filter filter(query);
  const auto span = TimeSpan::of(query.time);
  RecentCounts out;
  out.reset(from_bucket, to_bucket);
  PICKET_ASSIGN(auto snapshot, Snapshot::take(core, query));
  PICKET_ASSIGN(const auto blocks, snapshot.blocks(core, filter, span, Order::kOldestFirst));
  PICKET_TRY(scan_blocks(snapshot, blocks, filter, span, 1, {}, [&](const ScannedBlock& s) {
    for (const auto row : *s.rows) out.add(s.block->columns.times[row]);
    return true;
  }));
  return out;
}

}  // namespace picket::store
