#include "detect/rule_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "detect/condition.h"
#include "detect/correlation_reader.h"
#include "detect/extras_reader.h"

namespace picket::detect {
namespace {

using codec::YamlNode;
using codec::YamlType;

constexpr std::string_view kTopKeys[] = {"title", "id", "related", "name", "taxonomy", "status", "description", "license", "references", "author", "date", "modified",
                                         "logsource", "detection", "fields", "falsepositives", "level", "tags", "scope", "correlation", "generate", "filter",
                                         "action", "picket"};
constexpr std::string_view kLogSourceKeys[] = {"category", "product", "service", "definition"};
constexpr std::size_t kMaxTitle = 256, kMaxItems = 20'000;

/// Later entries win; maps are merged in depth. What `action: global` and `action: repeat` mean.
YamlNode merged(const YamlNode& base, const YamlNode& over) {
  if (!base.is_map() || !over.is_map()) return over;
  YamlNode out = base;
  out.place = over.place;
  for (std::size_t i = 0; i < over.keys.size(); ++i) {
    const auto same = std::find_if(out.keys.begin(), out.keys.end(), [&](const codec::YamlKey& key) { return key.text == over.keys[i].text; });
    if (same == out.keys.end()) {
      out.keys.push_back(over.keys[i]);
      out.items.push_back(over.items[i]);
    } else {
      YamlNode& item = out.items[static_cast<std::size_t>(same - out.keys.begin())];
      item = merged(item, over.items[i]);
    }
  }
  return out;
}

/// Reads documents one after the other; holds what `action:` carries from one to the next.
class Reader {
 public:
  Reader(const std::string& file, const Placeholders& placeholders) : file_(file), placeholders_(placeholders) {}

  void take(const Result<YamlNode>& document) {
    if (!document) {
      problem(document.error(), "");
      return;
    }
    title_.clear();
    notes_ = {};
    if (const Status done = take_document(*document); !done) problem(done.error(), title_);
    for (const Error& warning : notes_.warnings) problem(warning, title_, Problem::Severity::kWarning);
  }

  RuleFile release() { return std::move(out_); }

 private:
  void problem(const Error& error, const std::string& title, Problem::Severity severity = Problem::Severity::kError) {
    out_.problems.push_back({severity, file_, title, error});
  }

  Status take_document(const YamlNode& document) {
    if (!document.is_map()) return fail_at(document.place, "A rule must be a map with title, detection and so on.");
    if (const YamlNode* title = document.find("title"); title != nullptr && title->is_scalar()) title_ = title->text;
    for (const codec::YamlKey& key : document.keys) {
      if (std::find(std::begin(kTopKeys), std::end(kTopKeys), key.text) != std::end(kTopKeys)) continue;
      if (const std::string_view meant = likely(key.text, kTopKeys); !meant.empty())  // any other key is somebody's own
        notes_.warn(key.place, fmt::format("\"{}\" is no key of Sigma and does nothing; did you mean {}?", key.text, meant));
    }
    if (document.find("correlation") != nullptr) return read_correlation_rule(document);
    if (document.find("filter") != nullptr) return read_filter(document);
    const YamlNode* action = document.find("action");
    if (action == nullptr) return read_detection(merged(global_, document));
    const YamlNode stripped = without("action", document);
    if (action->text == "global") {
      global_ = merged(global_, stripped);
    } else if (action->text == "reset") {
      global_ = YamlNode{};
    } else if (action->text == "repeat") {
      if (previous_.keys.empty()) return fail_at(action->place, "There is no rule before this one to repeat.");
      // what names the rule before is not repeated: two rules cannot share it
      return read_detection(merged(without("id", without("name", previous_)), stripped));
    } else {
      return fail_at(action->place, fmt::format("\"{}\" is no action; global, reset and repeat are.", action->text));
    }
    return {};
  }

  static YamlNode without(std::string_view key, YamlNode out) {
    for (std::size_t i = 0; i < out.keys.size(); ++i)
      if (out.keys[i].text == key) {
        out.keys.erase(out.keys.begin() + static_cast<std::ptrdiff_t>(i));
        out.items.erase(out.items.begin() + static_cast<std::ptrdiff_t>(i));
        break;
      }
    return out;
  }

  // --- metadata: never a reason to refuse a rule, except what says how it is to be read

  std::string text_of(const YamlNode& document, std::string_view key) {
    const YamlNode* value = document.find(key);
    if (value == nullptr || value->type == YamlType::kNull) return {};
    if (value->is_scalar()) return value->text;
    notes_.warn(value->place, fmt::format("{} must be a text; it is left out.", key));
    return {};
  }

