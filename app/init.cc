#include <fmt/format.h>

#include <cstdio>

#include "base/terminal_text.h"
#include "codec/json_writer.h"
#include "commands.h"
#include "control/control.h"
#include "terminal.h"

namespace picket::app {

int report(const Error& error) {
  fmt::print(stderr, "picket: {}\n", terminal_text(error.message));
  return 1;
}

namespace {

void print_for_people(const control::Enrolment& made) {
  fmt::print(
      "Organization \"{}\" is ready, with {} as its administrator.\n\n"
      "1. Scan this with an authenticator app (or type the key {}):\n\n{}\n"
      "2. Keep these recovery codes where only you can read them. Each works once in place of the code; they are not shown "
      "again:\n\n",
      made.organization.name, made.user.email, made.totp_secret, qr_code(made.otpauth_url));
  for (const std::string& code : made.recovery_codes) fmt::print("   {}\n", code);
  fmt::print("\n3. Start Picket: picket serve --data DIR --listen 127.0.0.1:8080\n");
}

void print_json(const control::Enrolment& made) {
  codec::JsonWriter out;
  out.begin_object()
      .field("organization_id", made.organization.id)
      .field("user_id", made.user.id)
      .field("totp_secret", made.totp_secret)
      .key("recovery_codes")
      .begin_array();
  for (const std::string& code : made.recovery_codes) out.value(code);
  out.end_array().end_object();
  fmt::print("{}\n", out.take());
}

}  // namespace

int run_init(const InitOptions& options) {
  auto password = options.password_file.empty() ? ask_password() : read_password_file(options.password_file);
  if (!password) {
    report(password.error());
    return 2;
  }
  const std::string name = options.display_name.empty() ? options.email.substr(0, options.email.find('@')) : options.display_name;
  const control::NewUser administrator{.email = options.email, .display_name = name, .password = std::move(*password)};
  // Before anything is made: who corrects a slip shall not find half a data directory.
  if (const auto ok = control::check_new_organization(options.organization, administrator); !ok) {
    report(ok.error());
    return 2;
  }
  auto control = control::Control::open({.directory = options.data, .root_key_file = root_key_from_environment(), .clock = nullptr});
  if (!control) return report(control.error());
  const control::Change change{(*control)->system_actor(), system_clock().now()};
  auto made = (*control)->create_organization(options.organization, administrator, change);
  if (!made) return report(made.error());
  options.json ? print_json(*made) : print_for_people(*made);
  return 0;
}

}  // namespace picket::app
