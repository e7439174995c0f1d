#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "crypto/secret.h"

/// One-time codes by time: RFC 6238 with SHA-1, 6 digits, steps of 30 s. Threads: any.
namespace picket::crypto {

inline constexpr std::int64_t kTotpStepSeconds = 30;

/// 160 random bits, the raw bytes (base32 is for people).
Secret new_totp_seed();
/// Number of the step that `at` lies in.
std::int64_t totp_step(TimePoint at);
/// RFC 4226 with dynamic truncation; `digits` 6 or 8.
std::string totp_code(const Secret& seed, std::int64_t step, int digits = 6);
/// The step that `code` belongs to, one step either side of `at`, newest first; nullopt: wrong. Whether the
/// step was used before is the caller's to judge. Spaces in the code are ignored.
std::optional<std::int64_t> match_totp(const Secret& seed, std::string_view code, TimePoint at);
/// `otpauth://totp/Picket:ada%40example.com?secret=…&issuer=Picket`, for a QR code. Holds the seed: hand out
/// once.
std::string otpauth_url(const Secret& seed, std::string_view account, std::string_view issuer = "Picket");

}  // namespace picket::crypto
