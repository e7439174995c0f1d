#include "api/api.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/account_calls.h"
#include "api/auth.h"
#include "api/body.h"
#include "api/detection_calls.h"
#include "api/device_calls.h"
#include "api/engine.h"
#include "api/event_calls.h"
#include "api/live.h"
#include "api/pages.h"
#include "api/resources.h"
#include "obs/metrics.h"

namespace picket::api {
namespace {

using http_server::Request;
using http_server::Response;
using Reply = Answer<Response>;

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

bool pattern_fits(std::string_view pattern, const std::vector<std::string_view>& path) {
  const auto parts = split_path(pattern);
  if (parts.size() != path.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i] != path[i] && (!parts[i].starts_with('{') || path[i].empty())) return false;
  return true;
}

Options cleaned(Options options) {
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  return options;
}

}  // namespace

struct Api::Impl {
  Impl(const Parts& parts_in, Options options_in)
      : parts(parts_in),
        options(cleaned(std::move(options_in))),
        engine(catalogue),
        auth(parts.clock, parts.control, options, [this](const std::string& organization) { return live.position(organization); }),
        accounts(parts, catalogue, engine),
        plugins(parts, options),
        devices(parts, options, catalogue, engine, plugins),
        events(parts, plugins, catalogue),
        costs({parts.store, parts.control, parts.connectors}, [this](const std::string& organization) { parts.watch.committed(organization); }),
        rules(parts, costs),
        detections(parts, catalogue, engine, rules),
        live(parts, catalogue),
        pages(options.assets) {
    add_people(catalogue, parts);
    add_devices(catalogue, parts);
    add_plugins(catalogue, plugins);
    catalogue.add(detection_rule_type(rules, false));
    catalogue.add(own_rule_type(parts));
    catalogue.add(alert_type(parts, false));
    live.start();
  }

  using Call = std::function<Reply(const Caller&, const Request&)>;
  using Open = std::function<Response(const Request&)>;

  Response finish(const Request& request, Response response) const {
    bool cache_known = false;
    for (const auto& header : response.headers) cache_known = cache_known || header.first == "cache-control";
    if (!cache_known) response.headers.emplace_back("cache-control", "no-store");
    const bool https = request.https || options.public_url.starts_with("https://");
    for (auto& header : security_headers(https)) response.headers.push_back(std::move(header));
    return response;
  }

  /// Without signing in.
  void open(http_server::Router& router, std::string method, std::string pattern, Open call,
            http_server::RouteOptions limits = {}) {
    routes.emplace_back(method, pattern);
    router.add(
        std::move(method), std::move(pattern),
        [this, call = std::move(call)](const Request& request) { return finish(request, call(request)); },
        limits);
  }

  /// For people who are signed in.
  void add(http_server::Router& router, std::string method, std::string pattern, Call call,
           http_server::RouteOptions limits = {}) {
    open(
        router, std::move(method), std::move(pattern),
        [this, call = std::move(call)](const Request& request) {
           const auto caller = auth.caller(request);
           if (!caller) return render(caller.error());
           // Before anything is read: what changes after it is told by a feed that begins here.
           const bool shown = caller->by_cookie && request.method == "GET";
           const std::string position = shown ? live.position(caller->scope.organization_id) : std::string();
           auto reply = call(*caller, request);
           if (!reply) return render(reply.error());
           if (shown) reply->headers.emplace_back(kPositionHeader, position);
           return std::move(*reply);
        },
        limits);
  }

  void add_resource(http_server::Router& router, const std::string& name) {
    const auto* type = catalogue.find(name);
    add(router, "GET", "/api/v2/" + name,
        [this, type](const Caller& c, const Request& r) { return engine.list(*type, c.scope, r); });
    add_objects(router, name);
  }

  /// One by its id, and what its relationships lead to.
  void add_objects(http_server::Router& router, const std::string& name) {
    const auto* type = catalogue.find(name);
    const auto base = "/api/v2/" + name;
    add(router, "GET", base + "/{id}", [this, type](const Caller& c, const Request& r) {
      return engine.get(*type, c.scope, r.params.at("id"), r);
    });
    add(router, "GET", base + "/{id}/{relationship}", [this, type](const Caller& c, const Request& r) {
      return engine.related(*type, c.scope, r.params.at("id"), r.params.at("relationship"), r);
    });
  }

  Reply rename_organization(const Caller& caller, const Request& request) const {
    const auto& type = *catalogue.find("organizations");
    API_ASSIGN(const Row row, engine.must_get(type, caller.scope, request.params.at("id")));
    API_ASSIGN(const auto version, if_match(request));
    API_ASSIGN(const Changes changes, read_changes(type, Purpose::kChange, request.body, row));
    const auto& now = *static_cast<const control::Organization*>(row.get());
    API_ASSIGN(auto renamed,
               parts.control.rename_organization(caller.scope.organization_id, changes.text("name", now.name),
                                                 version, caller.change(parts.clock.now())));
    return engine.object(type, make_row(std::move(renamed)));
  }

