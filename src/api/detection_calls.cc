#include "api/detection_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <span>

#include "api/body.h"
#include "base/strings.h"
#include "codec/json.h"
#include "detect/words.h"
#include "obs/log.h"

namespace picket::api {
namespace {

namespace json = boost::json;
using http_server::Request;
using http_server::Response;
using std::chrono::hours;

constexpr std::size_t kMostMatches = 200;

TimePoint month_before(TimePoint now) { return now - hours(24 * 30); }

/// Why a rule can match nothing here, where its log source is one that no device reports; empty where one does.
std::string nobody_reports(const detect::Rule& rule, std::span<const watch::Book::Service> services) {
  if (!rule.logsource) return {};
  const auto& asked = *rule.logsource;
  std::map<std::string_view, std::string> known;
  for (const auto& [product, service] : services) {
    if (asked.covers({{}, product, service})) return {};
    auto& list = known[product];
    list += (list.empty() ? "" : ", ") + service;
  }
  std::string there;
  for (const auto& [product, list] : known) there += fmt::format("{}{} ({})", there.empty() ? "" : "; ", product, list);
  return fmt::format("No device reports this log source, so the rule can match nothing here. Devices report the products and services {}.", there);
}

void write_page(codec::JsonWriter& out, const Query& query, std::size_t total) {
  out.key("meta").begin_object().key("page").begin_object();
  out.field("offset", static_cast<std::uint64_t>(query.offset)).field("limit", static_cast<std::uint64_t>(query.limit));
  out.field("total", static_cast<std::uint64_t>(total)).end_object().end_object();
}

void write_history(codec::JsonWriter& out, const control::RuleHistoryEntry& entry) {
  const auto value = codec::parse_json(entry.value, {.max_bytes = std::size_t{8} << 20, .max_depth = 8});
  const auto* object = value ? value->if_object() : nullptr;
  const auto member = [&](const char* name) {
    const auto* found = object != nullptr ? object->if_contains(name) : nullptr;
    return found == nullptr ? json::value() : *found;
  };
  out.begin_object().field("type", "detection_rule_histories").field("id", entry.id).key("attributes").begin_object();
  out.field("action", control::to_string(entry.action));
  for (const char* name : {"kind", "sentence", "reason", "before", "after"}) out.key(name).raw(codec::to_json(member(name)));
  out.key("actor").begin_object().field("id", entry.created_by.id).field("display_name", entry.created_by.display_name).end_object();
  out.field("created_at", format_rfc3339(entry.created_at)).end_object().end_object();
}

/// Whether events of the stream come in.
bool sees(const fleet::DeviceView& device, const fleet::StreamView& stream) {
  const auto level = stream.health.level;
  return !device.device.deleted_at && !device.device.paused && level != model::HealthLevel::kError && level != model::HealthLevel::kPaused &&
         device.device.health.code != "silent";
}

}  // namespace

DetectionCalls::DetectionCalls(const Parts& parts, const Catalogue& catalogue, const Engine& engine, const DetectionRows& rows)
    : parts_(parts),
      catalogue_(catalogue),
      engine_(engine),
      rows_(rows),
      detail_(detection_rule_type(rows, true)),
      alert_detail_(alert_type(parts, true)),
      backtest_({parts.store, parts.control, parts.connectors}),
      backtests_({"backtest", 2, 2}) {}

void DetectionCalls::stop() {
  stopping_.request_stop();
  backtests_.stop();
}

void DetectionCalls::reload(const Caller& caller) const {
  if (const Status done = parts_.watch.reload(caller.scope.organization_id); !done)
    PICKET_LOG_ERROR("api", "A rule was changed, but the rules in force were not: {}", done.error().message);
}

DetectionCalls::Reply DetectionCalls::get(const Caller& caller, const Request& request) const {
  return engine_.get(detail_, caller.scope, request.params.at("id"), request);
}

DetectionCalls::Reply DetectionCalls::change(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  const auto& organization = caller.scope.organization_id;
  API_ASSIGN(RuleRow row, rows_.in_force(caller.scope, id));
  API_ASSIGN(const auto version, if_match(request));
  const control::RuleState decided = row.decided();
  API_ASSIGN(const Changes changes, read_changes(detail_, Purpose::kChange, request.body, make_row(std::move(row))));
  const auto at_once = changes.boolean("alert_now");
  if (at_once && !*at_once)
    return refuse_field("/data/attributes/alert_now", "alert_now can only be true: a time of being watched that has ended does not begin again.");
  const bool switched = changes.has("enabled") || changes.has("reason");
  if (at_once && switched) return refuse_field("/data/attributes/alert_now", "Send alert_now by itself: it is another change than switching the rule.");
  auto& detections = parts_.control.detections();
  const auto change = caller.change(parts_.clock.now());
  if (at_once) API_TRY(detections.end_probation(organization, id, version, change));
  if (switched)
    API_TRY(detections.switch_rule(organization, id, changes.boolean("enabled").value_or(decided.enabled), changes.text("reason", decided.reason), version,
                                   change));
  reload(caller);
  API_ASSIGN(RuleRow now, rows_.one(caller.scope, id));
  return engine_.object(detail_, make_row(std::move(now)));
}

DetectionCalls::Reply DetectionCalls::matches(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  API_ASSIGN(const RuleRow row, rows_.in_force(caller.scope, id));
  API_ASSIGN(const Query query, parse_query(request.query, {.page = kMostMatches}));
  API_ASSIGN(const auto signals, parts_.control.detections().recent_signals(caller.scope.organization_id, id, query.limit));
  MatchedEvents events(parts_, caller.scope);
  std::map<GuidBytes, int> times;  // a correlation may hold at one event for several groups
  codec::JsonWriter out;
  out.begin_object().key("data").begin_array();
  for (const auto& signal : signals) {
    const int before = times[signal.event]++;
    const std::string event = guid_text(signal.event);
    out.begin_object().field("type", "detection_matches");
    out.field("id", before == 0 ? event : fmt::format("{}-{}", event, before + 1));
    out.key("attributes").begin_object();
    events.write(out, event, signal.time);
    out.end_object().end_object();
  }
  out.end_array().end_object();
  return json_response(out.take());
}

DetectionCalls::Reply DetectionCalls::counts(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  API_ASSIGN(const RuleRow row, rows_.in_force(caller.scope, id));
  const auto* width = request.query_value("width");
  const bool hourly = width != nullptr && *width == "hour";
  if (width != nullptr && !hourly && *width != "day") return refuse_parameter("width", "width is hour or day.");
  TimePoint from = month_before(parts_.clock.now());
  if (const auto* asked = request.query_value("from")) {
    const auto time = parse_time_lenient(*asked);
    if (!time) return refuse_parameter("from", "from must be a time, for example 2026-11-22T18:55:31Z.");
    from = *time;
  }
  API_ASSIGN(const auto found, parts_.control.detections().rule_hours(caller.scope.organization_id, id, from));
  std::map<TimePoint, std::uint64_t> buckets;
  std::uint64_t total = 0;
  for (const auto& hour : found) {
    buckets[hourly ? hour.hour : TimePoint(std::chrono::floor<std::chrono::days>(hour.hour))] += hour.matches;
    total += hour.matches;
  }
  codec::JsonWriter out;
  out.begin_object().key("data").begin_array();
  for (const auto& [start, count] : buckets) out.begin_object().field("start", format_rfc3339(start)).field("count", count).end_object();
  out.end_array().key("meta").begin_object().field("total", total).field("width", hourly ? "hour" : "day").end_object().end_object();
  return json_response(out.take());
}

DetectionCalls::Reply DetectionCalls::histories(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  API_ASSIGN(const Query query, parse_query(request.query));
  API_ASSIGN(auto entries, parts_.control.detections().rule_history(caller.scope.organization_id, to_lower(id)));
  if (entries.empty()) API_TRY(rows_.in_force(caller.scope, id));  // a rule that is gone keeps its history
  std::reverse(entries.begin(), entries.end());
  codec::JsonWriter out;
  out.begin_object().key("data").begin_array();
  for (std::size_t i = query.offset; i < std::min(entries.size(), query.offset + query.limit); ++i) write_history(out, entries[i]);
  out.end_array();
  write_page(out, query, entries.size());
  out.end_object();
  return json_response(out.take());
}

DetectionCalls::Reply DetectionCalls::check(const Caller& caller, const Request& request) const {
  API_ASSIGN(const json::object body, read_object(request.body));
  const auto* text = body.if_contains("text");
  const auto* own = body.if_contains("own_rule_id");
  if (text == nullptr || !text->is_string()) return refuse_field("/text", "text is missing: give the rules as they would be written.");
  const std::string own_id = own != nullptr && own->is_string() ? std::string(own->get_string()) : std::string();
  API_ASSIGN(const auto book, parts_.watch.draft(caller.scope.organization_id, own_id, std::string(text->get_string())));
  codec::JsonWriter out;
  out.begin_object().key("problems").begin_array();
  for (const auto& problem : book->problems()) {
    if (problem.file != own_id) continue;
    const auto place = problem.error.place.value_or(TextPlace{1, 1});
    out.begin_object().field("severity", problem.severity == detect::Problem::Severity::kError ? "error" : "warning");
    out.field("line", place.line).field("column", place.column).field("message", problem.error.message).key("rule");
    or_null(problem.rule).write(out);
    out.end_object();
  }
  for (const auto& linked : book->rules().rules()) {
    if (linked.rule.file != own_id) continue;
    const auto message = nobody_reports(linked.rule, parts_.watch.services());
    if (message.empty()) continue;
    out.begin_object().field("severity", "warning").field("line", linked.rule.place.line).field("column", linked.rule.place.column);
    out.field("message", message).field("rule", linked.rule.title).end_object();
  }
  out.end_array().key("rules").begin_array();
  for (std::uint32_t i = 0; i < book->rules().rules().size(); ++i) {
    const detect::Rule& rule = book->rules().rules()[i].rule;
    if (rule.file != own_id) continue;
    out.begin_object().field("title", rule.title).key("id");
    or_null(rule.id).write(out);
    out.key("level");
    if (rule.level == detect::Level::kNone)
      out.null();
    else
      out.value(to_string(rule.level));
    const auto named = [&](const detect::LogSource& source) { return source_name(parts_.connectors, source); };
    out.field("kind", rule.is_correlation() ? "correlation" : "detection").field("words", detect::in_words(book->rules(), i, named)).end_object();
  }
  out.end_array().end_object();
  return json_response(out.take());
}

Answer<std::shared_ptr<const watch::Book>> DetectionCalls::read_text(const Caller& caller, const std::string& own_rule_id, const std::string& text,
                                                                     std::string_view pointer) const {
  API_ASSIGN(auto book, parts_.watch.draft(caller.scope.organization_id, own_rule_id, text));
  std::vector<ApiError> errors;
  for (const auto& problem : book->problems())
    if (problem.file == own_rule_id && problem.severity == detect::Problem::Severity::kError)
      errors.push_back({400, "invalid_input", problem.error.message, std::string(pointer), {}, problem.error.place});
  if (!errors.empty()) return refuse(Problem(std::move(errors)));
  const auto& rules = book->rules().rules();
  if (std::none_of(rules.begin(), rules.end(), [&](const auto& linked) { return linked.rule.file == own_rule_id; }))
    return refuse_field(std::string(pointer), "There is no rule in this text. A rule has a title, a detection and a condition.");
  return book;
}

DetectionCalls::Reply DetectionCalls::create_own(const Caller& caller, const Request& request) const {
  const auto& type = *catalogue_.find("own_rules");
  const std::map<std::string, std::string> fixed = {{"organization", caller.scope.organization_id}};
  API_ASSIGN(const Changes changes, read_changes(type, Purpose::kCreate, request.body, nullptr, fixed));
  const std::string text = changes.text("text");
  API_TRY(read_text(caller, {}, text, "/data/attributes/text"));
  API_ASSIGN(const auto made, parts_.control.detections().create_own_rule(caller.scope.organization_id, text, caller.change(parts_.clock.now())));
  reload(caller);
  API_ASSIGN(const Row row, engine_.must_get(type, caller.scope, made.id));
  auto response = engine_.object(type, row, 201);
  response.headers.emplace_back("location", "/api/v2/own_rules/" + made.id);
  return response;
}

DetectionCalls::Reply DetectionCalls::change_own(const Caller& caller, const Request& request) const {
  const auto& type = *catalogue_.find("own_rules");
  const auto& id = request.params.at("id");
  API_ASSIGN(const Row row, engine_.must_get(type, caller.scope, id));
  API_ASSIGN(const auto version, if_match(request));
  API_ASSIGN(const Changes changes, read_changes(type, Purpose::kChange, request.body, row));
  if (changes.has("text")) {
    const std::string text = changes.text("text");
    API_TRY(read_text(caller, id, text, "/data/attributes/text"));
    API_TRY(parts_.control.detections().update_own_rule(caller.scope.organization_id, id, text, version, caller.change(parts_.clock.now())));
    reload(caller);
  }
  API_ASSIGN(const Row now, engine_.must_get(type, caller.scope, id));
  return engine_.object(type, now);
}

DetectionCalls::Reply DetectionCalls::remove_own(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  API_ASSIGN(const Row row, engine_.must_get(*catalogue_.find("own_rules"), caller.scope, id));
  API_ASSIGN(const auto version, if_match(request));
  API_TRY(parts_.control.detections().delete_own_rule(caller.scope.organization_id, id, version, caller.change(parts_.clock.now())));
  reload(caller);
  Response response;
  response.status = 204;
  return response;
}

DetectionCalls::Reply DetectionCalls::alert(const Caller& caller, const Request& request) const {
  return engine_.get(alert_detail_, caller.scope, request.params.at("id"), request);
}

DetectionCalls::Reply DetectionCalls::device(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  API_ASSIGN(const auto view, find_device(parts_, caller.scope, id));
  if (!view || view->device.deleted_at) return refuse_missing("security device", id);
  API_ASSIGN(const std::vector<RuleRow> rows, rows_.list(caller.scope, id));

  // the rules of a stream, those that correlate them included
  std::map<std::pair<std::string, std::string>, std::set<std::uint32_t>> watching;
  API_ASSIGN(const auto ruling, rows_.ruling(caller.scope));
  const auto& linked = ruling->book->rules().rules();
  const auto with_correlations = [&](std::set<std::uint32_t>& rules) {
    std::vector<std::uint32_t> next(rules.begin(), rules.end());
    while (!next.empty()) {
      const std::uint32_t rule = next.back();
      next.pop_back();
      for (const std::uint32_t correlation : linked[rule].used_by)
        if (rules.insert(correlation).second) next.push_back(correlation);
    }
  };
  for (const auto& connector : parts_.connectors.all())
    for (const auto& stream : connector->streams()) {
      auto& rules = watching[{connector->slug(), std::string(stream.name)}];
      if (const auto& program = ruling->book->program({stream.product, stream.service}))
        for (const std::uint32_t rule : program->rules()) rules.insert(rule);
      with_correlations(rules);
    }

  std::map<std::string, const RuleRow*> shown;
  for (const auto& row : rows)
    if (row.rule) shown.emplace(row.id, &row);
  const auto row_of = [&](std::uint32_t rule) -> const RuleRow* {
    const auto found = shown.find(ruling->book->entries()[rule].key);
    return found == shown.end() ? nullptr : found->second;
  };
  const auto tactics_of = [&](const fleet::DeviceView& device, const std::string& stream) {
    std::set<std::string> out;
    for (const std::uint32_t rule : watching[{device.device.plugin_slug, stream}])
      if (const RuleRow* row = row_of(rule); row != nullptr && row->decided().enabled) out.insert(row->tactics.begin(), row->tactics.end());
    return out;
  };
  std::set<std::string> here, down, seen;
  std::set<std::uint32_t> rules;
  for (const auto& stream : view->streams) {
    const auto& of_stream = watching[{view->device.plugin_slug, stream.state.stream}];
    rules.insert(of_stream.begin(), of_stream.end());
    const auto tactics = tactics_of(*view, stream.state.stream);
    here.insert(tactics.begin(), tactics.end());
    if (!sees(*view, stream)) down.insert(tactics.begin(), tactics.end());
  }
  if (!down.empty())
    for (const auto& other : parts_.ingest.fleet().devices(caller.scope.organization_id))
      for (const auto& stream : other->streams)
        if (sees(*other, stream)) seen.merge(tactics_of(*other, stream.state.stream));

  codec::JsonWriter out;
  out.begin_object().key("rules").begin_array();
  for (const std::uint32_t rule : rules) {
    const RuleRow* row = row_of(rule);
    if (row == nullptr) continue;
    out.begin_object().field("id", row->id).field("title", row->title).key("level");
    (row->level().empty() ? Value() : Value(row->level())).write(out);
    out.field("state", row->state).field("matches_24h", row->matches_24h).field("matches_7d", row->matches_7d).field("matches_30d", row->matches_30d);
    out.key("last_match_at");
    Value(row->last_match_at).write(out);
    out.key("tactics").raw(json_texts(row->tactics)).end_object();
  }
  out.end_array().key("tactics_watched").begin_array();
  for (const auto& tactic : here) out.value(tactic);
  out.end_array().key("tactics_blind").begin_array();
  for (const auto& tactic : down)
    if (!seen.contains(tactic)) out.value(tactic);
  out.end_array().end_object();
  return json_response(out.take());
}

}  // namespace picket::api
