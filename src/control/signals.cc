#include <algorithm>
#include <array>
#include <map>

#include "base/assert.h"
#include "base/guid.h"
#include "control/control_impl.h"

namespace picket::control {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

std::int64_t hour_of(TimePoint time) {
  return std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count();
}

std::array<char, 16> bytes_of(const std::string& event_id) {
  const auto bytes = guid_bytes(event_id);
  PICKET_ASSERT(bytes.has_value(), "an event's id is a GUID");
  return *bytes;
}

std::string_view view_of(const std::array<char, 16>& bytes) { return {bytes.data(), bytes.size()}; }

/// Adds the match to its alert, which it makes when it is the first. Answers the alert's number.
Result<std::int64_t> join_alert(Writing& w, const std::string& device_id, const std::string& stream, const Match& match) {
  const AlertKey& key = *match.alert;
  PICKET_ASSIGN(auto insert,
                w.db.prepare("insert into alert(id, organization_id, rule_no, subject, span_from, title, level, device_id, stream, first_at, last_at,"
                             " matches, created_at) values(?1, (select organization_id from rule where no = ?2), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, 1, ?10)"
                             " on conflict(rule_no, span_from, subject) do update set matches = matches + 1, first_at = min(first_at, excluded.first_at),"
                             " last_at = max(last_at, excluded.last_at) returning no"));
  insert.bind_all(new_guid(), match.rule_no, key.subject, key.span_from, key.title, key.level, device_id, stream,
                  match.time, w.at);
  PICKET_ASSIGN(const bool row, insert.step());
  PICKET_ASSERT(row, "an upsert answers its row");
  const std::int64_t no = insert.integer(0);
  PICKET_TRY(insert.run());
  return no;
}

/// A correlation that fired too early, as a late event shows. What it was counted for goes with it.
Result<bool> withdraw(Writing& w, const Match& match, std::string_view event) {
  PICKET_ASSIGN(auto gone, w.db.prepare("delete from signal where rule_no = ? and time = ? and event = ? and part = ? returning alert_no"));
  gone.bind_all(match.rule_no, match.time, sql::Blob{event}, match.part);
  PICKET_ASSIGN(const bool was, gone.step());
  if (!was) return false;
  const auto alert = gone.null(0) ? std::nullopt : std::optional(gone.integer(0));
  PICKET_TRY(gone.run());
  if (alert) PICKET_TRY(w.db.run("update alert set matches = matches - 1 where no = ?", *alert));
  return true;
}

}  // namespace

Status ControlImpl::commit_matches(Writing& w, const std::string& device_id, const std::string& stream, std::span<const Match> matches) {
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts;  // (rule, hour) -> change
  for (const Match& match : matches) {
    const auto event = bytes_of(match.event_id);
    if (match.withdrawn) {
      PICKET_ASSIGN(const bool was, withdraw(w, match, view_of(event)));
      if (was) --counts[{match.rule_no, hour_of(match.time)}];
      continue;
    }
    PICKET_TRY(w.db.run("insert or ignore into signal(rule_no, time, event, part, captures, at_hour) values(?, ?, ?, ?, ?, ?)", match.rule_no, match.time,
                        sql::StaticBlob{view_of(event)}, match.part, match.captures, hour_of(w.at)));
    if (w.db.changes() == 0) continue;
    ++counts[{match.rule_no, hour_of(match.time)}];
    if (!match.alert) continue;
    PICKET_ASSIGN(const std::int64_t alert, join_alert(w, device_id, stream, match));
    PICKET_TRY(w.db.run("update signal set alert_no = ? where rule_no = ? and time = ? and event = ? and part = ?", alert, match.rule_no, match.time,
                        sql::StaticBlob{view_of(event)}, match.part));
  }
  for (const auto& [key, change] : counts)
    if (change != 0)
      PICKET_TRY(w.db.run("insert into rule_count(rule_no, device_id, hour, matches) values(?1, ?2, ?3, ?4)"
                          " on conflict(rule_no, device_id, hour) do update set matches = matches + ?4",
                          key.first, device_id, key.second, change));
  return {};
}

Status ControlImpl::add_matches(const std::string& device_id, const std::string& stream, std::span<const Match> matches, TimePoint at) {
  return write(at, [&](Writing& w) { return commit_matches(w, device_id, stream, matches); });
}

