#include "detect/correlation_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "detect/condition.h"
#include "detect/encodings.h"
#include "detect/extras_reader.h"

namespace picket::detect {
namespace {

using codec::YamlNode;
using codec::YamlType;

constexpr std::size_t kMaxRules = 64;
constexpr double kMaxTimespanSeconds = 366.0 * 86400 * 10;

struct TypeName {
  std::string_view name;
  CorrelationType type;
};
constexpr TypeName kTypes[] = {{"event_count", CorrelationType::kEventCount},
                               {"value_count", CorrelationType::kValueCount},
                               {"temporal", CorrelationType::kTemporal},
                               {"temporal_ordered", CorrelationType::kTemporalOrdered},
                               {"value_sum", CorrelationType::kValueSum},
                               {"value_avg", CorrelationType::kValueAverage},
                               {"value_percentile", CorrelationType::kValuePercentile},
                               {"value_median", CorrelationType::kValuePercentile}};

struct OperatorName {
  std::string_view name;
  Correlation::Operator op;
};
constexpr OperatorName kOperators[] = {{"gt", Correlation::Operator::kGreater},  {"gte", Correlation::Operator::kGreaterEqual},
                                       {"lt", Correlation::Operator::kLess},     {"lte", Correlation::Operator::kLessEqual},
                                       {"eq", Correlation::Operator::kEqual},    {"neq", Correlation::Operator::kNotEqual}};

constexpr std::string_view kKeys[] = {"type", "rules", "group-by", "timespan", "condition", "aliases", "generate"};
constexpr std::string_view kElsewhere[] = {"group_by", "timeframe", "window", "gap"};  // not Sigma's own, and told apart

/// What no count of events or values can be, or always is.
void warn_of_bound(const Correlation& correlation, const Correlation::Bound& bound, const codec::YamlKey& key, Notes& notes) {
  using enum Correlation::Operator;
  using enum CorrelationType;
  if (correlation.type == kValueSum || correlation.type == kValueAverage || correlation.type == kValuePercentile) return;
  const double least = correlation.type == kEventCount ? 1 : 0;  // the event itself counts
  const double value = bound.value;
  if ((bound.op == kGreaterEqual && value <= 0) || (bound.op == kGreater && value < 0) || (bound.op == kNotEqual && value < least))
    notes.warn(key.place, fmt::format("A count is never below {}, so \"{}: {}\" always holds.", least, key.text, value));
  if ((bound.op == kLess && value <= least) || (bound.op == kLessEqual && value < least) || (bound.op == kEqual && value < least))
    notes.warn(key.place, fmt::format("A count is never below {}, so \"{}: {}\" never holds.", least, key.text, value));
}

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::kTemporal || type == CorrelationType::kTemporalOrdered;
}

Status read_condition_map(const YamlNode& map, Correlation& out, Notes& notes) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const std::string& name = map.keys[i].text;
    const YamlNode& value = map.items[i];
    if (name == "field") {
      PICKET_ASSIGN(out.fields, read_texts(value, "The field of the condition"));
      continue;
    }
    const auto number = value.is_scalar() ? parse_number(value.text) : std::nullopt;
    if (!number) return fail_at(value.place, fmt::format("{} must be a number.", name));
    if (name == "percentile") {
      if (*number < 0 || *number > 100) return fail_at(value.place, "The percentile must be between 0 and 100.");
      out.percentile = *number;
      continue;
    }
    const auto* found = std::find_if(std::begin(kOperators), std::end(kOperators), [&](const OperatorName& row) { return row.name == name; });
    if (found == std::end(kOperators))
      return fail_at(map.keys[i].place, fmt::format("\"{}\" is not known in a condition; gt, gte, lt, lte, eq, neq, field and percentile are.", name));
    out.bounds.push_back({found->op, *number});
    warn_of_bound(out, out.bounds.back(), map.keys[i], notes);
  }
  return {};
}

Status read_aliases(const YamlNode& map, Correlation& out) {
  if (!map.is_map()) return fail_at(map.place, "aliases must be a map: alias to rule to field.");
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const YamlNode& fields = map.items[i];
    if (!fields.is_map()) return fail_at(fields.place, "An alias must be a map of rule to field.");
    for (std::size_t j = 0; j < fields.keys.size(); ++j) {
      if (!fields.items[j].is_scalar()) return fail_at(fields.items[j].place, "The field of an alias must be a text.");
      out.alias_places.emplace(fields.keys[j].text, fields.keys[j].place);
      out.aliases[map.keys[i].text][fields.keys[j].text] = fields.items[j].text;
    }
  }
  return {};
}

/// Words that are names in an expression, for a correlation that has no list of rules.
std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> out;
  std::string word;
  for (const char c : std::string(text) + " ") {
    if (c != ' ' && c != '(' && c != ')' && c != '\t' && c != '\n' && c != '\r') {
      word += c;
      continue;
    }
    const bool keyword = word.empty() || word == "and" || word == "or" || word == "not";
    if (!keyword && std::find(out.begin(), out.end(), word) == out.end()) out.push_back(word);
    word.clear();
  }
  return out;
}

