#include "detect/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "detect/encodings.h"

namespace picket::detect {
namespace {

constexpr std::size_t kListed = 6;        ///< values of one field, and branches of one condition
constexpr std::size_t kLongestText = 80;  ///< of a value, in bytes
constexpr std::size_t kLongest = 4000;    ///< of everything
constexpr int kDeepest = 12;

/// `text` without what would be more than `most` bytes, cut between characters.
std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string in_quotes(std::string_view text) {
  std::string plain = cut(text, kLongestText);
  for (char& c : plain)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return fmt::format("\"{}\"", plain);
}

std::string field_words(std::string_view field) {
  std::string out(field);
  std::replace(out.begin(), out.end(), '_', ' ');
  return out;
}

std::string number_words(double value) {
  return value == std::floor(value) && std::abs(value) < 1e15 ? fmt::format("{}", static_cast<std::int64_t>(value)) : fmt::format("{}", value);
}

std::string number_words(const Number& number) {
  return number.whole ? fmt::format("{}{}", number.negative ? "-" : "", number.magnitude) : number_words(number.rounded);
}

/// `a, b and c`
std::string joined(const std::vector<std::string>& parts, std::string_view last) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += i + 1 == parts.size() ? fmt::format(" {} ", last) : ", ";
    out += parts[i];
  }
  return out;
}

std::string listed(std::vector<std::string> parts, std::string_view last) {
  if (parts.size() <= kListed) return joined(parts, last);
  const std::size_t more = parts.size() - kListed + 1;
  parts.resize(kListed - 1);
  parts.push_back(fmt::format("{} more", more));
  return joined(parts, last);
}

std::string network_words(const Network& network) {
  std::string out;
  if (!network.v6) {
    for (int i = 0; i < 4; ++i) out += fmt::format("{}{}", i > 0 ? "." : "", network.bytes[static_cast<std::size_t>(i)]);
  } else {
    for (std::size_t i = 0; i < 16; i += 2) out += fmt::format("{}{:x}", i > 0 ? ":" : "", network.bytes[i] << 8 | network.bytes[i + 1]);
  }
  return fmt::format("{}/{}", out, network.prefix);
}

/// A verb, what it is said of, and how it reads when it does not hold.
struct Said {
  std::string verb, verb_not, object;
  std::string part;  ///< "hour", of the time in the field
};

Said text_words(const Atom& atom, bool anywhere) {
  const std::string_view exactly = atom.cased ? " exactly" : "";
  const Pattern& pattern = atom.pattern;
  switch (pattern.shape()) {
    case Pattern::Shape::kExact:
      if (anywhere) break;
      if (pattern.text().empty()) return {"is empty", "is not empty", "", ""};
      return {fmt::format("is{}", exactly), fmt::format("is not{}", exactly), in_quotes(pattern.text()), ""};
    case Pattern::Shape::kPresent: return {"has any value", "has no value", "", ""};
    case Pattern::Shape::kStartsWith: return {fmt::format("begins{} with", exactly), fmt::format("does not begin{} with", exactly), in_quotes(pattern.text()), ""};
    case Pattern::Shape::kEndsWith: return {fmt::format("ends{} with", exactly), fmt::format("does not end{} with", exactly), in_quotes(pattern.text()), ""};
    case Pattern::Shape::kContains: break;
    case Pattern::Shape::kGeneral: {
      std::string written;
      for (const Pattern::Part& part : pattern.parts())
        written += part.kind == Pattern::Kind::kLiteral ? part.text : part.kind == Pattern::Kind::kAny ? "*" : "?";
      return {fmt::format("is{} like", exactly), fmt::format("is not{} like", exactly), in_quotes(written), ""};
    }
  }
  return {fmt::format("contains{}", exactly), fmt::format("does not contain{}", exactly), in_quotes(pattern.text()), ""};
}

Said compare_words(const Atom& atom) {
  static constexpr std::array<std::string_view, 7> kParts = {"", "minute", "hour", "day", "week", "month", "year"};
  const std::string part(kParts[static_cast<std::size_t>(atom.part)]), number = number_words(atom.operand);
  switch (atom.compare) {
    case Compare::kEqual: return {"is", "is not", number, part};
    case Compare::kLess: return {"is less than", "is not less than", number, part};
    case Compare::kLessEqual: return {"is at most", "is not at most", number, part};
    case Compare::kGreater: return {"is more than", "is not more than", number, part};
    case Compare::kGreaterEqual: return {"is at least", "is not at least", number, part};
  }
  return {};
}

