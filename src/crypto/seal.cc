#include "crypto/seal.h"

#include <sodium.h>

#include "base/assert.h"
#include "crypto/random.h"
#include "crypto/sodium_init.h"

namespace picket::crypto {
namespace {

constexpr char kFormat = 1;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void append_part(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

}  // namespace

Secret new_key() {
  ensure_sodium();
  unsigned char key[kKeyBytes];
  randombytes_buf(key, sizeof key);
  Secret out(std::string_view(reinterpret_cast<const char*>(key), sizeof key));
  sodium_memzero(key, sizeof key);
  return out;
}

std::string seal(const Secret& key, std::string_view text, std::string_view associated) {
  PICKET_ASSERT(key.size() == kKeyBytes, "a sealing key has 32 bytes");
  const std::string nonce = random_bytes(kNonce);
  std::string out(1 + kNonce + text.size() + kTag, kFormat);
  out.replace(1, kNonce, nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      reinterpret_cast<unsigned char*>(out.data()) + 1 + kNonce, nullptr, bytes_of(text), text.size(),
      bytes_of(associated), associated.size(), nullptr, bytes_of(nonce), bytes_of(key.reveal()));
  return out;
}

Result<Secret> open(const Secret& key, std::string_view sealed, std::string_view associated) {
  ensure_sodium();
  PICKET_ASSERT(key.size() == kKeyBytes, "a sealing key has 32 bytes");
  if (sealed.size() < 1 + kNonce + kTag || sealed[0] != kFormat)
    return fail(ErrorKind::kCorrupt, "A sealed value is cut short or of an unknown format.");
  const std::string_view nonce = sealed.substr(1, kNonce), body = sealed.substr(1 + kNonce);
  // A Secret of the right size first, decrypted into its locked memory: the text never lies anywhere else.
  Secret out(std::string(body.size() - kTag, '\0'));
  auto* to = reinterpret_cast<unsigned char*>(const_cast<char*>(out.reveal().data()));
  unsigned char nothing = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          out.empty() ? &nothing : to, nullptr, nullptr, bytes_of(body), body.size(), bytes_of(associated),
          associated.size(), bytes_of(nonce), bytes_of(key.reveal())) != 0)
    return fail(ErrorKind::kCorrupt, "A sealed value does not open with this key, or was altered.");
  return out;
}

std::string associated_data(const SealContext& context) {
  std::string out = "picket-seal-1;";
  append_part(out, context.organization_id);
  append_part(out, context.record_id);
  append_part(out, std::to_string(context.version));
  append_part(out, context.purpose);
  return out;
}

Envelope seal_envelope(const Secret& wrapping_key, const Secret& text, const SealContext& context) {
  const Secret key = new_key();
  const std::string associated = associated_data(context);
  return {seal(wrapping_key, key.reveal(), "key;" + associated), seal(key, text.reveal(), associated)};
}

Result<Secret> open_envelope(const Secret& wrapping_key, const Envelope& envelope,
                             const SealContext& context) {
  const std::string associated = associated_data(context);
  PICKET_ASSIGN(const Secret key, open(wrapping_key, envelope.wrapped_key, "key;" + associated));
  if (key.size() != kKeyBytes) return fail(ErrorKind::kCorrupt, "A wrapped key has the wrong length.");
  return open(key, envelope.ciphertext, associated);
}

}  // namespace picket::crypto
