#include "api/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace picket::api {
namespace {

bool all_must_hold(Operator op) {
  return op == Operator::kNotEqual || op == Operator::kGreater || op == Operator::kGreaterOrEqual ||
         op == Operator::kLess;
}

std::string join(const std::vector<std::string>& path) {
  std::string out;
  for (const auto& part : path) out.append(out.empty() ? "" : ".").append(part);
  return out;
}

/// `organization_id` is what many write for `organization.id`.
const Relationship* as_foreign_key(const ResourceType& type, std::string_view name) {
  if (!name.ends_with("_id")) return nullptr;
  const auto* relationship = type.relationship(name.substr(0, name.size() - 3));
  return relationship != nullptr && !relationship->to_many ? relationship : nullptr;
}

std::optional<double> read_number(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<bool> read_boolean(std::string_view text) {
  if (equals_ignoring_case(text, "true") || text == "1") return true;
  if (equals_ignoring_case(text, "false") || text == "0") return false;
  return std::nullopt;
}

/// Number of positions at which `needle` could begin is small: names and sentences, not documents.
bool contains_ignoring_case(std::string_view text, std::string_view lower_needle) {
  return to_lower(text).find(lower_needle) != std::string::npos;
}

}  // namespace

std::optional<TimePoint> read_filter_time(std::string text) {
  // An offset's plus that was not percent-encoded arrives as a space
  if (text.size() > 6 && text[text.size() - 6] == ' ' &&
      text.find(':', text.size() - 5) != std::string::npos && text.find('T') != std::string::npos)
    text[text.size() - 6] = '+';
  const auto time = parse_time_lenient(text);
  if (!time) return std::nullopt;
  return *time;
}

const Attribute* ResourceType::attribute(std::string_view wanted) const {
  for (const auto& attribute : attributes)
    if (attribute.name == wanted) return &attribute;
  return nullptr;
}

const Relationship* ResourceType::relationship(std::string_view wanted) const {
  for (const auto& relationship : relationships)
    if (relationship.name == wanted) return &relationship;
  return nullptr;
}

Answer<Row> RowCache::get(const ResourceType& type, const std::string& id) {
  const auto key = std::make_pair(&type, id);
  if (const auto found = rows_.find(key); found != rows_.end()) return found->second;
  API_ASSIGN(Row row, type.get(scope_, id));
  rows_.emplace(key, row);
  return row;
}

Answer<std::vector<Row>> RowCache::related(const ResourceType& type, const Row& row,
                                           const Relationship& relationship,
                                           const std::vector<FilterTerm>& hints) {
  const auto* target = catalogue_.find(relationship.target);
  if (target == nullptr) return std::vector<Row>();
  if (!relationship.to_many) {
    const auto id = relationship.id ? relationship.id(row.get()) : std::string();
    if (id.empty()) return std::vector<Row>();
    API_ASSIGN(Row found, get(*target, id));
    return found ? std::vector<Row>{found} : std::vector<Row>();
  }
  if (relationship.via.empty() || !target->list) return std::vector<Row>();
  Query query;
  FilterTerm term;
  term.path = {relationship.via, "id"};
  term.value = std::string(type.id(row.get()));
  API_ASSIGN(const Filter filter, Filter::compile(catalogue_, *target, {term}));
  for (const auto& hint : hints)
    if (hint.path != term.path) query.filters.push_back(hint);
  query.filters.push_back(std::move(term));
  API_ASSIGN(std::vector<Row> rows, target->list(scope_, query));
  std::vector<Row> out;
  for (auto& candidate : rows) {
    API_ASSIGN(const bool fits, filter.matches(candidate, *this));
    if (fits) out.push_back(std::move(candidate));
  }
  return out;
}

Answer<Filter::Group> Filter::locate(const Catalogue& catalogue, const ResourceType& type,
                                     const FilterTerm& term) {
  Group group{term.path, term.op, {}, nullptr, &type, {}};
  for (std::size_t i = 0; i < term.path.size(); ++i) {
    const auto& name = term.path[i];
    const bool last = i + 1 == term.path.size();
    if (group.owner == nullptr)
      return refuse_parameter(term.parameter,
                              fmt::format("Filters on {} end at its id in this release.", join(term.path)));
    if (last && name == "id") return group;
    if (last) {
      if (const auto* attribute = group.owner->attribute(name)) {
        const bool opaque =
            attribute->type == AttributeType::kObject || attribute->type == AttributeType::kArray;
        const bool null_test = term.op == Operator::kIsNull || term.op == Operator::kNotNull;
        if (attribute->is(kNoFilter) || attribute->is(kWriteOnly) || (opaque && !null_test))
          return refuse_parameter(term.parameter, fmt::format("{} may not be used in a filter.", name));
        group.attribute = attribute;
        return group;
      }
    }
    const auto* relationship = group.owner->relationship(name);
    if (relationship == nullptr && last) relationship = as_foreign_key(*group.owner, name);
    if (relationship == nullptr)
      return refuse_parameter(term.parameter, fmt::format("{} have no attribute or relationship \"{}\".",
                                                          group.owner->name, name.substr(0, 80)));
    const auto* target = catalogue.find(relationship->target);
    group.steps.push_back({relationship, group.owner, target});
    group.owner = target;
    // An unknown target has an id and nothing else
    if (!last && target == nullptr && !(i + 2 == term.path.size() && term.path[i + 1] == "id"))
      return refuse_parameter(term.parameter, fmt::format("{} is always empty in this release.", name));
    if (!last && target == nullptr) return group;
  }
  return group;
}

Answer<std::optional<Value>> Filter::read_operand(const Group& group, const FilterTerm& term) {
  using Operand = std::optional<Value>;
  if (term.op == Operator::kIsNull || term.op == Operator::kNotNull) return Operand(Value());
  const bool bound =
      term.op == Operator::kGreater || term.op == Operator::kGreaterOrEqual || term.op == Operator::kLess;
  if (bound && term.value == "None") return Operand();  // an open end of a window
  if (term.op == Operator::kContains) return Operand(Value(to_lower(term.value)));
  if (term.op == Operator::kStartsWith || group.attribute == nullptr)
    return Operand(Value(std::string(term.value)));
  switch (group.attribute->type) {
    case AttributeType::kTime:
      if (const auto time = read_filter_time(term.value)) return Operand(Value(*time));
      return refuse_parameter(
          term.parameter, fmt::format("{} must be compared with a time, for example 2026-11-22T18:55:31Z.",
                                      group.attribute->name));
    case AttributeType::kNumber:
      if (const auto number = read_number(term.value)) return Operand(Value(*number));
      return refuse_parameter(term.parameter,
                              fmt::format("{} must be compared with a number.", group.attribute->name));
    case AttributeType::kBoolean:
      if (const auto flag = read_boolean(term.value)) return Operand(Value(*flag));
      return refuse_parameter(term.parameter,
                              fmt::format("{} must be compared with true or false.", group.attribute->name));
    default:
      break;
  }
  const auto& choices = group.attribute->choices;
  if (group.attribute->is(kFilterOnly) && !choices.empty() && std::find(choices.begin(), choices.end(), term.value) == choices.end())
    return refuse_parameter(term.parameter, fmt::format("There is no {} \"{}\". Known are: {}.", group.attribute->name,
                                                        term.value.substr(0, 80), fmt::join(choices, ", ")));
  return Operand(Value(std::string(term.value)));
}

Answer<Filter> Filter::compile(const Catalogue& catalogue, const ResourceType& type,
                               const std::vector<FilterTerm>& terms) {
  Filter filter;
  for (const auto& term : terms) {
    API_ASSIGN(Group group, locate(catalogue, type, term));
    API_ASSIGN(std::optional<Value> operand, read_operand(group, term));
    if (!operand) continue;
    const auto same = std::find_if(filter.groups_.begin(), filter.groups_.end(), [&](const Group& other) {
      return other.op == group.op && other.path == group.path;
    });
    auto& target = same != filter.groups_.end() ? *same : filter.groups_.emplace_back(std::move(group));
    target.operands.push_back(std::move(*operand));
  }
  return filter;
}

/// Of several values, one a line: whether one of them fits; of those that exclude, whether all do.
bool Filter::line_matches(const Group& group, std::string_view lines) {
  bool any = false, all = true;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const bool fits = value_matches(group, Value(lines.substr(0, end)));
    any = any || fits;
    all = all && fits;
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return group.op == Operator::kNotEqual ? all : any;
}

bool Filter::value_matches(const Group& group, const Value& value) {
  const auto one = [&](const Value& operand) {
    switch (group.op) {
      case Operator::kEqual:
        return !value.is_null() && value.compare(operand) == 0;
      case Operator::kNotEqual:
        return value.is_null() || value.compare(operand) != 0;
      case Operator::kContains:
        return !value.is_null() && contains_ignoring_case(value.printed(), *operand.text());
      case Operator::kStartsWith:
        return !value.is_null() && value.printed().starts_with(*operand.text());
      case Operator::kGreater:
        return !value.is_null() && value.compare(operand) > 0;
      case Operator::kGreaterOrEqual:
        return !value.is_null() && value.compare(operand) >= 0;
      case Operator::kLess:
        return !value.is_null() && value.compare(operand) < 0;
      case Operator::kIsNull:
        return value.is_null();
      case Operator::kNotNull:
        return !value.is_null();
    }
    return false;
  };
  return all_must_hold(group.op) ? std::all_of(group.operands.begin(), group.operands.end(), one)
                                 : std::any_of(group.operands.begin(), group.operands.end(), one);
}

Answer<bool> Filter::group_matches(const Group& group, std::size_t step, const Row& row, RowCache& cache) {
  if (step == group.steps.size()) {
    if (group.attribute != nullptr) {
      const Value value = group.attribute->get(row.get());
      const bool lines = group.attribute->is(kEachLine) && group.op != Operator::kIsNull && group.op != Operator::kNotNull;
      return lines ? line_matches(group, value.printed()) : value_matches(group, value);
    }
    return value_matches(group, Value(group.owner->id(row.get())));
  }
  const auto& here = group.steps[step];
  const bool ends_here = step + 1 == group.steps.size() && group.attribute == nullptr;
  if (!here.relationship->to_many && ends_here) {
    const auto id = here.relationship->id ? here.relationship->id(row.get()) : std::string();
    return value_matches(group, id.empty() ? Value() : Value(std::string_view(id)));
  }
  API_ASSIGN(const std::vector<Row> targets, cache.related(*here.from, row, *here.relationship));
  if (targets.empty()) return value_matches(group, Value());
  for (const auto& target : targets) {
    API_ASSIGN(const bool fits, group_matches(group, step + 1, target, cache));
    if (fits) return true;
  }
  return false;
}

Answer<bool> Filter::matches(const Row& row, RowCache& cache) const {
  for (const auto& group : groups_) {
    API_ASSIGN(const bool fits, group_matches(group, 0, row, cache));
    if (!fits) return false;
  }
  return true;
}

}  // namespace picket::api
