#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/fail_point.h"
#include "obs/log.h"
#include "store/store_core.h"

namespace picket::store {

namespace {

constexpr std::size_t kMaxRecordBytes = std::size_t{256} << 20;
constexpr std::int64_t kHourUs = 3'600'000'000, kDayUs = 86'400'000'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/// One append, from the page to the commit. Holds the write lock while it lives.
class Append {
 public:
  Append(StoreCore& core, const StreamKey& key, std::span<const NewEvent> events, TimePoint received_at,
         std::span<const std::uint32_t> wanted)
      : core_(core),
        key_(key),
        events_(events),
        wanted_(wanted),
        received_us_(to_micros(received_at)),
        lock_(core.write_mutex) {}

  Result<AppendResult> run() {
    if (core_.poisoned) {
      return fail(
          ErrorKind::kUnavailable,
          "The disk failed to make an earlier write durable. Picket stores no more events until it is "
          "restarted; check the disk first.");
    }
    PICKET_TRY(prepare());
    PICKET_ASSIGN(partition_, core_.partition_for(from_micros(received_us_)));
    find_slots();
    if (!PICKET_PLANTED("store.no_unique")) {
      PICKET_TRY(settle_stored());
      settle_within();
    }
    PICKET_TRY(settle_versions());
    if (new_ == 0 && versions_.empty()) {
      name_wanted();
      return result_;
    }
    if (auto done = write(); !done) {
      undo();
      return fail(std::move(done).error());
    }
    publish();
    name_wanted();
    if (!partition_->checkpoint_if_due()) core_.poisoned = true;
    return result_;
  }

 private:
  enum class Fate : std::uint8_t { kNew, kRepeated, kVersion };
  static constexpr std::uint32_t kNone = 0xffffffffu;

  struct Version {
    std::uint32_t event = 0;       // index in the batch
    std::uint32_t leader = kNone;  // the first version is this event of the batch, or
    EventAddress address;          // this stored one
  };

  model::EventView view(std::size_t i) const {
    auto v = events_[i].view;
    if (v.unreadable) v.time = from_micros(received_us_);
    return v;
  }

  Status prepare();
  void find_slots();
  Status settle_stored();
  Status compare(const IdentityHit& hit, std::uint32_t event);
  void settle_within();
  bool same_identity(std::uint32_t a, std::uint32_t b) const;
  Status settle_versions();
  Result<bool> version_known(const EventAddress& address, std::string_view raw, std::uint64_t hash);
  Status write();
  Status write_blocks(Connection& db);
  Status flush_block(Connection& db);
  Status write_identities(Connection& db);
  Status write_counts(Connection& db);
  Status write_versions(Connection& db);
  Status write_stream(Connection& db);
  void undo();
  void publish();
  EventAddress address_of(std::uint32_t event) const;
  void name_wanted();

  StoreCore& core_;
  const StreamKey& key_;
  std::span<const NewEvent> events_;
  std::span<const std::uint32_t> wanted_;
  std::int64_t received_us_;
  std::unique_lock<std::mutex> lock_;
  PartitionSet::Pointer partition_;
  AppendResult result_;

