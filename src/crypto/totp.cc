#include "crypto/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "base/assert.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace picket::crypto {
namespace {

std::string percent_encoded(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto b = static_cast<unsigned char>(c);
    const bool plain = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
                       b == '-' || b == '.' || b == '_' || b == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[b >> 4];
      out += kDigits[b & 15];
    }
  }
  return out;
}

}  // namespace

Secret new_totp_seed() {
  return Secret(random_bytes(20));
}

std::int64_t totp_step(TimePoint at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() / kTotpStepSeconds;
}

std::string totp_code(const Secret& seed, std::int64_t step, int digits) {
  std::array<unsigned char, 8> counter;
  for (std::size_t i = 0; i < 8; ++i) counter[i] = static_cast<unsigned char>(step >> (8 * (7 - i)));
  std::array<unsigned char, 20> mac{};
  unsigned size = 0;
  const auto* done = HMAC(EVP_sha1(), seed.reveal().data(), static_cast<int>(seed.size()), counter.data(),
                          counter.size(), mac.data(), &size);
  PICKET_ASSERT(done != nullptr && size == mac.size(), "HMAC-SHA-1 is always available");
  const std::size_t at = mac[19] & 15;
  const std::uint32_t number = (std::uint32_t{mac[at]} & 0x7f) << 24 | std::uint32_t{mac[at + 1]} << 16 |
                               std::uint32_t{mac[at + 2]} << 8 | std::uint32_t{mac[at + 3]};
  std::string all = std::to_string(number);
  all.insert(0, 10 - all.size(), '0');
  return all.substr(10 - static_cast<std::size_t>(digits));
}

std::optional<std::int64_t> match_totp(const Secret& seed, std::string_view code, TimePoint at) {
  std::string typed;
  for (const char c : code)
    if (c != ' ') typed += c;
  std::optional<std::int64_t> found;
  const std::int64_t now = totp_step(at);
  for (std::int64_t step = now - 1; step <= now + 1; ++step)  // all three every time: no hint by time
    if (constant_time_equal(typed, totp_code(seed, step))) found = step;
  return found;
}

std::string otpauth_url(const Secret& seed, std::string_view account, std::string_view issuer) {
  return "otpauth://totp/" + percent_encoded(issuer) + ":" + percent_encoded(account) +
         "?secret=" + base32(seed.reveal()) + "&issuer=" + percent_encoded(issuer) +
         "&algorithm=SHA1&digits=6&period=30";
}

}  // namespace picket::crypto