  Response unknown(const Request& request) const {
    const auto path = split_path(request.path);
    std::string allowed;
    for (const auto& [method, pattern] : routes)
      if (pattern_fits(pattern, path)) allowed.append(allowed.empty() ? "" : ", ").append(method);
    if (allowed.empty())
      return render(ApiError{
          404, "not_found", "There is nothing at this address. docs/api.md lists what there is.", {}, {}});
    auto response = render(
        ApiError{405, "method_not_allowed", fmt::format("This address takes {} only.", allowed), {}, {}});
    response.headers.emplace_back("allow", allowed);
    return response;
  }

  Response ready() const {
    const auto reason = options.not_ready ? options.not_ready() : std::string();
    if (!reason.empty()) return render(ApiError{503, "not_ready", reason, {}, {}});
    return json_response(R"({"status":"ready"})");
  }

  Response metrics(const Request& request) const {
    const auto& from = request.client_address;
    const bool allowed = from == "::1" || from.starts_with("127.") || from.starts_with("::ffff:127.") ||
                         std::find(options.metrics_addresses.begin(), options.metrics_addresses.end(),
                                   from) != options.metrics_addresses.end();
    if (!allowed)
      return render(ApiError{403,
                             "forbidden",
                             "Metrics are for this machine and the addresses that the configuration names.",
                             {},
                             {}});
    Response response;
    response.headers = {{"content-type", "text/plain; version=0.0.4; charset=utf-8"}};
    response.body = obs::render_metrics();
    return response;
  }

  void mount_auth(http_server::Router& router) {
    constexpr http_server::RouteOptions kSmall{16 * 1024};
    // Signing in with a recovery code ends the person's other sessions.
    const auto ended = [this](Response response) {
      if (response.status < 300) live.sign_ins_ended();
      return response;
    };
    open(
        router, "POST", "/auth/v0/login", [this, ended](const Request& r) { return ended(auth.login(r)); }, kSmall);
    open(
        router, "POST", "/auth/v0/session", [this, ended](const Request& r) { return ended(auth.open_session(r)); },
        kSmall);
    open(router, "GET", "/auth/v0/session", [this](const Request& r) { return auth.read_session(r); });
    open(router, "DELETE", "/auth/v0/session", [this, ended](const Request& r) { return ended(auth.close_session(r)); });
    const auto own = [this](Reply (AccountCalls::*method)(const Caller&, const Request&) const) {
      return [this, method](const Caller& c, const Request& r) { return (accounts.*method)(c, r); };
    };
    const auto ending = [this, own](Reply (AccountCalls::*method)(const Caller&, const Request&) const) {
      return [this, call = own(method)](const Caller& c, const Request& r) {
        auto reply = call(c, r);
        if (reply) live.sign_ins_ended();
        return reply;
      };
    };
    add(router, "POST", "/auth/v0/password", ending(&AccountCalls::change_password), kSmall);
    add(router, "POST", "/auth/v0/factor", own(&AccountCalls::begin_factor), kSmall);
    add(router, "POST", "/auth/v0/factor/confirm", ending(&AccountCalls::confirm_factor), kSmall);
    add(router, "PATCH", "/api/v2/user_accounts/{id}", own(&AccountCalls::change));
    add(router, "DELETE", "/api/v2/user_sessions/{id}", ending(&AccountCalls::end_session));
  }

  void mount_devices(http_server::Router& router) {
    const std::string base = "/api/v2/security_devices";
    const auto call = [this](Reply (DeviceCalls::*method)(const Caller&, const Request&) const) {
      return [this, method](const Caller& c, const Request& r) { return (devices.*method)(c, r); };
    };
    add(router, "POST", base, call(&DeviceCalls::create));
    add(router, "PATCH", base + "/{id}", call(&DeviceCalls::change));
    add(router, "DELETE", base + "/{id}", call(&DeviceCalls::remove));
    add(router, "POST", base + "/{id}/test", call(&DeviceCalls::test));
    add(router, "GET", base + "/{id}/reread", call(&DeviceCalls::reread_cost));
    add(router, "POST", base + "/{id}/reread", call(&DeviceCalls::reread));
    add(router, "PATCH", "/api/v2/secrets/{id}", call(&DeviceCalls::replace_secret));
    add(router, "POST", "/api/v2/plugins/{id}/test", call(&DeviceCalls::plugin_test));
    add(router, "POST", "/api/v2/plugins/{id}/inspect", call(&DeviceCalls::plugin_inspect));
    add(router, "GET", "/api/v2/plugins/{id}/logo", call(&DeviceCalls::plugin_logo));
  }

