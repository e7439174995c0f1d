#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/secret.h"

/// Sealing with XChaCha20-Poly1305 (libsodium): 256-bit keys, 192-bit random nonces, so a key may seal any
/// number of texts. Threads: any.
namespace picket::crypto {

inline constexpr std::size_t kKeyBytes = 32;

/// A fresh random key.
Secret new_key();

/// `0x01 | nonce (24) | ciphertext and tag`; 41 bytes longer than the text. `associated` is bound, not
/// stored: opening with any other fails. `key` has kKeyBytes bytes (asserted).
std::string seal(const Secret& key, std::string_view text, std::string_view associated);

/// kCorrupt when the key, the associated data or a single bit is not the one it was sealed with.
Result<Secret> open(const Secret& key, std::string_view sealed, std::string_view associated);

/// Where a sealed text belongs. Moved to another place (another organization, record, version or purpose) it
/// no longer opens.
struct SealContext {
  std::string_view organization_id;
  std::string_view record_id;
  std::int64_t version = 1;
  std::string_view purpose;  ///< "device_info", "totp", "organization_key"
};

/// The associated data of a place: each part with its length before it, so that no two places read the same.
std::string associated_data(const SealContext& context);

/// A text under a key of its own, and that key under the wrapping key. Re-wrapping never touches the text.
struct Envelope {
  std::string wrapped_key;
  std::string ciphertext;
};
Envelope seal_envelope(const Secret& wrapping_key, const Secret& text, const SealContext& context);
Result<Secret> open_envelope(const Secret& wrapping_key, const Envelope& envelope,
                             const SealContext& context);

}  // namespace picket::crypto
