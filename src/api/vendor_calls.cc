// Calls that ask a vendor, or read what a credential says of itself.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "api/body.h"
#include "api/device_calls.h"
#include "codec/json.h"

namespace picket::api {
namespace {

namespace json = boost::json;
using http_server::Response;

void write_text(codec::JsonWriter& out, std::string_view name, const std::string& text) {
  out.key(name);
  or_null(text).write(out);
}

void write_time(codec::JsonWriter& out, std::string_view name, const std::optional<TimePoint>& time) {
  out.key(name);
  Value(time).write(out);
}

void write_features(codec::JsonWriter& out, const std::vector<std::string>& features) {
  out.key("features").begin_array();
  for (const auto& feature : features) out.value(feature);
  out.end_array();
}

Response test_response(const connector::TestResult& result) {
  codec::JsonWriter out;
  out.begin_object().field("ok", result.ok).field("code", result.code).field("sentence", result.sentence);
  out.key("checks").begin_array();
  for (const auto& check : result.checks) {
    out.begin_object().field("name", check.name).key("ok");
    if (check.ok)
      out.value(*check.ok);
    else
      out.null();
    out.field("code", check.code).field("sentence", check.sentence).end_object();
  }
  out.end_array();
  write_text(out, "server", result.facts.server);
  write_text(out, "account_uuid", result.facts.account_uid);
  write_features(out, result.facts.features);
  write_time(out, "expires_at", result.facts.expires_at);
  out.field("duration_ms", static_cast<std::int64_t>(result.duration.count())).end_object();
  return json_response(out.take());
}

/// "Audit events, Item usages and Sign-in attempts"
std::string titles_of(const connector::Connector& connector, const std::vector<std::string>& features) {
  std::vector<std::string> titles;
  for (const auto& stream : connector.streams())
    if (std::find(features.begin(), features.end(), stream.name) != features.end())
      titles.push_back(stream.title);
  std::string out;
  for (std::size_t i = 0; i < titles.size(); ++i)
    out.append(i == 0 ? "" : i + 1 == titles.size() ? " and " : ", ").append(titles[i]);
  return out.empty() ? "no event kind that Picket knows" : out;
}

struct Verdict {
  bool ok = true;
  std::string code = "ok";
  std::string sentence;
};

Verdict judge(const connector::Connector& connector, const connector::CredentialFacts& facts, TimePoint now) {
  if (facts.expires_at && *facts.expires_at <= now)
    return {
        false, "token_expired",
        fmt::format("This token expired on {}. Issue a new one.", format_rfc3339_seconds(*facts.expires_at))};
  const auto expiry = facts.expires_at
                          ? fmt::format("expires on {}", format_rfc3339_seconds(*facts.expires_at))
                          : "does not expire";
  return {true, "ok",
          fmt::format("This token reads {} and {}.", titles_of(connector, facts.features), expiry)};
}

}  // namespace

http_server::Response DeviceCalls::test_in_slot(const std::function<connector::TestResult()>& test) const {
  if (!vendor_slots_.try_acquire()) {
    auto response = render(ApiError{429,
                                    "rate_limited",
                                    "Several connections are being tested already. Wait a few seconds, then "
                                    "test again.",
                                    {},
                                    {}});
    response.headers.emplace_back("retry-after", "5");
    return response;
  }
  struct Slot {
    std::counting_semaphore<>& slots;
    ~Slot() { slots.release(); }
  } const slot{vendor_slots_};
  return test_response(test());
}

DeviceCalls::Reply DeviceCalls::test(const Caller& caller, const Request& request) const {
  API_ASSIGN(const auto view, device_of(caller, request));
  return test_in_slot([&] {
    return parts_.ingest.test_now(caller.scope.organization_id, view->device.id, request.cancelled);
  });
}

DeviceCalls::Reply DeviceCalls::plugin_test(const Caller& caller, const Request& request) const {
  API_ASSIGN(const auto plugin, plugin_of(request));
  API_ASSIGN(const json::object body, read_object(request.body));
  const auto* spec = body.if_contains("device_spec");
  if (spec == nullptr || !spec->is_object())
    return refuse_field("/device_spec", "device_spec is missing or is no object.");
  const auto spec_text = codec::to_json(*spec);
  if (const auto fine = plugin->connector->validate(spec_text, options_.extra_servers); !fine) {
    Error error = fine.error();
    if (!error.field.starts_with("device_spec"))
      error.field = error.field.empty() ? "device_spec" : "device_spec." + error.field;
    return refuse(Problem(error, ""));
  }
  API_ASSIGN(const crypto::Secret secrets,
             read_device_info(*plugin, body.if_contains("secrets"), "/secrets"));
  std::optional<std::string> device_id;
  if (const auto* id = body.if_contains("device_id"); id != nullptr && !id->is_null()) {
    if (!id->is_string()) return refuse_field("/device_id", "device_id must be a text.");
    device_id = std::string(id->get_string());
    API_ASSIGN(const auto view, find_device(parts_, caller.scope, *device_id));
    if (!view || view->device.deleted_at) return refuse_missing("security device", *device_id);
    if (view->device.plugin_slug != plugin->connector->slug())
      return refuse_field("/device_id", "This device belongs to another technology.");
  }
  if (secrets.empty() && !device_id) return refuse_field("/secrets", "The token is missing.");
  return test_in_slot([&] {
    return parts_.ingest.test(caller.scope.organization_id, plugin->connector->slug(), spec_text,
                              secrets.empty() ? nullptr : &secrets, device_id, request.cancelled);
  });
}

DeviceCalls::Reply DeviceCalls::plugin_inspect(const Caller&, const Request& request) const {
  API_ASSIGN(const auto plugin, plugin_of(request));
  API_ASSIGN(const json::object body, read_object(request.body));
  API_ASSIGN(const crypto::Secret secrets,
             read_device_info(*plugin, body.if_contains("secrets"), "/secrets"));
  if (secrets.empty()) return refuse_field("/secrets", "The token is missing.");
  const auto facts = plugin->connector->inspect(secrets);
  const connector::CredentialFacts known = facts ? *facts : connector::CredentialFacts();
  const auto verdict = facts ? judge(*plugin->connector, known, parts_.clock.now())
                             : Verdict{false, "wrong_token_kind", facts.error().message};
  codec::JsonWriter out;
  out.begin_object().field("ok", verdict.ok).field("code", verdict.code).field("sentence", verdict.sentence);
  write_text(out, "server", known.server);
  write_features(out, known.features);
  write_time(out, "expires_at", known.expires_at);
  write_time(out, "issued_at", known.issued_at);
  write_text(out, "account_uuid", known.account_uid);
  write_text(out, "last_four", known.last_four);
  write_text(out, "fingerprint", known.fingerprint);
  out.key("proposals").begin_object();
  if (!known.server.empty()) out.field("server", known.server);
  out.end_object().end_object();
  return json_response(out.take());
}

DeviceCalls::Reply DeviceCalls::plugin_logo(const Caller&, const Request& request) const {
  API_ASSIGN(const auto plugin, plugin_of(request));
  Response response;
  response.headers = {{"content-type", "image/svg+xml"}, {"cache-control", "private, max-age=3600"}};
  response.static_body = plugin->connector->logo_svg();
  return response;
}

}  // namespace picket::api
