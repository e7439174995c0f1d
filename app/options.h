#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "obs/log.h"

namespace picket::app {

/// Everything that `picket serve` can be told. The command line wins over the configuration file.
struct ServeOptions {
  std::filesystem::path data;
  std::string listen = "127.0.0.1:8080";
  std::chrono::seconds poll_interval{60};
  std::vector<std::string> allow_device_servers;
  int vendor_rate = 600;
  std::string ca_file, proxy;
  std::string tls_cert, tls_key;
  std::string public_url;
  std::vector<std::string> trusted_proxies;
  std::vector<std::string> egress_addresses;
  std::string feedback_address;
  std::vector<std::string> metrics_addresses;
  std::vector<std::string> rules;
  std::string placeholders;
  std::optional<int> retention_days;
  std::optional<std::uint64_t> disk_low_water_bytes;
  obs::LogOptions log;
};

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};

/// "127.0.0.1:8080", "[::1]:8080", ":8080" (all addresses). Errors: kInvalidInput.
Result<HostPort> parse_host_port(const std::string& text);
bool is_loopback_host(const std::string& host);
/// "60s", "5m", "1h", or a bare number of seconds; 1 s to 24 h.
Result<std::chrono::seconds> parse_interval(const std::string& text);

/// Reads the TOML file at `path` into `options`. An unknown key is an error, with line and column.
Status read_config(const std::filesystem::path& path, ServeOptions& options);
/// What no single option can tell: TLS pairs, listening outside loopback, URLs.
Status check_options(const ServeOptions& options);
/// What only the modules that use a value can tell: proxies, and the files of certificates. Reads them, makes nothing.
Status check_values(const ServeOptions& options);
/// Both empty is right too: no TLS.
Status check_tls_pair(const std::string& cert_file, const std::string& key_file);

/// Where the vault's root key was said to be ($PICKET_ROOT_KEY_FILE); empty: the default places.
std::filesystem::path root_key_from_environment();

}  // namespace picket::app
