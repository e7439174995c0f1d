#include "detect/item_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "codec/base64.h"
#include "detect/encodings.h"
#include "detect/modifiers.h"
#include "detect/regex.h"

namespace picket::detect {
namespace {

using codec::YamlNode;
using codec::YamlType;

constexpr std::size_t kMaxVariants = 20'000;  // of one value, by windash and expand
constexpr std::size_t kMaxWeight = 200'000;   // of one rule; a regular expression weighs as much as 200 texts
constexpr std::size_t kHeavy = 200;

Status weigh(const std::vector<Atom>& atoms, TextPlace place, Notes& notes) {
  for (const Atom& atom : atoms) notes.weight += atom.kind == AtomKind::kRegex || atom.kind == AtomKind::kFieldRef ? kHeavy : 1;
  if (notes.weight > kMaxWeight) return fail_at(place, "The rule is too large: its values stand for more than 200,000 texts.");
  return {};
}

/// The texts that a YAML number equals: an event may hold it as a number or as text, whole numbers also as 1.0.
Result<std::vector<std::string>> number_texts(const YamlNode& value, Notes& notes) {
  std::string_view text = value.text;
  if (value.type == YamlType::kInteger && (text.starts_with("0x") || text.starts_with("0o"))) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), number, text[1] == 'x' ? 16 : 8);
    if (error != std::errc() || end != text.data() + text.size()) return fail_at(value.place, "The number is too large.");
    notes.warn(value.place, fmt::format("{} is read as the number {}; put it in quotes if the text was meant.", text, number));
    return std::vector{std::to_string(number), std::to_string(number) + ".0"};
  }
  if (value.type == YamlType::kInteger) {
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    if (text.size() > 1 && text.front() == '0') {
      notes.warn(value.place, fmt::format("{} begins with a zero and is compared as text, not as a number; put it in quotes.", value.text));
      return std::vector{value.text};
    }
    std::string canonical = (negative && text != "0" ? "-" : "") + std::string(text);
    std::string fraction = canonical + ".0";
    return std::vector{std::move(canonical), std::move(fraction)};
  }
  const auto number = parse_number(value.text);
  if (!number) return fail_at(value.place, fmt::format("{} is no finite number; put it in quotes if the text was meant.", value.text));
  std::vector<std::string> out{value.text, number_text(*number)};
  if (*number == std::floor(*number) && std::abs(*number) < 1e21) out.push_back(fmt::format("{:.0f}", *number));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// `name` of a text that begins `name%`.
std::string_view name_before_percent(std::string_view text) {
  const std::size_t end = text.find_first_not_of(kPlaceholderCharacters);
  return end != std::string_view::npos && text[end] == '%' ? text.substr(0, end) : std::string_view();
}

tl::unexpected<Error> unfilled(TextPlace place, const std::string& name) {
  Error error(ErrorKind::kNotFound, fmt::format("Nothing is known to fill in for %{}%, so the rule would match what it should not. "
                                                "Give a list for it (--placeholders), or write the values into the rule.", name));
  error.place = place;
  return fail(std::move(error));
}

/// Replaces each `%name%`; `\%` is a percent sign. Other escapes stay for whoever reads the text, but are passed over as pairs: of
/// `\\%name%` the backslash is escaped, and not the percent sign.
Result<std::vector<std::string>> fill_placeholders(const YamlNode& value, const Placeholders& placeholders, Notes& notes) {
  std::vector<std::string> out{std::string()};
  const std::string_view text = value.text;
  const auto append = [&](std::string_view piece) {
    for (std::string& one : out) one += piece;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      const bool percent = text[i + 1] == '%';
      append(percent ? "%" : text.substr(i, 2));
      ++i;
      if (const auto name = percent ? name_before_percent(text.substr(i + 1)) : std::string_view(); !name.empty())
        notes.warn(value.place, fmt::format("\\%{0}% begins with a percent sign that is escaped, so it is no placeholder; write \\\\%{0}% for a backslash and "
                                            "what fills the placeholder, or \\%{0}\\% for the text itself.", name));
      continue;
    }
    const std::size_t end = text[i] == '%' ? text.find('%', i + 1) : std::string_view::npos;
    if (end == std::string_view::npos || end == i + 1) {
      append(text.substr(i, 1));
      continue;
    }
    const std::string name(text.substr(i + 1, end - i - 1));
    const auto found = placeholders.find(name);
    if (found == placeholders.end() || found->second.empty())
      return unfilled(value.place, name);
    if (out.size() * found->second.size() > kMaxVariants) return fail_at(value.place, "The placeholders stand for too many texts.");
    std::vector<std::string> next;
    for (const std::string& one : out)
      for (const std::string& with : found->second) next.push_back(one + with);
    out = std::move(next);
    i = end;
  }
  return out;
}

