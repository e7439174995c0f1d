#include "control/recovery_code.h"

#include "crypto/digest.h"
#include "crypto/random.h"

namespace picket::control {
namespace {
constexpr std::size_t kBytes = 15;  // 120 bits are 24 characters without padding
}

std::string new_recovery_code() {
  const std::string plain = crypto::base32(crypto::random_bytes(kBytes));
  std::string out;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += '-';
    out += plain[i];
  }
  return out;
}

std::string recovery_code_hash(std::string_view typed) {
  const auto bytes = crypto::base32_decode(typed);
  if (!bytes || bytes->size() != kBytes) return {};
  return crypto::sha256(*bytes);
}

}  // namespace picket::control
