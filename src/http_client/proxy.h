#pragma once

#include <string>

#include "base/result.h"

namespace picket::http_client {

/// A proxy as the administrator wrote it, checked. `url` may hold a password; `display` (host:port) never
/// does.
struct Proxy {
  std::string url;
  std::string display;
};

/// http://, https:// or socks5h://, host, port, optionally user:password@. An empty text is no proxy.
Result<Proxy> parse_proxy(const std::string& text);

}  // namespace picket::http_client
