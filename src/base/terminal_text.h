#pragma once

#include <string>
#include <string_view>

namespace picket {

/// A text from elsewhere as one line that moves no terminal: control characters (also U+0080 to U+009F) are written as \xHH, the rest stays. For what is
/// printed for people; not for JSON.
inline std::string terminal_text(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  const auto escape = [&](unsigned char c) { out.append({'\\', 'x', kHex[c >> 4], kHex[c & 15]}); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool second = i + 1 < text.size() && c == 0xc2 && static_cast<unsigned char>(text[i + 1]) >= 0x80 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c < 0x20 || c == 0x7f) escape(c);
    else if (second) escape(static_cast<unsigned char>(text[++i]));
    else out += text[i];
  }
  return out;
}

}  // namespace picket
