#include <algorithm>

#include "api/detection_rows.h"

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
  Builder<A> type("expel_alerts");
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
    API_ASSIGN(std::vector<control::Alert> alerts, parts.control.detections().alerts(scope.organization_id, filter));
    std::vector<Row> out;
    out.reserve(alerts.size());
    // oldest first, as `ordered` has it
    for (auto alert = alerts.rbegin(); alert != alerts.rend(); ++alert) out.push_back(make_row(A{std::move(*alert), {}}));
    return out;
  });
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