  std::vector<std::string> list_of(const YamlNode& document, std::string_view key) {
    const YamlNode* value = document.find(key);
    std::vector<std::string> out;
    if (value == nullptr || value->type == YamlType::kNull) return out;
    if (value->is_scalar()) return {value->text};
    for (const YamlNode& item : value->items)
      if (value->is_sequence() && item.is_scalar()) out.push_back(item.text);
    if (out.size() != value->items.size()) notes_.warn(value->place, fmt::format("{} must be a list of texts; the rest is left out.", key));
    return out;
  }

  Level level_of(const YamlNode& document) {
    const std::string text = to_lower(text_of(document, "level"));
    for (const Level level : {Level::kInformational, Level::kLow, Level::kMedium, Level::kHigh, Level::kCritical})
      if (text == to_string(level)) return level;
    if (!text.empty()) notes_.warn(document.find("level")->place, fmt::format("\"{}\" is no level; informational, low, medium, high and critical are.", text));
    return Level::kNone;
  }

  Result<std::optional<LogSource>> logsource_of(const YamlNode& document) {
    const YamlNode* map = document.find("logsource");
    if (map == nullptr || map->type == YamlType::kNull) return std::nullopt;
    if (!map->is_map()) return fail_at(map->place, "logsource must be a map with category, product or service.");
    LogSource out;
    warn_unknown(*map, kLogSourceKeys, "in logsource", notes_);
    for (auto [key, to] : {std::pair("category", &out.category), std::pair("product", &out.product), std::pair("service", &out.service)}) {
      const YamlNode* value = map->find(key);
      if (value == nullptr || value->type == YamlType::kNull) continue;
      if (!value->is_scalar()) return fail_at(value->place, fmt::format("The {} of a log source must be a text.", key));
      *to = to_lower(value->text);
    }
    return out;
  }

  Status read_head(const YamlNode& document, Rule& rule) {
    const YamlNode* title = document.find("title");
    if (title == nullptr || !title->is_scalar() || title->text.empty()) return fail_at(document.place, "The rule has no title.");
    if (title->text.size() > kMaxTitle) notes_.warn(title->place, "The title is longer than 256 characters.");
    const YamlNode* taxonomy = document.find("taxonomy");
    if (taxonomy != nullptr && taxonomy->text != "sigma")
      return fail_at(taxonomy->place, fmt::format("The rule uses the taxonomy \"{}\"; only the default one (sigma) is known.", taxonomy->text));
    rule.title = title->text;
    rule.id = text_of(document, "id");
    rule.name = text_of(document, "name");
    rule.status = text_of(document, "status");
    rule.description = text_of(document, "description");
    rule.author = text_of(document, "author");
    rule.date = text_of(document, "date");
    rule.modified = text_of(document, "modified");
    rule.license = text_of(document, "license");
    rule.level = level_of(document);
    rule.tags = list_of(document, "tags");
    rule.references = list_of(document, "references");
    rule.falsepositives = list_of(document, "falsepositives");
    rule.fields = list_of(document, "fields");
    rule.file = file_;
    rule.meaning = meaning_of(document);
    rule.place = document.place;
    PICKET_ASSIGN(rule.logsource, logsource_of(document));
    return {};
  }

  // --- detections

  Status count_item(TextPlace place) {
    if (++items_ > kMaxItems) return fail_at(place, fmt::format("The rule has more than {} entries.", kMaxItems));
    return {};
  }

  static NodePtr item_node(Item item) {
    auto node = std::make_shared<Node>();
    node->item = std::move(item);
    return node;
  }

  /// A map is AND over its entries, a list OR over its elements, anything else a keyword.
  Result<NodePtr> read_definition(const YamlNode& value) {
    if (value.is_map()) {
      if (value.items.empty()) return fail_at(value.place, "The map is empty; it would match every event.");
      std::vector<NodePtr> parts;
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        PICKET_TRY(count_item(value.keys[i].place));
        PICKET_ASSIGN(Item item, read_item(value.keys[i], value.items[i], placeholders_, notes_));
        parts.push_back(item_node(std::move(item)));
      }
      return make_node(Node::Op::kAnd, std::move(parts));
    }
    if (value.is_sequence()) {
      if (value.items.empty()) return fail_at(value.place, "The list is empty; it would match no event.");
      std::vector<NodePtr> parts;
      for (const YamlNode& item : value.items) {
        PICKET_ASSIGN(NodePtr part, read_definition(item));
        parts.push_back(std::move(part));
      }
      return make_node(Node::Op::kOr, std::move(parts));
    }
    PICKET_TRY(count_item(value.place));
    PICKET_ASSIGN(Item item, read_keyword(value, notes_));
    return item_node(std::move(item));
  }

