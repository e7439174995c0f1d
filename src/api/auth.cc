#include "api/auth.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/engine.h"
#include "api/live.h"
#include "base/strings.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "http_server/target.h"
#include "obs/metrics.h"

namespace picket::api {
namespace {

using http_server::Request;
using http_server::Response;

constexpr std::string_view kCookie = "picket_session";
/// The same whether the account exists, the password is right, or nothing was sent at all.
constexpr std::string_view kCodeNeeded =
    "Sign-in needs the six-digit code of your authenticator app. Send the same request again with the code "
    "in the header x-expelinc-otp.";

tl::unexpected<Problem> code_needed() {
  return refuse(401, "code_needed", std::string(kCodeNeeded));
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* member = object.if_contains(boost::json::string_view(name.data(), name.size()));
  if (member == nullptr) return {};
  if (member->is_string()) return std::string(member->get_string());
  if (member->is_int64()) return fmt::format("{:06}", member->get_int64());
  return {};
}

/// An object by its first letter, or said to be JSON. An empty body is a form without fields, whatever it is
/// said to be.
bool is_json(const Request& request, std::string_view body) {
  if (body.empty()) return false;
  if (body.front() == '{') return true;
  const auto* said = request.header("content-type");
  if (said == nullptr) return false;
  const auto type = to_lower(trim(std::string_view(*said).substr(0, said->find(';'))));
  return type == "application/json" || type.ends_with("+json");
}

bool is_unsafe(std::string_view method) {
  return method != "GET" && method != "HEAD" && method != "OPTIONS";
}

std::string first_characters(std::string_view text, std::size_t most) {
  text = text.substr(0, 4 * most);
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (begins && count++ == most) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

std::string_view authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find('/'));
}

}  // namespace

bool parse_form(std::string_view body, http_server::Fields& out) {
  // A form is what stands behind the question mark of an address; the server's reader of those is the strict
  // one
  const auto target = http_server::parse_target(std::string("/?").append(trim(body)));
  if (!target) return false;
  out = target->query;
  return true;
}

std::string_view cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const auto pair = trim(header.substr(0, end));
    header.remove_prefix(std::min(end + 1, header.size()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) return pair.substr(equals + 1);
  }
  return {};
}

Answer<Auth::Credentials> Auth::read_credentials(const Request& request) {
  Credentials out;
  const auto* header = request.header("x-expelinc-otp");
  if (header != nullptr) out.code = std::string(trim(*header));
  const auto body = trim(request.body);
  std::string grant = "password", password;
  bool readable = true;
  if (is_json(request, body)) {
    const auto tree = codec::parse_json(body, {16 * 1024, 4});
    // Says nothing of any account, so it may be said before a code is asked for. What the reader found is
    // left out: it may quote the body, and a password stands there.
    if (!tree || !tree->is_object())
      return refuse(400, "invalid_input",
                    "The body is not readable as JSON. Send an object such as "
                    R"({"username":"…","password":"…","otp":"…"}, or a form.)");
    const auto& object = tree->get_object();
    out.username = text_of(object, "username");
    password = text_of(object, "password");
    if (out.code.empty()) out.code = text_of(object, "otp");
  } else {
    http_server::Fields fields;
    readable = parse_form(body, fields);
    for (const auto& [name, value] : fields) {
      if (name == "username") out.username = value;
      if (name == "password") password = value;
      if (name == "otp" && out.code.empty()) out.code = value;
      if (name == "grant_type") grant = value;
    }
  }
  out.password = crypto::Secret(password);
  std::fill(password.begin(), password.end(), '\0');
  if (out.code.empty()) return code_needed();
  if (!readable) return refuse(400, "invalid_input", "The body is neither JSON nor a form.");
  if (grant != "password")
    return refuse(400, "unsupported_grant_type", "The only grant_type is \"password\".");
  return out;
}

Answer<control::IssuedSession> Auth::sign_in(const Request& request, control::SessionKind kind) const {
  auto credentials = read_credentials(request);
  if (!credentials) {
    // A first post without the code is half of every good sign-in: judged by nobody, counted nowhere
    return refuse(credentials.error());
  }
  auto user = control_.authenticate(credentials->username, credentials->password, credentials->code,
                                    request.client_address);
  static auto& good =
      obs::counter("picket_sign_ins_total", "Attempts to sign in with a code.", {{"outcome", "ok"}});
  static auto& bad =
      obs::counter("picket_sign_ins_total", "Attempts to sign in with a code.", {{"outcome", "refused"}});
  (user ? good : bad).add();
  if (!user) return refuse(Problem(user.error(), ""));
  const auto* agent = request.header("user-agent");
  API_ASSIGN(control::IssuedSession issued,
             control_.create_session(*user, kind, request.client_address,
                                     agent != nullptr ? first_characters(*agent, 300) : ""));
  return issued;
}

Response Auth::login(const Request& request) const {
  const auto issued = sign_in(request, control::SessionKind::kBearer);
  if (!issued) return render(issued.error());
  const auto& session = issued->session;
  const auto seconds = [](auto duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  };
  codec::JsonWriter out;
  out.begin_object().field("access_token", issued->token.reveal());
  out.field("created_at", static_cast<std::int64_t>(seconds(session.created_at.time_since_epoch())));
  out.field("expires_in", static_cast<std::int64_t>(seconds(session.expires_at - clock_.now())));
  out.field("token_type", "bearer").field("user_id", session.user.id).field("username", session.user.email);
  out.field("role", session.user.role)
      .field("organization_id", session.user.organization_id)
      .field("realm", "public");
  out.end_object();
  return json_response(out.take());
}

