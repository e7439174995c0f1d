#include <fmt/format.h>

#include "base/guid.h"
#include "control/control_impl.h"

namespace picket::control {
namespace {

constexpr std::string_view kSelectAlert =
    "select a.no, a.id, a.organization_id, r.key, a.title, a.level, a.device_id, a.stream, a.subject, a.span_from, a.first_at, a.last_at, a.created_at,"
    " a.matches from alert a join rule r on r.no = a.rule_no where a.organization_id = ?1 and a.matches > 0";

Alert read_alert(const sql::Statement& row) {
  return {.no = row.integer(0),
          .id = row.string(1),
          .organization_id = row.string(2),
          .rule_key = row.string(3),
          .title = row.string(4),
          .level = row.string(5),
          .device_id = row.string(6),
          .stream = row.string(7),
          .subject = row.string(8),
          .span_from = row.time(9),
          .first_at = row.time(10),
          .last_at = row.time(11),
          .created_at = row.time(12),
          .matches = static_cast<std::uint64_t>(row.integer(13))};
}

}  // namespace

Result<std::vector<Alert>> ControlImpl::alerts(const std::string& organization_id, const AlertFilter& filter) {
  static const std::string kSql = std::string(kSelectAlert) +
                                  " and a.no < ?2 and (?3 = '' or r.key = ?3) and (?4 = '' or a.device_id = ?4) order by a.no desc limit ?5";
  std::vector<Alert> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(kSql, [&](const sql::Statement& row) { out.push_back(read_alert(row)); }, organization_id, filter.before, filter.rule_key,
                      filter.device_id, filter.limit));
  return out;
}

Result<Alert> ControlImpl::alert(const std::string& organization_id, const std::string& id) {
  static const std::string kSql = std::string(kSelectAlert) + " and a.id = ?2";
  std::optional<Alert> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(kSql, [&](const sql::Statement& row) { out = read_alert(row); }, organization_id, id));
  if (!out) return fail(ErrorKind::kNotFound, "There is no such alert.");
  return std::move(*out);
}

Result<std::vector<StoredSignal>> ControlImpl::alert_matches(const std::string& organization_id, const std::string& id, std::size_t limit) {
  PICKET_ASSIGN(const Alert found, alert(organization_id, id));
  std::vector<StoredSignal> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      "select s.rule_no, s.time, s.event from alert a join signal s on s.rule_no = a.rule_no and s.time between a.first_at and a.last_at"
      " where a.no = ? and s.alert_no = a.no order by s.time, s.event limit ?",
      [&](const sql::Statement& row) { out.push_back({row.integer(0), row.time(1), event_of(row.blob(2)), {}}); }, found.no, limit));
  return out;
}

}  // namespace picket::control
