#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "connector/connector.h"
#include "crypto/secret.h"

namespace picket::onepassword {

/// The API token out of the device's secrets: `{"api_token":"…"}`, or the same under `device_info`. White
/// space around it is dropped. kUnauthorized when there is none ("No token yet."), kInvalidInput when the
/// secrets are no such object.
Result<crypto::Secret> api_token(const crypto::Secret& secrets);

/// Reads what an Events Reporting token says of itself: a JWT signed with ES256 (facts: 1Password's own
/// clients; nobody outside can check the signature, so nothing here is a decision of security). Judged are
/// alg, aud, features, auuid and exp; other claims may be absent. kInvalidInput with the reason and what to
/// do when it is of another kind.
Result<connector::CredentialFacts> inspect_token(const crypto::Secret& token);

/// Whether a token that was refused belongs to another server than `server` (base URL).
/// A server outside `known` stands in for the default region, since its name says nothing.
bool belongs_elsewhere(const connector::CredentialFacts& claims, std::string_view server,
                       std::span<const std::string> known);

}  // namespace picket::onepassword
