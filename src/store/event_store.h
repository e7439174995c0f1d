#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/guid.h"
#include "base/result.h"
#include "base/time.h"
#include "model/event.h"

namespace picket::store {

/// Whose events: an event's identity is (organization, device, stream, vendor's id), for ever.
struct StreamKey {
  std::string organization_id;
  std::string device_id;
  std::string stream;
  auto operator<=>(const StreamKey&) const = default;
};

/// One record of a page. `raw` is the record's exact bytes as received and outlives the call.
struct NewEvent {
  model::EventView view;
  std::string_view raw;
};

struct AppendResult {
  std::uint64_t added = 0;          ///< stored for the first time
  std::uint64_t repeated = 0;       ///< known already with the same bytes
  std::uint64_t versions = 0;       ///< known identity with other bytes: kept as a further version, not new
  std::uint64_t unreadable = 0;     ///< of those added: kept raw, could not be read
  std::optional<TimePoint> newest;  ///< newest event time among all readable records of the batch
  std::vector<GuidBytes> ids;       ///< of the events that were asked for, in that order
};

/// A stored event. Text members are owned.
struct StoredEvent {
  std::string id;  ///< stable for ever, opaque; GUID-shaped
  StreamKey key;
  TimePoint time{};
  TimePoint received_at{};
  std::string vendor_uid;
  std::uint32_t class_uid = 0;
  std::uint16_t activity_id = 0;
  model::Outcome outcome = model::Outcome::kUnknown;
  bool unreadable = false;
  std::string action, actor_uid, actor_email, source_ip, country, target;
  std::string raw;             ///< exact bytes of the first version
  std::uint32_t versions = 1;  ///< how many contents were received under this identity
};

struct EventVersion {
  TimePoint received_at{};
  std::string raw;
};

enum class Field {
  kVendorUid,
  kAction,
  kOutcome,
  kActor,
  kActorUid,
  kActorEmail,
  kSourceIp,
  kCountry,
  kTarget,
  kClassUid,
  kUnreadable
};
enum class Match { kEqual, kNotEqual, kContains, kStartsWith };

/// All values are alternatives (for kNotEqual: all are excluded). kActor compares uid and e-mail; e-mail,
/// country, kContains and kActor ignore ASCII case, everything else is exact. Numbers, outcomes and booleans
/// are given as text.
struct Condition {
  Field field = Field::kAction;
  Match match = Match::kEqual;
  std::vector<std::string> values;
};

/// Half-open [from, to) over event time; an absent end is open.
struct TimeRange {
  std::optional<TimePoint> from;
  std::optional<TimePoint> to;
};

/// All parts are ANDed. The organization is not optional: no query can cross it.
struct Query {
  std::string organization_id;
  std::vector<std::string> device_ids;  ///< empty: every device
  std::vector<std::string> streams;     ///< empty: every stream
  std::vector<std::string> without_device_ids = {}, without_streams = {};  ///< none of these
  TimeRange time;
  std::vector<Condition> conditions;
  std::vector<std::string> text;  ///< case-sensitive literals that must occur in the raw record
};

enum class Order { kNewestFirst, kOldestFirst };

struct FindOptions {
  Order order = Order::kNewestFirst;
  std::size_t limit = 50;
  std::string after;  ///< token of the last page; empty = from the start
  bool with_raw = true;
  bool with_total =
      true;  ///< exact number of matches over all pages; costs a full pass where text is searched
};

struct FindResult {
  std::vector<StoredEvent> events;
  std::optional<std::uint64_t> total;
  std::string next;  ///< token for the next page; empty at the end
};

struct Progress {
  std::uint64_t scanned = 0;  ///< events looked at so far
  std::uint64_t of = 0;       ///< events in the range
  std::uint64_t matched = 0;
  std::optional<TimePoint> reached;  ///< how far the search has come
};

/// Records of one stream as a scan shows them, without copies. Everything in it lives during the call only.
class RecordBatch {
 public:
  struct Record {
    TimePoint time{};
    std::string_view raw;  ///< exact bytes of the first version
    bool unreadable = false;
    std::uint32_t class_uid = 0;  ///< as StoredEvent has them
    std::uint16_t activity_id = 0;
    model::Outcome outcome = model::Outcome::kUnknown;
  };

