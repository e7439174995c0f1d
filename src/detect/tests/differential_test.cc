#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <limits>

#include "detect/encodings.h"
#include "detect/regex.h"
#include "detect/text.h"
#include "detect/tests/rules_for_tests.h"

// The engine against a slow and obvious evaluator: it walks the rule's tree and the event's tree for every question, and shares
// with the engine only the reader of rules and the leaf comparisons of numbers, addresses and regular expressions.
namespace picket::detect {
namespace {

namespace bj = boost::json;

struct Values {
  bool there = false;
  std::vector<const bj::value*> leaves;
};

void flatten(const bj::value& value, Values& out) {
  out.there = true;
  if (!value.is_array()) {
    out.leaves.push_back(&value);
    return;
  }
  for (const bj::value& member : value.as_array()) flatten(member, out);
}

Values look_up(const bj::value& value, const std::string& path) {
  Values out;
  if (value.is_array()) {
    for (const bj::value& member : value.as_array()) {
      const Values inner = look_up(member, path);
      out.there = out.there || inner.there;
      out.leaves.insert(out.leaves.end(), inner.leaves.begin(), inner.leaves.end());
    }
    return out;
  }
  if (!value.is_object()) return out;
  for (std::size_t length = path.size(); length > 0; --length) {
    if (length != path.size() && path[length] != '.') continue;
    const bj::value* member = value.as_object().if_contains(path.substr(0, length));
    if (member == nullptr) continue;
    if (length == path.size())
      flatten(*member, out);
    else
      out = look_up(*member, path.substr(length + 1));
    if (out.there) return out;
  }
  return out;
}

void everything(const bj::value& value, Values& out) {
  if (value.is_object()) {
    for (const auto& member : value.as_object()) everything(member.value(), out);
  } else if (value.is_array()) {
    for (const bj::value& member : value.as_array()) everything(member, out);
  } else if (!value.is_null()) {
    out.leaves.push_back(&value);
  }
}

std::string text_of(const bj::value& value) { return value.is_string() ? std::string(value.as_string()) : bj::serialize(value); }

/// Wildcards by trying everything.
bool glob(const std::vector<Pattern::Part>& parts, std::size_t at, std::string_view text, bool cased) {
  if (at == parts.size()) return text.empty();
  const Pattern::Part& part = parts[at];
  if (part.kind == Pattern::Kind::kAny) {
    for (std::size_t i = 0; i <= text.size(); ++i)
      if (glob(parts, at + 1, text.substr(i), cased)) return true;
    return false;
  }
  if (part.kind == Pattern::Kind::kOne) return !text.empty() && glob(parts, at + 1, text.substr(character_length(text)), cased);
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const std::string_view front = text.substr(0, i);
    if ((cased ? front == part.text : fold_case(front) == fold_case(part.text)) && glob(parts, at + 1, text.substr(i), cased)) return true;
  }
  return false;
}

bool compare(const Atom& atom, std::string_view text) {
  std::optional<long double> value;  // holds every whole number of 64 bits
  static_assert(std::numeric_limits<long double>::digits >= 64);
  if (atom.part == TimePart::kNone) {
    if (parse_number(text)) value = std::strtold(std::string(text).c_str(), nullptr);
  } else if (const auto part = time_part(text, atom.part)) {
    value = *part;
  }
  if (!value) return false;
  const long double whole = static_cast<long double>(atom.operand.magnitude) * (atom.operand.negative ? -1 : 1);
  const long double operand = atom.operand.whole ? whole : static_cast<long double>(atom.operand.rounded);
  return atom.compare == Compare::kEqual ? *value == operand : atom.compare == Compare::kLess ? *value < operand : atom.compare == Compare::kLessEqual ? *value <= operand
                                                               : atom.compare == Compare::kGreater ? *value > operand : *value >= operand;
}

bool holds(const Atom& atom, const Values& values, const bj::value& event) {
  if (atom.kind == AtomKind::kExists) return values.there == atom.exists;
  if (atom.kind == AtomKind::kNull && !values.there) return true;
  for (const bj::value* leaf : values.leaves) {
    if (atom.kind == AtomKind::kNull) {
      if (leaf->is_null()) return true;
      continue;
    }
    if (leaf->is_null()) continue;
    const std::string text = text_of(*leaf);
    if (atom.kind == AtomKind::kText && glob(atom.pattern.parts(), 0, text, atom.cased)) return true;
    if (atom.kind == AtomKind::kRegex && Regex(atom.text).search(text)) return true;
    if (atom.kind == AtomKind::kCidr && contains(atom.network, text)) return true;
    if (atom.kind == AtomKind::kCompare && compare(atom, text)) return true;
    if (atom.kind != AtomKind::kFieldRef) continue;
    for (const bj::value* other : look_up(event, atom.text).leaves) {
      if (other->is_null()) continue;
      Pattern pattern;
      if (atom.anchor == Anchor::kEnd || atom.anchor == Anchor::kAnywhere) pattern.append_any();
      pattern.append_literal(text_of(*other));
      if (atom.anchor == Anchor::kStart || atom.anchor == Anchor::kAnywhere) pattern.append_any();
      if (glob(pattern.parts(), 0, text, atom.cased)) return true;
    }
  }
  return false;
}

bool holds(const Item& item, const bj::value& event) {
  Values values;
  if (item.field.empty())
    everything(event, values);
  else
    values = look_up(event, item.field);
  bool any = false, all = true;
  for (const auto& atoms : item.values) {
    bool one = false;
    for (const Atom& atom : atoms) one = one || holds(atom, values, event);
    any = any || one;
    all = all && one;
  }
  return (item.all ? all : any) != item.negated;
}

bool holds(const Node& node, const bj::value& event) {
  bool any = false, all = true;
  if (node.op == Node::Op::kItem) return holds(node.item, event);
  for (const NodePtr& child : node.children) {
    const bool one = holds(*child, event);
    any = any || one;
    all = all && one;
  }
  return node.op == Node::Op::kNot ? !any : node.op == Node::Op::kAnd ? all : any;
}

// --- rules and events from few words, so that they meet

template <typename T>
T pick(std::initializer_list<T> list) {
  return *(list.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(list.size())));
}

