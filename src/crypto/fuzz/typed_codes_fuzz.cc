// What people type or hand in: codes in base32, one-time codes, sealed values.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "crypto/totp.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket;
  using namespace picket::crypto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Whatever is read as base32 is written and read again as the same bytes.
  if (const auto bytes = base32_decode(text))
    if (base32_decode(base32(*bytes)) != bytes) std::abort();
  // Any bytes survive the way there and back.
  if (base32_decode(base32(text)) != text) std::abort();
  static const Secret seed("12345678901234567890");
  if (match_totp(seed, text, from_seconds(59)) && text.size() < 6) std::abort();
  // Nothing that was not sealed opens.
  static const Secret key(std::string(kKeyBytes, 'k'));
  if (open(key, text, "place")) std::abort();
  return 0;
}
