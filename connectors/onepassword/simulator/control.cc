#include "onepassword_simulator/control.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <optional>

namespace picket::onepassword_simulator {
namespace {

namespace json = boost::json;

Error wrong(std::string_view field, std::string_view what) {
  return Error(ErrorKind::kInvalidInput, fmt::format("\"{}\" {}.", field, what))
      .with_field(std::string(field));
}

Result<json::object> parse_object(std::string_view body) {
  boost::system::error_code ec;
  json::value root = json::parse(json::string_view(body.data(), body.size()), ec);
  if (ec || !root.is_object()) return fail(ErrorKind::kInvalidInput, "The body must be a JSON object.");
  return std::move(root.as_object());
}

/// Typed looks into an object; absent members keep their preset.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  bool has(std::string_view name) const { return find(name) != nullptr; }
  Result<std::string> text(std::string_view name, std::string preset = {}) const {
    const auto* value = find(name);
    if (value == nullptr) return preset;
    if (!value->is_string()) return fail(wrong(name, "must be a text"));
    return std::string(value->as_string());
  }
  Result<std::int64_t> whole(std::string_view name, std::int64_t preset) const {
    const auto* value = find(name);
    if (value == nullptr) return preset;
    if (!value->is_int64()) return fail(wrong(name, "must be a whole number"));
    return value->as_int64();
  }
  Result<double> real(std::string_view name, double preset) const {
    const auto* value = find(name);
    if (value == nullptr) return preset;
    if (!value->is_number()) return fail(wrong(name, "must be a number"));
    return value->to_number<double>();
  }
  Result<bool> yes_no(std::string_view name, bool preset) const {
    const auto* value = find(name);
    if (value == nullptr) return preset;
    if (!value->is_bool()) return fail(wrong(name, "must be true or false"));
    return value->as_bool();
  }
  Result<std::vector<std::string>> texts(std::string_view name) const {
    const auto* value = find(name);
    std::vector<std::string> out;
    if (value == nullptr || !value->is_array()) return fail(wrong(name, "must be a list of texts"));
    for (const auto& item : value->as_array()) {
      if (!item.is_string()) return fail(wrong(name, "must be a list of texts"));
      out.emplace_back(item.as_string());
    }
    return out;
  }
  const json::value* find(std::string_view name) const {
    const auto* value = object_.if_contains(json::string_view(name.data(), name.size()));
    return value != nullptr && value->is_null() ? nullptr : value;
  }

 private:
  const json::object& object_;
};

Result<unsigned> account_in(const Fields& in, const Vendor& vendor, std::string_view name = "account") {
  PICKET_ASSIGN(const std::int64_t number, in.whole(name, 0));
  if (number < 0 || number >= vendor.account_count())
    return fail(wrong(name, fmt::format("must be below {}", vendor.account_count())));
  return static_cast<unsigned>(number);
}

Result<StreamKind> stream_in(const Fields& in) {
  PICKET_ASSIGN(const std::string name, in.text("stream", "auditevents"));
  const auto kind = stream_from(name);
  if (!kind) return fail(wrong("stream", "must be auditevents, itemusages or signinattempts"));
  return *kind;
}

std::string token_json(const TokenRecord& token) {
  json::object out;
  out["token"] = token.text;
  out["account"] = token.account;
  out["account_uuid"] = token.account_uuid;
  out["features"] = json::value_from(token.features);
  out["issued_at"] = format_rfc3339_seconds(token.issued_at);
  out["expires_at"] =
      token.expires_at ? json::value(format_rfc3339_seconds(*token.expires_at)) : json::value(nullptr);
  out["revoked"] = token.revoked;
  return json::serialize(out);
}

http_server::Response to_response(const Result<std::string>& result) {
  if (!result)
    return result.error().kind == ErrorKind::kNotFound
               ? http_server::json_error(404, "not_found", result.error().message)
               : http_server::json_error(400, "invalid_input", result.error().message);
  http_server::Response response;
  response.headers = {{"content-type", "application/json"}};
  response.body = *result;
  return response;
}

}  // namespace

void Control::add_routes(http_server::Router& router) {
  const http_server::RouteOptions roomy{.body_limit = 64 * 1024 * 1024};
  for (const char* path : {"/_sim/state", "/_sim/tokens"})
    router.add("GET", path,
               [this](const http_server::Request& r) { return to_response(call("GET", r.path, "")); });
  for (const char* path : {"/_sim/faults", "/_sim/tokens", "/_sim/events", "/_sim/rate", "/_sim/settings"})
    router.add(
        "POST", path,
        [this](const http_server::Request& r) { return to_response(call("POST", r.path, r.body)); }, roomy);
}

