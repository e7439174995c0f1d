// What is wrong with a connection, in words: test, introspection, explanations.
#include <fmt/format.h>

#include <algorithm>

#include "codec/url.h"
#include "onepassword/onepassword.h"
#include "onepassword/reader.h"
#include "onepassword/token.h"

namespace picket::onepassword {
namespace {

using connector::Check;
using connector::CredentialFacts;
using connector::TestResult;

constexpr std::string_view kReplace = "Issue a new one in 1Password and replace it here.";

std::string host_of(std::string_view url) {
  const auto parsed = codec::parse_url(url);
  return parsed ? parsed->host : std::string(url);
}

bool contains(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string date_of(TimePoint time) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{} {} {}", static_cast<unsigned>(day.day()),
                     kMonths[static_cast<unsigned>(day.month()) - 1], static_cast<int>(day.year()));
}

void add(TestResult& result, std::string name, std::optional<bool> ok, std::string code = "",
         std::string sentence = "") {
  result.checks.push_back({std::move(name), ok, std::move(code), std::move(sentence)});
}

/// The rest was not reached; the first failure is the verdict.
TestResult finish(TestResult result, std::span<const connector::StreamInfo> streams) {
  for (const char* name : {"token", "address", "connection", "authorization"})
    if (std::none_of(result.checks.begin(), result.checks.end(),
                     [&](const Check& c) { return c.name == name; }))
      add(result, name, std::nullopt);
  for (const connector::StreamInfo& stream : streams)
    if (std::none_of(result.checks.begin(), result.checks.end(),
                     [&](const Check& c) { return c.name == stream.name; }))
      add(result, stream.name, std::nullopt);
  const auto failed =
      std::find_if(result.checks.begin(), result.checks.end(), [](const Check& c) { return c.ok == false; });
  result.ok = failed == result.checks.end();
  if (!result.ok) {
    result.code = failed->code;
    result.sentence = failed->sentence;
  }
  return result;
}

bool before_an_answer(ErrorKind kind) {
  return kind == ErrorKind::kDns || kind == ErrorKind::kConnect || kind == ErrorKind::kTls ||
         kind == ErrorKind::kTimeout || kind == ErrorKind::kBlocked || kind == ErrorKind::kCancelled;
}

std::string wait_sentence(const Error& error) {
  if (!error.retry_after) return "1Password asked to wait: too many requests came with this token.";
  return fmt::format("1Password asked to wait {}: too many requests came with this token.",
                     format_duration(*error.retry_after));
}

}  // namespace

Result<CredentialFacts> OnePassword::introspect(http_client::Client& client,
                                                const connector::DeviceContext& device,
                                                std::stop_token stop) const {
  PICKET_ASSIGN(const std::string server, server_of_spec(device.device_spec));
  if (device.secrets == nullptr)
    return fail(Error(ErrorKind::kUnauthorized, "No token yet.").with_field("secrets.device_info.api_token"));
  PICKET_ASSIGN(const crypto::Secret token, api_token(*device.secrets));
  http_client::Request request = base_request(server + "/api/v2/auth/introspect", token);
  request.limits.connect = std::chrono::seconds(8);
  request.limits.first_byte = request.limits.idle = request.limits.total = std::chrono::seconds(15);
  request.limits.max_body_bytes = 64 << 10;
  PICKET_ASSIGN(const http_client::Response response, client.fetch(std::move(request), std::move(stop)));
  if (response.status != 200) return fail(status_error(response, clock_.now()));
  PICKET_ASSIGN(CredentialFacts facts, parse_introspection(response.body));
  if (const auto claims = inspect_token(token)) {  // what the vendor does not repeat
    facts.server = claims->server;
    facts.expires_at = claims->expires_at;
    facts.last_four = claims->last_four;
    facts.fingerprint = claims->fingerprint;
    if (!facts.issued_at) facts.issued_at = claims->issued_at;
    if (facts.account_uid.empty()) facts.account_uid = claims->account_uid;
  }
  return facts;
}

