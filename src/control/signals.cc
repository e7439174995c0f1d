#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "base/assert.h"
#include "base/guid.h"
#include "control/control_impl.h"

namespace picket::control {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

std::int64_t hour_of(TimePoint time) {
  return std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count();
}

sql::StaticBlob blob_of(const GuidBytes& event) { return {{event.data(), event.size()}}; }

/// Adds matches of one alert, by rising time, to it, and makes it when they are its first. Answers the alert's number.
Result<std::int64_t> join_alert(Writing& w, const std::string& device_id, const std::string& stream, std::span<const Match* const> matches) {
  const Match& match = *matches.front();
  const AlertKey& key = *match.alert;
  PICKET_ASSIGN(auto insert,
                w.db.prepare("insert into alert(id, organization_id, rule_no, subject, span_from, title, level, device_id, stream, first_at, last_at,"
                             " matches, created_at) values(?1, (select organization_id from rule where no = ?2), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
                             " on conflict(rule_no, span_from, subject) do update set matches = matches + excluded.matches,"
                             " first_at = iif(matches = 0, excluded.first_at, min(first_at, excluded.first_at)),"
                             " last_at = iif(matches = 0, excluded.last_at, max(last_at, excluded.last_at)) returning no"));
  insert.bind_all(new_guid(), match.rule_no, key.subject, key.span_from, key.title, key.level, device_id, stream,
                  match.time, matches.back()->time, static_cast<std::int64_t>(matches.size()), w.at);
  PICKET_ASSIGN(const bool row, insert.step());
  PICKET_ASSERT(row, "an upsert answers its row");
  const std::int64_t no = insert.integer(0);
  PICKET_TRY(insert.run());
  return no;
}

/// A correlation that fired too early, as a late event shows. What it was counted for goes with it.
Result<bool> withdraw(Writing& w, const Match& match) {
  PICKET_ASSIGN(auto gone, w.db.prepare("delete from signal where rule_no = ? and time = ? and event = ? and part = ? returning alert_no"));
  gone.bind_all(match.rule_no, match.time, blob_of(match.event), match.part);
  PICKET_ASSIGN(const bool was, gone.step());
  if (!was) return false;
  const auto alert = gone.null(0) ? std::nullopt : std::optional(gone.integer(0));
  PICKET_TRY(gone.run());
  if (!alert) return true;
  PICKET_TRY(w.db.run("update alert set matches = matches - 1 where no = ?", *alert));
  // an alert is as long as what is left of it, as if that had never come
  const auto edge = [](std::string_view which) {
    return fmt::format("update alert set {0}_at = (select {1}(s.time) from signal s where s.rule_no = alert.rule_no and s.alert_no = alert.no"
                       " and s.time between alert.first_at and alert.last_at) where no = ? and {0}_at = ? and matches > 0", which, which == "first" ? "min" : "max");
  };
  static const std::string kFirst = edge("first"), kLast = edge("last");
  PICKET_TRY(w.db.run(kFirst, *alert, match.time));
  PICKET_TRY(w.db.run(kLast, *alert, match.time));
  return true;
}

using Counts = std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>;  ///< (rule, hour) -> change

/// Rows of one rule and of one alert or none, as many in one statement as there are.
std::string insert_sql(std::size_t rows) {
  std::string out = "insert or ignore into signal(rule_no, at_hour, alert_no, time, event, part, captures) values";
  for (std::size_t i = 0; i < rows; ++i) out += fmt::format("{}(?1, ?2, ?3, ?{}, ?{}, ?{}, ?{})", i == 0 ? "" : ", ", 4 * i + 4, 4 * i + 5, 4 * i + 6, 4 * i + 7);
  return out;
}

/// Adds signals of one rule. Answers how many were not known.
Result<std::int64_t> insert_signals(Writing& w, std::span<const Match* const> matches, std::optional<std::int64_t> alert = std::nullopt) {
  constexpr std::array<std::size_t, 3> kSizes = {16, 4, 1};
  static const std::array<std::string, 3> kSql = {insert_sql(kSizes[0]), insert_sql(kSizes[1]), insert_sql(kSizes[2])};
  std::int64_t added = 0;
  for (std::size_t s = 0; s < kSizes.size(); ++s) {
    if (matches.size() < kSizes[s]) continue;
    PICKET_ASSIGN(auto insert, w.db.prepare(kSql[s]));
    for (; matches.size() >= kSizes[s]; matches = matches.subspan(kSizes[s])) {
      insert.bind(1, matches[0]->rule_no).bind(2, hour_of(w.at)).bind(3, alert);
      int at = 4;
      for (const Match* match : matches.first(kSizes[s])) {
        insert.bind(at, match->time).bind(at + 1, blob_of(match->event)).bind(at + 2, match->part).bind(at + 3, sql::StaticBlob{match->captures});
        at += 4;
      }
      PICKET_TRY(insert.run());
      added += w.db.changes();
    }
  }
  return added;
}

/// Whether of this rule there is nothing yet in the time of these matches.
Result<bool> news(Writing& w, std::span<const Match* const> matches) {
  const auto [first, last] = std::minmax_element(matches.begin(), matches.end(), [](const Match* a, const Match* b) { return a->time < b->time; });
  PICKET_ASSIGN(auto any, w.db.prepare("select exists(select 1 from signal where rule_no = ? and time between ? and ?)"));
  any.bind_all((*first)->rule_no, (*first)->time, (*last)->time);
  PICKET_ASSIGN(const bool row, any.step());
  PICKET_ASSERT(row, "exists() answers a row");
  return !any.boolean(0);
}

/// Adds signals of one rule, by rising time, and counts those that were not known.
Status insert_of_rule(Writing& w, std::span<const Match* const> matches, Counts& counts) {
  // what comes is nearly always news; then how many are new needs not be asked hour by hour
  PICKET_ASSIGN(const bool all_new, news(w, matches));
  if (all_new) {
    for (const Match* match : matches) ++counts[{match->rule_no, hour_of(match->time)}];
    return insert_signals(w, matches).map([](std::int64_t) {});
  }
  for (auto at = matches.begin(); at != matches.end();) {
    const std::pair of((*at)->rule_no, hour_of((*at)->time));
    const auto end = std::find_if(at, matches.end(), [&](const Match* m) { return hour_of(m->time) != of.second; });
    PICKET_ASSIGN(const std::int64_t added, insert_signals(w, std::span(at, end)));
    counts[of] += added;
    at = end;
  }
  return {};
}

std::string counts_sql(std::size_t rows) {
  std::string out = "insert into rule_count(rule_no, device_id, hour, matches) values";
  for (std::size_t i = 0; i < rows; ++i) out += fmt::format("{}(?{}, ?1, ?{}, ?{})", i == 0 ? "" : ", ", 3 * i + 2, 3 * i + 3, 3 * i + 4);
  return out + " on conflict(rule_no, device_id, hour) do update set matches = matches + excluded.matches";
}

Status add_counts_of(Writing& w, std::string_view device_id, const Counts& counts) {
  constexpr std::array<std::size_t, 2> kSizes = {16, 1};
  static const std::array<std::string, 2> kSql = {counts_sql(kSizes[0]), counts_sql(kSizes[1])};
  std::size_t left = counts.size();
  auto count = counts.begin();
  for (std::size_t s = 0; s < kSizes.size(); ++s) {
    if (left < kSizes[s]) continue;
    PICKET_ASSIGN(auto insert, w.db.prepare(kSql[s]));
    for (; left >= kSizes[s]; left -= kSizes[s]) {
      insert.bind(1, device_id);
      for (int at = 2; at < static_cast<int>(3 * kSizes[s] + 2); at += 3, ++count)
        insert.bind(at, count->first.first).bind(at + 1, count->first.second).bind(at + 2, count->second);
      PICKET_TRY(insert.run());
    }
  }
  return {};
}

/// Counts stand in the device's rows and, all devices together, in those of no device.
Status add_counts(Writing& w, const std::string& device_id, Counts& counts) {
  std::erase_if(counts, [](const auto& count) { return count.second == 0; });
  PICKET_TRY(add_counts_of(w, device_id, counts));
  return add_counts_of(w, {}, counts);
}

/// One signal, and what it does to its alert.
Status insert_one(Writing& w, const std::string& device_id, const std::string& stream, const Match& match, Counts& counts) {
  const Match* const one[] = {&match};
  PICKET_ASSIGN(const std::int64_t added, insert_signals(w, one));
  if (added == 0) return {};
  ++counts[{match.rule_no, hour_of(match.time)}];
  if (!match.alert) return {};
  PICKET_ASSIGN(const std::int64_t alert, join_alert(w, device_id, stream, one));
  return w.db.run("update signal set alert_no = ? where rule_no = ? and time = ? and event = ? and part = ?", alert, match.rule_no, match.time,
                  blob_of(match.event), match.part);
}

/// Hands on, run by run, what `same` says the same of.
template <typename Same, typename F>
Status by_runs(std::span<const Match* const> matches, Same same, F&& f) {
  for (std::size_t from = 0, to = 0; from < matches.size(); from = to) {
    while (to < matches.size() && same(matches[to]) == same(matches[from])) ++to;
    PICKET_TRY(f(matches.subspan(from, to - from)));
  }
  return {};
}

auto alert_of(const Match* match) { return std::tie(match->rule_no, match->alert->span_from, match->alert->subject); }

/// Adds signals of one rule, alert by alert and in each by rising time. Among what is known each has to be asked for alone.
Status insert_alerting(Writing& w, const std::string& device_id, const std::string& stream, std::span<const Match* const> matches, Counts& counts) {
  PICKET_ASSIGN(const bool all_new, news(w, matches));
  if (!all_new) {
    for (const Match* match : matches) PICKET_TRY(insert_one(w, device_id, stream, *match, counts));
    return {};
  }
  for (const Match* match : matches) ++counts[{match->rule_no, hour_of(match->time)}];
  return by_runs(matches, alert_of, [&](std::span<const Match* const> run) -> Status {
    PICKET_ASSIGN(const std::int64_t alert, join_alert(w, device_id, stream, run));
    return insert_signals(w, run, alert).map([](std::int64_t) {});
  });
}

template <typename Key>
void sort_unique(std::vector<const Match*>& matches, Key key) {
  std::sort(matches.begin(), matches.end(), [&](const Match* a, const Match* b) { return key(a) < key(b); });
  matches.erase(std::unique(matches.begin(), matches.end(), [&](const Match* a, const Match* b) { return key(a) == key(b); }), matches.end());
}

}  // namespace

