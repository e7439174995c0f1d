#include <cstdint>
#include <cstdlib>

#include "codec/base64.h"
#include "codec/url.h"

// A URL that is accepted is accepted again from its parts, with the same origin; decoders and encoders are
// inverse.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket::codec;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto url = parse_url(text)) {
    const auto again = parse_url(url->origin() + url->path);
    if (!again || again->origin() != url->origin()) std::abort();
  }
  if (const auto decoded = percent_decode(text))
    if (percent_decode(percent_encode(*decoded)).value() != *decoded) std::abort();
  static_cast<void>(parse_query(text));
  if (const auto bytes = base64url_decode(text))
    if (base64url_encode(*bytes) != text) std::abort();
  if (const auto bytes = base64_decode(text))
    if (base64_encode(*bytes) != text) std::abort();
  return 0;
}
