#include "store/filter.h"

#include <algorithm>

#include "base/strings.h"

namespace picket::store {

namespace {

bool is_kind_field(Field f) {
  return f == Field::kAction || f == Field::kOutcome || f == Field::kClassUid || f == Field::kUnreadable;
}
bool is_actor_field(Field f) {
  return f == Field::kActor || f == Field::kActorUid || f == Field::kActorEmail;
}

bool ignores_case(const Condition& c) {
  return c.field == Field::kActor || c.field == Field::kActorEmail || c.field == Field::kCountry ||
         c.match == Match::kContains;
}

/// Keeps the rows whose code passes; `passes` is tried once an entry.
template <typename Entries, typename Passes>
bool narrow(const Entries& entries, const std::vector<std::uint16_t>& codes, std::vector<std::uint32_t>& rows,
            Passes&& passes) {
  std::vector<char> verdict(entries.size());
  std::size_t passing = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    verdict[i] = passes(entries[i]);
    passing += verdict[i] != 0;
  }
  if (passing == entries.size()) return true;
  if (passing == 0) {
    rows.clear();
  } else {
    std::erase_if(rows, [&](std::uint32_t row) { return verdict[codes[row]] == 0; });
  }
  return !rows.empty();
}

}  // namespace

TimeSpan TimeSpan::of(const TimeRange& range) {
  TimeSpan span;
  if (range.from) span.from_us = to_micros(*range.from);
  if (range.to) span.to_us = to_micros(*range.to);
  return span;
}

Filter::Filter(const Query& query, bool whole) : conditions_(query.conditions), needs_raw_(whole) {
  for (auto& c : conditions_) {
    if (ignores_case(c)) {
      for (auto& v : c.values) v = to_lower(v);
    }
    needs_raw_ = needs_raw_ || c.field == Field::kVendorUid;
  }
  // the longest first: it is the rarest, and finds quickest
  auto texts = query.text;
  std::sort(texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (const auto& t : texts)
    if (!t.empty()) texts_.emplace_back(t);
  needs_raw_ = needs_raw_ || !texts_.empty();
}

bool Filter::text_may_occur(std::string_view raw) const {
  return texts_.empty() || texts_.front().find(raw, 0) != std::string_view::npos;
}

const Condition* Filter::by_vendor_uid() const {
  for (const auto& c : conditions_)
    if (c.field == Field::kVendorUid && c.match == Match::kEqual) return &c;
  return nullptr;
}

bool Filter::holds(const Condition& c, std::string_view value, bool ignore_case) const {
  std::string lowered;
  if (ignore_case) {
    lowered = to_lower(value);
    value = lowered;
  }
  const auto any = [&](auto&& test) { return std::any_of(c.values.begin(), c.values.end(), test); };
  switch (c.match) {
    case Match::kEqual:
      return any([&](const auto& v) { return value == v; });
    case Match::kNotEqual:
      return !any([&](const auto& v) { return value == v; });
    case Match::kContains:
      return any([&](const auto& v) { return value.find(v) != std::string_view::npos; });
    case Match::kStartsWith:
      return any([&](const auto& v) { return value.starts_with(v); });
  }
  return false;
}

bool Filter::kind_passes(const ColumnBlock::Kind& kind) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& c) {
    const bool lower = ignores_case(c);
    switch (c.field) {
      case Field::kAction:
        return holds(c, kind.action, lower);
      case Field::kOutcome:
        return holds(c, model::to_string(kind.outcome), lower);
      case Field::kClassUid:
        return holds(c, std::to_string(kind.class_uid), lower);
      case Field::kUnreadable:
        return holds(c, kind.unreadable ? "true" : "false", lower);
      default:
        return true;
    }
  });
}

bool Filter::actor_passes(const ColumnBlock::Actor& actor) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& c) {
    const bool lower = ignores_case(c);
    switch (c.field) {
      case Field::kActorUid:
        return holds(c, actor.uid, lower);
      case Field::kActorEmail:
        return holds(c, actor.email, lower);
      case Field::kActor: {
        const bool uid = holds(c, actor.uid, lower), email = holds(c, actor.email, lower);
        return c.match == Match::kNotEqual ? uid && email : uid || email;
      }
      default:
        return true;
    }
  });
}

bool Filter::origin_passes(const ColumnBlock::Origin& origin) const {
  return text_passes(Field::kSourceIp, origin.ip) && text_passes(Field::kCountry, origin.country);
}

bool Filter::text_passes(Field field, std::string_view value) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& c) {
    return c.field != field || holds(c, value, ignores_case(c));
  });
}

void Filter::match(const DecodedBlock& block, const TimeSpan& span, std::vector<std::uint32_t>& rows) const {
  const auto& columns = block.columns;
  rows.clear();
  for (std::uint32_t i = 0; i < columns.n; ++i)
    if (columns.times[i] >= span.from_us && columns.times[i] < span.to_us) rows.push_back(i);
  if (rows.empty() || by_time_only()) return;
  const auto about = [&](auto&& test) {
    return std::any_of(conditions_.begin(), conditions_.end(),
                       [&](const Condition& c) { return test(c.field); });
  };
  if (about(is_kind_field) &&
      !narrow(columns.kinds, columns.kind_codes, rows, [&](const auto& k) { return kind_passes(k); }))
    return;
  if (about(is_actor_field) &&
      !narrow(columns.actors, columns.actor_codes, rows, [&](const auto& a) { return actor_passes(a); }))
    return;
  if (about([](Field f) { return f == Field::kSourceIp || f == Field::kCountry; }) &&
      !narrow(columns.origins, columns.origin_codes, rows, [&](const auto& o) { return origin_passes(o); }))
    return;
  if (about([](Field f) { return f == Field::kTarget; }) &&
      !narrow(columns.targets, columns.target_codes, rows,
              [&](std::string_view v) { return text_passes(Field::kTarget, v); }))
    return;
  if (about([](Field f) { return f == Field::kVendorUid; }))
    std::erase_if(rows, [&](std::uint32_t row) {
      return !text_passes(Field::kVendorUid, columns.vendor_uid(block.raw, row));
    });
  if (!texts_.empty() && !rows.empty()) match_text(block, rows);
}

/// One pass of the longest literal over the whole frame; a place that reaches over a record's end is no
/// match.
void Filter::match_text(const DecodedBlock& block, std::vector<std::uint32_t>& rows) const {
  const auto& offsets = block.columns.raw_offsets;
  const std::string_view raw = block.raw;
  const auto& first = texts_.front();
  std::size_t kept = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < rows.size();) {
    at = std::max<std::size_t>(at, offsets[rows[i]]);
    at = first.find(raw, at);
    if (at == std::string_view::npos) break;
    // the record it begins in
    const auto record =
        static_cast<std::uint32_t>(std::upper_bound(offsets.begin(), offsets.end(), at) - offsets.begin()) -
        1;
    while (i < rows.size() && rows[i] < record) ++i;
    if (i == rows.size()) break;
    if (rows[i] != record) continue;  // found in a row that other conditions excluded
    if (at + first.literal().size() > offsets[record + 1]) {
      ++at;
      continue;
    }
    const auto text = block.columns.record(raw, record);
    const bool all = std::all_of(texts_.begin() + 1, texts_.end(), [&](const LiteralSearch& t) {
      return t.find(text, 0) != std::string_view::npos;
    });
    if (all) rows[kept++] = record;
    at = offsets[record + 1];
    ++i;
  }
  rows.resize(kept);
}

}  // namespace picket::store