bool Auth::secure(const Request& request) const {
  return request.https || options_.public_url.starts_with("https://");
}

std::string Auth::cookie(const Request& request, std::string_view token, std::int64_t max_age) const {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", kCookie, token, max_age,
                     secure(request) ? "; Secure" : "");
}

Answer<Response> Auth::session_object(const control::Session& session) const {
  const std::string position = position_(session.user.organization_id);
  API_ASSIGN(const std::string preferences, control_.preferences(session.user.id));
  codec::JsonWriter out;
  const auto& user = session.user;
  out.begin_object().key("user").begin_object().field("id", user.id).field("email", user.email);
  out.key("display_name");
  or_null(user.display_name).write(out);
  out.field("actor_id", user.actor_id).key("preferences").raw(preferences).end_object();
  out.key("organization")
      .begin_object()
      .field("id", user.organization_id)
      .field("name", session.organization_name)
      .end_object();
  out.field("role", user.role).field("csrf_token", session.csrf_token);
  out.field("expires_at", format_rfc3339(session.expires_at));
  out.key("server").begin_object().field("version", options_.version).key("egress_addresses").begin_array();
  for (const auto& address : options_.egress_addresses) out.value(address);
  out.end_array().key("feedback_address");
  or_null(options_.feedback_address).write(out);
  out.key("public_url");
  or_null(options_.public_url).write(out);
  out.field("time", format_rfc3339(clock_.now())).end_object().end_object();
  auto response = json_response(out.take());
  response.headers.emplace_back(kPositionHeader, position);
  return response;
}

Answer<void> Auth::check_site(const Request& request) const {
  const auto refusal = [] {
    return refuse(403, "cross_site", "This request comes from another web site and was refused.");
  };
  const auto* fetch_site = request.header("sec-fetch-site");
  if (fetch_site != nullptr && *fetch_site != "same-origin" && *fetch_site != "none") return refusal();
  const auto* origin = request.header("origin");
  if (origin == nullptr) return {};
  const auto authority = authority_of(*origin);
  const auto* host = request.header("host");
  const bool ours =
      !authority.empty() && ((host != nullptr && equals_ignoring_case(authority, *host)) ||
                             equals_ignoring_case(authority, authority_of(options_.public_url)));
  if (!ours) return refusal();
  return {};
}

Response Auth::open_session(const Request& request) const {
  if (const auto fine = check_site(request); !fine) return render(fine.error());
  const auto issued = sign_in(request, control::SessionKind::kCookie);
  if (!issued) return render(issued.error());
  auto response = session_object(issued->session);
  if (!response) return render(response.error());
  const auto left =
      std::chrono::duration_cast<std::chrono::seconds>(issued->session.expires_at - clock_.now());
  response->headers.emplace_back("set-cookie", cookie(request, issued->token.reveal(), left.count()));
  return std::move(*response);
}

Response Auth::read_session(const Request& request) const {
  const auto who = caller(request);
  if (!who) return render(who.error());
  auto response = session_object(who->session);
  return response ? std::move(*response) : render(response.error());
}

Response Auth::close_session(const Request& request) const {
  const auto who = caller(request);
  if (!who) return render(who.error());
  if (const auto ended = control_.end_session(who->session.id); !ended)
    return render(Problem(ended.error(), ""));
  Response response;
  response.status = 204;
  response.headers.emplace_back("set-cookie", cookie(request, "", 0));
  return response;
}

Answer<Caller> Auth::caller(const Request& request) const {
  const auto unauthorized = [] {
    return refuse(401, "unauthorized", "You are not signed in, or your sign-in has ended. Sign in again.");
  };
  Caller out;
  constexpr std::string_view kBearer = "bearer ";
  const auto* authorization = request.header("authorization");
  if (authorization != nullptr && to_lower(authorization->substr(0, kBearer.size())) == kBearer) {
    out.token = std::string(trim(std::string_view(*authorization).substr(kBearer.size())));
  } else {
    for (const auto& [name, value] : request.headers)
      if (out.token.empty() && equals_ignoring_case(name, "cookie"))
        out.token = std::string(cookie_value(value, kCookie));
    out.by_cookie = true;
  }
  if (out.token.empty() || out.token.size() > 512) return unauthorized();
  API_ASSIGN(std::optional<control::Session> session, control_.session(out.token));
  const auto kind = out.by_cookie ? control::SessionKind::kCookie : control::SessionKind::kBearer;
  if (!session || session->kind != kind) return unauthorized();
  if (out.by_cookie && is_unsafe(request.method)) {
    API_TRY(check_site(request));
    const auto* csrf = request.header("x-csrf-token");
    if (csrf == nullptr || session->csrf_token.empty() ||
        !crypto::constant_time_equal(*csrf, session->csrf_token))
      return refuse(403, "csrf",
                    "The header x-csrf-token is missing or out of date. Read /auth/v0/session again and "
                    "repeat the request.");
  }
  const auto& user = session->user;
  out.scope = {
      user.organization_id,
      {user.actor_id, model::ActorType::kUser, user.display_name.empty() ? user.email : user.display_name},
      request.cancelled,
      user.id,
      session->id};
  out.session = std::move(*session);
  return out;
}

}  // namespace picket::api