Result<std::string> Control::call(std::string_view method, std::string_view path, std::string_view body) {
  if (method == "GET" && path == "/_sim/state") return state();
  if (method == "GET" && path == "/_sim/tokens") return list_tokens();
  if (method == "POST" && path == "/_sim/faults") return change_faults(body);
  if (method == "POST" && path == "/_sim/tokens") return change_tokens(body);
  if (method == "POST" && path == "/_sim/events") return add_events(body);
  if (method == "POST" && (path == "/_sim/rate" || path == "/_sim/settings")) return change_settings(body);
  return fail(ErrorKind::kNotFound, "The simulator has no such control.");
}

std::string Control::state() const {
  const Counters counters = vendor_.counters();
  const Settings settings = vendor_.settings();
  std::string answers = "{";
  for (const auto& [status, count] : vendor_.answers())
    fmt::format_to(std::back_inserter(answers), R"({}"{}":{})", answers.size() > 1 ? "," : "", status, count);
  std::string accounts = "[";
  // beyond a screenful nobody reads it
  for (unsigned number = 0; number < std::min(20u, vendor_.account_count()); ++number) {
    fmt::format_to(std::back_inserter(accounts), R"({}{{"account":{},"account_uuid":"{}","events":{{)",
                   number > 0 ? "," : "", number, vendor_.account(number).uuid);
    for (std::size_t i = 0; i < kStreams; ++i)
      fmt::format_to(std::back_inserter(accounts), R"({}"{}":{})", i > 0 ? "," : "", kStreamNames[i],
                     vendor_.log(number, static_cast<StreamKind>(i)).size());
    accounts += "}}";
  }
  if (vendor_.ledger() != nullptr) vendor_.ledger()->flush();
  return fmt::format(
      R"({{"now":"{}","requests":{},"answers":{}}},"answers_429":{},"pages":{},"events_sent":{},"faults_fired":{},"faults":{},"rate":{},"latency_ms":{},"account_count":{},"accounts":{}]}})",
      format_rfc3339(vendor_.now()), counters.requests, answers, counters.answers_429, counters.pages,
      counters.events_sent, counters.faults_fired, vendor_.faults().state_json(), settings.rate,
      settings.latency.count(), vendor_.account_count(), accounts);
}

std::string Control::list_tokens() const {
  std::string out = R"({"tokens":[)";
  bool first = true;
  for (const auto& token : vendor_.tokens().all()) {
    if (!first) out += ',';
    first = false;
    out += token_json(token);
  }
  return out + "]}";
}

Result<std::string> Control::change_tokens(std::string_view body) {
  PICKET_ASSIGN(const json::object object, parse_object(body));
  const Fields in(object);
  PICKET_ASSIGN(const std::string action, in.text("action", "issue"));
  PICKET_ASSIGN(std::string token, in.text("token"));
  TokenBook& book = vendor_.tokens();
  if (action == "issue") {
    TokenSpec spec;
    PICKET_ASSIGN(spec.account, account_in(in, vendor_));
    PICKET_ASSIGN(spec.audience, in.text("audience"));
    if (in.has("features")) {
      PICKET_ASSIGN(spec.features, in.texts("features"));
    }
    if (in.has("expires_in")) {
      PICKET_ASSIGN(const std::int64_t seconds, in.whole("expires_in", 0));
      spec.expires_in = std::chrono::seconds(seconds);
    }
    token = vendor_.issue(spec);
  } else if (action == "revoke" || action == "restore") {
    PICKET_TRY(book.revoke(token, action == "revoke"));
  } else if (action == "expire") {
    PICKET_TRY(book.set_expiry(token, vendor_.now()));
  } else if (action == "features") {
    PICKET_ASSIGN(auto features, in.texts("features"));
    PICKET_TRY(book.set_features(token, std::move(features)));
  } else if (action == "account") {
    PICKET_ASSIGN(const unsigned number, account_in(in, vendor_));
    const Account& account = vendor_.account(number);
    PICKET_TRY(book.set_account(token, number, account.uuid, account.integration_uuid));
  } else {
    return fail(wrong("action", "must be issue, revoke, restore, expire, features or account"));
  }
  return token_json(*book.find(token));
}

