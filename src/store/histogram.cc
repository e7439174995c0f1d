#include <map>
#include <optional>

#include "store/query.h"

namespace picket::store {

namespace {

using Counts = std::map<std::int64_t, std::uint64_t>;
using Series = std::map<std::string, Counts>;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

std::optional<Sql> counters_of(Width width) {
  if (width == Width::kMinute) return std::nullopt;
  return width == Width::kHour ? Sql::kHours : Sql::kDays;
}

class Histogram {
 public:
  Histogram(const StoreCore& core, const Query& query, Width width, GroupBy group, std::stop_token stop)
      : core_(core),
        query_(query),
        filter_(query),
        width_us_(duration_of(width).count()),
        counters_(counters_of(width)),
        group_(group),
        stop_(std::move(stop)) {}

  Result<Series> run() {
    const auto span = TimeSpan::of(query_.time);
    if (span.from_us >= span.to_us) return Series();
    PICKET_ASSIGN(snapshot_, Snapshot::take(core_, query_));
    if (!filter_.by_time_only() || !counters_) {
      PICKET_TRY(scan(span));
      return std::move(series_);
    }
    // whole buckets from the counters, cut ones at the two ends from the events
    const TimeSpan open;
    const auto first = span.from_us == open.from_us ? kLeast : -floor_div(-span.from_us, width_us_);
    const auto last = span.to_us == open.to_us ? kMost : floor_div(span.to_us, width_us_);
    if (first >= last) {
      PICKET_TRY(scan(span));
      return std::move(series_);
    }
    PICKET_TRY(add_counters(first, last));
    if (first != kLeast && first * width_us_ != span.from_us)
      PICKET_TRY(scan({span.from_us, first * width_us_}));
    if (last != kMost && last * width_us_ != span.to_us) PICKET_TRY(scan({last * width_us_, span.to_us}));
    return std::move(series_);
  }

 private:
  // bucket numbers that no time has, far from overflow
  static constexpr std::int64_t kLeast = -10'000'000'000, kMost = 10'000'000'000;

  Counts& counts_of(const StreamKey& key) {
    switch (group_) {
      case GroupBy::kStream:
        return series_[key.stream];
      case GroupBy::kDevice:
        return series_[key.device_id];
      case GroupBy::kNothing:
        break;
    }
    return series_[std::string()];
  }

  Status add_counters(std::int64_t first, std::int64_t last) {
    for (auto& part : snapshot_.parts()) {
      if (stop_.stop_requested()) return fail(ErrorKind::kCancelled, "The count was stopped.");
      PICKET_ASSIGN(auto select, part.reader->get(*counters_));
      for (const auto& stream : part.streams) {
        auto& counts = counts_of(*stream.key);
        select.bind(1, stream.number).bind(2, first).bind(3, last);
        for (;;) {
          PICKET_ASSIGN(const bool more, select.step());
          if (!more) break;
          counts[select.integer(0)] += static_cast<std::uint64_t>(select.integer(1));
        }
        select.reset();
      }
    }
    return {};
  }

  Status scan(const TimeSpan& span) {
    PICKET_ASSIGN(const auto blocks, snapshot_.blocks(core_, filter_, span, Order::kOldestFirst));
    return scan_blocks(snapshot_, blocks, filter_, span, core_.tuning.scan_threads, stop_,
                       [&](const ScannedBlock& s) {
                         if (s.rows->empty()) return true;
                         auto& counts = counts_of(*blocks[s.index].key);
                         std::int64_t bucket = 0;
                         std::uint64_t* count = nullptr;
                         for (const auto row : *s.rows) {
                           const auto b = floor_div(s.block->columns.times[row], width_us_);
                           if (count == nullptr || b != bucket) count = &counts[bucket = b];
                           ++*count;
                         }
                         return true;
                       });
  }

  const StoreCore& core_;
  const Query& query_;
  Filter filter_;
  std::int64_t width_us_;
  std::optional<Sql> counters_;
  GroupBy group_;
  std::stop_token stop_;
  Snapshot snapshot_;
  Series series_;
};

}  // namespace

std::chrono::microseconds duration_of(Width width) {
  switch (width) {
    case Width::kMinute:
      return std::chrono::minutes(1);
    case Width::kHour:
      return std::chrono::hours(1);
    case Width::kDay:
      break;
  }
  return std::chrono::days(1);
}

Result<std::map<std::string, std::vector<Bucket>>> histogram_of(const StoreCore& core, const Query& query,
                                                                Width width, GroupBy group,
                                                                std::stop_token stop) {
  PICKET_ASSIGN(const auto series, Histogram(core, query, width, group, std::move(stop)).run());
  const std::int64_t width_us = duration_of(width).count();
  std::map<std::string, std::vector<Bucket>> out;
  if (group == GroupBy::kNothing) out[""];
  for (const auto& [name, counts] : series) {
    if (counts.empty()) continue;
    auto& buckets = out[name];
    for (const auto& [bucket, n] : counts) buckets.push_back({from_micros(bucket * width_us), n});
  }
  return out;
}

}  // namespace picket::store
