#include "crypto/random.h"

#include <sodium.h>

#include "crypto/digest.h"
#include "crypto/sodium_init.h"

namespace picket::crypto {

std::string random_bytes(std::size_t n) {
  ensure_sodium();
  std::string out(n, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

std::string random_text(std::size_t n) {
  return base64url(random_bytes(n));
}

}  // namespace picket::crypto
