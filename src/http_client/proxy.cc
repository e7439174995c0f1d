#include "http_client/proxy.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "codec/url.h"

namespace picket::http_client {

Result<Proxy> parse_proxy(const std::string& text) {
  if (text.empty()) return Proxy{};
  const auto bad = [] {  // never quotes the text: it may hold a password
    return fail(
        Error(
            ErrorKind::kInvalidInput,
            "The proxy must be written like http://proxy.example:3128; http, https and socks5h are possible.")
            .with_field("proxy"));
  };
  const auto colon = text.find("://");
  if (colon == std::string::npos) return bad();
  const std::string scheme = to_lower(std::string_view(text).substr(0, colon));
  if (scheme != "http" && scheme != "https" && scheme != "socks5h") return bad();
  std::string rest = text.substr(colon + 3), user;
  if (const auto at = rest.rfind('@'); at != std::string::npos) {
    user = rest.substr(0, at + 1);
    rest = rest.substr(at + 1);
  }
  const auto url = codec::parse_url("http://" + rest);
  if (!url || url->path != "/" || !url->query.empty()) return bad();
  for (const char c : user)
    if (c <= 0x20 || c == 0x7f || c == '/' || c == '\\') return bad();
  const std::string authority = fmt::format(
      fmt::runtime(url->host.find(':') == std::string::npos ? "{}:{}" : "[{}]:{}"), url->host, url->port);
  return Proxy{fmt::format("{}://{}{}", scheme, user, authority), authority};
}

}  // namespace picket::http_client