  std::vector<std::uint64_t> sorted_;  // hashes, ascending
  std::vector<std::uint32_t> order_;   // order_[k]: the event of sorted_[k]
  std::vector<Fate> fates_;
  std::vector<std::uint32_t> leaders_;  // not kNew: the event of the batch that came first, or
  std::vector<EventAddress> stored_;    // the stored one
  std::vector<Version> versions_;
  std::vector<StreamSlot> slots_;
  std::vector<std::uint32_t> ordinals_;  // of new events, by index in the batch
  std::vector<std::uint64_t> keys_;
  StreamRow row_;  // as it will be after the commit
  bool fresh_stream_ = false;
  std::uint32_t new_ = 0;
  std::uint32_t block_first_ = 0;
};

Status Append::prepare() {
  if (events_.size() >= kNone)
    return fail(ErrorKind::kTooLarge, "An append of more than four billion records.");
  const auto n = static_cast<std::uint32_t>(events_.size());
  std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed(n);
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto& e = events_[i];
    if (e.raw.size() > kMaxRecordBytes) {
      return fail(
          ErrorKind::kTooLarge,
          fmt::format("A record of {} bytes came in stream {}; {} are the most that one record may have.",
                      e.raw.size(), key_.stream, kMaxRecordBytes));
    }
    const auto v = view(i);
    keyed[i] = {core_.identity_hash(v, e.raw), i};
    if (!v.unreadable && (!result_.newest || *result_.newest < v.time)) result_.newest = v.time;
  }
  std::sort(keyed.begin(), keyed.end());
  sorted_.resize(n);
  order_.resize(n);
  for (std::uint32_t k = 0; k < n; ++k) {
    sorted_[k] = keyed[k].first;
    order_[k] = keyed[k].second;
  }
  fates_.assign(n, Fate::kNew);
  leaders_.assign(n, kNone);
  stored_.resize(n);
  new_ = n;
  return {};
}

void Append::find_slots() {
  slots_ = core_.streams.read([&](const StreamRegistry::Map& map) {
    const auto at = map.find(key_);
    return at == map.end() ? std::vector<StreamSlot>() : at->second.slots;
  });
}

/// Which records are stored already, in whatever partition. A hit is only a hash: the stored id and bytes
/// decide.
Status Append::settle_stored() {
  std::vector<IdentityHit> hits;
  for (const auto& slot : slots_) {
    const auto partition = core_.partitions.find(slot.partition);
    if (partition == nullptr) continue;
    hits.clear();
    if (partition == partition_) {
      PICKET_ASSIGN(auto* writer, partition->writer());
      PICKET_TRY(core_.identities.lookup(*partition, *writer, slot.stream, sorted_, hits));
    } else {
      PICKET_ASSIGN(auto reader, partition->reader());
      PICKET_TRY(core_.identities.lookup(*partition, *reader, slot.stream, sorted_, hits));
    }
    if (hits.empty()) continue;
    std::sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.ordinal < b.ordinal; });
    PICKET_ASSIGN(auto reader, partition->reader());
    auto& block = core_.last_block;
    for (const auto& hit : hits) {
      const auto event = order_[hit.position];
      if (fates_[event] != Fate::kNew) continue;
      const bool cached = block.has_raw && block.partition == hit.partition && block.stream == hit.stream &&
                          hit.ordinal - block.first < block.columns.n;
      if (!cached) {
        block.has_raw = false;
        PICKET_ASSIGN(const auto row, find_block(*reader, hit.stream, hit.ordinal));
        auto read = row ? read_block(*partition, *reader, *row, true, core_.decompressor, block)
                        : Status(fail(ErrorKind::kCorrupt, "An indexed event has no block."));
        if (!read) {
          if (read.error().kind != ErrorKind::kCorrupt) return read;
          // Its bytes are lost, its identity is not: what the vendor sends now is kept beside it.
          PICKET_LOG_WARN("store", "{} The record that came again is kept as a further version.",
                          read.error().message);
          fates_[event] = Fate::kVersion;
          stored_[event] = {hit.partition, hit.stream, hit.ordinal};
          continue;
        }
      }
      PICKET_TRY(compare(hit, event));
    }
  }
  return {};
}

Status Append::compare(const IdentityHit& hit, std::uint32_t event) {
  const auto& block = core_.last_block;
  const auto row = hit.ordinal - block.first;
  const auto& raw = events_[event].raw;
  if (PICKET_PLANTED("store.dedup_by_time")) {
    if (block.columns.times[row] == to_micros(view(event).time)) {
      fates_[event] = Fate::kRepeated;
      stored_[event] = {hit.partition, hit.stream, hit.ordinal};
    }
    return {};
  }
  if (block.columns.vendor_uid(block.raw, row) != events_[event].view.vendor_uid) return {};
  const bool same_bytes = block.columns.record(block.raw, row) == raw;
  if (same_bytes) {
    fates_[event] = Fate::kRepeated;
    stored_[event] = {hit.partition, hit.stream, hit.ordinal};
  } else if (!events_[event].view.vendor_uid.empty()) {
    fates_[event] = Fate::kVersion;
    stored_[event] = {hit.partition, hit.stream, hit.ordinal};
  }  // else: two records without ids whose hashes collide
  return {};
}

