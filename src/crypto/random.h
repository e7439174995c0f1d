#pragma once

#include <cstddef>
#include <string>

namespace picket::crypto {

/// `n` bytes from the kernel's generator (libsodium). Threads: any. Aborts when there is no source of
/// randomness.
std::string random_bytes(std::size_t n);

/// `n` random bytes as base64url without padding: 32 give the 43 characters of a session token.
std::string random_text(std::size_t n);

}  // namespace picket::crypto
