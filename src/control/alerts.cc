#include <fmt/format.h>

#include <variant>

#include "base/assert.h"
#include "base/guid.h"
#include "control/control_impl.h"

namespace picket::control {
namespace {

constexpr std::string_view kColumns =
    "a.no, a.id, a.organization_id, (select key from rule where no = a.rule_no), a.title, a.level, a.device_id, a.stream, a.subject, a.span_from,"
    " a.first_at, a.last_at, a.created_at, a.matches";
// the indexes of `alert` hold those with matches only
constexpr std::string_view kOfOrganization = " from alert a where a.organization_id = ?1 and a.matches > 0";

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

/// What a filter asks for, as SQL that names only what is asked (so that an index serves it), and its parameters from ?2 on.
class Where {
 public:
  explicit Where(const AlertFilter& filter) {
    text("a.rule_no = (select no from rule where organization_id = ?1 and key = {})", filter.rule_key);
    text("a.device_id = {}", filter.device_id);
    text("a.level = {}", filter.level);
    time("a.first_at >= {}", filter.first_from);
    time("a.first_at < {}", filter.first_to);
    time("a.created_at >= {}", filter.created_from);
    time("a.created_at < {}", filter.created_to);
  }
  const std::string& sql() const { return sql_; }
  int parameters() const { return static_cast<int>(values_.size()) + 1; }
  void bind(sql::Statement& statement, const std::string& organization_id) const {
    int at = 1;
    statement.bind(at, organization_id);
    for (const auto& value : values_) std::visit([&](const auto& one) { statement.bind(++at, one); }, value);
  }

 private:
  void text(std::string_view condition, const std::string& value) {
    if (!value.empty()) add(condition, value);
  }
  void time(std::string_view condition, const std::optional<TimePoint>& value) {
    if (value) add(condition, *value);
  }
  void add(std::string_view condition, std::variant<std::string, TimePoint> value) {
    values_.push_back(std::move(value));
    sql_ += " and " + fmt::format(fmt::runtime(condition), fmt::format("?{}", parameters()));
  }
  std::string sql_;
  std::vector<std::variant<std::string, TimePoint>> values_;
};

}  // namespace

Result<std::vector<Alert>> ControlImpl::alerts(const std::string& organization_id, const AlertFilter& filter) {
  const Where where(filter);
  const std::string_view way = filter.oldest_first ? "" : " desc";
  // what a page passes over is told from the index alone
  const std::string sql = fmt::format("select {} from alert a where a.no in (select a.no{}{} order by a.created_at{}, a.no{} limit ?{} offset ?{}) order by a.created_at{}, a.no{}",
                                      kColumns, kOfOrganization, where.sql(), way, way, where.parameters() + 1, where.parameters() + 2, way, way);
  std::vector<Alert> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_ASSIGN(auto rows, db->prepare(sql));
  where.bind(rows, organization_id);
  rows.bind(where.parameters() + 1, filter.limit).bind(where.parameters() + 2, filter.offset);
  while (true) {
    PICKET_ASSIGN(const bool more, rows.step());
    if (!more) return out;
    out.push_back(read_alert(rows));
  }
}

Result<std::size_t> ControlImpl::count_alerts(const std::string& organization_id, const AlertFilter& filter) {
  const Where where(filter);
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_ASSIGN(auto count, db->prepare(fmt::format("select count(*){}{}", kOfOrganization, where.sql())));
  where.bind(count, organization_id);
  PICKET_ASSIGN(const bool row, count.step());
  PICKET_ASSERT(row, "count() answers a row");
  return static_cast<std::size_t>(count.integer(0));
}

Result<Alert> ControlImpl::alert(const std::string& organization_id, const std::string& id) {
  static const std::string kSql = fmt::format("select {}{} and a.id = ?2", kColumns, kOfOrganization);
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