Status ControlImpl::commit_matches(Writing& w, const std::string& device_id, const std::string& stream, std::span<const Match> matches) {
  Counts counts;
  // what is withdrawn may have been told just before: then order matters
  const bool in_order = std::any_of(matches.begin(), matches.end(), [](const Match& m) { return m.withdrawn; });
  std::vector<const Match*> plain, alerting;
  plain.reserve(matches.size());
  for (const Match& match : matches) {
    if (match.withdrawn) {
      PICKET_ASSIGN(const bool was, withdraw(w, match));
      if (was) --counts[{match.rule_no, hour_of(match.time)}];
    } else if (in_order && (match.alert || match.part != 0)) {
      PICKET_TRY(insert_one(w, device_id, stream, match, counts));
    } else {
      (match.alert ? alerting : plain).push_back(&match);
    }
  }
  // neighbours in the table are written one after the other
  const auto rule = [](const Match* m) { return m->rule_no; };
  const auto place = [](const Match* m) { return std::tuple(m->time, std::string_view(m->event.data(), m->event.size()), m->part); };
  sort_unique(plain, [&](const Match* m) { return std::tuple(m->rule_no, place(m)); });
  sort_unique(alerting, [&](const Match* m) { return std::tuple(alert_of(m), place(m)); });
  PICKET_TRY(by_runs(plain, rule, [&](auto run) { return insert_of_rule(w, run, counts); }));
  PICKET_TRY(by_runs(alerting, rule, [&](auto run) { return insert_alerting(w, device_id, stream, run, counts); }));
  return add_counts(w, device_id, counts);
}