bool Append::same_identity(std::uint32_t a, std::uint32_t b) const {
  if (PICKET_PLANTED("store.dedup_by_time")) return view(a).time == view(b).time;
  const auto& x = events_[a];
  const auto& y = events_[b];
  if (x.view.vendor_uid != y.view.vendor_uid) return false;
  return !x.view.vendor_uid.empty() || x.raw == y.raw;
}

/// Records of one identity within the batch: the first is the event, the others repeat it or are versions of
/// it.
void Append::settle_within() {
  std::vector<std::uint32_t> firsts;
  for (std::size_t from = 0, to = 0; from < sorted_.size(); from = to) {
    for (to = from + 1; to < sorted_.size() && sorted_[to] == sorted_[from];) ++to;
    if (to - from == 1) continue;
    firsts.clear();
    for (auto k = from; k < to; ++k) {
      const auto event = order_[k];  // ascending within equal hashes
      if (fates_[event] != Fate::kNew) continue;
      const auto first = std::find_if(firsts.begin(), firsts.end(),
                                      [&](std::uint32_t f) { return same_identity(f, event); });
      if (first == firsts.end()) {
        firsts.push_back(event);
      } else if (events_[*first].raw == events_[event].raw || PICKET_PLANTED("store.dedup_by_time")) {
        fates_[event] = Fate::kRepeated;
        leaders_[event] = *first;
      } else {
        fates_[event] = Fate::kVersion;
        leaders_[event] = *first;
      }
    }
  }
}

Result<bool> Append::version_known(const EventAddress& address, std::string_view raw, std::uint64_t hash) {
  for (const auto& partition : core_.partitions.all()) {
    if (!partition->has_versions() || partition->number() < address.partition) continue;
    PICKET_ASSIGN(auto reader, partition->reader());
    PICKET_ASSIGN(auto select, reader->get(Sql::kVersionKnown));
    select.bind(1, address.partition)
        .bind(2, address.stream)
        .bind(3, address.ordinal)
        .bind(4, static_cast<std::int64_t>(hash));
    for (;;) {
      PICKET_ASSIGN(const bool row, select.step());
      if (!row) break;
      if (select.blob(0) == raw) return true;
    }
  }
  return false;
}

/// Other bytes under a known identity: a further version, unless just these bytes are kept already.
Status Append::settle_versions() {
  std::unordered_multimap<std::uint64_t, std::uint32_t> pending;  // by hash, index in versions_
  for (std::uint32_t i = 0; i < events_.size(); ++i) {
    if (fates_[i] == Fate::kNew) continue;
    --new_;
    if (fates_[i] == Fate::kRepeated) {
      ++result_.repeated;
      continue;
    }
    const auto& raw = events_[i].raw;
    const auto hash = core_.addresses.hash(raw);
    const auto [from, to] = pending.equal_range(hash);
    bool known = std::any_of(from, to, [&](const auto& p) {
      const auto& v = versions_[p.second];
      return v.leader == leaders_[i] && v.address == stored_[i] && events_[v.event].raw == raw;
    });
    if (!known && leaders_[i] == kNone) {
      PICKET_ASSIGN(known, version_known(stored_[i], raw, hash));
    }
    if (known) {
      ++result_.repeated;
      continue;
    }
    pending.emplace(hash, static_cast<std::uint32_t>(versions_.size()));
    versions_.push_back({i, leaders_[i], stored_[i]});
  }
  result_.added = new_;
  result_.versions = versions_.size();
  for (std::uint32_t i = 0; i < events_.size(); ++i)
    result_.unreadable += fates_[i] == Fate::kNew && events_[i].view.unreadable;
  return {};
}

