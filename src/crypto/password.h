#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "crypto/secret.h"

/// Argon2id (libsodium). Threads: any; each call takes `memory_bytes` while it runs.
namespace picket::crypto {

/// What one guess costs. The default is that of RFC 9106 section 4 for machines with little memory to spare
/// (3 passes over 64 MiB): 0.13 s of one core here.
struct PasswordCost {
  std::uint64_t passes = 3;
  std::size_t memory_bytes = 64u << 20;
};
/// Cheapest that the library allows; for tests alone.
inline constexpr PasswordCost kCheapPasswordCost{1, 8192};

/// PHC text: "$argon2id$v=19$m=…,t=…,p=1$salt$hash". kUnavailable when there is not enough memory.
Result<std::string> hash_password(const Secret& password, const PasswordCost& cost = {});
/// False for a wrong password and for a text that is no such hash.
bool verify_password(const std::string& hash, const Secret& password);
/// Whether the hash was made with another cost and should be renewed at the next sign-in.
bool needs_rehash(const std::string& hash, const PasswordCost& cost = {});

}  // namespace picket::crypto
