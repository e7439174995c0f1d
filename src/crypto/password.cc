#include "crypto/password.h"

#include <sodium.h>

#include "crypto/sodium_init.h"

namespace picket::crypto {

Result<std::string> hash_password(const Secret& password, const PasswordCost& cost) {
  ensure_sodium();
  char out[crypto_pwhash_STRBYTES];
  std::string_view text = password.reveal();
  if (text.empty()) text = "";  // an empty secret has no address, and the library wants one
  if (crypto_pwhash_str_alg(out, text.data(), text.size(), cost.passes, cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0)
    return fail(ErrorKind::kUnavailable, "There is not enough free memory to check a password safely.");
  return std::string(out);
}

bool verify_password(const std::string& hash, const Secret& password) {
  ensure_sodium();
  if (hash.size() >= crypto_pwhash_STRBYTES) return false;
  std::string_view text = password.reveal();
  if (text.empty()) text = "";  // an empty secret has no address, and the library wants one
  return crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0;
}

bool needs_rehash(const std::string& hash, const PasswordCost& cost) {
  ensure_sodium();
  return crypto_pwhash_str_needs_rehash(hash.c_str(), cost.passes, cost.memory_bytes) != 0;
}

}  // namespace picket::crypto
