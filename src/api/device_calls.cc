#include "api/device_calls.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "api/body.h"
#include "codec/json.h"
#include "connector/pattern.h"
#include "crypto/digest.h"
#include "obs/log.h"

namespace picket::api {
namespace {

namespace json = boost::json;
using http_server::Request;
using http_server::Response;

constexpr std::size_t kMaxSecret = 16 * 1024;
constexpr std::size_t kMaxSpec = 16 * 1024;

Answer<control::Credential> credential_of(const connector::Connector& connector,
                                          const crypto::Secret& secrets, std::string_view pointer,
                                          TimePoint now) {
  const auto facts = connector.inspect(secrets);
  if (!facts && facts.error().kind == ErrorKind::kForbidden)
    return refuse_field(fmt::format("{}/device_info", pointer), facts.error().message);
  control::Credential out;
  out.replaced_at = now;
  // A credential that says nothing of itself is stored all the same; the first poll tells what it is worth
  constexpr std::size_t kDigits = 16;
  out.fingerprint = crypto::sha256_hex(secrets.reveal()).substr(0, kDigits);
  if (facts) {
    out.last_four = facts->last_four;
    out.fingerprint = facts->fingerprint;
    out.account_uid = facts->account_uid;
    out.server = facts->server;
    out.features = facts->features;
    out.issued_at = facts->issued_at;
    out.expires_at = facts->expires_at;
  }
  return out;
}

std::string plural(std::uint64_t n, std::string_view word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

Answer<void> check_spec(const connector::Connector& connector, const std::string& spec,
                        const Options& options, std::string_view base) {
  if (spec.size() > kMaxSpec)
    return refuse_field(fmt::format("{}/device_spec", base), "device_spec is too long.");
  const auto fine = connector.validate(spec, options.extra_servers);
  if (fine) return {};
  Error error = fine.error();
  if (!error.field.starts_with("device_spec"))
    error.field = error.field.empty() ? "device_spec" : "device_spec." + error.field;
  return refuse(Problem(error, base));
}

}  // namespace

Answer<crypto::Secret> read_device_info(const Plugin& plugin, const json::value* secrets,
                                        std::string_view pointer) {
  if (secrets == nullptr || secrets->is_null()) return crypto::Secret();
  const auto* parts = secrets->if_object();
  if (parts == nullptr)
    return refuse_field(std::string(pointer), "The secret must be an object with the member device_info.");
  const json::value* info = nullptr;
  for (const auto& [name, value] : *parts) {
    if (name == "device_info")
      info = &value;
    else if (!value.is_null())
      return refuse_field(
          fmt::format("{}/{}", pointer, std::string_view(name.data(), name.size()).substr(0, 80)),
          "This technology uses device_info only.");
  }
  if (info == nullptr || info->is_null()) return crypto::Secret();
  if (!info->is_object())
    return refuse_field(fmt::format("{}/device_info", pointer), "device_info must be an object.");
  bool any = false;
  for (const auto& [name, value] : info->get_object()) {
    const std::string_view key(name.data(), name.size());
    const auto place = fmt::format("{}/device_info/{}", pointer, key.substr(0, 80));
    const auto field = std::find_if(plugin.secrets.begin(), plugin.secrets.end(),
                                    [&](const SecretField& one) { return one.name == key; });
    if (field == plugin.secrets.end())
      return refuse_field(place, fmt::format("{} has no secret of that name.", plugin.connector->title()));
    if (value.is_null()) continue;
    if (!value.is_string()) return refuse_field(place, fmt::format("{} must be a text.", key));
    if (value.get_string().size() > kMaxSecret)
      return refuse_field(place, fmt::format("{} is too long.", key));
    any = any || !value.get_string().empty();
  }
  if (!any) return crypto::Secret();
  auto text = codec::to_json(*info);
  crypto::Secret out(text);
  std::fill(text.begin(), text.end(), '\0');
  return out;
}

Answer<fleet::DeviceViewPtr> DeviceCalls::device_of(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  API_ASSIGN(auto view, find_device(parts_, caller.scope, id));
  if (!view || view->device.deleted_at) return refuse_missing("security device", id);
  return view;
}

Answer<DeviceCalls::PluginPtr> DeviceCalls::plugin_of(const Request& request) const {
  const auto& slug = request.params.at("id");
  if (auto plugin = plugins_.find(slug)) return plugin;
  return refuse_missing("technology", slug);
}

Answer<TimePoint> DeviceCalls::check_start_time(const Plugin& plugin, TimePoint start,
                                                std::string_view pointer) const {
  using std::chrono::hours;
  const TimePoint now = parts_.clock.now();
  if (start > now + std::chrono::minutes(5))
    return refuse_field(std::string(pointer), "start_time lies in the future.");
  // A day of grace: whoever counts days in his own time zone is not wrong
  if (start < now - hours(24 * (plugin.max_days + 1)))
    return refuse_field(std::string(pointer),
                        fmt::format("start_time may lie at most {} days back: {} keeps nothing older.",
                                    plugin.max_days, plugin.connector->title()));
  return std::min(start, now);
}

Response DeviceCalls::changed(const control::Device& device, const Caller& caller, int status) const {
  if (const auto told = parts_.ingest.fleet().reload(device.id); !told)
    PICKET_LOG_ERROR("api", "Device {} was changed, but its living picture was not: {}", device.id,
                     told.error().message);
  auto view = parts_.ingest.fleet().device(caller.scope.organization_id, device.id);
  if (!view) {
    auto plain = std::make_shared<fleet::DeviceView>();
    plain->device = device;
    view = std::move(plain);
  }
  return engine_.object(*catalogue_.find("security_devices"), as_row(std::move(view)), status);
}

DeviceCalls::Reply DeviceCalls::create(const Caller& caller, const Request& request) const {
  const auto& type = *catalogue_.find("security_devices");
  const std::map<std::string, std::string> fixed = {{"organization", caller.scope.organization_id}};
  API_ASSIGN(const Changes changes, read_changes(type, Purpose::kCreate, request.body, nullptr, fixed));
  const auto plugin = plugins_.find(changes.text("plugin_slug"));
  if (!plugin)
    return refuse_field("/data/attributes/plugin_slug",
                        "There is no technology with this plugin_slug. GET /api/v2/plugins lists them.");
  const auto& connector = *plugin->connector;
  control::NewDevice device;
  device.name = changes.text("name");
  device.location = changes.text("location");
  device.plugin_slug = connector.slug();
  device.vendor_id = plugin->vendor_id;
  device.device_type = changes.text("device_type", connector.device_type());
  device.task_source = changes.text("task_source", "EXPEL_TASKPOOL");
  if (device.task_source != "EXPEL_TASKPOOL")
    return refuse_field("/data/attributes/task_source",
                        "Devices are polled by this server itself: task_source can only be EXPEL_TASKPOOL.");
  device.device_spec = changes.json("device_spec");
  API_TRY(check_spec(connector, device.device_spec, options_, "/data/attributes"));
  if (changes.has("properties")) device.properties = changes.json("properties");
  if (device.properties.size() > kMaxSpec)
    return refuse_field("/data/attributes/properties", "properties is too long.");
  device.no_alert_threshold_hours = changes.number("no_alert_threshold_hours");
  const TimePoint now = parts_.clock.now();
  const auto start = changes.time("start_time").value_or(now - std::chrono::hours(24 * plugin->default_days));
  API_ASSIGN(device.start_time, check_start_time(*plugin, start, "/data/attributes/start_time"));
  for (const auto& stream : connector.streams()) device.streams.push_back(stream.name);
  API_ASSIGN(crypto::Secret secrets,
             read_device_info(*plugin, changes.value("secrets"), "/data/attributes/secrets"));
  if (!secrets.empty()) {
    API_ASSIGN(device.credential, credential_of(connector, secrets, "/data/attributes/secrets", now));
    device.secrets = std::move(secrets);
  }
  const bool paused = changes.boolean("paused").value_or(false);
  API_ASSIGN(control::Device made, parts_.control.create_device(caller.scope.organization_id,
                                                                std::move(device), caller.change(now)));
  if (paused) {
    control::DevicePatch patch;
    patch.paused = true;
    if (auto stopped = parts_.control.update_device(caller.scope.organization_id, made.id, patch,
                                                    std::nullopt, caller.change(now)))
      made = std::move(*stopped);
  }
  auto response = changed(made, caller, 201);
  response.headers.emplace_back("location", "/api/v2/security_devices/" + made.id);
  return response;
}

DeviceCalls::Reply DeviceCalls::change(const Caller& caller, const Request& request) const {
  API_ASSIGN(const auto view, device_of(caller, request));
  const auto& type = *catalogue_.find("security_devices");
  API_ASSIGN(const auto version, if_match(request));
  API_ASSIGN(const Changes changes, read_changes(type, Purpose::kChange, request.body, as_row(view)));
  control::DevicePatch patch;
  if (changes.has("name")) patch.name = changes.text("name");
  if (changes.has("location")) patch.location = changes.text("location");
  if (changes.has("paused")) patch.paused = changes.boolean("paused");
  if (changes.has("no_alert_threshold_hours"))
    patch.no_alert_threshold_hours = changes.number("no_alert_threshold_hours");
  if (changes.has("device_spec")) {
    if (changes.is_null("device_spec"))
      return refuse_field("/data/attributes/device_spec", "device_spec may not be null.");
    patch.device_spec = changes.json("device_spec");
    const auto plugin = plugins_.find(view->device.plugin_slug);
    if (!plugin)
      return refuse(409, "conflict", "The technology of this device is not part of this server any more.");
    API_TRY(check_spec(*plugin->connector, *patch.device_spec, options_, "/data/attributes"));
  }
  if (changes.has("properties")) patch.properties = changes.json("properties");
  if (patch.properties && patch.properties->size() > kMaxSpec)
    return refuse_field("/data/attributes/properties", "properties is too long.");
  API_ASSIGN(const control::Device device,
             parts_.control.update_device(caller.scope.organization_id, view->device.id, patch, version,
                                          caller.change(parts_.clock.now())));
  return changed(device, caller, 200);
}

DeviceCalls::Reply DeviceCalls::remove(const Caller& caller, const Request& request) const {
  API_ASSIGN(const auto view, device_of(caller, request));
  API_ASSIGN(const auto version, if_match(request));
  API_ASSIGN(const control::Device gone,
             parts_.control.delete_device(caller.scope.organization_id, view->device.id, version,
                                          caller.change(parts_.clock.now())));
  changed(gone, caller, 204);
  Response response;
  response.status = 204;
  return response;
}

DeviceCalls::Reply DeviceCalls::replace_secret(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  const auto& type = *catalogue_.find("secrets");
  API_ASSIGN(const Row row, engine_.must_get(type, caller.scope, id));
  const auto device_id = id.substr(id.find('-') + 1);
  API_ASSIGN(const auto view, find_device(parts_, caller.scope, device_id));
  API_ASSIGN(const auto version, if_match(request));
  API_ASSIGN(const Changes changes, read_changes(type, Purpose::kChange, request.body, row));
  constexpr std::string_view kPointer = "/data/attributes/secret";
  const auto plugin = plugins_.find(view->device.plugin_slug);
  if (!plugin)
    return refuse(409, "conflict", "The technology of this device is not part of this server any more.");
  API_ASSIGN(crypto::Secret secrets, read_device_info(*plugin, changes.value("secret"), kPointer));
  if (secrets.empty())
    return refuse_field(
        std::string(kPointer),
        "The new secret is missing. A stored secret can be replaced, or erased with its device.");
  const TimePoint now = parts_.clock.now();
  API_ASSIGN(const auto credential, credential_of(*plugin->connector, secrets, kPointer, now));
  const auto& before = view->device;
  const auto& account =
      !before.account_uid.empty() || !before.credential ? before.account_uid : before.credential->account_uid;
  const bool other = !account.empty() && !credential.account_uid.empty() && account != credential.account_uid;
  if (other && !changes.boolean("accept_other_account").value_or(false))
    return refuse(ApiError{
        409,
        "account_mismatch",
        fmt::format("This token belongs to another {} account than the one read so far. Send "
                    "accept_other_account: true "
                    "to read the other account from the device's start time on; what is stored stays.",
                    plugin->connector->title()),
        std::string(kPointer),
        {}});
  API_ASSIGN(const control::Device device,
             parts_.control.replace_secrets(caller.scope.organization_id, before.id, std::move(secrets),
                                            credential, !other, version, caller.change(now)));
  changed(device, caller, 200);
  return engine_.object(type, make_row(SecretRow{id, device.organization_id, device.version}));
}

DeviceCalls::Reply DeviceCalls::reread_cost(const Caller& caller, const Request& request) const {
  API_ASSIGN(const auto view, device_of(caller, request));
  const auto* text = request.query_value("start_time");
  const auto start = parse_time_lenient(text != nullptr ? *text : "");
  if (!start)
    return refuse_parameter("start_time", "start_time must be a time such as 2026-11-01T00:00:00Z.");
  const auto plugin = plugins_.find(view->device.plugin_slug);
  if (!plugin)
    return refuse(409, "conflict", "The technology of this device is not part of this server any more.");
  const auto checked = check_start_time(*plugin, *start, "");
  if (!checked) return refuse_parameter("start_time", checked.error().errors().front().detail);
  API_ASSIGN(const auto cost,
             parts_.ingest.reread_cost(caller.scope.organization_id, view->device.id, *checked));
  codec::JsonWriter out;
  out.begin_object().field("start_time", format_rfc3339(*checked)).field("events", cost.events);
  out.field("requests", cost.requests).field("seconds", static_cast<std::int64_t>(cost.at_least.count()));
  out.field("sentence", fmt::format("Reading again from {} asks {} about {} for about {}, of which {} {} "
                                    "stored already; at least {}. Nothing "
                                    "is stored twice.",
                                    format_rfc3339_seconds(*checked), plugin->connector->title(),
                                    plural(cost.requests, "time"), plural(cost.events, "event"), cost.stored,
                                    cost.stored == 1 ? "is" : "are", format_duration(cost.at_least)));
  out.end_object();
  return json_response(out.take());
}

DeviceCalls::Reply DeviceCalls::reread(const Caller& caller, const Request& request) const {
  API_ASSIGN(const auto view, device_of(caller, request));
  API_ASSIGN(const json::object body, read_object(request.body));
  const auto plugin = plugins_.find(view->device.plugin_slug);
  if (!plugin)
    return refuse(409, "conflict", "The technology of this device is not part of this server any more.");
  const auto* start_text = body.if_contains("start_time");
  const auto start = parse_time_lenient(
      start_text != nullptr && start_text->is_string() ? std::string(start_text->get_string()) : "");
  if (!start) return refuse_field("/start_time", "start_time must be a time such as 2026-11-01T00:00:00Z.");
  API_ASSIGN(const TimePoint from, check_start_time(*plugin, *start, "/start_time"));
  std::vector<std::string> streams;
  if (const auto* wanted = body.if_contains("streams"); wanted != nullptr && !wanted->is_null()) {
    if (!wanted->is_array()) return refuse_field("/streams", "streams must be a list of names.");
    for (const auto& one : wanted->get_array()) {
      const std::string name = one.is_string() ? std::string(one.get_string()) : "";
      const auto known = plugin->connector->streams();
      if (std::none_of(known.begin(), known.end(), [&](const auto& stream) { return stream.name == name; }))
        return refuse_field("/streams", fmt::format("{} has no such stream.", plugin->connector->title()));
      streams.push_back(name);
    }
  }
  API_ASSIGN(const control::Device device,
             parts_.control.reread(caller.scope.organization_id, view->device.id, streams, from,
                                   caller.change(parts_.clock.now())));
  return changed(device, caller, 202);
}

}  // namespace picket::api
