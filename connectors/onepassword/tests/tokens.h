#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "codec/base64.h"
#include "codec/json.h"
#include "crypto/secret.h"

namespace picket::onepassword {

inline constexpr std::string_view kHeader =
    R"({"alg":"ES256","kid":"2tghwjmrwhuoxcxzyhfwrzgyvq","typ":"JWT"})";
inline constexpr std::string_view kAllFeatures = R"(["auditevents","itemusages","signinattempts"])";

/// Three parts as 1Password's; the signature is any bytes, since nobody outside can check it.
inline std::string make_jwt(std::string_view header, std::string_view payload) {
  return codec::base64url_encode(header) + "." + codec::base64url_encode(payload) + "." +
         codec::base64url_encode(std::string(64, 's'));
}

inline std::string make_token(std::string_view host = "events.1password.com",
                              std::string_view features = kAllFeatures, std::string_view more = "") {
  return make_jwt(
      kHeader,
      fmt::format(
          R"({{"aud":["{}"],"1password.com/fts":{},"1password.com/auuid":"NZQDG4W5LLTZQLI3N4FVU2I5XX","1password.com/token":"CANARYCANARYCANARY","iat":1764000000{}}})",
          host, features, more));
}

inline crypto::Secret secrets_of(std::string_view token) {
  return crypto::Secret(fmt::format(R"({{"api_token":{}}})", codec::json_quote(token)));
}

}  // namespace picket::onepassword
