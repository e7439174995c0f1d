#include "detect/pattern.h"

#include <algorithm>

#include "detect/text.h"

namespace picket::detect {
namespace {

using Part = Pattern::Part;
using Kind = Pattern::Kind;

/// Matches parts without a star at the front of `text`; the number of bytes used, or npos.
std::size_t match_front(const Part* part, const Part* end, std::string_view text) {
  std::size_t used = 0;
  for (; part != end; ++part) {
    const std::string_view rest = text.substr(used);
    if (part->kind == Kind::kOne) {
      if (rest.empty()) return std::string_view::npos;
      used += character_length(rest);
    } else {
      if (!rest.starts_with(part->text)) return std::string_view::npos;
      used += part->text.size();
    }
  }
  return used;
}

/// The first place at or after `from` where the parts match; sets `used`. npos when there is none.
std::size_t find_parts(const Part* part, const Part* end, std::string_view text, std::size_t from, std::size_t& used) {
  while (from <= text.size()) {
    if (part->kind == Kind::kLiteral) {  // jump to where it can begin
      from = find_text(text, part->text, from);
      if (from == std::string_view::npos) return from;
    }
    used = match_front(part, end, text.substr(from));
    if (used != std::string_view::npos) return from;
    if (from == text.size()) break;
    from += character_length(text.substr(from));
  }
  return std::string_view::npos;
}

/// Whether the parts match at the end of `text`, at or after `from`. Characters differ in length, so the place is found by
/// walking back over as many as the parts have.
bool match_back(const Part* part, const Part* end, std::string_view text, std::size_t from) {
  std::size_t position = text.size();
  for (const Part* p = end; p != part;) {
    --p;
    if (p->kind == Kind::kLiteral) {
      if (position < from + p->text.size() || text.substr(position - p->text.size(), p->text.size()) != p->text) return false;
      position -= p->text.size();
    } else {
      if (position <= from) return false;
      std::size_t back = 1;  // over the bytes that only continue a character; it has at most four
      while (back < 4 && back < position - from && (static_cast<unsigned char>(text[position - back]) & 0xc0) == 0x80) ++back;
      if (character_length(text.substr(position - back, back)) != back) back = 1;
      position -= back;
    }
  }
  return true;
}

}  // namespace

Pattern Pattern::parse(std::string_view written) {
  Pattern out;
  std::string literal;
  const auto flush = [&] {
    out.append_literal(literal);
    literal.clear();
  };
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (c == '\\') {
      const char next = i + 1 < written.size() ? written[i + 1] : '\0';
      if (next == '*' || next == '?' || next == '\\') {
        literal += next;
        ++i;
      } else {
        literal += c;
      }
    } else if (c == '*') {
      flush();
      out.append_any();
    } else if (c == '?') {
      flush();
      out.append_one();
    } else {
      literal += c;
    }
  }
  flush();
  return out;
}

Pattern Pattern::literal(std::string_view text) {
  Pattern out;
  out.append_literal(text);
  return out;
}

bool Pattern::has_wildcards() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.kind != Kind::kLiteral; });
}

Pattern::Shape Pattern::shape() const {
  const auto is = [&](std::size_t i, Kind kind) { return parts_[i].kind == kind; };
  const std::size_t n = parts_.size();
  if (n == 0 || (n == 1 && is(0, Kind::kLiteral))) return Shape::kExact;
  if (n == 1 && is(0, Kind::kAny)) return Shape::kPresent;
  if (n == 2 && is(0, Kind::kLiteral) && is(1, Kind::kAny)) return Shape::kStartsWith;
  if (n == 2 && is(0, Kind::kAny) && is(1, Kind::kLiteral)) return Shape::kEndsWith;
  if (n == 3 && is(0, Kind::kAny) && is(1, Kind::kLiteral) && is(2, Kind::kAny)) return Shape::kContains;
  return Shape::kGeneral;
}

std::string_view Pattern::text() const {
  for (const Part& part : parts_)
    if (part.kind == Kind::kLiteral) return part.text;
  return {};
}

void Pattern::append_literal(std::string_view text) {
  if (text.empty()) return;
  if (!parts_.empty() && parts_.back().kind == Kind::kLiteral)
    parts_.back().text += text;
  else
    parts_.push_back({Kind::kLiteral, std::string(text)});
}

void Pattern::append_any() {
  if (parts_.empty() || parts_.back().kind != Kind::kAny) parts_.push_back({Kind::kAny, {}});
}

void Pattern::append_one() {
  parts_.push_back({Kind::kOne, {}});
}

void Pattern::prepend_any() {
  if (parts_.empty() || parts_.front().kind != Kind::kAny) parts_.insert(parts_.begin(), {Kind::kAny, {}});
}

Pattern Pattern::folded() const {
  Pattern out = *this;
  out.change_literals([](std::string& text) { text = fold_case(text); });
  return out;
}

bool Pattern::matches(std::string_view text) const {
  const Part* part = parts_.data();
  const Part* const end = part + parts_.size();
  const auto star = [&](const Part* from) { return std::find_if(from, end, [](const Part& p) { return p.kind == Kind::kAny; }); };
  const Part* next = star(part);
  std::size_t used = match_front(part, next, text);
  if (next == end) return used == text.size();
  if (used == std::string_view::npos) return false;
  std::size_t position = used;
  // between two stars the leftmost place is as good as any; the last piece must end the text
  for (part = next + 1; (next = star(part)) != end; part = next + 1) {
    const std::size_t at = find_parts(part, next, text, position, used);
    if (at == std::string_view::npos) return false;
    position = at + used;
  }
  return match_back(part, end, text, position);
}

}  // namespace picket::detect