/// The encodings and expansions of one text, in the order written.
Result<std::vector<Pattern>> transform(Pattern pattern, const Modifiers& modifiers, TextPlace place) {
  std::vector<Pattern> variants{std::move(pattern)};
  for (const Transform step : modifiers.transforms) {
    std::vector<Pattern> next;
    for (Pattern& variant : variants) {
      if (step == Transform::kWindash) {
        // wildcards are no part of a word, so each literal stands alone
        std::vector<Pattern> made{Pattern()};
        for (const Pattern::Part& part : variant.parts()) {
          const auto texts = part.kind == Pattern::Kind::kLiteral ? dash_variants(part.text, kMaxVariants) : std::vector<std::string>{""};
          if (texts.empty() || made.size() * texts.size() > kMaxVariants)
            return fail_at(place, "The value has too many dashes for windash: each makes five times as many texts.");
          std::vector<Pattern> longer;
          for (const Pattern& head : made)
            for (const std::string& text : texts) {
              longer.push_back(head);
              if (part.kind == Pattern::Kind::kLiteral) longer.back().append_literal(text);
              if (part.kind == Pattern::Kind::kAny) longer.back().append_any();
              if (part.kind == Pattern::Kind::kOne) longer.back().append_one();
            }
          made = std::move(longer);
        }
        next.insert(next.end(), std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
      } else if (step == Transform::kBase64 || step == Transform::kBase64Offset) {
        if (variant.has_wildcards()) return fail_at(place, "A value with wildcards cannot be encoded as base64; escape them (\\*) or leave them out.");
        if (step == Transform::kBase64) {
          next.push_back(Pattern::literal(codec::base64_encode(variant.text())));
        } else {
          for (const std::string& text : base64_offsets(variant.text()))
            if (!text.empty()) next.push_back(Pattern::literal(text));
          if (next.empty()) return fail_at(place, "The value is too short for base64offset.");
        }
      } else {
        const Utf16 form = step == Transform::kUtf16Le ? Utf16::kLittleEndian : step == Transform::kUtf16Be ? Utf16::kBigEndian : Utf16::kWithMark;
        bool first = true;  // only the beginning of the text has a mark
        variant.change_literals([&](std::string& text) {
          text = to_utf16(text, form == Utf16::kWithMark && !first ? Utf16::kLittleEndian : form);
          first = false;
        });
        next.push_back(std::move(variant));
      }
      if (next.size() > kMaxVariants) return fail_at(place, "The value stands for too many texts.");
    }
    variants = std::move(next);
  }
  return variants;
}

Atom text_atom(Pattern pattern, const Modifiers& modifiers, bool keyword) {
  Anchor anchor = modifiers.anchor;
  if (keyword && anchor == Anchor::kWhole) anchor = Anchor::kAnywhere;
  if (anchor == Anchor::kEnd || anchor == Anchor::kAnywhere) pattern.prepend_any();
  if (anchor == Anchor::kStart || anchor == Anchor::kAnywhere) pattern.append_any();
  Atom atom;
  atom.kind = AtomKind::kText;
  atom.cased = modifiers.cased;
  atom.pattern = std::move(pattern);
  return atom;
}

Result<Atom> regex_atom(std::string_view pattern, const Modifiers& modifiers, TextPlace place) {
  Atom atom;
  atom.kind = AtomKind::kRegex;
  std::string flags = modifiers.regex_flags.empty() ? "" : "(?" + modifiers.regex_flags + ")";
  atom.text = flags + std::string(pattern);
  if (const auto problem = regex_problem(atom.text)) return fail_at(place, fmt::format("The regular expression is refused: {}.", *problem));
  if (modifiers.anchor == Anchor::kStart) atom.text = fmt::format("{}\\A(?:{})", flags, pattern);
  if (modifiers.anchor == Anchor::kEnd) atom.text = fmt::format("{}(?:{})\\z", flags, pattern);
  return atom;
}

Result<Atom> compare_atom(const YamlNode& value, const Modifiers& modifiers) {
  const auto number = parse_exact_number(value.text);
  if (!number) return fail_at(value.place, fmt::format("\"{}\" is no number, which the modifier {} wants.", value.text, modifiers.compare_name));
  Atom atom;
  atom.kind = AtomKind::kCompare;
  atom.compare = modifiers.compare.value_or(Compare::kEqual);
  atom.part = modifiers.time_part;
  atom.operand = *number;
  return atom;
}

/// Values for which the kind of comparison is the whole story.
Result<Atom> special_atom(const YamlNode& value, const Modifiers& modifiers) {
  Atom atom;
  if (modifiers.exists) {
    if (value.type != YamlType::kBool) return fail_at(value.place, "The modifier exists wants true or false.");
    atom.kind = AtomKind::kExists;
    atom.exists = value.text.front() == 't' || value.text.front() == 'T';
    return atom;
  }
  if (modifiers.cidr) {
    const auto network = parse_network(value.text);
    if (!network) return fail_at(value.place, fmt::format("\"{}\" is no network; write it like 10.0.0.0/8, with no bits set behind the prefix.", value.text));
    atom.kind = AtomKind::kCidr;
    atom.network = *network;
    return atom;
  }
  const Pattern pattern = Pattern::parse(value.text);
  if (pattern.has_wildcards() || value.text.empty()) return fail_at(value.place, "The modifier fieldref wants the name of a field, without wildcards.");
  atom.kind = AtomKind::kFieldRef;
  atom.text = pattern.text();
  atom.anchor = modifiers.anchor;
  atom.cased = modifiers.cased;
  return atom;
}

Result<std::vector<Atom>> read_string(const YamlNode& value, const Modifiers& modifiers, const Placeholders& placeholders, bool keyword, Notes& notes) {
  std::vector<std::string> texts{value.text};
  if (modifiers.expand) {
    PICKET_ASSIGN(texts, fill_placeholders(value, placeholders, notes));
  }
  std::vector<Atom> atoms;
  for (const std::string& text : texts) {
    if (modifiers.regex) {
      PICKET_ASSIGN(Atom atom, regex_atom(text, modifiers, value.place));
      atoms.push_back(std::move(atom));
      continue;
    }
    PICKET_ASSIGN(std::vector<Pattern> patterns, transform(Pattern::parse(text), modifiers, value.place));
    for (Pattern& pattern : patterns) atoms.push_back(text_atom(std::move(pattern), modifiers, keyword));
  }
  return atoms;
}

Result<std::vector<Atom>> read_value(const YamlNode& value, const Modifiers& modifiers, const Placeholders& placeholders, bool keyword, Notes& notes) {
  if (!value.is_scalar()) return fail_at(value.place, "A value must be a text, a number, true, false or null here, not a list or a map.");
  if (modifiers.exists || modifiers.cidr || modifiers.fieldref) {
    PICKET_ASSIGN(Atom atom, special_atom(value, modifiers));
    return std::vector{std::move(atom)};
  }
  if (modifiers.compares()) {
    PICKET_ASSIGN(Atom atom, compare_atom(value, modifiers));
    return std::vector{std::move(atom)};
  }
  if (value.type == YamlType::kNull) {
    if (keyword || !modifiers.plain()) return fail_at(value.place, "null stands for a missing value and goes with no modifier and no keyword.");
    Atom atom;
    atom.kind = AtomKind::kNull;
    return std::vector{std::move(atom)};
  }
  const bool number = value.type == YamlType::kInteger || value.type == YamlType::kFloat;
  if (number && modifiers.plain()) {
    PICKET_ASSIGN(const std::vector<std::string> texts, number_texts(value, notes));
    std::vector<Atom> atoms;
    // a keyword is sought inside texts, where "1" covers "1.0"
    for (const std::string& text : texts)
      if (!keyword || text == texts.front()) atoms.push_back(text_atom(Pattern::literal(text), modifiers, keyword));
    return atoms;
  }
  if (keyword && value.text.empty()) return fail_at(value.place, "An empty keyword would match every event.");
  return read_string(value, modifiers, placeholders, keyword, notes);
}

Result<Item> read(std::string_view field, const Modifiers& modifiers, const YamlNode& value, TextPlace place, const Placeholders& placeholders, Notes& notes) {
  Item item;
  item.field = std::string(field);
  item.negated = modifiers.negated;
  item.all = modifiers.all;
  const bool keyword = field.empty();
  if (keyword && (modifiers.exists || modifiers.cidr || modifiers.fieldref || modifiers.compares()))
    return fail_at(place, "This modifier needs the name of a field in front of it.");
  if (value.is_sequence()) {
    if (value.items.empty()) return fail_at(value.place, "The list of values is empty; write null if a missing value is meant.");
    if (modifiers.exists) return fail_at(value.place, "The modifier exists wants a single true or false.");
    for (const YamlNode& one : value.items) {
      PICKET_ASSIGN(std::vector<Atom> atoms, read_value(one, modifiers, placeholders, keyword, notes));
      PICKET_TRY(weigh(atoms, one.place, notes));
      item.values.push_back(std::move(atoms));
    }
  } else {
    PICKET_ASSIGN(std::vector<Atom> atoms, read_value(value, modifiers, placeholders, keyword, notes));
    PICKET_TRY(weigh(atoms, value.place, notes));
    item.values.push_back(std::move(atoms));
  }
  if (modifiers.all && item.values.size() == 1) notes.warn(place, "The modifier all does nothing with a single value.");
  return item;
}

}  // namespace

Result<Item> read_item(const codec::YamlKey& key, const YamlNode& value, const Placeholders& placeholders, Notes& notes) {
  const std::string_view text = key.text;
  const std::size_t bar = text.find('|');
  PICKET_ASSIGN(const Modifiers modifiers, parse_modifiers(bar == std::string_view::npos ? "" : text.substr(bar + 1), bar != std::string_view::npos, key.place));
  return read(text.substr(0, bar), modifiers, value, key.place, placeholders, notes);
}

Result<Item> read_keyword(const YamlNode& value, Notes& notes) {
  return read("", {}, value, value.place, {}, notes);
}

}  // namespace picket::detect
