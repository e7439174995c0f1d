#include "detect/extras_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "detect/correlation_reader.h"

namespace picket::detect {
namespace {

using codec::YamlNode;
using codec::YamlType;

constexpr std::string_view kKeys[] = {"first_seen", "not_followed_by", "not_preceded_by", "equal", "different", "read_as"};
constexpr std::string_view kElsewhere[] = {"examples"};  // read where rules are tried on their examples
constexpr std::size_t kMaxInputs = 64;

template <typename List>
bool has(const List& list, std::string_view text) {
  return std::find(std::begin(list), std::end(list), text) != std::end(list);
}

tl::unexpected<Error> unknown(const codec::YamlKey& key) {
  return fail_at(key.place, fmt::format("\"{}\" is not known under picket; {} and {} are.", key.text, fmt::join(kKeys, ", "), fmt::join(kElsewhere, ", ")));
}

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::kTemporal || type == CorrelationType::kTemporalOrdered;
}

/// "At least one": what each event satisfies, so that a tool that knows nothing of extras fires at each.
bool at_least_one(const Correlation& correlation) {
  if (correlation.bounds.size() != 1) return false;
  const Correlation::Bound& bound = correlation.bounds.front();
  return (bound.op == Correlation::Operator::kGreaterEqual && bound.value == 1) || (bound.op == Correlation::Operator::kGreater && bound.value == 0);
}

Result<std::vector<std::string>> names(const YamlNode& value, std::string_view what) {
  PICKET_ASSIGN(std::vector<std::string> out, read_texts(value, what));
  if (out.empty() || has(out, "")) return fail_at(value.place, fmt::format("{} is empty.", what));
  return out;
}

Status read_first_seen(const YamlNode& value, Correlation& out) {
  if (out.type != CorrelationType::kValueCount || !at_least_one(out))
    return fail_at(value.place, "first_seen belongs to a correlation of the type value_count with the condition gte: 1; its field is what is seen, its timespan how far back.");
  if (!value.is_map()) return fail_at(value.place, "first_seen must be a map, for example {learning: 7d}.");
  for (std::size_t i = 0; i < value.keys.size(); ++i)
    if (value.keys[i].text != "learning") return fail_at(value.keys[i].place, fmt::format("\"{}\" is not known in first_seen; learning is.", value.keys[i].text));
  const YamlNode* learning = value.find("learning");
  if (learning == nullptr || !learning->is_scalar())
    return fail_at(value.place, "first_seen does not say how long a group is learned before its first values count (learning: 7d; 0d for none).");
  if (learning->text != "0d" && learning->text != "0h" && learning->text != "0m" && learning->text != "0s") {
    PICKET_ASSIGN(out.extras.learning_us, read_timespan(*learning));
  }
  if (out.extras.learning_us >= out.timespan_us) return fail_at(learning->place, "learning must be shorter than the timespan of the correlation.");
  out.extras.first_seen = true;
  return {};
}

Status read_absence(const YamlNode& value, std::string_view key, Correlation& out) {
  if (out.type != CorrelationType::kEventCount || !at_least_one(out))
    return fail_at(value.place, fmt::format("{} belongs to a correlation of the type event_count with the condition gte: 1; its timespan is the deadline.", key));
  PICKET_ASSIGN((key == "not_followed_by" ? out.extras.not_followed_by : out.extras.not_preceded_by), names(value, key));
  return {};
}

Status read_different(const YamlNode& value, Correlation& out) {
  if (!is_temporal(out.type) || out.rules.size() != 2)
    return fail_at(value.place, "different belongs to a correlation of the type temporal or temporal_ordered with exactly two rules, whose events it compares.");
  if (out.expression || !out.bounds.empty()) return fail_at(value.place, "A correlation with different has no condition: events of both its rules are compared.");
  PICKET_ASSIGN(out.extras.different, names(value, "different"));
  return {};
}

Status read_read_as(const YamlNode& value, Correlation& out) {
  struct Row {
    std::string_view name;
    ReadAs as;
  };
  constexpr Row kRows[] = {{"folded", ReadAs::kFolded}, {"email", ReadAs::kEmail}, {"address", ReadAs::kAddress}, {"network", ReadAs::kNetwork}};
  if (!value.is_map()) return fail_at(value.place, "read_as must be a map of field or alias to how its values are read.");
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    const YamlNode& as = value.items[i];
    const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return as.is_scalar() && r.name == as.text; });
    if (row == std::end(kRows)) return fail_at(as.place, "Values can be read as folded, email, address or network.");
    const std::string& field = value.keys[i].text;
    if (!has(out.group_by, field) && !has(out.fields, field) && !has(out.extras.equal, field) && !has(out.extras.different, field))
      return fail_at(value.keys[i].place, fmt::format("\"{}\" is read by nothing here: name what group-by, equal, different or the condition's field name.", field));
    out.extras.read_as[field] = row->as;
  }
  return {};
}

Status read_key(const codec::YamlKey& key, const YamlNode& value, Correlation& out) {
  if (key.text == "first_seen") return read_first_seen(value, out);
  if (key.text == "not_followed_by" || key.text == "not_preceded_by") return read_absence(value, key.text, out);
  if (key.text == "different") return read_different(value, out);
  if (key.text == "read_as") return {};  // the last: it refers to the others
  if (key.text != "equal") return unknown(key);
  PICKET_ASSIGN(out.extras.equal, names(value, "equal"));
  return {};
}

}  // namespace

Status read_extras(const YamlNode& document, Correlation* correlation) {
  const YamlNode* section = document.find("picket");
  if (section == nullptr || section->type == YamlType::kNull) return {};
  if (!section->is_map()) return fail_at(section->place, fmt::format("picket must be a map; {} are its keys.", fmt::join(kKeys, ", ")));
  for (std::size_t i = 0; i < section->keys.size(); ++i) {
    const codec::YamlKey& key = section->keys[i];
    if (has(kElsewhere, key.text)) continue;
    if (correlation != nullptr) {
      PICKET_TRY(read_key(key, section->items[i], *correlation));
    } else {
      if (!has(kKeys, key.text)) return unknown(key);
      return fail_at(key.place, fmt::format("{} belongs to a correlation; this rule looks at one event at a time.", key.text));
    }
  }
  if (correlation == nullptr) return {};
  if (const YamlNode* read_as = section->find("read_as")) PICKET_TRY(read_read_as(*read_as, *correlation));
  if (correlation->named().size() > kMaxInputs) return fail_at(section->place, fmt::format("The correlation names more than {} rules.", kMaxInputs));
  return {};
}

}  // namespace picket::detect