Status ControlImpl::each_signal(std::span<const std::int64_t> rule_nos, TimePoint from, const std::function<bool(const StoredSignal&)>& row) {
  // each rule's rows lie in the order of time; a merge of the heads gives the order of all
  PICKET_ASSIGN(auto db, readers_->acquire());
  std::vector<StoredSignal> rows;
  for (const std::int64_t no : rule_nos)
    PICKET_TRY(db->each("select time, event, captures from signal where rule_no = ? and time >= ? order by time, event",
                        [&](const sql::Statement& r) { rows.push_back({no, r.time(0), guid_text(r.blob(1)), r.string(2)}); }, no, from));
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  for (const StoredSignal& signal : rows)
    if (!row(signal)) break;
  return {};
}

Result<std::vector<std::string>> ControlImpl::signal_events_at(std::span<const std::int64_t> rule_nos, TimePoint time) {
  std::vector<std::string> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  for (const std::int64_t no : rule_nos)
    PICKET_TRY(db->each("select event from signal where rule_no = ? and time = ?",
                        [&](const sql::Statement& r) { out.push_back(guid_text(r.blob(0))); }, no, time));
  return out;
}

Result<std::vector<StoredSignal>> ControlImpl::recent_signals(const std::string& organization_id, const std::string& key, std::size_t limit) {
  std::vector<StoredSignal> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_ASSIGN(const RuleState rule, find_rule(*db, organization_id, key));
  PICKET_TRY(db->each("select time, event, captures from signal where rule_no = ? order by time desc, event desc limit ?",
                      [&](const sql::Statement& r) { out.push_back({rule.no, r.time(0), guid_text(r.blob(1)), r.string(2)}); }, rule.no, limit));
  return out;
}

Result<std::vector<RuleCounts>> ControlImpl::rule_counts(const std::string& organization_id, const std::string& device_id, TimePoint now) {
  std::vector<RuleCounts> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  const std::int64_t hour = hour_of(now);
  // the last match of a rule is the end of its range in the key of `signal`
  PICKET_TRY(db->each(
      "select r.key, sum(iif(c.hour > ?3 - 24, c.matches, 0)), sum(iif(c.hour > ?3 - 720, c.matches, 0)),"
      " (select max(time) from signal where rule_no = r.no), max(iif(c.matches > 0, c.hour, null))"
      " from rule r join rule_count c on c.rule_no = r.no where r.organization_id = ?1 and (?2 = '' or c.device_id = ?2) group by r.no",
      [&](const sql::Statement& row) {
        auto& counts = out.emplace_back();
        counts.key = row.string(0);
        counts.day = static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(1)));
        counts.month = static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(2)));
        counts.last = row.maybe_time(3);
        // of one device only the hour is known
        if (!device_id.empty()) counts.last = row.null(4) ? std::nullopt : std::optional(from_micros(row.integer(4) * kHourUs));
      },
      organization_id, device_id, hour));
  return out;
}

Result<std::vector<RuleHour>> ControlImpl::rule_hours(const std::string& organization_id, const std::string& key, TimePoint from) {
  std::vector<RuleHour> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_ASSIGN(const RuleState rule, find_rule(*db, organization_id, key));
  PICKET_TRY(db->each("select hour, sum(matches) from rule_count where rule_no = ? and hour >= ? group by hour having sum(matches) > 0 order by hour",
                      [&](const sql::Statement& row) {
                        out.push_back({from_micros(row.integer(0) * kHourUs), static_cast<std::uint64_t>(row.integer(1))});
                      },
                      rule.no, hour_of(from)));
  return out;
}

Status ControlImpl::sweep_signals(TimePoint limit) {
  // rule by rule, so that no transaction is long and every delete is a range of the key
  std::vector<std::int64_t> rules;
  {
    PICKET_ASSIGN(auto db, readers_->acquire());
    PICKET_TRY(db->each("select no from rule", [&](const sql::Statement& row) { rules.push_back(row.integer(0)); }));
  }
  constexpr std::int64_t kPiece = 5000;
  for (const std::int64_t no : rules) {
    bool more = true;
    while (more) {
      const Status swept = write(clock_.now(), [&](Writing& w) -> Status {
        PICKET_TRY(w.db.run("delete from signal where (rule_no, time, event, part) in"
                            " (select rule_no, time, event, part from signal where rule_no = ? and at_hour < ? and alert_no is null limit ?)",
                            no, hour_of(limit), kPiece));
        more = w.db.changes() == kPiece;
        return w.db.run("delete from rule_count where rule_no = ? and hour < ?", no, hour_of(limit));
      });
      PICKET_TRY(swept);
    }
  }
  return {};
}

}  // namespace picket::control