Status Append::write() {
  PICKET_ASSIGN(auto* db, partition_->writer());
  PICKET_TRY(db->run(Sql::kBeginWrite));
  const auto slot = std::find_if(slots_.begin(), slots_.end(),
                                 [&](const StreamSlot& s) { return s.partition == partition_->number(); });
  fresh_stream_ = slot == slots_.end();
  if (fresh_stream_) {
    row_.number = partition_->next_stream;
    PICKET_ASSIGN(auto insert, db->get(Sql::kInsertStream));
    insert.bind(1, row_.number)
        .bind(2, sql::StaticBlob{key_.organization_id})
        .bind(3, sql::StaticBlob{key_.device_id})
        .bind(4, sql::StaticBlob{key_.stream});
    PICKET_TRY(insert.run());
  } else {
    PICKET_ASSIGN(auto select, db->get(Sql::kStream));
    PICKET_ASSIGN(const bool found, select.bind(1, slot->stream).step());
    if (!found)
      return fail(
          ErrorKind::kCorrupt,
          fmt::format("The event file {} has lost a stream. Restore it from a backup.", partition_->name()));
    row_ = stream_row(select);
  }
  PICKET_TRY(write_blocks(*db));
  PICKET_FAIL_POINT("store.append_half");
  PICKET_TRY(write_identities(*db));
  PICKET_TRY(write_counts(*db));
  PICKET_TRY(write_versions(*db));
  PICKET_TRY(write_stream(*db));
  PICKET_FAIL_POINT("store.before_commit");
  auto done = db->run(Sql::kCommit);
  if (!done) {
    const int code = sqlite3_extended_errcode(db->database().handle());
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) core_.poisoned = true;
    return done;
  }
  PICKET_FAIL_POINT("store.after_commit");
  return {};
}

Status Append::write_blocks(Connection& db) {
  if (new_ > std::numeric_limits<std::uint32_t>::max() - row_.events)
    return fail(ErrorKind::kTooLarge, "A stream holds four billion events in one event file.");
  auto& encoder = core_.encoder;
  encoder.clear();
  ordinals_.assign(events_.size(), kNone);
  block_first_ = row_.events;
  auto ordinal = row_.events;
  for (std::uint32_t i = 0; i < events_.size(); ++i) {
    if (fates_[i] != Fate::kNew) continue;
    const auto v = view(i);
    if (!encoder.has_room(v, events_[i].raw)) PICKET_TRY(flush_block(db));
    encoder.add(v, events_[i].raw, received_us_);
    ordinals_[i] = ordinal++;
    const auto us = to_micros(v.time);
    const bool first = row_.events == 0 && ordinal == 1;
    row_.oldest_us = first ? us : std::min(row_.oldest_us, us);
    row_.newest_us = first ? us : std::max(row_.newest_us, us);
    row_.raw_bytes += events_[i].raw.size();
    if (v.unreadable) {
      ++row_.unreadable;
    } else {
      row_.readable_oldest_us = std::min(us, row_.readable_oldest_us.value_or(us));
      row_.readable_newest_us = std::max(us, row_.readable_newest_us.value_or(us));
    }
  }
  if (encoder.rows() != 0) PICKET_TRY(flush_block(db));
  return {};
}

Status Append::flush_block(Connection& db) {
  PICKET_ASSIGN(const auto block, core_.encoder.finish());
  PICKET_TRY(insert_block(db, row_.number, block_first_, block));
  block_first_ += block.n;
  core_.encoder.clear();
  return {};
}

Status Append::write_identities(Connection& db) {
  std::vector<IdentityEntry> entries;
  entries.reserve(new_);
  for (std::size_t k = 0; k < sorted_.size(); ++k)
    if (fates_[order_[k]] == Fate::kNew) entries.push_back({sorted_[k], ordinals_[order_[k]]});
  return core_.identities.insert(*partition_, db, row_.number, entries);
}

Status Append::write_counts(Connection& db) {
  std::map<std::int64_t, std::int64_t> hours, days;
  auto hour = hours.end();
  for (std::uint32_t i = 0; i < events_.size(); ++i) {
    if (fates_[i] != Fate::kNew) continue;
    const auto h = floor_div(to_micros(view(i).time), kHourUs);
    if (hour == hours.end() || hour->first != h) hour = hours.try_emplace(h, 0).first;
    ++hour->second;
  }
  for (const auto& [h, n] : hours) days[floor_div(h, kDayUs / kHourUs)] += n;
  for (const auto& [sql, counts] : {std::pair(Sql::kAddHour, &hours), std::pair(Sql::kAddDay, &days)}) {
    PICKET_ASSIGN(auto add, db.get(sql));
    for (const auto& [bucket, n] : *counts)
      PICKET_TRY(add.bind(1, row_.number).bind(2, bucket).bind(3, n).run());
  }
  return {};
}

