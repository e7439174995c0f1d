#include <cstdint>
#include <cstdlib>
#include <string>

#include "codec/base64.h"
#include "onepassword/token.h"

// A pasted text, the secrets of a device, and the claims of a token.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket;
  const std::string text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(onepassword::inspect_token(crypto::Secret(text)));
  if (const auto token = onepassword::api_token(crypto::Secret(text)); token && token->empty()) std::abort();
  const std::string jwt =
      codec::base64url_encode(R"({"alg":"ES256"})") + "." + codec::base64url_encode(text) + ".c2ln";
  if (const auto facts = onepassword::inspect_token(crypto::Secret(jwt)))
    if (facts->fingerprint.size() != 16 || facts->account_uid.empty()) std::abort();
  return 0;
}