std::string field() { return pick<std::string>({"a", "b", "a.b", "a.b.c", "b.c", "c"}); }
std::string word() { return pick<std::string>({"x", "X", "ab", "aB*", "*b", "?b", "a?*", "''", "*", "1", "1.0", "true", "é", "É?", "'2024-05-06T07:08:09Z'", "10.1.2.3", "null", "'{\"c\":1}'", "xabx"}); }
std::string plain_word() { return pick<std::string>({"x", "X", "ab", "1", "b", "é", "'*'", "xab"}); }

std::string entry() {
  switch (*rc::gen::inRange(0, 12)) {
    case 0: return field() + "|" + pick<std::string>({"contains", "startswith", "endswith"}) + ": " + plain_word();
    case 1: return field() + "|" + pick<std::string>({"contains", "startswith", "endswith"}) + "|cased: [" + plain_word() + ", " + plain_word() + "]";
    case 2: return field() + "|contains|all: [" + plain_word() + ", " + plain_word() + "]";
    case 3: return field() + "|re: " + pick<std::string>({"'a.*b'", "'^x'", "''", "'[0-9]$'"});
    case 4: return field() + "|" + pick<std::string>({"gte", "lt"}) + ": 1";
    case 5: return field() + "|exists: " + pick<std::string>({"true", "false"});
    case 6: return field() + "|fieldref: " + field();
    case 7: return field() + "|fieldref|" + pick<std::string>({"contains: ", "startswith: ", "endswith: ", "neq: "}) + field();
    case 8: return field() + "|" + pick<std::string>({"cidr: 10.0.0.0/8", "hour: 7", "hour|gt: 6", "neq: x", "cased: aB"});
    case 9: return pick<std::string>({"'|contains': ", "'|cased': ", "'|startswith': "}) + plain_word();
    case 10: return field() + ": [" + word() + ", " + word() + ", " + word() + "]";
    default: return field() + ": " + word();
  }
}

std::string rule(int number) {
  std::string text = "title: T" + std::to_string(number) + "\ndetection:\n";
  for (const char* name : {"sa", "sb", "sc"}) {
    text += std::string("    ") + name + ":\n        - " + entry() + "\n";
    if (*rc::gen::inRange(0, 2) == 0) text += "        - " + entry() + "\n";
  }
  return text + "    condition: " +
         pick<std::string>({"sa", "sa and sb", "sa or not sb", "not sa", "1 of s*", "all of s*", "sa and not (sb or sc)", "not 1 of s*", "(sa or sb) and sc", "not (sa and not sb)"}) + "\n---\n";
}

std::string value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 14 : 11)) {
    case 0: return "null";
    case 1: return "1";
    case 2: return "true";
    case 3: return R"("")";
    case 4: return R"("É")";
    case 5: return R"("10.1.2.3")";
    case 6: return R"("2024-05-06T07:08:09Z")";
    case 7: return R"("xAbx")";
    case 8: return "[]";
    case 9: return R"("ab")";
    case 10: return R"("X")";
    case 11: return "[" + value(depth - 1) + "," + value(depth - 1) + "]";
    default: {
      std::string out = "{";
      for (const char* key : {"a", "b", "c", "a.b", "b.c"})
        if (*rc::gen::inRange(0, 4) == 0) out += (out.size() > 1 ? "," : "") + std::string("\"") + key + "\":" + value(depth - 1);
      return out + "}";
    }
  }
}

std::string arbitrary_event() {
  std::string out = "{";
  for (const char* key : {"a", "b", "c", "a.b", "b.c", "a.b.c"})
    if (*rc::gen::inRange(0, 5) < (std::string_view(key).find('.') == std::string_view::npos ? 4 : 1)) out += (out.size() > 1 ? "," : "") + std::string("\"") + key + "\":" + value(3);
  return out + "}";
}

RC_GTEST_PROP(Differential, TheEngineAgreesWithTheObviousEvaluator, ()) {
  std::string text;
  const int count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) text += rule(i);
  const Compiled compiled = compile_rules(text);
  Matcher matcher(compiled.program);
  for (int i = 0; i < 10; ++i) {
    const std::string event = arbitrary_event();
    const bj::value tree = bj::parse(event);
    std::string expected, got;
    for (const auto& linked : compiled.rules->rules())
      if (holds(*linked.rule.root, tree)) expected += linked.rule.title + " ";
    const auto matches = matcher.match(event);
    RC_ASSERT(matches.has_value());
    for (const Match& match : *matches) got += compiled.rules->rules()[match.rule].rule.title + " ";
    if (got != expected) RC_LOG() << text << "\n" << event << "\n";
    RC_ASSERT(got == expected);
  }
}

}  // namespace
}  // namespace picket::detect