Status Append::write_versions(Connection& db) {
  if (versions_.empty()) return {};
  PICKET_ASSIGN(auto insert, db.get(Sql::kInsertVersion));
  for (auto& v : versions_) {
    if (v.leader != kNone) v.address = {partition_->number(), row_.number, ordinals_[v.leader]};
    const auto& raw = events_[v.event].raw;
    insert.bind(1, v.address.partition).bind(2, v.address.stream).bind(3, v.address.ordinal);
    insert.bind(4, static_cast<std::int64_t>(core_.addresses.hash(raw)))
        .bind(5, received_us_)
        .bind(6, sql::StaticBlob{raw});
    PICKET_TRY(insert.run());
  }
  return {};
}

Status Append::write_stream(Connection& db) {
  row_.events += new_;
  row_.versions += versions_.size();
  row_.last_received_us = std::max(row_.last_received_us, received_us_);
  PICKET_ASSIGN(auto update, db.get(Sql::kUpdateStream));
  update.bind(1, row_.number)
      .bind(2, row_.events)
      .bind(3, static_cast<std::int64_t>(row_.unreadable))
      .bind(4, static_cast<std::int64_t>(row_.versions));
  update.bind(5, static_cast<std::int64_t>(row_.raw_bytes)).bind(6, row_.oldest_us).bind(7, row_.newest_us);
  if (row_.readable_oldest_us) update.bind(8, *row_.readable_oldest_us).bind(9, *row_.readable_newest_us);
  return update.bind(10, row_.last_received_us).run();
}

/// Nothing of it happened: the transaction is rolled back and memory says what the file says.
void Append::undo() {
  core_.encoder.clear();
  core_.identities.forget(*partition_, row_.number);
  auto writer = partition_->writer();
  if (!writer) return;
  if ((*writer)->database().in_transaction()) {
    static_cast<void>((*writer)->run(Sql::kRollback));
  }
}

EventAddress Append::address_of(std::uint32_t event) const {
  if (fates_[event] == Fate::kNew) return {partition_->number(), row_.number, ordinals_[event]};
  return leaders_[event] != kNone ? address_of(leaders_[event]) : stored_[event];
}

void Append::name_wanted() {
  result_.ids.reserve(wanted_.size());
  for (const std::uint32_t event : wanted_) result_.ids.push_back(core_.addresses.id_bytes(address_of(event)));
}

void Append::publish() {
  partition_->events += new_;
  if (fresh_stream_) ++partition_->next_stream;
  if (!versions_.empty()) partition_->set_has_versions();
  const auto today = RecentCounts::bucket_of(to_micros(core_.clock.now()));
  core_.streams.write([&](StreamRegistry::Map& map) {
    auto& state = map[key_];
    if (state.slots.empty() && state.key.stream.empty()) state.key = key_;
    if (fresh_stream_) state.slots.push_back({partition_->number(), row_.number, 0, 0, 0});
    auto& slot = state.slots.back();
    slot.events = row_.events;
    slot.oldest_us = row_.oldest_us;
    slot.newest_us = row_.newest_us;
    auto& t = state.totals;
    t.events += new_;
    t.unreadable += result_.unreadable;
    t.versions += versions_.size();
    for (std::uint32_t i = 0; i < events_.size(); ++i) {
      if (fates_[i] != Fate::kNew) continue;
      t.raw_bytes += events_[i].raw.size();
      const auto v = view(i);
      state.recent.add(to_micros(v.time));
      if (v.unreadable) continue;
      if (!t.oldest || v.time < *t.oldest) t.oldest = v.time;
      if (!t.newest || v.time > *t.newest) t.newest = v.time;
    }
    state.recent.forget_before(today - RecentCounts::kBuckets - 12);
    ++state.changes;
  });
}

}  // namespace

Result<AppendResult> append_events(StoreCore& core, const StreamKey& key, std::span<const NewEvent> events,
                                   TimePoint received_at, std::span<const std::uint32_t> wanted) {
  if (events.empty()) return AppendResult{};
  return Append(core, key, events, received_at, wanted).run();
}

}  // namespace picket::store
