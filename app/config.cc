#include <fmt/format.h>
#include <toml++/toml.h>

#include <functional>
#include <map>

#include "options.h"

namespace picket::app {
namespace {

Error at(const std::filesystem::path& path, const toml::source_region& where, std::string_view sentence) {
  Error error(ErrorKind::kInvalidInput,
              fmt::format("{}:{}:{}: {}", path.string(), where.begin.line, where.begin.column, sentence));
  error.place = TextPlace{static_cast<int>(where.begin.line), static_cast<int>(where.begin.column)};
  return error;
}

/// One known key: how its value goes into the options. Returns a sentence when the value does not fit, else "".
using Setter = std::function<std::string(const toml::node&, ServeOptions&)>;

Setter text(std::string ServeOptions::*member) {
  return [member](const toml::node& node, ServeOptions& options) -> std::string {
    if (!node.is_string()) return "a text in quotes is needed here.";
    options.*member = *node.value<std::string>();
    return "";
  };
}

Setter texts(std::vector<std::string> ServeOptions::*member) {
  return [member](const toml::node& node, ServeOptions& options) -> std::string {
    const toml::array* list = node.as_array();
    if (list == nullptr) return "a list of texts is needed here, for example [\"203.0.113.7\"].";
    std::vector<std::string> values;
    for (const auto& element : *list) {
      if (!element.is_string()) return "every element of this list must be a text in quotes.";
      values.push_back(*element.value<std::string>());
    }
    options.*member = std::move(values);
    return "";
  };
}

template <typename Store>
Setter whole_number(std::int64_t low, std::int64_t high, Store store) {
  return [=](const toml::node& node, ServeOptions& options) -> std::string {
    const auto number = node.value_exact<std::int64_t>();
    if (!number || *number < low || *number > high) return fmt::format("a whole number from {} to {} is needed here.", low, high);
    store(options, *number);
    return "";
  };
}

const std::map<std::string, Setter, std::less<>>& known_keys() {
  static const std::map<std::string, Setter, std::less<>> keys{
      {"data", [](const toml::node& n, ServeOptions& o) -> std::string {
         if (!n.is_string()) return "a path in quotes is needed here.";
         o.data = *n.value<std::string>();
         return "";
       }},
      {"listen", text(&ServeOptions::listen)},
      {"poll_interval", [](const toml::node& n, ServeOptions& o) -> std::string {
         const auto parsed = parse_interval(n.value<std::string>().value_or(""));
         if (!parsed) return parsed.error().message;
         o.poll_interval = *parsed;
         return "";
       }},
      {"allow_device_servers", texts(&ServeOptions::allow_device_servers)},
      {"vendor_rate", whole_number(0, 1'000'000, [](ServeOptions& o, std::int64_t n) { o.vendor_rate = static_cast<int>(n); })},
      {"ca_file", text(&ServeOptions::ca_file)},
      {"proxy", text(&ServeOptions::proxy)},
      {"tls_cert", text(&ServeOptions::tls_cert)},
      {"tls_key", text(&ServeOptions::tls_key)},
      {"public_url", text(&ServeOptions::public_url)},
      {"trusted_proxies", texts(&ServeOptions::trusted_proxies)},
      {"egress_addresses", texts(&ServeOptions::egress_addresses)},
      {"feedback_address", text(&ServeOptions::feedback_address)},
      {"metrics_addresses", texts(&ServeOptions::metrics_addresses)},
      {"rules", texts(&ServeOptions::rules)},
      {"placeholders", text(&ServeOptions::placeholders)},
      {"retention_days", whole_number(1, 36'500, [](ServeOptions& o, std::int64_t n) { o.retention_days = static_cast<int>(n); })},
      {"disk_low_water_mb", whole_number(1, 1'000'000'000, [](ServeOptions& o, std::int64_t n) {
         o.disk_low_water_bytes = static_cast<std::uint64_t>(n) << 20;
       })},
      {"log_level", [](const toml::node& n, ServeOptions& o) -> std::string {
         const std::string level = n.value<std::string>().value_or("");
         if (level == "debug") o.log.level = obs::Level::kDebug;
         else if (level == "info") o.log.level = obs::Level::kInfo;
         else if (level == "warn") o.log.level = obs::Level::kWarn;
         else if (level == "error") o.log.level = obs::Level::kError;
         else return "one of \"debug\", \"info\", \"warn\", \"error\" is needed here.";
         return "";
       }},
      {"log_format", [](const toml::node& n, ServeOptions& o) -> std::string {
         const std::string format = n.value<std::string>().value_or("");
         if (format != "text" && format != "json") return "\"text\" or \"json\" is needed here.";
         o.log.format = format == "json" ? obs::LogFormat::kJson : obs::LogFormat::kText;
         return "";
       }},
      {"log_file", [](const toml::node& n, ServeOptions& o) -> std::string {
         if (!n.is_string()) return "a path in quotes is needed here.";
         o.log.file = *n.value<std::string>();
         return "";
       }},
  };
  return keys;
}

}  // namespace

Status read_config(const std::filesystem::path& path, ServeOptions& options) {
  toml::table table;
  try {
    table = toml::parse_file(path.string());
  } catch (const toml::parse_error& e) {
    return fail(at(path, e.source(), e.description()));
  }
  ServeOptions merged = options;
  for (const auto& [key, node] : table) {
    const auto setter = known_keys().find(key.str());
    if (setter == known_keys().end()) {
      std::string names;
      for (const auto& [name, _] : known_keys()) names += (names.empty() ? "" : ", ") + name;
      return fail(at(path, key.source(), fmt::format("there is no setting \"{}\". Known are: {}.", key.str(), names)));
    }
    const std::string trouble = setter->second(node, merged);
    if (!trouble.empty()) return fail(at(path, node.source(), fmt::format("{}: {}", key.str(), trouble)));
  }
  options = std::move(merged);
  return {};
}

}  // namespace picket::app
