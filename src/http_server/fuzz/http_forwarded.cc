#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "http_server/forwarded.h"

/// First line: the peer. Every further line: one header, "name: value". Whoever the client is said to be is an address, only a
/// trusted peer can say anything at all, and a trusted range read from the same bytes never ends the process.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket::http_server;
  static const TrustedProxies nobody;
  static const TrustedProxies local = std::move(*TrustedProxies::parse({"127.0.0.0/8", "10.0.0.0/8", "::1", "fd00::/8"}));
  std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = [&text] {
    const auto end = text.find('\n');
    const std::string_view out = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return out;
  };
  const std::string peer(line());
  Fields headers;
  while (!text.empty()) {
    const auto one = line();
    const auto colon = one.find(':');
    if (colon == std::string_view::npos) continue;
    headers.emplace_back(std::string(one.substr(0, colon)), std::string(one.substr(colon + 1)));
  }
  const bool is_address = TrustedProxies::parse({peer}).has_value() &&
                          peer.find_first_of(std::string_view("/ \t\r\n\v\f\0", 7)) == std::string::npos;
  for (const bool tls : {false, true}) {
    const auto untold = nobody.client_of(peer, tls, {});
    const auto hearsay = nobody.client_of(peer, tls, headers);
    PICKET_ASSERT(hearsay.address == untold.address && hearsay.https == tls, "a stranger's headers say nothing");
    const auto client = local.client_of(peer, tls, headers);
    if (!is_address) continue;
    PICKET_ASSERT(TrustedProxies::parse({client.address}).has_value(), "the client is an address");
    PICKET_ASSERT(client.address.find_first_of("\r\n\t ,;\"") == std::string::npos, "and nothing else");
    const auto again = local.client_of(client.address, client.https, {});
    PICKET_ASSERT(again.address == client.address, "written in its one form");
  }
  static_cast<void>(TrustedProxies::parse({peer}));
  return 0;
}