TestResult OnePassword::test(http_client::Client& client, const connector::DeviceContext& device,
                             std::stop_token stop) const {
  const auto start = clock_.steady();
  TestResult result;
  const auto done = [&] {
    result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - start);
    return finish(std::move(result), streams());
  };
  const crypto::Secret empty;
  const auto claims = inspect(device.secrets == nullptr ? empty : *device.secrets);
  if (!claims) {
    const bool none = claims.error().kind == ErrorKind::kUnauthorized;
    add(result, "token", false, none ? "no_token" : "wrong_token_kind", claims.error().message);
    return done();
  }
  result.facts = *claims;
  add(result, "token", true, "", "The token is one of Events Reporting.");
  const auto server = server_of_spec(device.device_spec);
  if (!server) {
    add(result, "address", false, "invalid_input", server.error().message);
    return done();
  }
  add(result, "address", true);
  const auto facts = introspect(client, device, std::move(stop));
  if (!facts) {
    const Explanation why = explain(facts.error(), "", *claims, device.device_spec, clock_.now());
    const bool reached = !before_an_answer(facts.error().kind);
    if (reached) add(result, "connection", true, "", fmt::format("{} answers.", host_of(*server)));
    add(result, reached ? "authorization" : "connection", false, why.code, why.sentence);
    return done();
  }
  result.facts = *facts;
  add(result, "connection", true, "", fmt::format("{} answers.", host_of(*server)));
  add(result, "authorization", true, "", "1Password accepts the token.");
  check_streams(result);
  return done();
}

void OnePassword::check_streams(TestResult& result) const {
  std::string missing;
  for (const connector::StreamInfo& stream : streams()) {
    if (contains(result.facts.features, stream.name)) {
      add(result, stream.name, true);
      continue;
    }
    add(result, stream.name, false, "stream_missing",
        explain_refusal(result.facts, stream.name, result.facts.server, clock_.now()).sentence);
  }
  result.code = "receiving";
  result.sentence =
      "Connected. 1Password accepts the token for audit events, item usage and sign-in attempts.";
}

std::string OnePassword::title_of(std::string_view stream) const {
  for (const connector::StreamInfo& info : streams())
    if (info.name == stream) return info.title;
  return std::string(stream);
}

connector::Connector::Explanation OnePassword::explain_refusal(const CredentialFacts& claims,
                                                               std::string_view stream,
                                                               std::string_view server, TimePoint now) const {
  if (claims.expires_at && *claims.expires_at <= now)
    return {"token_expired",
            fmt::format("The token expired on {}. {}", date_of(*claims.expires_at), kReplace)};
  if (belongs_elsewhere(claims, server, servers()))
    return {"wrong_region", fmt::format("The token belongs to {}, the device asks {}.",
                                        host_of(claims.server), host_of(server))};
  const bool known = !claims.fingerprint.empty() || !claims.features.empty();
  if (!stream.empty() && known && !contains(claims.features, stream))
    return {
        "stream_missing",
        fmt::format(
            "{} {} missing: the token does not include {}. Issue a token with all kinds of events and "
            "replace it here.",
            title_of(stream), stream == "itemusages" ? "is" : "are", stream == "itemusages" ? "it" : "them")};
  return {"unauthorized", fmt::format("The token was revoked or expired. {}", kReplace)};
}

connector::Connector::Explanation OnePassword::explain(const Error& error, std::string_view stream,
                                                       const CredentialFacts& claims,
                                                       std::string_view device_spec, TimePoint now) const {
  const auto server = server_of_spec(device_spec);
  switch (error.kind) {
    case ErrorKind::kUnauthorized:
      if (error.http_status == 0) return {"no_token", error.message};
      [[fallthrough]];
    case ErrorKind::kForbidden:  // not documented by 1Password; it means the same
      return explain_refusal(claims, stream, server ? std::string_view(*server) : std::string_view(), now);
    case ErrorKind::kRateLimited:
      return {"rate_limited", wait_sentence(error)};
    case ErrorKind::kUnavailable:
      return {"unavailable", error.message};
    case ErrorKind::kNotFound:
      return {"not_found", error.message};
    case ErrorKind::kInvalidInput:
      if (error.http_status == 0)
        return {error.field.starts_with("secrets") ? "wrong_token_kind" : "invalid_input", error.message};
      return {"cursor_lost",
              fmt::format(
                  "{} Picket reads again from shortly before the newest event it has; nothing is doubled.",
                  error.message)};
    case ErrorKind::kDns:
      return {"dns", error.message};
    case ErrorKind::kConnect:
      return {"connect", error.message};
    case ErrorKind::kTls:
      return {"tls", error.message};
    case ErrorKind::kTimeout:
      return {"timeout", error.message};
    case ErrorKind::kBlocked:
      return {"blocked", error.message};
    case ErrorKind::kTooLarge:
    case ErrorKind::kProtocol:
      return {"protocol", error.message};
    case ErrorKind::kDiskFull:
      return {"disk_full", error.message};
    default:
      return {"internal", error.message};
  }
}

}  // namespace picket::onepassword