  Result<std::vector<NodePtr>> read_conditions(const YamlNode& section, std::string_view section_name, std::initializer_list<std::string_view> other_keys) {
    std::vector<Search> searches;
    const YamlNode* condition = nullptr;
    items_ = 0;
    for (std::size_t i = 0; i < section.keys.size(); ++i) {
      const std::string& name = section.keys[i].text;
      if (name == "condition") {
        condition = &section.items[i];
      } else if (name == "timeframe") {
        notes_.warn(section.keys[i].place, "timeframe belongs to Sigma 1 and does nothing; write a correlation rule.");
      } else if (std::find(other_keys.begin(), other_keys.end(), name) == other_keys.end()) {
        PICKET_ASSIGN(NodePtr node, read_definition(section.items[i]));
        searches.push_back({name, std::move(node)});
      }
    }
    if (condition == nullptr) return fail_at(section.place, fmt::format("The {} has no condition.", section_name));
    std::vector<NodePtr> out;
    for (const YamlNode& one : condition->is_sequence() ? condition->items : std::vector<YamlNode>{*condition}) {
      if (!one.is_scalar() || one.text.empty()) return fail_at(one.place, "A condition must be a text.");
      PICKET_ASSIGN(NodePtr node, read_condition(one.text, one.place, searches));
      out.push_back(std::move(node));
    }
    if (out.empty()) return fail_at(condition->place, "The list of conditions is empty.");
    for (const Search& search : searches)
      if (!search.used && !search.name.starts_with('_')) notes_.warn(section.place, fmt::format("\"{}\" is defined and no condition uses it.", search.name));
    return out;
  }

  Status read_detection(const YamlNode& document) {
    previous_ = document;
    if (const YamlNode* title = document.find("title"); title != nullptr) title_ = title->text;
    Rule rule;
    PICKET_TRY(read_head(document, rule));
    const YamlNode* detection = document.find("detection");
    if (detection == nullptr || !detection->is_map()) return fail_at(document.place, "The rule has no detection (a map of searches and a condition).");
    PICKET_ASSIGN(std::vector<NodePtr> conditions, read_conditions(*detection, "detection", {}));
    rule.root = make_node(Node::Op::kOr, std::move(conditions));
    PICKET_TRY(read_extras(document, nullptr));
    out_.rules.push_back(std::move(rule));
    return {};
  }

  Status read_correlation_rule(const YamlNode& document) {
    Rule rule;
    PICKET_TRY(read_head(document, rule));
    PICKET_ASSIGN(rule.correlation, read_correlation(document, notes_));
    out_.rules.push_back(std::move(rule));
    return {};
  }

  Status read_filter(const YamlNode& document) {
    const YamlNode& section = *document.find("filter");
    if (!section.is_map()) return fail_at(section.place, "filter must be a map with rules, searches and a condition.");
    Filter out;
    out.title = title_;
    out.id = text_of(document, "id");
    out.file = file_;
    out.meaning = meaning_of(document);
    out.place = document.place;
    PICKET_ASSIGN(out.logsource, logsource_of(document));
    const YamlNode* rules = section.find("rules");
    if (rules == nullptr) return fail_at(section.place, "The filter does not say which rules it narrows (rules: a list, or any).");
    out.rules = list_of(section, "rules");
    out.any = out.rules.empty() || (rules->is_scalar() && rules->text == "any");
    PICKET_ASSIGN(std::vector<NodePtr> conditions, read_conditions(section, "filter", {"rules"}));
    if (conditions.size() != 1) return fail_at(section.find("condition")->place, "A filter has exactly one condition.");
    // a filter is joined with AND: without a "not" it keeps only what it describes
    const std::string text = " " + section.find("condition")->text + " ";
    if (text.find(" not ") == std::string::npos && text.find("(not ") == std::string::npos)
      notes_.warn(section.find("condition")->place, "The filter keeps only the events it describes; write \"not ...\" to leave them out.");
    out.root = conditions.front();
    out_.filters.push_back(std::move(out));
    return {};
  }

  const std::string& file_;
  const Placeholders& placeholders_;
  RuleFile out_;
  Notes notes_;
  std::string title_;
  YamlNode global_, previous_;
  std::size_t items_ = 0;
};

}  // namespace

RuleFile read_rules(std::string_view text, const std::string& file, const Placeholders& placeholders) {
  Reader reader(file, placeholders);
  for (const Result<YamlNode>& document : codec::parse_yaml(text)) reader.take(document);
  return reader.release();
}

}  // namespace picket::detect