  virtual ~RecordBatch() = default;
  virtual const StreamKey& key() const = 0;
  virtual std::span<const Record> records() const = 0;
  /// Id of `records()[record]`, as `get` takes it.
  virtual std::string id(std::size_t record) const = 0;
  /// No record of a later batch is older than this; nothing in the last batch.
  virtual std::optional<TimePoint> settled() const = 0;
};

/// Of a histogram's buckets. Hours and days are answered from counters where only time decides, minutes from
/// the events.
enum class Width { kMinute, kHour, kDay };
std::chrono::microseconds duration_of(Width width);

/// What makes a series of its own in a histogram.
enum class GroupBy { kNothing, kStream, kDevice };

struct Bucket {
  TimePoint start{};
  std::uint64_t count = 0;
  auto operator<=>(const Bucket&) const = default;
};

struct StreamTotals {
  std::uint64_t events = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t versions = 0;   ///< further versions
  std::uint64_t raw_bytes = 0;  ///< sum of the sizes of raw records
  std::optional<TimePoint> oldest, newest;
};

/// Where events live. Drivers: sqlite (one node), later clickhouse; one contract suite runs on each.
///
/// Place: written by ingest, read by the API. Threads: any method from any thread; a driver serialises
/// writers itself. Failure: an append that returned an error, or did not return, stored either all of its
/// records or none; doing it again is always right.
class EventStore {
 public:
  virtual ~EventStore() = default;

  /// Durable (on stable storage) when it returns. Idempotent by event identity, also within one batch. `wanted`: positions in
  /// `events` whose ids the result shall tell, known events included.
  virtual Result<AppendResult> append(const StreamKey& key, std::span<const NewEvent> events,
                                      TimePoint received_at, std::span<const std::uint32_t> wanted = {}) = 0;

  /// Stable total order (time, then identity): walking `next` to the end gives each event that was there at
  /// the start exactly once, also while others are appended.
  virtual Result<FindResult> find(const Query& query, const FindOptions& options,
                                  std::stop_token stop) const = 0;

  /// Like find without paging: `row` for each match in order, `progress` at least ten times a second. Ends
  /// early when `row` returns false, or with kCancelled within 0.2 s after `stop` is requested.
  virtual Status search(const Query& query, Order order, const std::function<bool(StoredEvent&&)>& row,
                        const std::function<void(const Progress&)>& progress, std::stop_token stop) const = 0;

  /// All matches for those who look at each: no copies, and only roughly in order. Batches come by their oldest record,
  /// the oldest batch first; the records of one in no order. Whoever needs them by time waits for `settled`. `progress` and the end as
  /// in `search`.
  virtual Status scan(const Query& query, const std::function<bool(const RecordBatch&)>& batch,
                      const std::function<void(const Progress&)>& progress, std::stop_token stop) const = 0;

  /// Exact count of matches.
  virtual Result<std::uint64_t> count(const Query& query, std::stop_token stop) const = 0;

  /// Exact counts by UTC hour or day, ascending, empty buckets left out. One series a stream name or device
  /// id, or the single series "". Conditions and text are allowed and cost a scan.
  virtual Result<std::map<std::string, std::vector<Bucket>>> histogram(const Query& query, Width width,
                                                                       GroupBy group,
                                                                       std::stop_token stop) const = 0;

  virtual Result<std::optional<StoredEvent>> get(const std::string& organization_id,
                                                 const std::string& id) const = 0;
  /// Further versions of an event, oldest first; the first version is `get`'s raw.
  virtual Result<std::vector<EventVersion>> versions(const std::string& organization_id,
                                                     const std::string& id) const = 0;

  virtual Result<StreamTotals> totals(const StreamKey& key) const = 0;
  /// Events of the stream whose event time lies in the 24 hours before `now`, to a granularity of five
  /// minutes. Served from memory; cheap enough to ask for ten thousand devices a second.
  virtual std::uint64_t last_24h(const StreamKey& key, TimePoint now) const = 0;

  /// Drops whole partitions whose every event is older than `limit` (event time and arrival). Returns events
  /// dropped.
  virtual Result<std::uint64_t> drop_before(TimePoint limit) = 0;
  /// One bounded piece of background work (merging small blocks, closing partitions). True when more is
  /// waiting.
  virtual Result<bool> housekeep(std::stop_token stop) = 0;
  /// Bytes on disk, indexes included.
  virtual Result<std::uint64_t> disk_bytes() const = 0;
};

}  // namespace picket::store
