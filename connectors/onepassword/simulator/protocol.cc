#include "onepassword_simulator/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/strings.h"

namespace picket::onepassword_simulator {
namespace {

namespace json = boost::json;
using http_server::Fields;
using http_server::Request;
using http_server::Response;

std::string_view bearer(const Request& request) {
  const std::string* header = request.header("authorization");
  if (header == nullptr || header->size() < 8 ||
      !equals_ignoring_case(std::string_view(*header).substr(0, 7), "bearer "))
    return {};
  return trim(std::string_view(*header).substr(7));
}

std::string features_json(const TokenRecord& token) {
  std::string out = "[";
  for (const auto& feature : token.features) out.append(out.size() > 1 ? ",\"" : "\"").append(feature) += '"';
  return out + "]";
}

}  // namespace

void Protocol::add_routes(http_server::Router& router) {
  const http_server::RouteOptions small{.body_limit = 64 * 1024};
  router.add(
      "GET", "/api/auth/introspect", [this](const Request& r) { return introspect(r, ApiVersion::kV1); },
      small);
  router.add(
      "GET", "/api/v2/auth/introspect", [this](const Request& r) { return introspect(r, ApiVersion::kV2); },
      small);
  for (std::size_t i = 0; i < kStreams; ++i)
    for (const auto version : {ApiVersion::kV1, ApiVersion::kV2}) {
      const auto kind = static_cast<StreamKind>(i);
      router.add(
          "POST", fmt::format("/api/v{}/{}", static_cast<int>(version), name_of(kind)),
          [this, kind, version](const Request& r) { return stream(r, kind, version); }, small);
    }
}

Response Protocol::error(int status) const {
  Response response;
  response.status = status;
  response.headers = {{"content-type", "application/json; charset=utf-8"}};
  const std::string reason(http_server::reason_phrase(status));
  response.body = vendor_.settings().second_error_shape
                      ? fmt::format(R"({{"status":{},"message":"{}"}})", status, to_lower(reason))
                      : fmt::format(R"({{"Error":{{"Message":"{}"}}}})", reason);
  return response;
}

/// Token and allowance. An answer when the request ends here.
std::optional<Response> Protocol::gate(const Request& request, std::optional<TokenRecord>& token,
                                       Fields& headers) {
  const auto text = bearer(request);
  token = vendor_.tokens().check(text, vendor_.now());
  if (!token) return error(401);
  const auto verdict = vendor_.quota().ask(token->text, vendor_.steady());
  if (vendor_.settings().rate_limit_headers && verdict.limit > 0) {
    headers.emplace_back("RateLimit-Limit", std::to_string(verdict.limit));
    headers.emplace_back("RateLimit-Remaining", std::to_string(verdict.remaining));
    headers.emplace_back("RateLimit-Reset", std::to_string(verdict.reset_seconds));
    if (!verdict.allowed) headers.emplace_back("Retry-After", std::to_string(verdict.reset_seconds));
  }
  if (verdict.allowed) return std::nullopt;
  auto refused = error(429);
  refused.headers.insert(refused.headers.end(), headers.begin(), headers.end());
  return refused;
}

Response Protocol::introspect(const Request& request, ApiVersion version) {
  const auto known = vendor_.tokens().find(bearer(request));
  const auto hit =
      vendor_.faults().match({request.path, known ? std::optional(known->account) : std::nullopt});
  std::optional<TokenRecord> token;
  Fields headers;
  if (auto refused = gate(request, token, headers)) return deliver(std::move(*refused), hit);
  Response response;
  response.headers = std::move(headers);
  response.headers.emplace_back("content-type", "application/json; charset=utf-8");
  const auto issued = format_rfc3339_seconds(token->issued_at);
  response.body =
      version == ApiVersion::kV1
          ? fmt::format(R"({{"UUID":"{}","IssuedAt":"{}","Features":{}}})", token->integration_uuid, issued,
                        features_json(*token))
          : fmt::format(R"({{"uuid":"{}","issued_at":"{}","features":{},"account_uuid":"{}"}})",
                        token->integration_uuid, issued, features_json(*token), token->account_uuid);
  return deliver(std::move(response), hit);
}

/// The flat body of the fact sheet, 3.3; nothing for a malformed one.
std::optional<Protocol::Query> Protocol::parse_query(std::string_view body) {
  boost::system::error_code ec;
  const json::value root = json::parse(json::string_view(body.data(), body.size()), ec);
  if (ec || !root.is_object()) return std::nullopt;
  const json::object& object = root.as_object();
  Query query;
  if (const auto* cursor = object.if_contains("cursor")) {
    // `limit` beside a cursor is ignored, times are not
    if (!cursor->is_string() || object.contains("start_time") || object.contains("end_time"))
      return std::nullopt;
    query.cursor = std::string(cursor->as_string());
    return query;
  }
  if (const auto* limit = object.if_contains("limit")) {
    if (!limit->is_int64() || limit->as_int64() < 1 || limit->as_int64() > 1000) return std::nullopt;
    query.limit = static_cast<std::uint16_t>(limit->as_int64());
  }
  for (const auto& [key, target] :
       {std::pair("start_time", &query.start), std::pair("end_time", &query.end)}) {
    const auto* value = object.if_contains(key);
    if (value == nullptr) continue;
    if (!value->is_string()) return std::nullopt;
    const auto time = parse_rfc3339({value->as_string().data(), value->as_string().size()});
    if (!time) return std::nullopt;
    *target = *time;
  }
  return query;
}

Response Protocol::stream(const Request& request, StreamKind kind, ApiVersion version) {
  const auto query = parse_query(request.body);
  const auto known = vendor_.tokens().find(bearer(request));
  const auto phase = query && query->cursor ? FaultRule::Phase::kGoOn : FaultRule::Phase::kStart;
  const auto hit =
      vendor_.faults().match({request.path, known ? std::optional(known->account) : std::nullopt, phase});
  const FaultAction* fault = hit ? &hit->action : nullptr;
  return deliver(answer_stream(request, kind, version, query, fault, hit ? std::string_view(hit->rule) : ""),
                 hit);
}

Response Protocol::answer_stream(const Request& request, StreamKind kind, ApiVersion version,
                                 const std::optional<Query>& query, const FaultAction* fault,
                                 std::string_view rule) {
  // a gateway's own answer: the service behind it never sees the request
  if (fault != nullptr && (!fault->connection.empty() || (fault->status && *fault->status != 200)))
    return error(fault->status.value_or(503));
  std::optional<TokenRecord> token;
  Fields headers;
  if (auto refused = gate(request, token, headers)) return std::move(*refused);
  if (!token->allows(kind)) return error(401);
  if (!query) return error(400);
  if (fault != nullptr && fault->paging == "expire_cursors") ++vendor_.account(token->account).cursor_epoch;
  const auto state = state_of(*query, kind, version, *token);
  if (!state) return error(400);
  auto response = page({kind, version, *token, *state, fault, rule});
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  return response;
}

std::optional<CursorState> Protocol::state_of(const Query& query, StreamKind kind, ApiVersion version,
                                              const TokenRecord& token) {
  const std::uint32_t epoch = vendor_.account(token.account).cursor_epoch;
  if (query.cursor) {
    auto state = vendor_.cursors().decode(*query.cursor);
    const bool ours = state && state->stream == kind && state->version == version &&
                      state->account == token.account && state->epoch == epoch;
    return ours ? state : std::nullopt;
  }
  const EventLog& log = vendor_.log(token.account, kind);
  const TimePoint now = vendor_.now();
  const TimePoint since =
      std::max(query.start.value_or(query.end.value_or(now) - std::chrono::hours(1)), now - kHorizon);
  CursorState state;
  state.stream = kind;
  state.version = version;
  state.account = token.account;
  state.epoch = epoch;
  state.limit = query.limit;
  state.position = log.start_position(since);
  state.since = to_micros(since);
  state.snapshot = log.size();
  state.until = query.end ? to_micros(*query.end) : to_micros(TimePoint::max());
  return state;
}

/// Counts the answer and lets the fault do to it what it wants.
Response Protocol::deliver(Response response, const std::optional<FaultPlan::Hit>& hit) {
  const Settings set = vendor_.settings();
  response.delay = set.latency;
  if (set.clock_skew.count() != 0) response.headers.emplace_back("Date", Wire::http_date(vendor_.now()));
  if (hit) response = wire_.misbehave(std::move(response), hit->action, vendor_.now());
  vendor_.count_answer(response.status);
  return response;
}

}  // namespace picket::onepassword_simulator
