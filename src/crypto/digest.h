#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Digests and the text forms of bytes. Threads: any; no failure but where the type says so.
namespace picket::crypto {

/// 32 bytes.
std::string sha256(std::string_view bytes);
/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256, 32 bytes. For digests of guessable texts, where a plain digest could be searched for.
std::string keyed_hash(std::string_view key, std::string_view bytes);

/// SipHash-2-4 under a key that everybody knows: the same in every process and version. Whether two texts are the same, not more: who wants
/// two of their own making to have one digest can search for them.
std::uint64_t short_digest(std::string_view bytes);

std::string hex(std::string_view bytes);
/// RFC 4648 section 5, without padding.
std::string base64url(std::string_view bytes);
/// RFC 4648 section 6, upper case, without padding.
std::string base32(std::string_view bytes);
/// Accepts lower case, spaces, dashes and padding, as people type it; nullopt for anything else.
std::optional<std::string> base32_decode(std::string_view text);

/// Takes the same time wherever the texts differ; only their length can be learnt.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace picket::crypto
