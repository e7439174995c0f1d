#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http_server/http.h"

namespace picket::http_server {

/// Who the client is when reverse proxies stand in front. Only what a trusted proxy says counts:
/// X-Forwarded-For is read from its right end and the first address that is no trusted proxy is the client;
/// everything left of it is hearsay. Threads: any, once made.
class TrustedProxies {
 public:
  /// Each is an address or a CIDR range ("10.0.0.0/8", "::1"). A wrong one is an error that names it.
  static Result<TrustedProxies> parse(const std::vector<std::string>& ranges);

  struct Client {
    std::string address;
    bool https = false;
  };
  /// `peer` is the address of the connection itself, `tls` whether that connection is encrypted.
  Client client_of(std::string_view peer, bool tls, const Fields& headers) const;

  TrustedProxies();
  ~TrustedProxies();
  TrustedProxies(TrustedProxies&&) noexcept;
  TrustedProxies& operator=(TrustedProxies&&) noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace picket::http_server
