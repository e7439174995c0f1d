#include <fmt/format.h>

#include "http_client/proxy.h"
#include "http_client/trust.h"
#include "http_server/forwarded.h"
#include "http_server/server.h"
#include "options.h"

namespace picket::app {
namespace {

Status about(std::string_view option, Error error) {
  error.message = fmt::format("{}: {}", option, error.message);
  return fail(std::move(error));
}

}  // namespace

Status check_values(const ServeOptions& options) {
  if (auto proxy = http_client::parse_proxy(options.proxy); !proxy) return about("--proxy", std::move(proxy).error());
  if (!options.ca_file.empty())
    if (auto trust = http_client::Trust::make("", options.ca_file); !trust) return about("--ca-file", std::move(trust).error());
  if (auto proxies = http_server::TrustedProxies::parse(options.trusted_proxies); !proxies)
    return about("--trusted-proxy", std::move(proxies).error());
  return check_tls_pair(options.tls_cert, options.tls_key);
}

Status check_tls_pair(const std::string& cert_file, const std::string& key_file) {
  if (cert_file.empty() && key_file.empty()) return {};
  if (cert_file.empty() || key_file.empty())
    return fail(ErrorKind::kInvalidInput, "--tls-cert and --tls-key go together; one of them is missing.");
  if (auto usable = http_server::check_tls_files(cert_file, key_file); !usable)
    return about("--tls-cert, --tls-key", std::move(usable).error());
  return {};
}

}  // namespace picket::app
