#include <fmt/format.h>

#include "codec/json_writer.h"
#include "commands.h"
#include "control/control.h"
#include "terminal.h"

namespace picket::app {
namespace {

int list_users(control::Control& control, bool json) {
  auto users = control.all_users();
  if (!users) return report(users.error());
  auto organizations = control.organizations();
  if (!organizations) return report(organizations.error());
  const auto organization_name = [&](const std::string& id) {
    for (const auto& o : *organizations)
      if (o.id == id) return o.name;
    return id;
  };
  codec::JsonWriter out;
  out.begin_array();
  for (const control::User& user : *users) {
    if (json) {
      out.begin_object()
          .field("id", user.id)
          .field("email", user.email)
          .field("display_name", user.display_name)
          .field("organization", organization_name(user.organization_id))
          .field("role", user.role)
          .field("active", user.active)
          .field("factor_enrolled", user.factor_enrolled);
      out.key("last_sign_in_at");
      user.last_sign_in_at ? out.value(format_rfc3339(*user.last_sign_in_at)) : out.null();
      out.end_object();
    } else {
      fmt::print("{:<32} {:<24} {:<20} {}\n", user.email, organization_name(user.organization_id), user.role,
                 user.last_sign_in_at ? "last sign-in " + format_rfc3339_seconds(*user.last_sign_in_at) : "never signed in");
    }
  }
  out.end_array();
  if (json) fmt::print("{}\n", out.take());
  return 0;
}

int reset_factor(control::Control& control, const control::User& user, bool json) {
  auto made = control.reset_factor(user.id, {control.system_actor(), system_clock().now()});
  if (!made) return report(made.error());
  if (json) {
    codec::JsonWriter out;
    out.begin_object().field("user_id", user.id).field("totp_secret", made->totp_secret).key("recovery_codes").begin_array();
    for (const std::string& code : made->recovery_codes) out.value(code);
    out.end_array().end_object();
    fmt::print("{}\n", out.take());
    return 0;
  }
  fmt::print("{} has a new second factor; the old one, the old recovery codes and every open session are void.\n\n"
             "Scan this with an authenticator app (or type the key {}):\n\n{}\nNew recovery codes:\n\n",
             user.email, made->totp_secret, qr_code(made->otpauth_url));
  for (const std::string& code : made->recovery_codes) fmt::print("   {}\n", code);
  return 0;
}

int reset_password(control::Control& control, const control::User& user, const std::filesystem::path& file) {
  auto password = file.empty() ? ask_password() : read_password_file(file);
  if (!password) return report(password.error());
  const auto done = control.reset_password(user.id, *password, {control.system_actor(), system_clock().now()});
  if (!done) return report(done.error());
  fmt::print("{} has a new password; every open session has ended.\n", user.email);
  return 0;
}

}  // namespace

int run_user(const UserOptions& options) {
  if (!std::filesystem::exists(options.data))
    return report(Error(ErrorKind::kNotFound, fmt::format("There is no directory {}. Was it made by picket init?", options.data.string())));
  auto control = control::Control::open({.directory = options.data, .root_key_file = root_key_from_environment(), .clock = nullptr});
  if (!control) return report(control.error());
  if (options.action == UserOptions::Action::kList) return list_users(**control, options.json);
  auto user = (*control)->user_by_email(options.email);
  if (!user) return report(user.error());
  if (!*user)
    return report(Error(ErrorKind::kNotFound, fmt::format("No user has the e-mail address {}. picket user list shows all.", options.email)));
  return options.action == UserOptions::Action::kResetFactor ? reset_factor(**control, **user, options.json)
                                                             : reset_password(**control, **user, options.password_file);
}

}  // namespace picket::app
