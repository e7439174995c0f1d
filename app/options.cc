#include "options.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>

#include "base/strings.h"

namespace picket::app {
namespace {

Status check_url(const std::string& name, const std::string& url, bool path_allowed) {
  const auto scheme_end = url.find("://");
  const std::string scheme = scheme_end == std::string::npos ? "" : url.substr(0, scheme_end);
  if (scheme != "http" && scheme != "https")
    return fail(ErrorKind::kInvalidInput, fmt::format("{}: \"{}\" is not a URL with http:// or https://.", name, url));
  const std::string rest = url.substr(scheme_end + 3);
  if (rest.empty() || rest.find_first_of(" \t\r\n?#@") != std::string::npos ||
      (!path_allowed && rest.find('/') != std::string::npos))
    return fail(ErrorKind::kInvalidInput,
                fmt::format("{}: \"{}\" must be scheme, host and port alone, for example https://events.example.com.",
                            name, url));
  return {};
}

}  // namespace

Result<HostPort> parse_host_port(const std::string& text) {
  const auto bad = [&] {
    return fail(ErrorKind::kInvalidInput,
                fmt::format("\"{}\" is not HOST:PORT, for example 127.0.0.1:8080 or [::1]:8080.", text));
  };
  HostPort out;
  std::string port;
  if (!text.empty() && text.front() == '[') {
    const auto close = text.find("]:");
    if (close == std::string::npos) return bad();
    out.host = text.substr(1, close - 1);
    port = text.substr(close + 2);
  } else {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || text.find(':') != colon) return bad();
    out.host = text.substr(0, colon);
    port = text.substr(colon + 1);
  }
  if (out.host.empty()) out.host = "0.0.0.0";
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc() || end != port.data() + port.size() || port.empty()) return bad();
  return out;
}

bool is_loopback_host(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<std::chrono::seconds> parse_interval(const std::string& text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string unit(end, text.data() + text.size());
  const long scale = unit.empty() || unit == "s" ? 1 : unit == "m" || unit == "min" ? 60 : unit == "h" ? 3600 : 0;
  if (error != std::errc() || scale == 0 || number < 1 || number > 86400 || number * scale > 86400)
    return fail(ErrorKind::kInvalidInput,
                fmt::format("\"{}\" is not a length of time from 1s to 24h, for example 60s, 5m or 1h.", text));
  return std::chrono::seconds(number * scale);
}

Status check_options(const ServeOptions& options) {
  if (options.data.empty()) return fail(ErrorKind::kInvalidInput, "--data is missing: the directory that holds everything Picket keeps.");
  PICKET_ASSIGN(const HostPort at, parse_host_port(options.listen));
  if (options.tls_cert.empty() != options.tls_key.empty())
    return fail(ErrorKind::kInvalidInput, "--tls-cert and --tls-key go together; one of them is missing.");
  if (!is_loopback_host(at.host) && options.tls_cert.empty() && options.trusted_proxies.empty())
    return fail(ErrorKind::kInvalidInput,
                fmt::format("Picket does not listen on {} without encryption: passwords and sessions would cross the network "
                            "in clear. Give --tls-cert and --tls-key, or name the reverse proxy that does TLS with "
                            "--trusted-proxy, or listen on 127.0.0.1.",
                            at.host));
  if (!options.public_url.empty()) PICKET_TRY(check_url("--public-url", options.public_url, false));
  for (const std::string& url : options.allow_device_servers) PICKET_TRY(check_url("--allow-device-server", url, false));
  if (options.vendor_rate < 0) return fail(ErrorKind::kInvalidInput, "--vendor-rate is requests a minute, 0 or more.");
  const std::string& feedback = options.feedback_address;
  if (!feedback.empty() && !feedback.starts_with("mailto:") && !feedback.starts_with("https://"))
    return fail(ErrorKind::kInvalidInput, "feedback_address must begin with mailto: or https://.");
  return {};
}

std::filesystem::path root_key_from_environment() {
  const char* path = std::getenv("PICKET_ROOT_KEY_FILE");
  return path == nullptr ? std::filesystem::path() : std::filesystem::path(path);
}

}  // namespace picket::app
