#include "onepassword_simulator/cursor.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstring>

#include "base/assert.h"

namespace picket::onepassword_simulator {
namespace {

constexpr std::size_t kMac = 16;
constexpr std::size_t kBytes = CursorCodec::kTextSize / 4 * 3;
using Bytes = std::array<unsigned char, kBytes>;

struct Packed {
  unsigned char stream, version;
  std::uint16_t limit;
  std::uint32_t account, epoch, zero;  // no padding: equal states are equal bytes
  std::uint64_t position, snapshot, detour, nonce;
  std::int64_t since, until;
};
static_assert(sizeof(Packed) == 64 && sizeof(Packed) <= kBytes - kMac);

void hmac(std::string_view key, const void* data, std::size_t size, unsigned char out[32]) {
  unsigned int length = 0;
  const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                          static_cast<const unsigned char*>(data), size, out, &length);
  PICKET_ASSERT(made != nullptr && length == 32, "HMAC-SHA-256 works");
}

/// Hides the state: XOR with a stream made from the authenticator (the pattern of SIV modes).
void mask(std::string_view key, Bytes& bytes) {
  unsigned char seed[kMac + 1];
  std::memcpy(seed, bytes.data(), kMac);
  for (std::size_t at = kMac; at < kBytes; at += 32) {
    seed[kMac] = static_cast<unsigned char>(at);
    unsigned char block[32];
    hmac(key, seed, sizeof seed, block);
    for (std::size_t i = 0; i < 32 && at + i < kBytes; ++i) bytes[at + i] ^= block[i];
  }
}

}  // namespace

CursorCodec::CursorCodec(std::uint64_t seed) : key_("cursor key of a simulator " + std::to_string(seed)) {}

std::string CursorCodec::encode(const CursorState& state) const {
  const Packed packed{static_cast<unsigned char>(state.stream),
                      static_cast<unsigned char>(state.version),
                      state.limit,
                      state.account,
                      state.epoch,
                      0,
                      state.position,
                      state.snapshot,
                      state.detour,
                      state.nonce,
                      state.since,
                      state.until};
  Bytes bytes{};
  std::memcpy(bytes.data() + kMac, &packed, sizeof packed);
  unsigned char mac[32];
  hmac(key_, bytes.data() + kMac, kBytes - kMac, mac);
  std::memcpy(bytes.data(), mac, kMac);
  mask(key_ + "mask", bytes);
  std::string text(kTextSize, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(kBytes));
  return text;
}

std::optional<CursorState> CursorCodec::decode(std::string_view text) const {
  if (text.size() != kTextSize) return std::nullopt;
  Bytes bytes{};
  if (EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(kTextSize)) != static_cast<int>(kBytes))
    return std::nullopt;
  mask(key_ + "mask", bytes);
  unsigned char mac[32];
  hmac(key_, bytes.data() + kMac, kBytes - kMac, mac);
  if (CRYPTO_memcmp(mac, bytes.data(), kMac) != 0) return std::nullopt;
  Packed packed;
  std::memcpy(&packed, bytes.data() + kMac, sizeof packed);
  CursorState state;
  state.stream = static_cast<StreamKind>(packed.stream);
  state.version = static_cast<ApiVersion>(packed.version);
  state.account = packed.account;
  state.epoch = packed.epoch;
  state.limit = packed.limit;
  state.position = packed.position;
  state.since = packed.since;
  state.snapshot = packed.snapshot;
  state.until = packed.until;
  state.detour = packed.detour;
  state.nonce = packed.nonce;
  return state;
}

}  // namespace picket::onepassword_simulator