Result<std::string> Control::add_events(std::string_view body) {
  PICKET_ASSIGN(const json::object object, parse_object(body));
  const Fields in(object);
  if (in.has("rate")) return change_settings(body);
  PICKET_ASSIGN(const unsigned account, account_in(in, vendor_));
  PICKET_ASSIGN(const StreamKind stream, stream_in(in));
  PICKET_ASSIGN(const std::string kind, in.text("kind", "new"));
  PICKET_ASSIGN(const std::int64_t count, in.whole("count", 1));
  if (count < 1 || count > 10'000'000) return fail(wrong("count", "must be 1 to 10000000"));
  EventLog& log = vendor_.log(account, stream);
  const std::uint64_t from = log.size();
  PICKET_ASSIGN(const std::int64_t position,
                in.whole("position", from > 0 ? static_cast<std::int64_t>(from) - 1 : 0));

  TimePoint time = vendor_.now();
  if (in.has("timestamp")) {
    PICKET_ASSIGN(const std::string text, in.text("timestamp"));
    PICKET_ASSIGN(time, parse_rfc3339(text));
  }
  PICKET_ASSIGN(const std::int64_t late, in.whole("late_seconds", kind == "late" ? 600 : 0));
  time -= std::chrono::seconds(late);
  PICKET_ASSIGN(const std::int64_t step_us, in.whole("step_us", 1000));

  if (kind == "new" || kind == "late") {
    log.append_generated(time, Micros(step_us), static_cast<std::uint64_t>(count));
  } else if (kind == "duplicate" || kind == "edited") {
    for (std::int64_t i = 0; i < count; ++i)
      if (position < 0 || !log.append_again(static_cast<std::uint64_t>(position),
                                            kind == "edited" ? vendor_.fresh_number() : 0))
        return fail(wrong("position", "names no event"));
  } else if (kind == "raw") {
    PICKET_ASSIGN(std::string record, in.text("raw"));
    if (const auto* value = in.find("record")) record = json::serialize(*value);
    PICKET_ASSIGN(std::string uuid, in.text("uuid"));
    if (const auto* value = in.find("record"); uuid.empty() && value != nullptr && value->is_object())
      if (const auto* own = value->as_object().if_contains("uuid"); own != nullptr && own->is_string())
        uuid = std::string(own->as_string());
    for (std::int64_t i = 0; i < count; ++i) log.append_literal(uuid, time, record);
  } else {
    return fail(wrong("kind", "must be new, late, duplicate, edited or raw"));
  }
  if (vendor_.ledger() != nullptr) vendor_.ledger()->flush();
  json::array uuids;
  for (std::uint64_t at = from; at < log.size() && uuids.size() < 1000; ++at)
    uuids.emplace_back(log.uuid_at(at));
  return fmt::format(R"({{"from":{},"events":{},"uuids":{}}})", from, log.size(), json::serialize(uuids));
}

Result<std::string> Control::change_settings(std::string_view body) {
  PICKET_ASSIGN(const json::object object, parse_object(body));
  const Fields in(object);
  Settings set = vendor_.settings();
  PICKET_ASSIGN(const double rate, in.real("rate", set.rate));
  if (rate < 0 || rate > 1e6) return fail(wrong("rate", "must be 0 to 1000000"));
  PICKET_ASSIGN(const std::int64_t latency, in.whole("latency_ms", set.latency.count()));
  PICKET_ASSIGN(const std::int64_t skew, in.whole("clock_skew_ms", set.clock_skew.count()));
  PICKET_ASSIGN(set.rate_limit_headers, in.yes_no("rate_limit_headers", set.rate_limit_headers));
  PICKET_ASSIGN(set.second_error_shape, in.yes_no("second_error_shape", set.second_error_shape));
  PICKET_ASSIGN(set.fresh_idle_cursor, in.yes_no("fresh_idle_cursor", set.fresh_idle_cursor));
  set.latency = std::chrono::milliseconds(latency);
  set.clock_skew = std::chrono::milliseconds(skew);
  if (const auto* quota = in.find("quota")) {
    Quota::Limits limits;
    if (quota->is_bool()) {
      limits.on = quota->as_bool();
    } else if (quota->is_object()) {
      const Fields inner(quota->as_object());
      PICKET_ASSIGN(const std::int64_t minute, inner.whole("per_minute", 600));
      PICKET_ASSIGN(const std::int64_t hour, inner.whole("per_hour", 30'000));
      if (minute < 0 || hour < 0) return fail(wrong("quota", "must not be negative"));
      limits.per_minute = static_cast<std::uint32_t>(minute);
      limits.per_hour = static_cast<std::uint32_t>(hour);
    } else {
      return fail(wrong("quota", "must be true, false or an object"));
    }
    vendor_.quota().set(limits);
  }
  vendor_.change_settings([&set](Settings& current) {
    const double old = current.rate;
    current = set;
    current.rate = old;
  });
  vendor_.set_rate(rate);
  return state();
}

Result<std::string> Control::change_faults(std::string_view body) {
  PICKET_TRY(vendor_.faults().set(body, false));
  return state();
}

}  // namespace picket::onepassword_simulator
