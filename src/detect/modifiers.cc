#include "detect/modifiers.h"

#include <fmt/format.h>

#include <utility>

#include "detect/notes.h"

namespace picket::detect {
namespace {

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

constexpr Named<Transform> kTransforms[] = {
    {"windash", Transform::kWindash}, {"base64", Transform::kBase64},   {"base64offset", Transform::kBase64Offset},
    {"utf16le", Transform::kUtf16Le}, {"wide", Transform::kUtf16Le},    {"utf16be", Transform::kUtf16Be},
    {"utf16", Transform::kUtf16}};
constexpr Named<Anchor> kAnchors[] = {{"contains", Anchor::kAnywhere}, {"startswith", Anchor::kStart}, {"endswith", Anchor::kEnd}};
constexpr Named<Compare> kCompares[] = {
    {"lt", Compare::kLess}, {"lte", Compare::kLessEqual}, {"gt", Compare::kGreater}, {"gte", Compare::kGreaterEqual}};
constexpr Named<TimePart> kTimeParts[] = {{"minute", TimePart::kMinute}, {"hour", TimePart::kHour}, {"day", TimePart::kDay},
                                          {"week", TimePart::kWeek},     {"month", TimePart::kMonth}, {"year", TimePart::kYear}};
constexpr Named<char> kRegexFlags[] = {{"i", 'i'}, {"ignorecase", 'i'}, {"m", 'm'}, {"multiline", 'm'}, {"s", 's'}, {"dotall", 's'}};
constexpr Named<bool Modifiers::*> kFlags[] = {{"all", &Modifiers::all},     {"neq", &Modifiers::negated}, {"cased", &Modifiers::cased},
                                               {"exists", &Modifiers::exists}, {"cidr", &Modifiers::cidr},
                                               {"fieldref", &Modifiers::fieldref}, {"expand", &Modifiers::expand},
                                               {"re", &Modifiers::regex}};

template <typename T, std::size_t N>
const T* find(const Named<T> (&table)[N], std::string_view name) {
  for (const auto& row : table)
    if (row.name == name) return &row.value;
  return nullptr;
}

Status take(Modifiers& m, std::string_view name, bool first, TextPlace place) {
  const auto refuse = [&](std::string why) { return fail_at(place, fmt::format("The modifier {} {}.", name, why)); };
  if (const auto* transform = find(kTransforms, name)) {
    m.transforms.push_back(*transform);
  } else if (const auto* anchor = find(kAnchors, name)) {
    m.anchor = m.anchor == Anchor::kWhole || m.anchor == *anchor ? *anchor : Anchor::kAnywhere;
  } else if (const auto* compare = find(kCompares, name)) {
    if (m.compare) return refuse("cannot follow another comparison");
    m.compare = *compare;
    m.compare_name = name;
  } else if (const auto* part = find(kTimeParts, name)) {
    if (m.time_part != TimePart::kNone || m.compare) return refuse("must be the first part of a time and stand before a comparison");
    m.time_part = *part;
    m.compare_name = name;
  } else if (const auto* flag = find(kRegexFlags, name)) {
    if (!m.regex) return refuse("belongs to re and must follow it");
    if (m.regex_flags.find(*flag) == std::string::npos) m.regex_flags += *flag;
  } else if (const auto* member = find(kFlags, name)) {
    if (name == "re" && !first) return refuse("must be the first modifier");
    m.*(*member) = true;
  } else {
    return fail_at(place, name.empty() ? "A modifier is missing behind the bar." : fmt::format("There is no modifier \"{}\".", name));
  }
  return {};
}

/// What may not be combined.
Status check(const Modifiers& m, std::size_t count, TextPlace place) {
  if (m.exists && count > 1) return fail_at(place, "The modifier exists must be the only one.");
  if (m.cidr && count > 1) return fail_at(place, "The modifier cidr must be the only one.");
  if (m.regex && !m.transforms.empty()) return fail_at(place, "A regular expression cannot be encoded; leave re or the encoding out.");
  if (m.fieldref && (m.regex || m.expand || !m.transforms.empty())) return fail_at(place, "The modifier fieldref names a field, which is no text to change.");
  if (m.compares() && (m.anchor != Anchor::kWhole || m.regex || m.fieldref || m.expand || !m.transforms.empty() || m.cased))
    return fail_at(place, fmt::format("The modifier {} compares numbers and does not go with modifiers for texts.", m.compare_name));
  return {};
}

}  // namespace

Result<Modifiers> parse_modifiers(std::string_view text, bool given, TextPlace place) {
  Modifiers out;
  std::size_t count = 0;
  while (given) {
    const std::size_t bar = text.find('|');
    PICKET_TRY(take(out, text.substr(0, bar), count == 0, place));
    ++count;
    if (bar == std::string_view::npos) break;
    text.remove_prefix(bar + 1);
  }
  PICKET_TRY(check(out, count, place));
  return out;
}

}  // namespace picket::detect
