#include "base/guid.h"

#include <sys/random.h>

#include <array>

#include "base/assert.h"

namespace picket {

std::string new_guid() {
  std::array<unsigned char, 16> b;
  PICKET_ASSERT(getrandom(b.data(), b.size(), 0) == static_cast<ssize_t>(b.size()), "the kernel gives random bytes");
  b[6] = static_cast<unsigned char>((b[6] & 0x0f) | 0x40);
  b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
  return guid_text(std::string_view(reinterpret_cast<const char*>(b.data()), b.size()));
}

std::string guid_text(std::string_view bytes) {
  PICKET_ASSERT(bytes.size() == 16, "a GUID has 16 bytes");
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::optional<GuidBytes> guid_bytes(std::string_view text) {
  if (!is_guid(text)) return std::nullopt;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  GuidBytes out{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '-') continue;
    out[at++] = static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
    ++i;
  }
  return out;
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace picket
