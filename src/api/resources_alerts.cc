#include <algorithm>

#include "api/detection_rows.h"
#include "api/filter.h"

namespace picket::api {
namespace {

using enum AttributeType;

constexpr std::size_t kMostEvidence = 200;

struct AlertRow : control::Alert {
  std::string evidence;  ///< JSON array; empty in lists
};

/// Workbench's words for the levels that alert.
std::string_view severity(const std::string& level) {
  return level == "critical" ? "CRITICAL" : level == "high" ? "HIGH" : level == "medium" ? "MEDIUM" : "LOW";
}

Answer<std::string> evidence_of(const Parts& parts, const Scope& scope, const std::string& id) {
  API_ASSIGN(const auto matches, parts.control.detections().alert_matches(scope.organization_id, id, kMostEvidence));
  MatchedEvents events(parts, scope);
  codec::JsonWriter out;
  out.begin_array();
  for (const auto& match : matches) {
    out.begin_object();
    events.write(out, guid_text(match.event), match.time);
    out.end_object();
  }
  out.end_array();
  return out.take();
}

using Path = std::vector<std::string>;

/// Reads one filter into `out`; false where the store has no word for it.
bool read_term(const FilterTerm& term, control::AlertFilter& out) {
  const auto equals = [&](std::string& to, std::string_view value) {
    if (term.op != Operator::kEqual || value.empty() || !to.empty()) return false;  // a second one is an alternative
    to = value;
    return true;
  };
  if (term.path == Path{"expel_signature_id"}) return equals(out.rule_key, term.value);
  if (term.path == Path{"security_device", "id"}) return equals(out.device_id, term.value);
  // LOW is whatever is none of these
  if (term.path == Path{"expel_severity"})
    return equals(out.level, term.value == "CRITICAL" ? "critical" : term.value == "HIGH" ? "high" : term.value == "MEDIUM" ? "medium" : "");
  const bool first = term.path == Path{"activity_first_at"};
  if (!first && term.path != Path{"created_at"}) return false;
  const auto time = read_filter_time(term.value);
  if (!time) return false;
  auto& from = first ? out.first_from : out.created_from;
  auto& to = first ? out.first_to : out.created_to;
  switch (term.op) {
    case Operator::kGreaterOrEqual: from = std::max(from.value_or(*time), *time); return true;
    case Operator::kGreater: from = std::max(from.value_or(*time), *time + Micros(1)); return true;
    case Operator::kLess: to = std::min(to.value_or(*time), *time); return true;
    default: return false;
  }
}

std::optional<control::AlertFilter> as_filter(const Query& query) {
  control::AlertFilter out;
  for (const FilterTerm& term : query.filters)
    if (!read_term(term, out)) return std::nullopt;
  if (query.sort.size() > 1 || (!query.sort.empty() && query.sort[0].field != "created_at")) return std::nullopt;
  out.oldest_first = !query.sort.empty() && !query.sort[0].descending;
  out.offset = query.offset;
  out.limit = query.limit;
  return out;
}

/// The page by an index of the store. Counted first: an alert that comes in between is on no page yet.
Answer<std::optional<FoundPage>> found_page(const Parts& parts, const Scope& scope, const Query& query) {
  const auto filter = as_filter(query);
  if (!filter) return std::optional<FoundPage>();
  FoundPage out;
  API_ASSIGN(out.total, parts.control.detections().count_alerts(scope.organization_id, *filter));
  if (filter->limit == 0 || filter->offset >= out.total) return std::optional(std::move(out));
  API_ASSIGN(std::vector<control::Alert> alerts, parts.control.detections().alerts(scope.organization_id, *filter));
  for (control::Alert& alert : alerts) out.rows.push_back(make_row(AlertRow{std::move(alert), {}}));
  return std::optional(std::move(out));
}

void alert_attributes(Builder<AlertRow>& type) {
  using A = AlertRow;
  type.attribute("activity_first_at", kTime, [](const A& a) -> Value { return a.first_at; });
  type.attribute("activity_last_at", kTime, [](const A& a) -> Value { return a.last_at; });
  type.choice("alert_type", {"RULE_ENGINE"}, [](const A&) -> Value { return "RULE_ENGINE"; });
  type.nulls(kString, {"close_comment", "close_reason"});
  type.attribute("created_at", kTime, [](const A& a) -> Value { return a.created_at; });
  type.attribute("expel_alert_time", kTime, [](const A& a) -> Value { return a.first_at; });
  type.nulls(kString, {"expel_message"});
  type.attribute("expel_name", kString, [](const A& a) -> Value { return a.title; });
  type.choice("expel_severity", {"CRITICAL", "HIGH", "MEDIUM", "LOW"}, [](const A& a) -> Value { return severity(a.level); });
  type.sort_by([](const A& a) -> Value { return a.level == "critical" ? 4 : a.level == "high" ? 3 : a.level == "medium" ? 2 : 1; });
  type.attribute("expel_signature_id", kString, [](const A& a) -> Value { return a.rule_key; });
  type.attribute("matches_count", kNumber, [](const A& a) -> Value { return a.matches; });
  type.choice("status", {"OPEN"}, [](const A&) -> Value { return "OPEN"; });
  type.nulls(kTime, {"status_updated_at"});
  type.attribute("stream", kString, [](const A& a) -> Value { return a.stream; });
  type.attribute("subject", kArray, [](const A& a) -> Value { return JsonView{a.subject}; }, kReadOnly | kNoSort);
  // the newest of what it stands for; nothing else of an alert changes yet
  type.attribute("updated_at", kTime, [](const A& a) -> Value { return std::max(a.created_at, a.last_at); });
}

}  // namespace

ResourceType alert_type(const Parts& parts, bool detail) {
  using A = AlertRow;
  Builder<A> type("expel_alerts", "alert");
  type.id([](const A& a) { return std::string_view(a.id); });
  type.version([](const A& a) { return static_cast<std::int64_t>(a.matches); });
  if (detail) type.attribute("evidence", kArray, [](const A& a) -> Value { return JsonView{a.evidence}; }, kReadOnly | kNoSort);
  alert_attributes(type);
  type.to_one("organization", "organizations", [](const A& a) { return a.organization_id; });
  type.to_one("security_device", "security_devices", [](const A& a) { return a.device_id; });
  type.default_sort({{"created_at", true}});
  type.ordered();
  type.list([parts](const Scope& scope, const Query& query) -> Answer<std::vector<Row>> {
    control::AlertFilter filter;
    filter.rule_key = query.equal_to({"expel_signature_id"}).value_or("");
    filter.device_id = query.equal_to({"security_device", "id"}).value_or("");
    filter.limit = SIZE_MAX >> 1;
    filter.oldest_first = true;
    API_ASSIGN(std::vector<control::Alert> alerts, parts.control.detections().alerts(scope.organization_id, filter));
    std::vector<Row> out;
    out.reserve(alerts.size());
    for (control::Alert& alert : alerts) out.push_back(make_row(A{std::move(alert), {}}));
    return out;
  });
  type.page([parts](const Scope& scope, const Query& query) { return found_page(parts, scope, query); });
  type.get([parts, detail](const Scope& scope, const std::string& id) -> Answer<Row> {
    auto alert = parts.control.detections().alert(scope.organization_id, id);
    if (!alert && alert.error().kind == ErrorKind::kNotFound) return Row();
    if (!alert) return refuse(Problem(alert.error()));
    A row{std::move(*alert), {}};
    if (detail) {
      API_ASSIGN(row.evidence, evidence_of(parts, scope, id));
    }
    return make_row(std::move(row));
  });
  return type.build();
}

}  // namespace picket::api