Said atom_words(const Atom& atom, bool anywhere) {
  switch (atom.kind) {
    case AtomKind::kText: return text_words(atom, anywhere);
    case AtomKind::kRegex: return {"fits the regular expression", "does not fit the regular expression", in_quotes(atom.text), ""};
    case AtomKind::kCidr: return {"lies in the network", "does not lie in the network", network_words(atom.network), ""};
    case AtomKind::kCompare: return compare_words(atom);
    case AtomKind::kExists: return atom.exists ? Said{"is there", "is not there", "", ""} : Said{"is not there", "is there", "", ""};
    case AtomKind::kNull: return {"is missing or null", "is there and not null", "", ""};
    case AtomKind::kFieldRef: {
      const std::string other = field_words(atom.text);
      switch (atom.anchor) {
        case Anchor::kWhole: return {"is the same as", "is not the same as", other, ""};
        case Anchor::kStart: return {"begins with what stands in", "does not begin with what stands in", other, ""};
        case Anchor::kEnd: return {"ends with what stands in", "does not end with what stands in", other, ""};
        case Anchor::kAnywhere: return {"contains what stands in", "does not contain what stands in", other, ""};
      }
    }
  }
  return {};
}

std::string item_words(const Item& item) {
  struct Group {
    Said said;
    std::vector<std::string> objects;
  };
  std::vector<Group> groups;  // values under one verb: action is "a" or "b"
  for (const auto& atoms : item.values) {
    if (atoms.empty()) continue;
    Said said = atom_words(atoms.front(), item.field.empty());
    const bool spelled = atoms.size() > 1 && !(atoms.front().kind == AtomKind::kText && parse_number(atoms.front().pattern.text()));  // 5 is 5.0 as well
    if (spelled && !said.object.empty()) said.object += " (or written in one of its other forms)";
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& g) { return g.said.verb == said.verb && g.said.part == said.part; });
    Group& group = same != groups.end() ? *same : groups.emplace_back(Group{said, {}});
    if (!said.object.empty()) group.objects.push_back(said.object);
  }
  const std::string_view link = item.all != item.negated ? "and" : "or";
  std::vector<std::string> parts;
  for (const Group& group : groups) {
    std::string subject = item.field.empty() ? "any value" : field_words(item.field);
    if (!group.said.part.empty()) subject = fmt::format("the {} of {}", group.said.part, subject);
    const std::string& verb = item.negated ? group.said.verb_not : group.said.verb;
    parts.push_back(fmt::format("{} {}{}{}", subject, verb, group.objects.empty() ? "" : " ", listed(group.objects, item.all ? "and" : "or")));
  }
  if (parts.empty()) return item.negated ? "nothing is excluded" : "nothing is asked for";
  return parts.size() == 1 ? parts.front() : fmt::format("({})", listed(parts, link));
}

std::string node_words(const Node& node, int depth);

std::string and_words(const Node& node, int depth) {
  std::vector<std::string> wanted, excluded;
  for (const NodePtr& child : node.children) {
    if (child->op == Node::Op::kNot)
      excluded.push_back(node_words(*child->children.front(), depth + 1));
    else
      wanted.push_back(child->op == Node::Op::kOr && child->children.size() > 1 ? fmt::format("({})", node_words(*child, depth + 1))
                                                                               : node_words(*child, depth + 1));
  }
  std::string out = joined(wanted, "and");
  const std::string_view but = wanted.empty() ? "not when " : ", but not when ";
  if (!excluded.empty()) out += fmt::format("{}{}", but, joined(excluded, "or when"));
  return out;
}

std::string node_words(const Node& node, int depth) {
  if (depth > kDeepest) return "further conditions hold";
  switch (node.op) {
    case Node::Op::kItem: return item_words(node.item);
    case Node::Op::kNot: return fmt::format("it is not so that {}", node_words(*node.children.front(), depth + 1));
    case Node::Op::kAnd: return and_words(node, depth);
    case Node::Op::kOr: break;
  }
  std::vector<std::string> parts;
  for (const NodePtr& child : node.children) {
    const bool list = child->op == Node::Op::kAnd && child->children.size() > 1;
    parts.push_back(list ? fmt::format("({})", node_words(*child, depth + 1)) : node_words(*child, depth + 1));
  }
  return listed(parts, "or");
}

std::string span_words(std::int64_t us) {
  struct Unit {
    std::int64_t us;
    std::string_view name;
  };
  static constexpr std::array<Unit, 4> kUnits = {{{86'400'000'000, "day"}, {3'600'000'000, "hour"}, {60'000'000, "minute"}, {1'000'000, "second"}}};
  for (const Unit& unit : kUnits)
    if (us >= unit.us && us % unit.us == 0) return fmt::format("{} {}{}", us / unit.us, unit.name, us == unit.us ? "" : "s");
  return fmt::format("{} seconds", number_words(static_cast<double>(us) / 1e6));
}

/// "5 or more", "more than 5 and fewer than 9"
std::string count_words(const Correlation& correlation) {
  using Operator = Correlation::Operator;
  std::vector<std::string> parts;
  for (const auto& bound : correlation.bounds) {
    const std::string number = number_words(bound.value);
    switch (bound.op) {
      case Operator::kGreater: parts.push_back("more than " + number); break;
      case Operator::kGreaterEqual: parts.push_back(number + " or more"); break;
      case Operator::kLess: parts.push_back("fewer than " + number); break;
      case Operator::kLessEqual: parts.push_back("at most " + number); break;
      case Operator::kEqual: parts.push_back("exactly " + number); break;
      case Operator::kNotEqual: parts.push_back("any number but " + number); break;
    }
  }
  return parts.empty() ? "any number" : joined(parts, "and");
}

