#pragma once

#include "api/auth.h"
#include "api/engine.h"
#include "api/resources.h"

namespace picket::api {

/// What people change of their own account: name and preferences, sign-ins, password, second factor.
///
/// Place: routes of api.cc for people who are signed in. Password and factor ask for a fresh proof (password and code);
/// what is wrong there counts as a failed sign-in does and is answered with 403, never 401: the sign-in itself is good.
/// Threads: any. Failure: values.
class AccountCalls {
 public:
  using Request = http_server::Request;
  using Reply = Answer<http_server::Response>;

  AccountCalls(const Parts& parts, const Catalogue& catalogue, const Engine& engine)
      : parts_(parts), catalogue_(catalogue), engine_(engine) {}

  /// PATCH of one's own user_accounts object.
  Reply change(const Caller& caller, const Request& request) const;
  /// DELETE of one of one's own user_sessions.
  Reply end_session(const Caller& caller, const Request& request) const;
  Reply change_password(const Caller& caller, const Request& request) const;
  Reply begin_factor(const Caller& caller, const Request& request) const;
  Reply confirm_factor(const Caller& caller, const Request& request) const;

 private:
  Parts parts_;
  const Catalogue& catalogue_;
  const Engine& engine_;
};

}  // namespace picket::api