Status read_condition_of(const YamlNode& section, Correlation& out, Notes& notes) {
  const YamlNode* condition = section.find("condition");
  if (condition == nullptr || condition->type == YamlType::kNull) {
    if (!is_temporal(out.type)) return fail_at(section.place, "The correlation has no condition, for example gte: 10.");
    return {};
  }
  if (condition->is_map()) return read_condition_map(*condition, out, notes);
  if (!condition->is_scalar() || !is_temporal(out.type)) return fail_at(condition->place, "The condition must be a map, for example gte: 10.");
  if (out.rules.empty()) out.rules = names_in(condition->text);
  PICKET_ASSIGN(out.expression, read_rule_expression(condition->text, condition->place, [&](std::string_view name) -> std::optional<std::size_t> {
                  const auto found = std::find(out.rules.begin(), out.rules.end(), name);
                  if (found == out.rules.end()) return std::nullopt;
                  return static_cast<std::size_t>(found - out.rules.begin());
                }));
  return {};
}

Status check(const Correlation& out, const YamlNode& section) {
  if (out.rules.empty()) return fail_at(section.place, "The correlation names no rules.");
  if (out.rules.size() > kMaxRules) return fail_at(section.place, fmt::format("The correlation names more than {} rules.", kMaxRules));
  const bool values = out.type == CorrelationType::kValueSum || out.type == CorrelationType::kValueAverage || out.type == CorrelationType::kValuePercentile;
  if ((values || out.type == CorrelationType::kValueCount) && out.fields.empty())
    return fail_at(section.place, "The condition does not say which field it is about (field: ...).");
  if (values && out.fields.size() != 1) return fail_at(section.place, "This type works on one field.");
  if (!is_temporal(out.type) && out.bounds.empty()) return fail_at(section.place, "The condition has no number to compare with, for example gte: 10.");
  return {};
}

}  // namespace

Result<std::vector<std::string>> read_texts(const YamlNode& value, std::string_view what) {
  if (value.is_scalar() && value.type != YamlType::kNull) return std::vector{value.text};
  std::vector<std::string> out;
  for (const YamlNode& item : value.items) {
    if (!value.is_sequence() || !item.is_scalar()) return fail_at(item.place, fmt::format("{} must be a text or a list of texts.", what));
    out.push_back(item.text);
  }
  return out;
}

Result<std::int64_t> read_timespan(const YamlNode& value) {
  const auto refuse = [&] { return fail_at(value.place, fmt::format("\"{}\" is no time span; write a number and one of s, m, h, d, w, M, y, like 15m.", value.text)); };
  std::uint64_t number = 0;
  const char* const begin = value.text.data();
  const char* const stop = begin + value.text.size();
  const auto [end, error] = std::from_chars(begin, stop, number);
  if (error != std::errc() || end == stop || end + 1 != stop) return refuse();
  double unit = 0;
  switch (*end) {
    case 's': unit = 1; break;
    case 'm': unit = 60; break;
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    case 'w': unit = 7 * 86400; break;
    case 'M': unit = 2'629'746; break;   // a twelfth of a year
    case 'y': unit = 31'556'952; break;  // the mean Gregorian year
    default: return refuse();
  }
  const double seconds = static_cast<double>(number) * unit;
  if (number == 0 || seconds > kMaxTimespanSeconds) return fail_at(value.place, "The time span must be between one second and ten years.");
  return static_cast<std::int64_t>(seconds * 1e6);
}

Result<Correlation> read_correlation(const YamlNode& document, Notes& notes) {
  const YamlNode& section = *document.find("correlation");
  if (!section.is_map()) return fail_at(section.place, "correlation must be a map with type, rules, timespan and condition.");
  Correlation out;
  const YamlNode* type = section.find("type");
  if (type == nullptr || !type->is_scalar()) return fail_at(section.place, "The correlation has no type.");
  const auto* known = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& row) { return row.name == type->text; });
  if (known == std::end(kTypes)) return fail_at(type->place, fmt::format("\"{}\" is no type of correlation.", type->text));
  out.type = known->type;
  if (const YamlNode* rules = section.find("rules")) {
    PICKET_ASSIGN(out.rules, read_texts(*rules, "rules"));
  }
  for (const std::string_view key : {"group-by", "group_by"})
    if (const YamlNode* group = section.find(key)) {
      PICKET_ASSIGN(out.group_by, read_texts(*group, "group-by"));
    }
  const YamlNode* timespan = section.find("timespan");
  if (timespan == nullptr) timespan = section.find("timeframe");
  if (timespan == nullptr || !timespan->is_scalar()) return fail_at(section.place, "The correlation has no timespan, for example 10m.");
  PICKET_ASSIGN(out.timespan_us, read_timespan(*timespan));
  PICKET_TRY(read_condition_of(section, out, notes));
  if (const YamlNode* aliases = section.find("aliases")) PICKET_TRY(read_aliases(*aliases, out));
  for (const YamlNode* generate : {document.find("generate"), section.find("generate")})
    if (generate != nullptr && generate->type == YamlType::kBool) out.generate = generate->text.front() == 't' || generate->text.front() == 'T';
  warn_unknown(section, kKeys, "in a correlation", notes, kElsewhere);
  for (const codec::YamlKey& key : section.keys)
    if (key.text == "group_by") notes.warn(key.place, "Sigma's key is group-by; group_by is taken here, and other tools leave it out.");
  for (const std::string_view key : {"window", "gap"})
    if (const YamlNode* extra = section.find(key))
      notes.warn(extra->place, fmt::format("{} is no part of Sigma; the window slides and this is ignored.", key));
  PICKET_TRY(check(out, section));
  PICKET_TRY(read_extras(document, &out));
  return out;
}

}  // namespace picket::detect
