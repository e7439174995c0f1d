#include <fmt/format.h>

#include <algorithm>

#include "api/detection_rows.h"
#include "base/strings.h"
#include "detect/examples.h"
#include "detect/words.h"

namespace picket::api {
namespace {

using enum AttributeType;
using R = RuleRow;

constexpr auto kNothing = [](const R&) -> Value { return nullptr; };

Value problem_of(const R& row) {
  if (!row.problem) return nullptr;
  const detect::Problem& problem = row.ruling->problems[*row.problem];
  codec::JsonWriter out;
  out.begin_object().field("severity", problem.severity == detect::Problem::Severity::kError ? "error" : "warning").field("message", problem.error.message);
  for (const bool line : {true, false}) {
    out.key(line ? "line" : "column");
    if (problem.error.place)
      out.value(line ? problem.error.place->line : problem.error.place->column);
    else
      out.null();
  }
  out.key("source_line");
  or_null(row.ruling->problem_lines[*row.problem]).write(out);
  out.end_object();
  return JsonText{out.take()};
}

JsonText refs(const R& row, const std::vector<std::uint32_t>& rules) {
  codec::JsonWriter out;
  out.begin_array();
  for (const std::uint32_t rule : rules)
    out.begin_object().field("id", row.ruling->book->entries()[rule].key).field("title", row.ruling->book->rules().rules()[rule].rule.title).end_object();
  out.end_array();
  return {out.take()};
}

Value inputs(const R& row) {
  std::vector<std::uint32_t> rules;
  if (row.rule)
    for (const auto& input : row.linked().inputs) rules.push_back(input.rule);
  return refs(row, rules);
}

JsonText filters(const R& row) {
  codec::JsonWriter out;
  out.begin_array();
  if (row.rule)
    for (const auto& filter : row.linked().filters) {
      const bool own = std::any_of(row.ruling->own.begin(), row.ruling->own.end(), [&](const auto& known) { return known.first == filter->file; });
      out.begin_object().field("title", filter->title).key("file");
      or_null(own ? std::string() : filter->file).write(out);
      out.key("own_rule_id");
      or_null(own ? filter->file : std::string()).write(out);
      out.field("line", filter->place.line).end_object();
    }
  out.end_array();
  return {out.take()};
}

std::string words(const R& row) {
  if (!row.rule) return {};
  std::string out = detect::in_words(row.ruling->book->rules(), *row.rule, [&](const detect::LogSource&) { return row.source_name; });
  std::string names;
  for (const auto& [name, digest] : row.entry().filters) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? out : out + fmt::format(" Filtered by {}.", names);
}

void write_examples(codec::JsonWriter& out, const std::vector<detect::Example>& examples, bool matching) {
  const auto seconds = [](Micros span) { return static_cast<double>(span.count()) / 1e6; };
  out.begin_array();
  for (const auto& example : examples) {
    if (example.matching != matching) continue;
    out.begin_object().key("about");
    or_null(example.about).write(out);
    out.key("events").begin_array();
    for (const auto& event : example.events)
      out.begin_object()
          .field("record", event.record)
          .field("at_seconds", seconds(event.at))
          .field("times", event.times)
          .field("every_seconds", seconds(event.every))
          .end_object();
    out.end_array().end_object();
  }
  out.end_array();
}

Value examples(const R& row) {
  std::vector<detect::Example> all;
  if (row.rule)
    for (auto& of_rule : detect::read_examples(row.entry().text, row.text().file).rules) std::move(of_rule.examples.begin(), of_rule.examples.end(), std::back_inserter(all));
  codec::JsonWriter out;
  out.begin_object().key("matching");
  write_examples(out, all, true);
  out.key("not_matching");
  write_examples(out, all, false);
  out.end_object();
  return JsonText{out.take()};
}

template <typename Member>
Value text_list(const R& row, Member member) {
  return JsonText{row.rule ? json_texts(row.text().*member) : "[]"};
}

void rule_says(Builder<R>& type) {
  using Rule = detect::Rule;
  type.attribute("author", kString, [](const R& r) { return r.rule ? or_null(r.text().author) : Value(); }, kReadOnly | kNullOk);
  type.attribute("category", kString, [](const R& r) { return r.rule && r.text().logsource ? or_null(r.text().logsource->category) : Value(); },
                 kReadOnly | kNullOk);
  type.attribute("description", kString, [](const R& r) { return r.rule ? or_null(r.text().description) : Value(); }, kReadOnly | kNullOk);
  type.attribute("falsepositives", kArray, [](const R& r) { return text_list(r, &Rule::falsepositives); }, kReadOnly | kNoSort);
  type.attribute("filters", kArray, [](const R& r) -> Value { return filters(r); }, kReadOnly | kNoSort);
  type.choice("kind", {"detection", "correlation"}, [](const R& r) -> Value { return r.rule && r.text().is_correlation() ? "correlation" : "detection"; });
  type.choice("level", {"informational", "low", "medium", "high", "critical"}, [](const R& r) -> Value { return r.level().empty() ? Value() : Value(r.level()); },
              kReadOnly | kNullOk);
  type.sort_by([](const R& r) -> Value { return r.rule ? static_cast<int>(r.text().level) : -1; });
  type.attribute("product", kString, [](const R& r) { return or_null(r.product); }, kReadOnly | kNullOk);
  type.attribute("references", kArray, [](const R& r) { return text_list(r, &Rule::references); }, kReadOnly | kNoSort);
  type.attribute("service", kString, [](const R& r) { return or_null(r.service); }, kReadOnly | kNullOk);
  type.attribute("sigma_status", kString, [](const R& r) { return r.rule ? or_null(r.text().status) : Value(); }, kReadOnly | kNullOk);
  type.attribute("stream_title", kString, [](const R& r) { return or_null(r.stream_title); }, kReadOnly | kNullOk);
  type.attribute("tactics", kArray, [](const R& r) -> Value { return JsonText{json_texts(r.tactics)}; }, kReadOnly | kNoSort);
  type.attribute("tags", kArray, [](const R& r) { return text_list(r, &Rule::tags); }, kReadOnly | kNoSort);
  type.attribute("techniques", kArray, [](const R& r) -> Value { return JsonText{json_texts(r.techniques)}; }, kReadOnly | kNoSort);
  type.attribute("technology", kString, [](const R& r) { return or_null(r.technology); }, kReadOnly | kNullOk);
  type.attribute("title", kString, [](const R& r) -> Value { return r.title; });
  type.sort_by([](const R& r) -> Value { return reading_key(r.title); });
}

void rule_stands(Builder<R>& type) {
  type.attribute("alert_from", kTime, [](const R& r) -> Value { return r.rule ? Value(r.decided().alert_from) : Value(); }, kReadOnly | kNullOk);
  type.attribute("alerts", kBoolean, [](const R& r) -> Value { return r.rule && r.entry().alerts; });
  type.attribute("cost_ns_per_event", kNumber, [](const R& r) -> Value { return r.cost_ns; }, kReadOnly | kNullOk);
  type.attribute("enabled", kBoolean, [](const R& r) -> Value { return r.rule && r.decided().enabled; }, kPlain);
  type.attribute("file", kString, [](const R& r) { return or_null(r.file); }, kReadOnly | kNullOk);
  type.attribute("last_match_at", kTime, [](const R& r) -> Value { return r.last_match_at; }, kReadOnly | kNullOk);
  type.attribute("matches_24h", kNumber, [](const R& r) -> Value { return r.matches_24h; });
  type.attribute("matches_30d", kNumber, [](const R& r) -> Value { return r.matches_30d; });
  type.choice("origin", {"shipped", "folder", "own"}, [](const R& r) -> Value { return watch::to_string(r.origin); });
  type.attribute("own_rule_id", kString, [](const R& r) { return or_null(r.own_rule_id); }, kReadOnly | kNullOk);
  type.attribute("problem", kObject, problem_of, kReadOnly | kNullOk | kNoSort);
  type.attribute("reason", kString, [](const R& r) { return r.rule ? or_null(r.decided().reason) : Value(); }, kNullOk);
  type.max_length(1000);
  type.choice("state", {"running", "new", "off", "broken"}, [](const R& r) -> Value { return r.state; });
  type.attribute("updated_at", kTime, [](const R& r) -> Value { return r.rule ? Value(r.decided().updated_at) : Value(); }, kReadOnly | kNullOk);
  type.attribute("vendor", kString, [](const R& r) { return or_null(r.vendor); }, kReadOnly | kNullOk);
  type.attribute("alert_now", kBoolean, kNothing, kWriteOnly | kNoSort | kNoFilter);
  // asked for and not shown
  type.attribute("cost", kNumber, [](const R& r) -> Value { return r.cost_ns; }, kReadOnly | kNullOk | kFilterOnly);
  type.attribute("tactic", kString, [](const R& r) -> Value { return fmt::format("{}", fmt::join(r.tactics, "\n")); },
                 kReadOnly | kNoSort | kFilterOnly | kEachLine);
  type.attribute(
      "text", kString,
      [](const R& r) -> Value {
        if (!r.rule) return r.title;
        return fmt::format("{}\n{}\n{}", r.title, r.text().description, fmt::join(r.text().tags, "\n"));
      },
      kReadOnly | kNoSort | kFilterOnly);
}

void rule_detail(Builder<R>& type) {
  type.attribute("examples", kObject, examples, kReadOnly | kNoSort);
  type.attribute("inputs", kArray, inputs, kReadOnly | kNoSort);
  type.attribute("text", kString, [](const R& r) -> Value { return r.rule ? r.entry().text : r.own_text; }, kReadOnly | kNoSort);
  type.attribute("used_by", kArray, [](const R& r) -> Value { return refs(r, r.rule ? r.linked().used_by : std::vector<std::uint32_t>()); },
                 kReadOnly | kNoSort);
  type.attribute("words", kString, [](const R& r) -> Value { return words(r); }, kReadOnly | kNoSort);
}

struct OwnRow : control::OwnRule {
  std::vector<std::string> titles;
};

Row own_row(const watch::RulingPtr& ruling, control::OwnRule rule) {
  OwnRow row{std::move(rule), {}};
  if (ruling != nullptr)
    for (const auto& linked : ruling->book->rules().rules())
      if (linked.rule.file == row.id) row.titles.push_back(linked.rule.title);
  return make_row(std::move(row));
}

}  // namespace

ResourceType detection_rule_type(const DetectionRows& rows, bool detail) {
  Builder<R> type("detection_rules", "detection rule");
  type.id([](const R& r) { return std::string_view(r.id); });
  type.version([](const R& r) -> std::int64_t { return r.rule ? r.decided().version : 1; });
  if (detail) rule_detail(type);
  rule_says(type);
  rule_stands(type);
  type.default_sort({{"title", false}});
  type.list([&rows](const Scope& scope, const Query&) -> Answer<std::vector<Row>> {
    API_ASSIGN(std::vector<RuleRow> all, rows.list(scope));
    std::vector<Row> out;
    out.reserve(all.size());
    for (auto& row : all) out.push_back(make_row(std::move(row)));
    return out;
  });
  type.get([&rows](const Scope& scope, const std::string& id) -> Answer<Row> {
    auto row = rows.one(scope, id);
    if (!row) return refuse(row.error());
    return make_row(std::move(*row));
  });
  return type.build();
}

ResourceType own_rule_type(const Parts& parts) {
  Builder<OwnRow> type("own_rules", "rule of your own");
  type.id([](const OwnRow& r) { return std::string_view(r.id); });
  type.version([](const OwnRow& r) { return r.version; });
  type.attribute("created_at", kTime, [](const OwnRow& r) -> Value { return r.created_at; });
  type.attribute("text", kString, [](const OwnRow& r) -> Value { return r.text; }, kRequired | kManyLines | kNoSort);
  type.max_length(std::size_t{1} << 20);
  type.attribute("titles", kArray, [](const OwnRow& r) -> Value { return JsonText{json_texts(r.titles)}; }, kReadOnly | kNoSort);
  type.attribute("updated_at", kTime, [](const OwnRow& r) -> Value { return r.updated_at; });
  type.to_one("created_by", "actors", [](const OwnRow& r) { return r.created_by.id; });
  type.to_one("organization", "organizations", [](const OwnRow& r) { return r.organization_id; }, kFixed);
  type.to_one("updated_by", "actors", [](const OwnRow& r) { return r.updated_by.id; });
  type.list([parts](const Scope& scope, const Query&) -> Answer<std::vector<Row>> {
    API_ASSIGN(std::vector<control::OwnRule> rules, parts.control.detections().own_rules(scope.organization_id));
    const auto ruling = parts.watch.ruling(scope.organization_id);
    std::vector<Row> out;
    for (auto& rule : rules) out.push_back(own_row(ruling, std::move(rule)));
    return out;
  });
  type.get([parts](const Scope& scope, const std::string& id) -> Answer<Row> {
    auto rule = parts.control.detections().own_rule(scope.organization_id, id);
    if (!rule && rule.error().kind == ErrorKind::kNotFound) return Row();
    if (!rule) return refuse(Problem(rule.error()));
    return own_row(parts.watch.ruling(scope.organization_id), std::move(*rule));
  });
  return type.build();
}

}  // namespace picket::api
