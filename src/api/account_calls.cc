#include "api/account_calls.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <span>

#include "api/body.h"
#include "api/qr.h"

namespace picket::api {
namespace {

namespace json = boost::json;
using http_server::Request;
using http_server::Response;

/// Reads members of a body that are secrets; what is wrong with them is told all at once.
class SecretReader {
 public:
  explicit SecretReader(const json::object& body) : body_(body) {}

  crypto::Secret text(std::string_view name) {
    const auto* member = body_.if_contains(json::string_view(name.data(), name.size()));
    if (member != nullptr && member->is_string() && !member->get_string().empty()) {
      const auto& value = member->get_string();
      return crypto::Secret({value.data(), value.size()});
    }
    // Codes are digits, and some clients send them as a number
    if (name == "otp" && member != nullptr && member->is_int64() && member->get_int64() >= 0)
      return crypto::Secret(fmt::format("{:06}", member->get_int64()));
    errors_.push_back(
        {400, "invalid_input", fmt::format("{} is missing. It is a text.", name), fmt::format("/{}", name), {}});
    return {};
  }
  Answer<void> done() {
    if (!errors_.empty()) return refuse(Problem(std::move(errors_)));
    return {};
  }

 private:
  const json::object& body_;
  std::vector<ApiError> errors_;
};

control::Proof proof_of(const Caller& caller, const Request& request, crypto::Secret password,
                        crypto::Secret code) {
  return {caller.session.user.email, caller.session.id, std::move(password), std::move(code),
          request.client_address};
}

/// A proof that was wrong says nothing against the session that it came by.
Problem refusal(const Error& error) {
  if (error.kind == ErrorKind::kUnauthorized)
    return ApiError{403, "wrong_credentials", error.message, {}, {}};
  return Problem(error, "");
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

}  // namespace

AccountCalls::Reply AccountCalls::change(const Caller& caller, const Request& request) const {
  const auto& type = *catalogue_.find("user_accounts");
  const auto& id = request.params.at("id");
  API_ASSIGN(const Row row, engine_.must_get(type, caller.scope, id));
  if (id != caller.scope.user_id)
    return refuse(403, "forbidden", "You can change your own account only. Ask this person to change theirs.");
  API_ASSIGN(const auto version, if_match(request));
  API_ASSIGN(const Changes changes, read_changes(type, Purpose::kChange, request.body, row));
  const auto part = [&](std::string_view name) {
    return changes.has(name) ? std::optional(changes.text(name)) : std::nullopt;
  };
  control::PersonPatch patch{part("display_name"), part("first_name"), part("last_name"), {}};
  if (changes.is_null("preferences"))
    return refuse_field("/data/attributes/preferences",
                        "preferences may not be null. An empty object forgets them.");
  if (changes.has("preferences")) patch.preferences = changes.json("preferences");
  API_ASSIGN(const control::User changed,
             parts_.control.update_user(caller.scope.organization_id, id, patch, version,
                                        caller.change(parts_.clock.now())));
  API_ASSIGN(const Row now, account_row(parts_, caller.scope, changed));
  return engine_.object(type, now);
}

AccountCalls::Reply AccountCalls::end_session(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  const auto ended =
      parts_.control.end_session_of(caller.scope.user_id, id, caller.change(parts_.clock.now()));
  if (!ended && ended.error().kind == ErrorKind::kNotFound) return refuse_missing("sign-in", id);
  if (!ended) return refuse(Problem(ended.error(), ""));
  return no_content();
}

AccountCalls::Reply AccountCalls::change_password(const Caller& caller, const Request& request) const {
  API_ASSIGN(const json::object body, read_object(request.body));
  SecretReader read(body);
  auto password = read.text("current_password"), code = read.text("otp"), wanted = read.text("new_password");
  API_TRY(read.done());
  const auto done =
      parts_.control.change_password(proof_of(caller, request, std::move(password), std::move(code)), wanted,
                                     caller.change(parts_.clock.now()));
  if (!done) return refuse(refusal(done.error()));
  return no_content();
}

AccountCalls::Reply AccountCalls::begin_factor(const Caller& caller, const Request& request) const {
  API_ASSIGN(const json::object body, read_object(request.body));
  SecretReader read(body);
  auto password = read.text("current_password"), code = read.text("otp");
  API_TRY(read.done());
  const auto offer = parts_.control.begin_factor(
      proof_of(caller, request, std::move(password), std::move(code)), caller.change(parts_.clock.now()));
  if (!offer) return refuse(refusal(offer.error()));
  const QrCode qr = qr_code(offer->otpauth_url);
  codec::JsonWriter out;
  out.begin_object().field("secret", offer->totp_secret).field("otpauth_uri", offer->otpauth_url);
  out.key("qr").begin_object().field("size", qr.size).field("path", qr.path).end_object();
  out.field("expires_at", format_rfc3339(offer->expires_at)).end_object();
  return json_response(out.take());
}

AccountCalls::Reply AccountCalls::confirm_factor(const Caller& caller, const Request& request) const {
  API_ASSIGN(const json::object body, read_object(request.body));
  SecretReader read(body);
  auto code = read.text("otp");
  API_TRY(read.done());
  const auto codes = parts_.control.confirm_factor(proof_of(caller, request, {}, std::move(code)),
                                                   caller.change(parts_.clock.now()));
  if (!codes) return refuse(refusal(codes.error()));
  codec::JsonWriter out;
  out.begin_object().key("recovery_codes").begin_array();
  for (const auto& one : *codes) out.value(one);
  out.end_array().end_object();
  return json_response(out.take());
}

}  // namespace picket::api
