#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace picket::codec {

/// RFC 4648 section 4, with padding.
std::string base64_encode(std::string_view bytes);
/// Strict: padding needed, no white space, no bits behind the end. kInvalidInput otherwise.
Result<std::string> base64_decode(std::string_view text);

/// RFC 4648 section 5 without padding, as in JWTs and WebAuthn.
std::string base64url_encode(std::string_view bytes);
/// Strict: no padding, no white space, no bits behind the end. kInvalidInput otherwise.
Result<std::string> base64url_decode(std::string_view text);

}  // namespace picket::codec