std::string expression_words(const RuleExpression& expression, const std::vector<std::string>& titles, bool nested) {
  if (expression.op == Node::Op::kItem) return expression.rule < titles.size() ? titles[expression.rule] : "«?»";
  if (expression.op == Node::Op::kNot) return "not " + expression_words(expression.children.front(), titles, true);
  std::vector<std::string> parts;
  for (const auto& child : expression.children) parts.push_back(expression_words(child, titles, true));
  const std::string text = joined(parts, expression.op == Node::Op::kAnd ? "and" : "or");
  return nested ? fmt::format("({})", text) : text;
}

/// What `picket:` adds: docs/rules.md.
std::string extra_words(const Correlation& correlation, const std::vector<std::string>& named) {
  const Extras& extras = correlation.extras;
  const std::string span = span_words(correlation.timespan_us);
  const auto before = named.begin() + static_cast<std::ptrdiff_t>(correlation.rules.size());
  const auto after = before + static_cast<std::ptrdiff_t>(extras.not_preceded_by.size());
  std::string out;
  if (!extras.different.empty()) out += fmt::format(", with different values of {}", joined(extras.different, "and"));
  if (before != after) out += fmt::format(", and none of {} in the {} before", listed({before, after}, "or"), span);
  if (after != named.end()) out += fmt::format(", and none of {} within {} after", listed({after, named.end()}, "or"), span);
  return out;
}

std::string correlation_words(const RuleSet& rules, const RuleSet::Linked& linked) {
  const Correlation& correlation = *linked.rule.correlation;
  std::vector<std::string> named, groups = correlation.group_by;
  for (const auto& input : linked.inputs) named.push_back(fmt::format("«{}»", cut(rules.rules()[input.rule].rule.title, kLongestText)));
  groups.insert(groups.end(), correlation.extras.equal.begin(), correlation.extras.equal.end());
  const std::vector<std::string> titles(named.begin(), named.begin() + static_cast<std::ptrdiff_t>(std::min(named.size(), correlation.rules.size())));
  const std::string events = fmt::format("events of {}", listed(titles, "or")), of_fields = joined(correlation.fields, "and"), count = count_words(correlation);
  const std::string same = groups.empty() ? std::string() : fmt::format(" by the same {}", joined(groups, "and")), span = span_words(correlation.timespan_us);
  if (correlation.extras.first_seen)
    return fmt::format("Matches when {}{} bring a value of {} that was not there in the {} before{}", events, same, of_fields, span,
                       correlation.extras.learning_us == 0 ? "" : ", once they were known for " + span_words(correlation.extras.learning_us));
  std::string what;
  switch (correlation.type) {
    case CorrelationType::kEventCount: what = fmt::format("are {} {}", count, events); break;
    case CorrelationType::kValueCount: what = fmt::format("are {} different values of {} in {}", count, of_fields, events); break;
    case CorrelationType::kTemporal:
      what = fmt::format("are events of {}, in any order,", correlation.expression ? expression_words(*correlation.expression, titles, false) : joined(titles, "and"));
      break;
    case CorrelationType::kTemporalOrdered: what = fmt::format("are events of {}, in this order,", joined(titles, "then")); break;
    case CorrelationType::kValueSum: what = fmt::format("is a sum of {} that is {} over {}", of_fields, count, events); break;
    case CorrelationType::kValueAverage: what = fmt::format("is an average of {} that is {} over {}", of_fields, count, events); break;
    case CorrelationType::kValuePercentile:
      what = fmt::format("is a percentile {} of {} that is {} over {}", number_words(correlation.percentile), of_fields, count, events);
      break;
  }
  return fmt::format("Matches when there {} within {}{}{}", what, span, same, extra_words(correlation, named));
}

std::string source_words(const std::optional<LogSource>& source, const std::function<std::string(const LogSource&)>& name) {
  if (!source) return {};
  std::string out = name ? name(*source) : std::string();
  if (!out.empty()) return fmt::format(" Tried on events of {}.", out);
  for (const std::string* part : {&source->product, &source->category, &source->service})
    if (!part->empty()) out += (out.empty() ? "" : " ") + *part;
  return out.empty() ? out : fmt::format(" Tried on events of {}.", out);
}

}  // namespace

std::string in_words(const RuleSet& rules, std::uint32_t rule, const std::function<std::string(const LogSource&)>& source_name) {
  const RuleSet::Linked& linked = rules.rules()[rule];
  if (linked.rule.is_correlation()) return cut(correlation_words(rules, linked), kLongest) + ".";
  return cut("Matches when " + node_words(*linked.rule.root, 0), kLongest) + "." + source_words(linked.rule.logsource, source_name);
}

}  // namespace picket::detect
