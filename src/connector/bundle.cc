#include "connector/bundle.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>

#include "base/assert.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "codec/url.h"

namespace picket::connector {
namespace {

namespace bj = boost::json;

tl::unexpected<Error> bad(std::string_view why) {
  return fail(ErrorKind::kInvalidInput, fmt::format("manifest.json: {}.", why));
}

Result<std::string> text(const bj::object& object, const char* key) {
  const bj::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string() || value->as_string().empty())
    return bad(fmt::format("\"{}\" is missing", key));
  return std::string(value->as_string());
}

Result<const bj::array*> list(const bj::object& object, const char* key) {
  const bj::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_array() || value->as_array().empty())
    return bad(fmt::format("\"{}\" is missing or empty", key));
  for (const bj::value& entry : value->as_array())
    if (!entry.is_object()) return bad(fmt::format("\"{}\" holds something that is no object", key));
  return &value->as_array();
}

/// Every attribute that the API promises for a plug-in, with the kind of value it has.
Status check_plugin(const bj::object& plugin) {
  constexpr std::pair<const char*, bj::kind> kAttributes[] = {
      {"active", bj::kind::bool_},
      {"assembler_dependency", bj::kind::string},
      {"assembler_for_console_only", bj::kind::bool_},
      {"company_name", bj::kind::string},
      {"current_status", bj::kind::int64},
      {"depends_on", bj::kind::array},
      {"description", bj::kind::string},
      {"display_name", bj::kind::string},
      {"extra", bj::kind::object},
      {"hide_console_login", bj::kind::bool_},
      {"internal_only", bj::kind::bool_},
      {"is_investigative_tech", bj::kind::bool_},
      {"logo", bj::kind::string},
      {"onboarding_doc_url", bj::kind::string},
      {"organization_id", bj::kind::null},
      {"plugin_slug", bj::kind::string},
      {"service_offerings", bj::kind::array},
      {"sfa_integration_slug", bj::kind::string},
      {"show_display_name_with_logo", bj::kind::bool_},
      {"tasks", bj::kind::array},
      {"vendor_name", bj::kind::string},
      {"vendor_type", bj::kind::string},
      {"version", bj::kind::string}};
  for (const auto& [name, kind] : kAttributes) {
    const bj::value* value = plugin.if_contains(name);
    if (value == nullptr || value->kind() != kind)
      return bad(fmt::format("\"plugin.{}\" is missing or of another type", name));
  }
  if (plugin.size() != std::size(kAttributes))
    return bad("\"plugin\" has an attribute that the API does not know");
  return {};
}

}  // namespace

Result<Bundle> read_bundle(std::string_view manifest_json, std::string_view form_json,
                           std::string_view logo_svg) {
  PICKET_ASSIGN(bj::value tree, codec::parse_json(manifest_json));
  if (!tree.is_object()) return bad("it is no object");
  const bj::object& manifest = tree.as_object();
  Bundle bundle;
  PICKET_ASSIGN(bundle.slug, text(manifest, "slug"));
  PICKET_ASSIGN(bundle.title, text(manifest, "title"));
  PICKET_ASSIGN(bundle.vendor_name, text(manifest, "vendor_name"));
  PICKET_ASSIGN(bundle.device_type, text(manifest, "device_type"));
  PICKET_ASSIGN(const bj::array* streams, list(manifest, "streams"));
  for (const bj::value& entry : *streams) {
    StreamInfo stream;
    PICKET_ASSIGN(stream.name, text(entry.as_object(), "name"));
    PICKET_ASSIGN(stream.title, text(entry.as_object(), "title"));
    const bj::value* source = entry.as_object().if_contains("logsource");
    if (source == nullptr || !source->is_object())
      return bad(fmt::format("stream \"{}\" has no \"logsource\"", stream.name));
    PICKET_ASSIGN(stream.product, text(source->as_object(), "product"));
    PICKET_ASSIGN(stream.service, text(source->as_object(), "service"));
    bundle.streams.push_back(std::move(stream));
  }
  PICKET_ASSIGN(const bj::array* servers, list(manifest, "servers"));
  for (const bj::value& entry : *servers) {
    PICKET_ASSIGN(std::string url, text(entry.as_object(), "url"));
    const auto parsed = codec::parse_url(url);
    if (!parsed || parsed->origin() != url || parsed->scheme != "https" || parsed->port != 443)
      return bad(fmt::format("\"{}\" is no plain https server", url));
    bundle.servers.push_back(std::move(url));
  }
  PICKET_ASSIGN(bundle.form, parse_form(form_json));
  const bj::value* plugin_value = manifest.if_contains("plugin");
  if (plugin_value == nullptr || !plugin_value->is_object()) return bad("\"plugin\" is missing");
  bj::object plugin = plugin_value->as_object();
  PICKET_TRY(check_plugin(plugin));
  if (plugin["plugin_slug"].as_string() != std::string_view(bundle.slug))
    return bad("\"plugin.plugin_slug\" is not the slug");
  plugin["device_spec_json"] = *codec::parse_json(form_json);
  // self-contained, so that the console needs no further request and no route of its own
  plugin["logo_image_url"] = "data:image/svg+xml;base64," + codec::base64_encode(logo_svg);
  plugin["extra"].as_object()["streams"] = *streams;
  plugin["extra"].as_object()["servers"] = *servers;
  plugin["extra"].as_object()["device_type"] = bundle.device_type;
  bundle.manifest_json = codec::to_json(plugin);
  bundle.form_json = std::string(form_json);
  bundle.logo_svg = std::string(logo_svg);
  return bundle;
}

BundledConnector::BundledConnector(std::span<const embedded::File> files) {
  const auto file = [&](std::string_view name) -> std::string_view {
    for (const embedded::File& f : files)
      if (f.name == name) return f.bytes;
    return {};
  };
  auto bundle = read_bundle(file("manifest.json"), file("form.json"), file("logo.svg"));
  if (!bundle) std::fprintf(stderr, "%s\n", bundle.error().message.c_str());
  PICKET_ASSERT(bundle, "the files of a built-in connector are well formed");
  bundle_ = std::move(*bundle);
  for (const embedded::File& f : files)
    if (f.name.ends_with(".yml")) rules_.push_back({f.name, f.bytes});
}

Status BundledConnector::check_stream(std::string_view stream) const {
  for (const StreamInfo& info : bundle_.streams)
    if (info.name == stream) return {};
  return fail(ErrorKind::kInvalidInput, fmt::format("{} has no stream \"{}\".", bundle_.title, stream));
}

}  // namespace picket::connector
