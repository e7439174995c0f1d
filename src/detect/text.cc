#include "detect/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace picket::detect {
namespace {

struct FoldRun {
  std::uint32_t first, last, step;
  std::int32_t delta;
};
constexpr FoldRun kFoldRuns[] = {
#include "detect/case_fold_table.inc"
};

std::uint32_t fold_code_point(std::uint32_t c) {
  const FoldRun* run =
      std::lower_bound(std::begin(kFoldRuns), std::end(kFoldRuns), c, [](const FoldRun& r, std::uint32_t v) { return r.last < v; });
  if (run == std::end(kFoldRuns) || c < run->first || (c - run->first) % run->step != 0) return c;
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(c) + run->delta);
}

/// Reads the code point at the front; 0 bytes when the front is no UTF-8. Overlong forms do not reach us from JSON or YAML, and
/// would only fold to something that equals nothing.
std::size_t decode(std::string_view s, std::uint32_t& c) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const std::size_t length = character_length(s);
  if (length == 1) return 0;
  c = byte(0) & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = c << 6 | (byte(i) & 0x3fu);
  return length;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&](std::uint32_t b) { out.push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

constexpr std::uint64_t kHighBits = 0x8080808080808080;

/// Lower case of eight ASCII bytes at once: bit 7 of (b + 0x3f) is set from 'A' on, of (b + 0x25) from behind 'Z' on.
std::uint64_t lower_eight(std::uint64_t bytes) {
  const std::uint64_t from_a = bytes + 0x3f3f3f3f3f3f3f3f;
  const std::uint64_t behind_z = bytes + 0x2525252525252525;
  return bytes | ((from_a & ~behind_z & kHighBits) >> 2);
}

}  // namespace

std::size_t find_text(std::string_view text, std::string_view part, std::size_t from) {
  constexpr std::size_t kFew = 64 * 1024;  // comparisons; up to there the plain search wins
  if (text.size() * part.size() <= kFew || from > text.size()) return text.find(part, from);
  const void* const found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

std::size_t character_length(std::string_view s) {
  const auto lead = static_cast<unsigned char>(s[0]);
  const std::size_t length = lead >= 0xf0 && lead < 0xf8 ? 4 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xc2 && lead < 0xe0 ? 2 : 1;
  if (length > s.size()) return 1;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(s[i]) & 0xc0) != 0x80) return 1;
  return length;
}

bool is_ascii(std::string_view text) {
  const char* p = text.data();
  std::size_t n = text.size();
  std::uint64_t bits = 0, word = 0;
  for (; n >= 8; p += 8, n -= 8) {
    std::memcpy(&word, p, 8);
    bits |= word;
  }
  for (; n > 0; ++p, --n) bits |= static_cast<unsigned char>(*p);
  return (bits & kHighBits) == 0;
}

bool fold_ascii(char* out, std::string_view text) {
  const char* p = text.data();
  std::size_t n = text.size();
  std::uint64_t bits = 0, word = 0;
  for (; n >= 8; p += 8, out += 8, n -= 8) {
    std::memcpy(&word, p, 8);
    bits |= word;
    word = lower_eight(word & ~kHighBits);
    std::memcpy(out, &word, 8);
  }
  for (; n > 0; ++p, ++out, --n) {
    bits |= static_cast<unsigned char>(*p);
    *out = *p >= 'A' && *p <= 'Z' ? static_cast<char>(*p + 32) : *p;
  }
  return (bits & kHighBits) == 0;
}

void append_folded(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out.resize(start + text.size());
  if (fold_ascii(out.data() + start, text)) return;
  out.resize(start);
  while (!text.empty()) {
    std::uint32_t c = 0;
    const std::size_t length = decode(text, c);
    if (length == 0) {
      const char b = text.front();
      out.push_back(b >= 'A' && b <= 'Z' ? static_cast<char>(b + 32) : b);
      text.remove_prefix(1);
    } else {
      append_utf8(out, fold_code_point(c));
      text.remove_prefix(length);
    }
  }
}

std::string fold_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_folded(out, text);
  return out;
}

}  // namespace picket::detect
