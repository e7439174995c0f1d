#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace picket::codec {

/// An http or https URL in parts.
struct Url {
  std::string scheme;      ///< "http" or "https"
  std::string host;        ///< lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;  ///< the scheme's own (80, 443) when none is written
  std::string path;        ///< begins with '/'; "/" when none is written
  std::string query;       ///< without '?', as written; empty when there is none
  bool host_is_ip = false;

  /// scheme://host[:port], lower case, the scheme's own port left out: what two URLs of one server share.
  std::string origin() const;
};

/// Strict: no user part, no fragment, no white space or control characters, no backslash, ASCII only, a host
/// that is a DNS name, a dotted IPv4 address (four decimal parts, nothing shorter) or a bracketed IPv6
/// address without a zone; at most 8192 bytes. Errors: kInvalidInput with the reason.
Result<Url> parse_url(std::string_view text);

/// Everything but unreserved characters (RFC 3986: letters, digits, - . _ ~) becomes %XX.
std::string percent_encode(std::string_view text);
/// Broken escapes are kInvalidInput. `plus_is_space` as in forms.
Result<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

using QueryPairs = std::vector<std::pair<std::string, std::string>>;
/// `a=1&b=2` in order, decoded, repeated keys kept. kTooLarge above `max_pairs`; kInvalidInput for broken
/// escapes.
Result<QueryPairs> parse_query(std::string_view text, std::size_t max_pairs = 200);

}  // namespace picket::codec
