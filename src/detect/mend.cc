#include <simdjson.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "codec/json_scan.h"
#include "detect/event.h"

namespace picket::detect {
namespace {

/// Whether the parser can hold the number; `text` has the form of one.
bool fits(std::string_view text) {
  const char* const end = text.data() + text.size();
  if (text.find_first_of(".eE") == std::string_view::npos) {
    std::int64_t small = 0;
    std::uint64_t large = 0;
    return std::from_chars(text.data(), end, small).ec == std::errc() || std::from_chars(text.data(), end, large).ec == std::errc();
  }
  double value = 0;
  return std::from_chars(text.data(), end, value).ec == std::errc() && std::isfinite(value);
}

/// The value of \uXXXX at `text[at]`; nothing when no such escape is there.
std::optional<unsigned> unicode_escape(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data() + at + 2, text.data() + at + 6, value, 16);
  if (error != std::errc() || end != text.data() + at + 6) return std::nullopt;
  return value;
}

/// Copies the string that begins at `at`; gives the place behind it.
std::size_t copy_string(std::string_view text, std::size_t at, std::string& out) {
  out += text[at++];
  while (text[at] != '"') {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    const auto unit = unicode_escape(text, at);
    if (!unit) {
      out.append(text, at, 2);
      at += 2;
    } else if (*unit < 0xd800 || *unit > 0xdfff) {
      out.append(text, at, 6);
      at += 6;
    } else if (const auto low = unicode_escape(text, at + 6); *unit < 0xdc00 && low && *low >= 0xdc00 && *low <= 0xdfff) {
      out.append(text, at, 12);
      at += 12;
    } else {
      out += "\\ufffd";
      at += 6;
    }
  }
  out += '"';
  return at + 1;
}

}  // namespace

std::optional<std::string> mend_json(std::string_view text, std::size_t max_depth) {
  if (!simdjson::validate_utf8(text.data(), text.size()) || !codec::is_json(text, max_depth)) return std::nullopt;
  std::string out;
  out.reserve(text.size() + 16);
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"') {
      i = copy_string(text, i, out);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      std::size_t end = text.find_first_not_of("+-.0123456789eE", i);
      if (end == std::string_view::npos) end = text.size();
      const std::string_view number = text.substr(i, end - i);
      const bool plain = fits(number);
      if (!plain) out += '"';
      out += number;
      if (!plain) out += '"';
      i = end;
    } else {
      out += c;
      ++i;
    }
  }
  return out;
}

}  // namespace picket::detect
