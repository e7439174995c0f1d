#include "crypto/sodium_init.h"

#include <sodium.h>

#include "base/assert.h"

namespace picket::crypto {

void ensure_sodium() {
  static const bool ready = [] { return sodium_init() >= 0; }();
  PICKET_ASSERT(ready, "libsodium finds a source of random bytes");
}

}  // namespace picket::crypto