Status ControlImpl::add_matches(const std::string& device_id, const std::string& stream, std::span<const Match> matches, TimePoint at) {
  return write(at, [&](Writing& w) { return commit_matches(w, device_id, stream, matches); });
}

Status ControlImpl::each_signal(std::span<const std::int64_t> rule_nos, TimePoint from, TimePoint to, const std::function<bool(const StoredSignal&)>& row) {
  // each rule's rows lie in the order of time; a merge of the heads gives the order of all
  PICKET_ASSIGN(auto db, readers_->acquire());
  struct Head {
    std::int64_t no;
    sql::Statement rows;
    TimePoint time{};
  };
  std::vector<Head> heads;
  const auto step = [&](Head& head) -> Result<bool> {
    PICKET_ASSIGN(const bool more, head.rows.step());
    if (more) head.time = head.rows.time(0);
    return more;
  };
  for (const std::int64_t no : rule_nos) {
    PICKET_ASSIGN(auto rows, db->prepare("select time, event, captures from signal where rule_no = ? and time between ? and ? order by time, event"));
    rows.bind_all(no, from, to);
    Head head{no, std::move(rows)};
    PICKET_ASSIGN(const bool any, step(head));
    if (any) heads.push_back(std::move(head));
  }
  while (!heads.empty()) {
    const auto next = std::min_element(heads.begin(), heads.end(), [](const Head& a, const Head& b) { return std::tie(a.time, a.no) < std::tie(b.time, b.no); });
    if (!row({next->no, next->time, event_of(next->rows.blob(1)), std::string(next->rows.blob(2))})) break;
    PICKET_ASSIGN(const bool more, step(*next));
    if (!more) heads.erase(next);
  }
  return {};
}