  void mount_detections(http_server::Router& router) {
    const auto call = [this](Reply (DetectionCalls::*method)(const Caller&, const Request&) const) {
      return [this, method](const Caller& c, const Request& r) { return (detections.*method)(c, r); };
    };
    const auto list = [this](const char* name) {
      const auto* type = catalogue.find(name);
      return [this, type](const Caller& c, const Request& r) { return engine.list(*type, c.scope, r); };
    };
    const std::string base = "/api/v2/detection_rules", own = "/api/v2/own_rules";
    add(router, "GET", base, list("detection_rules"));
    add(router, "POST", base + "/check", call(&DetectionCalls::check));
    add(router, "GET", base + "/{id}", call(&DetectionCalls::get));
    add(router, "PATCH", base + "/{id}", call(&DetectionCalls::change));
    add(router, "GET", base + "/{id}/matches", call(&DetectionCalls::matches));
    add(router, "GET", base + "/{id}/counts", call(&DetectionCalls::counts));
    add(router, "GET", base + "/{id}/histories", call(&DetectionCalls::histories));
    add_resource(router, "own_rules");
    add(router, "POST", own, call(&DetectionCalls::create_own));
    add(router, "PATCH", own + "/{id}", call(&DetectionCalls::change_own));
    add(router, "DELETE", own + "/{id}", call(&DetectionCalls::remove_own));
    add(router, "POST", "/api/v2/detection_backtests", [this](const Caller& c, const Request& r) { return detections.backtest(c, r); });
    add(router, "GET", "/api/v2/security_devices/{id}/detections", call(&DetectionCalls::device));
    add(router, "GET", "/api/v2/expel_alerts", list("expel_alerts"));
    add(router, "GET", "/api/v2/expel_alerts/{id}", call(&DetectionCalls::alert));
    add(router, "GET", "/api/v2/expel_alerts/{id}/{relationship}", [this](const Caller& c, const Request& r) {
      return engine.related(*catalogue.find("expel_alerts"), c.scope, r.params.at("id"), r.params.at("relationship"), r);
    });
  }

  void mount_events(http_server::Router& router) {
    const std::string base = "/api/v2/events";
    const auto call = [this](Reply (EventCalls::*method)(const Caller&, const Request&)) {
      return [this, method](const Caller& c, const Request& r) { return (events.*method)(c, r); };
    };
    add(router, "GET", base, call(&EventCalls::list));
    add(router, "GET", base + "/search", call(&EventCalls::search));
    add(router, "GET", base + "/counts", call(&EventCalls::counts));
    add(router, "GET", base + "/export", call(&EventCalls::download));
    add(router, "GET", base + "/{id}", call(&EventCalls::get));
    add(router, "GET", base + "/{id}/raw", call(&EventCalls::raw));
    add(router, "GET", base + "/{id}/versions", call(&EventCalls::versions));
    add(router, "GET", base + "/{id}/security_device", call(&EventCalls::device));
    add(router, "GET", "/api/v2/live",
        [this](const Caller& c, const Request& r) { return live.subscribe(c, r); });
  }

  Parts parts;
  Options options;
  Catalogue catalogue;
  Engine engine;
  Auth auth;
  AccountCalls accounts;
  Plugins plugins;
  DeviceCalls devices;
  EventCalls events;
  watch::CostMeter costs;
  DetectionRows rules;
  DetectionCalls detections;
  LiveFeed live;
  Pages pages;
  std::vector<std::pair<std::string, std::string>> routes;
};

Api::Api(const Parts& parts, Options options) : impl_(std::make_unique<Impl>(parts, std::move(options))) {}
Api::~Api() = default;

void Api::mount(http_server::Router& router) {
  auto& impl = *impl_;
  impl.mount_auth(router);
  for (const char* name : {"organizations", "security_devices", "security_device_histories", "plugins",
                           "polls", "user_accounts", "user_account_histories", "user_account_roles", "user_sessions", "actors", "vendors"})
    impl.add_resource(router, name);
  impl.add(router, "PATCH", "/api/v2/organizations/{id}",
           [&impl](const Caller& c, const Request& r) { return impl.rename_organization(c, r); });
  impl.add_objects(router, "secrets");  // without a list: known by the device alone, and never read back
  impl.mount_devices(router);
  impl.mount_events(router);
  impl.mount_detections(router);
  impl.open(router, "GET", "/livez", [](const Request&) { return json_response(R"({"status":"alive"})"); });
  impl.open(router, "GET", "/readyz", [&impl](const Request&) { return impl.ready(); });
  impl.open(router, "GET", "/metrics", [&impl](const Request& r) { return impl.metrics(r); });
  // Below here nothing is part of the API's description: what no route above answers
  const auto unknown = [&impl](const Request& r) { return impl.finish(r, impl.unknown(r)); };
  for (const char* method : {"GET", "POST", "PATCH", "DELETE", "PUT"})
    for (const char* pattern : {"/api/{rest*}", "/auth/{rest*}"}) router.add(method, pattern, unknown);
  router.add("GET", "/{path*}", [&impl](const Request& r) { return impl.finish(r, impl.pages.get(r)); });
}

void Api::stop() {
  impl_->live.stop();
  impl_->events.stop();
  impl_->detections.stop();
  impl_->costs.stop();
}

}  // namespace picket::api
