#pragma once

#include <string>
#include <string_view>

namespace picket {

/// ASCII lower case; other bytes stay.
inline std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r' || text.front() == '\n'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r' || text.back() == '\n'))
    text.remove_suffix(1);
  return text;
}

/// A text whose bytes compare as people read lists: letters without regard to their case, numbers by their value ("Device 9" before
/// "Device 10"), marks before digits before letters. Of ASCII it is the order of the Unicode collation's root, as the console has it; all
/// else comes after `z`, by code point.
std::string reading_key(std::string_view text);

/// ASCII case-insensitive equality (header names, host names, e-mail addresses).
inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (low(a[i]) != low(b[i])) return false;
  }
  return true;
}

}  // namespace picket