Result<std::vector<GuidBytes>> ControlImpl::signal_events_at(std::span<const std::int64_t> rule_nos, TimePoint time) {
  std::vector<GuidBytes> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  for (const std::int64_t no : rule_nos)
    PICKET_TRY(db->each("select event from signal where rule_no = ? and time = ?",
                        [&](const sql::Statement& r) { out.push_back(event_of(r.blob(0))); }, no, time));
  return out;
}

Result<std::vector<StoredSignal>> ControlImpl::recent_signals(const std::string& organization_id, const std::string& key, std::size_t limit) {
  std::vector<StoredSignal> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_ASSIGN(const RuleState rule, find_rule(*db, organization_id, key));
  PICKET_TRY(db->each("select time, event from signal where rule_no = ? order by time desc, event desc limit ?",
                      [&](const sql::Statement& r) { out.push_back({rule.no, r.time(0), event_of(r.blob(1)), {}}); }, rule.no, limit));
  return out;
}

Result<std::vector<RuleCounts>> ControlImpl::rule_counts(const std::string& organization_id, const std::string& device_id, TimePoint now) {
  std::vector<RuleCounts> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  const std::int64_t hour = hour_of(now);
  // the last match of a rule is the end of its range in the key of `signal`
  PICKET_TRY(db->each(
      "select r.key, sum(iif(c.hour > ?3 - 24, c.matches, 0)), sum(iif(c.hour > ?3 - 168, c.matches, 0)), sum(iif(c.hour > ?3 - 720, c.matches, 0)),"
      " (select max(time) from signal where rule_no = r.no), max(iif(c.matches > 0, c.hour, null))"
      " from rule r join rule_count c on c.rule_no = r.no and c.device_id = ?2 where r.organization_id = ?1 group by r.no",
      [&](const sql::Statement& row) {
        auto& counts = out.emplace_back();
        counts.key = row.string(0);
        counts.day = static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(1)));
        counts.week = static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(2)));
        counts.month = static_cast<std::uint64_t>(std::max<std::int64_t>(0, row.integer(3)));
        counts.last = row.maybe_time(4);
        // of one device only the hour is known
        if (!device_id.empty()) counts.last = row.null(5) ? std::nullopt : std::optional(from_micros(row.integer(5) * kHourUs));
      },
      organization_id, device_id, hour));
  return out;
}

Result<std::vector<RuleHour>> ControlImpl::rule_hours(const std::string& organization_id, const std::string& key, TimePoint from) {
  std::vector<RuleHour> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_ASSIGN(const RuleState rule, find_rule(*db, organization_id, key));
  PICKET_TRY(db->each("select hour, matches from rule_count where rule_no = ? and device_id = '' and hour >= ? and matches > 0 order by hour",
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
