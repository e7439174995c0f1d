#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/api.h"
#include "api/problem.h"
#include "api/resource.h"

namespace picket::api {

/// Who is asking. `token` is what proved it: a long-lived answer (live feed) asks again whether it is still
/// good.
struct Caller {
  control::Session session;
  bool by_cookie = false;
  std::string token;
  Scope scope;
  control::Change change(TimePoint at) const { return {scope.actor, at}; }
};

/// Signing in and out, and who a request comes from.
///
/// A bearer beats a cookie, also a bad one. With the cookie alone an unsafe method needs the session's CSRF
/// token, and the browser's own word (Origin, Sec-Fetch-Site) must not name another site: two nets, because
/// one may be forgotten. Threads: any. Failure: values.
class Auth {
 public:
  /// Where an organization's live feed stands; sent with the session object.
  using Position = std::function<std::string(const std::string& organization)>;
  Auth(Clock& clock, control::Control& control, const Options& options, Position position)
      : clock_(clock), control_(control), options_(options), position_(std::move(position)) {}

  /// POST /auth/v0/login: two posts of the same form, the second with the code (header x-expelinc-otp).
  http_server::Response login(const http_server::Request& request) const;
  /// POST /auth/v0/session: the console's way; answers the session object and sets the cookie.
  http_server::Response open_session(const http_server::Request& request) const;
  http_server::Response read_session(const http_server::Request& request) const;
  http_server::Response close_session(const http_server::Request& request) const;

  Answer<Caller> caller(const http_server::Request& request) const;

 private:
  struct Credentials {
    std::string username, code;
    crypto::Secret password;
  };
  static Answer<Credentials> read_credentials(const http_server::Request& request);
  Answer<control::IssuedSession> sign_in(const http_server::Request& request,
                                         control::SessionKind kind) const;
  Answer<http_server::Response> session_object(const control::Session& session) const;
  std::string cookie(const http_server::Request& request, std::string_view token, std::int64_t max_age) const;
  bool secure(const http_server::Request& request) const;
  Answer<void> check_site(const http_server::Request& request) const;

  Clock& clock_;
  control::Control& control_;
  const Options& options_;
  const Position position_;
};

/// `name=value&…` of a form body; false when an escape is broken. Hostile input.
bool parse_form(std::string_view body, http_server::Fields& out);
/// The value of a cookie in a Cookie header; empty when absent.
std::string_view cookie_value(std::string_view header, std::string_view name);

}  // namespace picket::api
