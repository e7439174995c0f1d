#include "base/strings.h"

#include <algorithm>

namespace picket {
namespace {

/// As the Unicode collation's root has them.
constexpr std::string_view kMarks = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";
/// A longer number is compared digit by digit after all shorter ones.
constexpr std::size_t kLongestNumber = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string reading_key(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 4);
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (is_digit(c)) {
      while (i + 1 < text.size() && c == '0' && text[i] == '0' && is_digit(text[i + 1])) ++i;
      std::size_t end = i;
      while (end < text.size() && is_digit(text[end])) ++end;
      // Of two numbers the one with more digits is greater.
      out += static_cast<char>('0' + std::min(end - i, kLongestNumber + 1));
      out += text.substr(i, end - i);
      i = end;
      continue;
    }
    if (const auto rank = kMarks.find(c); rank != std::string_view::npos)
      out += static_cast<char>(rank + 1);
    else
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    ++i;
  }
  return out;
}

}  // namespace picket
