#include "api/detection_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "crypto/digest.h"

namespace picket::api {
namespace {

using watch::RulingPtr;

constexpr std::string_view kProblem = "problem:";

std::string problem_id(const detect::Problem& problem) {
  const auto place = problem.error.place.value_or(TextPlace{});
  const std::string all = fmt::format("{}\n{}\n{}:{}\n{}", problem.file, problem.rule, place.line, place.column, problem.error.message);
  return std::string(kProblem) + crypto::sha256_hex(all).substr(0, 32);
}

bool is_error(const detect::Problem& problem) { return problem.severity == detect::Problem::Severity::kError; }

/// Of a correlation: what all rules below it have in common, so that it is found where they are.
void common_source(const detect::RuleSet& rules, std::uint32_t rule, RuleRow& row, bool& first) {
  const auto& linked = rules.rules()[rule];
  if (!linked.rule.is_correlation()) {
    const detect::LogSource source = linked.rule.logsource.value_or(detect::LogSource{});
    if (first || row.product != source.product) row.product = first ? source.product : std::string();
    if (first || row.service != source.service) row.service = first ? source.service : std::string();
    first = false;
  }
  for (const auto& input : linked.inputs) common_source(rules, input.rule, row, first);
}

/// What Sigma calls a product is no name that people know a technology by.
std::string technology_of(const connector::Registry& connectors, const std::string& product) {
  for (const auto& connector : connectors.all())
    for (const auto& stream : connector->streams())
      if (!product.empty() && stream.product == product) return connector->title();
  return {};
}

std::string stream_title_of(const connector::Registry& connectors, const std::string& product, const std::string& service) {
  for (const auto& connector : connectors.all())
    for (const auto& stream : connector->streams())
      if (!product.empty() && !service.empty() && stream.product == product && stream.service == service) return stream.title;
  return {};
}

}  // namespace

std::string source_name(const connector::Registry& connectors, const detect::LogSource& source) {
  const std::string technology = technology_of(connectors, source.product), stream = stream_title_of(connectors, source.product, source.service);
  // A part that has no name would be lost.
  if (technology.empty() || !source.category.empty() || (stream.empty() && !source.service.empty())) return {};
  return stream.empty() ? technology : fmt::format("{}, {}", technology, stream);
}

std::string_view RuleRow::level() const {
  if (!rule || text().level == detect::Level::kNone) return {};
  return to_string(text().level);
}

void read_attack_tags(const std::vector<std::string>& tags, std::vector<std::string>& tactics, std::vector<std::string>& techniques) {
  const auto digit = [](std::string_view text, std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  const auto add = [](std::vector<std::string>& to, std::string text) {
    if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(std::move(text));
  };
  for (const auto& tag : tags) {
    std::string name = to_lower(tag);
    if (!name.starts_with("attack.")) continue;
    name.erase(0, 7);
    if (name.size() > 1 && name[0] == 't' && digit(name, 1)) {
      name[0] = 'T';
      add(techniques, std::move(name));
    } else if (!name.empty() && !((name[0] == 'g' || name[0] == 's') && digit(name, 1))) {  // groups and software
      std::replace(name.begin(), name.end(), '_', '-');
      add(tactics, std::move(name));
    }
  }
}

std::string json_texts(const std::vector<std::string>& texts) {
  codec::JsonWriter out;
  out.begin_array();
  for (const auto& text : texts) out.value(text);
  out.end_array();
  return out.take();
}

Answer<RulingPtr> DetectionRows::ruling(const Scope& scope) const {
  auto ruling = parts_.watch.ruling(scope.organization_id);
  if (ruling == nullptr) return refuse(503, "unavailable", "The rules of your organization cannot be read at the moment. Try again shortly.");
  return ruling;
}

void DetectionRows::place_file(RuleRow& row, const std::string& file) const {
  const auto own = std::find_if(row.ruling->own.begin(), row.ruling->own.end(), [&](const auto& known) { return known.first == file; });
  if (own != row.ruling->own.end()) {
    row.origin = watch::Origin::kOwn;
    row.own_rule_id = file;
    return;
  }
  row.file = file;
  row.origin = watch::Origin::kFolder;
  for (const auto& connector : parts_.connectors.all())
    for (const auto& rule : connector->rules())
      if (file == connector->slug() + "/" + std::string(rule.file)) {
        row.origin = watch::Origin::kShipped;
        row.vendor = connector->slug();
      }
}

RuleRow DetectionRows::rule_row(const Scope& scope, const RulingPtr& ruling, std::uint32_t rule) const {
  RuleRow row;
  row.ruling = ruling;
  row.rule = rule;
  const watch::Entry& entry = row.entry();
  const control::RuleState& decided = row.decided();
  row.id = entry.key;
  row.title = row.text().title;
  row.origin = entry.origin;
  row.vendor = entry.vendor;
  (entry.origin == watch::Origin::kOwn ? row.own_rule_id : row.file) = row.text().file;
  bool first = true;
  common_source(ruling->book->rules(), rule, row, first);
  row.technology = technology_of(parts_.connectors, row.product);
  if (row.text().logsource) row.source_name = source_name(parts_.connectors, *row.text().logsource);
  row.stream_title = stream_title_of(parts_.connectors, row.product, row.service);
  read_attack_tags(row.text().tags, row.tactics, row.techniques);
  row.state = !decided.enabled ? "off" : entry.alerts && decided.alert_from > parts_.clock.now() ? "new" : "running";
  for (std::size_t i = 0; i < ruling->problems.size() && !row.problem; ++i)
    if (ruling->problems[i].file == row.text().file && ruling->problems[i].rule == row.title) row.problem = i;
  row.cost_ns = costs_.known(scope.organization_id, entry);
  return row;
}

RuleRow DetectionRows::problem_row(const RulingPtr& ruling, std::size_t problem) const {
  RuleRow row;
  row.ruling = ruling;
  row.problem = problem;
  const detect::Problem& what = ruling->problems[problem];
  row.id = problem_id(what);
  row.state = "broken";
  place_file(row, what.file);
  row.title = !what.rule.empty() ? what.rule : !row.file.empty() ? row.file : "A rule of your own";
  return row;
}

Answer<std::vector<RuleRow>> DetectionRows::list(const Scope& scope, const std::string& device_id) const {
  API_ASSIGN(const RulingPtr now, ruling(scope));
  API_ASSIGN(const auto counted, parts_.control.detections().rule_counts(scope.organization_id, device_id, parts_.clock.now()));
  std::map<std::string_view, const control::RuleCounts*> counts;
  for (const auto& one : counted) counts.emplace(one.key, &one);
  std::vector<RuleRow> out;
  for (std::uint32_t i = 0; i < now->book->entries().size(); ++i) {
    RuleRow& row = out.emplace_back(rule_row(scope, now, i));
    const auto found = counts.find(row.id);
    if (found == counts.end()) continue;
    row.matches_24h = found->second->day;
    row.matches_7d = found->second->week;
    row.matches_30d = found->second->month;
    row.last_match_at = found->second->last;
  }
  for (std::size_t i = 0; i < now->problems.size(); ++i)
    if (is_error(now->problems[i])) out.push_back(problem_row(now, i));
  costs_.want(scope.organization_id, now->book);
  return out;
}

Answer<RuleRow> DetectionRows::one(const Scope& scope, const std::string& id) const {
  API_ASSIGN(std::vector<RuleRow> rows, list(scope));
  const std::string key = to_lower(id);
  for (RuleRow& row : rows) {
    if (row.id != key) continue;
    if (!row.rule && !row.own_rule_id.empty()) {
      const auto own = parts_.control.detections().own_rule(scope.organization_id, row.own_rule_id);
      if (own) row.own_text = own->text;
    }
    return std::move(row);
  }
  return refuse_missing("detection rule", id);
}

Answer<RuleRow> DetectionRows::in_force(const Scope& scope, const std::string& id) const {
  API_ASSIGN(const RulingPtr now, ruling(scope));
  if (const auto rule = now->book->find(id)) return rule_row(scope, now, *rule);
  if (id.starts_with(kProblem))
    for (const auto& problem : now->problems)
      if (is_error(problem) && problem_id(problem) == id)
        return refuse(409, "conflict", "This rule cannot be used as it is written. Mend its text first; its problem says where.");
  return refuse_missing("detection rule", id);
}

void MatchedEvents::write(codec::JsonWriter& out, const std::string& event_id, TimePoint time) {
  std::optional<store::StoredEvent> event;
  if (!event_id.empty())
    if (auto found = parts_.store.get(scope_.organization_id, event_id)) event = std::move(*found);
  const auto text = [&](std::string_view name, const std::string& value) {
    out.key(name);
    or_null(value).write(out);
  };
  text("event_id", event_id);
  out.field("time", format_rfc3339(time)).key("security_device");
  if (!event) {
    out.null();
    for (const char* name : {"stream", "actor", "action"}) out.key(name).null();
    return;
  }
  auto [name, fresh] = names_.try_emplace(event->key.device_id);
  if (fresh)
    if (const auto device = find_device(parts_, scope_, event->key.device_id); device && *device) name->second = (*device)->device.name;
  out.begin_object().field("id", event->key.device_id).field("name", name->second).end_object();
  text("stream", event->key.stream);
  text("actor", event->actor_email.empty() ? event->actor_uid : event->actor_email);
  text("action", event->action);
}

}  // namespace picket::api
