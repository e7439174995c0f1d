#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/resources.h"
#include "codec/json.h"
#include "obs/log.h"

namespace picket::api {
namespace {

namespace json = boost::json;
using enum AttributeType;

constexpr std::string_view kSecretPrefix = "secrets.device_info.";

std::string_view text_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

/// The list of servers is a choice field; what the administrator allowed at start is offered there too.
void add_servers(json::object& field, const std::vector<std::string>& servers) {
  auto* choices = field.if_contains("choices");
  if (choices == nullptr || !choices->is_array()) return;
  for (const auto& server : servers) {
    const bool known =
        std::any_of(choices->get_array().begin(), choices->get_array().end(), [&](const json::value& choice) {
          return choice.is_object() && text_of(choice.get_object().if_contains("value")) == server;
        });
    if (!known)
      choices->get_array().push_back(
          json::object{{"value", server}, {"label", fmt::format("{} (allowed on this server)", server)}});
  }
}

void read_form(const connector::Connector& connector, const std::vector<std::string>& servers, Plugin& out) {
  auto tree = codec::parse_json(connector.form_json());
  if (!tree || !tree->is_object()) {
    PICKET_LOG_ERROR("api", "The form of {} is not readable; it is offered without one.", connector.slug());
    out.form = R"({"fields":[]})";
    return;
  }
  auto& form = tree->get_object();
  if (auto* fields = form.if_contains("fields"); fields != nullptr && fields->is_array()) {
    for (auto& field : fields->get_array()) {
      if (!field.is_object()) continue;
      const std::string path(text_of(field.get_object().if_contains("path")));
      const auto said = [&](const char* name) {
        return std::string(text_of(field.get_object().if_contains(name)));
      };
      if (path.starts_with(kSecretPrefix))
        out.secrets.push_back({path.substr(kSecretPrefix.size()), said("pattern"), said("pattern_message")});
      if (path == "device_spec.server") add_servers(field.get_object(), servers);
    }
  }
  if (const auto* backfill = form.if_contains("backfill"); backfill != nullptr && backfill->is_object()) {
    const auto number = [&](const char* name, int otherwise) {
      const auto* member = backfill->get_object().if_contains(name);
      return member != nullptr && member->is_int64() ? static_cast<int>(member->get_int64()) : otherwise;
    };
    out.default_days = number("default_days", out.default_days);
    out.max_days = number("max_days", out.max_days);
  }
  out.form = codec::to_json(*tree);
}

void read_manifest(const connector::Connector& connector, Plugin& out) {
  const auto tree = codec::parse_json(connector.manifest_json());
  if (!tree || !tree->is_object()) return;
  for (const auto& [name, value] : tree->get_object()) {
    std::string key(name.data(), name.size());
    out.manifest.emplace_back(std::move(key), codec::to_json(value));
  }
}

using PluginPtr = std::shared_ptr<const Plugin>;

/// An attribute that the manifest may say, with what holds otherwise (JSON text).
void add_from_manifest(Builder<Plugin>& type, const char* name, AttributeType kind, const char* otherwise) {
  type.computed(
      name, kind,
      [name = std::string(name), otherwise = std::string(otherwise)](const Plugin& p) -> Value {
        const auto* said = p.from_manifest(name);
        const std::string& text = said != nullptr ? *said : otherwise;
        if (text == "null") return nullptr;
        if (text == "true" || text == "false") return text == "true";
        if (text.front() == '"') {
          const auto tree = codec::parse_json(text);
          if (tree && tree->is_string()) return Value(std::string(tree->get_string()));
        }
        return JsonView{text};
      },
      kReadOnly | kNullOk | (kind == kObject || kind == kArray ? kNoSort : kPlain));
}

}  // namespace

const std::string* Plugin::from_manifest(std::string_view name) const {
  for (const auto& [key, value] : manifest)
    if (key == name) return &value;
  return nullptr;
}

Plugins::Plugins(const Parts& parts, const Options& options) {
  for (const auto& connector : parts.connectors.all()) {
    auto plugin = std::make_shared<Plugin>();
    plugin->connector = connector.get();
    read_form(*connector, options.extra_servers, *plugin);
    read_manifest(*connector, *plugin);
    auto vendor = parts.control.vendor_id(connector->vendor_name());
    if (vendor)
      plugin->vendor_id = std::move(*vendor);
    else
      PICKET_LOG_ERROR("api", "The vendor of {} has no id: {}", connector->slug(), vendor.error().message);
    plugins_.push_back(std::move(plugin));
  }
}

const std::shared_ptr<const Plugin> Plugins::find(std::string_view slug) const {
  for (const auto& plugin : plugins_)
    if (plugin->connector->slug() == slug) return plugin;
  return nullptr;
}

void add_plugins(Catalogue& catalogue, const Plugins& plugins) {
  Builder<Plugin> type("plugins", "technology");
  type.id([](const Plugin& p) { return std::string_view(p.connector->slug()); });
  add_from_manifest(type, "active", kBoolean, "true");
  add_from_manifest(type, "assembler_dependency", kString, "\"none\"");
  add_from_manifest(type, "assembler_for_console_only", kBoolean, "false");
  type.attribute("company_name", kString,
                 [](const Plugin& p) -> Value { return p.connector->vendor_name(); });
  add_from_manifest(type, "current_status", kNumber, "1");
  add_from_manifest(type, "depends_on", kArray, "[]");
  add_from_manifest(type, "description", kString, "null");
  type.attribute(
      "device_spec_json", kObject, [](const Plugin& p) -> Value { return JsonView{p.form}; },
      kReadOnly | kNoSort);
  type.attribute("display_name", kString, [](const Plugin& p) -> Value { return p.connector->title(); });
  add_from_manifest(type, "extra", kObject, "{}");
  add_from_manifest(type, "hide_console_login", kBoolean, "true");
  add_from_manifest(type, "internal_only", kBoolean, "false");
  add_from_manifest(type, "is_investigative_tech", kBoolean, "false");
  type.attribute("logo", kString, [](const Plugin& p) -> Value { return p.connector->slug(); });
  type.attribute("logo_image_url", kString, [](const Plugin& p) -> Value {
    return fmt::format("/api/v2/plugins/{}/logo", p.connector->slug());
  });
  add_from_manifest(type, "onboarding_doc_url", kString, "null");
  add_from_manifest(type, "organization_id", kString, "null");
  type.attribute("plugin_slug", kString, [](const Plugin& p) -> Value { return p.connector->slug(); });
  add_from_manifest(type, "service_offerings", kArray, "[]");
  add_from_manifest(type, "sfa_integration_slug", kString, "null");
  add_from_manifest(type, "show_display_name_with_logo", kBoolean, "true");
  add_from_manifest(type, "tasks", kArray, "[]");
  type.attribute("vendor_name", kString, [](const Plugin& p) -> Value { return p.connector->vendor_name(); });
  type.attribute("vendor_type", kString, [](const Plugin& p) -> Value { return p.connector->device_type(); });
  add_from_manifest(type, "version", kString, "\"1\"");
  type.default_sort({{"display_name", false}});
  type.list([&plugins](const Scope&, const Query&) -> Answer<std::vector<Row>> {
    std::vector<Row> rows;
    for (const auto& plugin : plugins.all()) rows.push_back(std::static_pointer_cast<const void>(plugin));
    return rows;
  });
  catalogue.add(type.build());
}

}  // namespace picket::api
