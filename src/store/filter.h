#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "store/literal_search.h"
#include "store/store_core.h"

namespace picket::store {

struct TimeSpan {
  std::int64_t from_us = std::numeric_limits<std::int64_t>::min();
  std::int64_t to_us = std::numeric_limits<std::int64_t>::max();
  static TimeSpan of(const TimeRange& range);
  bool covers(const BlockRow& row) const { return row.oldest_us >= from_us && row.newest_us < to_us; }
  bool touches(const BlockRow& row) const { return row.newest_us >= from_us && row.oldest_us < to_us; }
};

/// A query's conditions and literals, made ready for blocks. Conditions are tried once for each dictionary
/// entry of a block, not for each row. Threads: any (immutable).
class Filter {
 public:
  /// `whole`: the raw frame is wanted whatever the query asks.
  explicit Filter(const Query& query, bool whole = false);

  bool by_time_only() const { return conditions_.empty() && texts_.empty(); }
  bool needs_raw() const { return needs_raw_; }
  bool has_text() const { return !texts_.empty(); }
  /// False: no record of this raw frame can match.
  bool text_may_occur(std::string_view raw) const;
  /// Values of an exact condition on the vendor's id, which an index answers; nothing when there is none.
  const Condition* by_vendor_uid() const;
  /// Rows that match, ascending. The block has its raw frame when `needs_raw`.
  void match(const DecodedBlock& block, const TimeSpan& span, std::vector<std::uint32_t>& rows) const;

 private:
  bool holds(const Condition& condition, std::string_view value, bool ignore_case) const;
  bool kind_passes(const ColumnBlock::Kind& kind) const;
  bool actor_passes(const ColumnBlock::Actor& actor) const;
  bool origin_passes(const ColumnBlock::Origin& origin) const;
  bool text_passes(Field field, std::string_view value) const;
  void match_text(const DecodedBlock& block, std::vector<std::uint32_t>& rows) const;

  std::vector<Condition> conditions_;
  std::vector<LiteralSearch> texts_;
  bool needs_raw_ = false;
};

}  // namespace picket::store
