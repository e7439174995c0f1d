#include "crypto/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include "base/assert.h"
#include "crypto/sodium_init.h"

namespace picket::crypto {
namespace {
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
}  // namespace

std::string sha256(std::string_view bytes) {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(bytes_of(out), bytes_of(bytes), bytes.size());
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string keyed_hash(std::string_view key, std::string_view bytes) {
  std::string out(32, '\0');
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(bytes),
                          bytes.size(), bytes_of(out), &size);
  PICKET_ASSERT(done != nullptr && size == out.size(), "HMAC-SHA-256 is always available");
  return out;
}

std::uint64_t short_digest(std::string_view bytes) {
  static constexpr unsigned char kKey[crypto_shorthash_KEYBYTES] = {'P', 'i', 'c', 'k', 'e', 't'};
  unsigned char out[crypto_shorthash_BYTES];
  crypto_shorthash(out, bytes_of(bytes), bytes.size(), kKey);
  std::uint64_t number = 0;
  for (const unsigned char byte : out) number = number << 8 | byte;
  return number;
}

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += kDigits[static_cast<unsigned char>(c) >> 4];
    out += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

std::string base64url(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes_of(bytes), bytes.size(), kVariant);
  out.pop_back();  // the terminating zero
  return out;
}

std::string base32(std::string_view bytes) {
  std::string out;
  unsigned bits = 0, held = 0;
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) out += kBase32[(held >> (bits - 5)) & 31];
  }
  if (bits > 0) out += kBase32[(held << (5 - bits)) & 31];
  return out;
}

std::optional<std::string> base32_decode(std::string_view text) {
  std::string out;
  unsigned bits = 0, held = 0;
  bool padded = false;
  for (char c : text) {
    if (c == ' ' || c == '-') continue;
    if (c == '=') {
      padded = true;
      continue;
    }
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    const auto digit = kBase32.find(c);
    if (digit == std::string_view::npos || padded) return std::nullopt;
    held = (held << 5) | static_cast<unsigned>(digit);
    if ((bits += 5) >= 8) out += static_cast<char>((held >> (bits -= 8)) & 255);
  }
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  ensure_sodium();
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

}  // namespace picket::crypto
