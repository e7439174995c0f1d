#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "commands.h"
#include "completion.h"
#include "runtime/signals.h"

namespace picket::app {
namespace {

constexpr int kWrongUse = 2;

struct Commands {
  ServeOptions serve;
  std::filesystem::path config;
  std::string interval;
  DemoOptions demo;
  InitOptions init;
  UserOptions user;
  SimOptions sim;
  RulesCheckOptions check;
  RulesTestOptions test;
  RulesMatchOptions match;
  std::string quota = "on";
  bool version_json = false;
  std::string shell;
};

CLI::App* add_serve(CLI::App& app, Commands& c) {
  CLI::App* serve = app.add_subcommand("serve", "Run the workbench: poll devices, keep events, serve the console and the API");
  serve->add_option("--config", c.config, "TOML file; the command line wins over it")->check(CLI::ExistingFile);
  serve->add_option("--data", c.serve.data, "Directory that holds everything Picket keeps");
  serve->add_option("--listen", c.serve.listen, "Address and port to listen on (default 127.0.0.1:8080; port 0 takes any free one)");
  serve->add_option("--poll-interval", c.interval, "How often each stream is asked for news, 1s to 24h (default 60s)");
  serve->add_option("--allow-device-server", c.serve.allow_device_servers,
                    "A further vendor server that devices may name (exact scheme, host and port; exempt from the address rules). Repeatable");
  serve->add_option("--vendor-rate", c.serve.vendor_rate, "Requests a minute for each vendor credential, with 50 times as many an hour (default 600; 0 = no limit)");
  serve->add_option("--rules", c.serve.rules, "Folder or file of Sigma rules besides those that come with Picket; changes are in force within seconds. Repeatable");
  serve->add_option("--placeholders", c.serve.placeholders, "YAML file with the values that the modifier expand fills in, a list a name; changes are in force within seconds");
  serve->add_option("--ca-file", c.serve.ca_file, "Further certificates to trust for outgoing requests (PEM)")->check(CLI::ExistingFile);
  serve->add_option("--proxy", c.serve.proxy, "Proxy for outgoing requests: http://, https:// or socks5h://; loopback servers are called directly");
  serve->add_option("--tls-cert", c.serve.tls_cert, "Certificate chain of this server (PEM)")->check(CLI::ExistingFile);
  serve->add_option("--tls-key", c.serve.tls_key, "Its private key (PEM)")->check(CLI::ExistingFile);
  serve->add_option("--public-url", c.serve.public_url, "Where people reach this server, for example https://picket.example.com");
  serve->add_option("--trusted-proxy", c.serve.trusted_proxies, "Reverse proxy whose X-Forwarded headers count (address or CIDR). Repeatable");
  return serve;
}

CLI::App* add_sim(CLI::App& app, Commands& c) {
  CLI::App* sim = app.add_subcommand("sim", "Simulated vendors, for trying things out and for tests");
  sim->require_subcommand(1);
  CLI::App* onepassword = sim->add_subcommand("onepassword", "A simulated 1Password account with an Events API");
  onepassword->add_option("--listen", c.sim.listen, "Address and port (default: any free port on 127.0.0.1)");
  onepassword->add_option("--events", c.sim.events, "Events that each stream holds at the start (default 1000)");
  onepassword->add_option("--seed", c.sim.seed, "Same seed, same events (default 1)");
  onepassword->add_option("--rate", c.sim.rate, "New events a second (default 1; 0 = none)");
  onepassword->add_option("--latency", c.sim.latency_ms, "Milliseconds before each answer");
  onepassword->add_option("--quota", c.quota, "600 requests a minute and 30,000 an hour: on or off")->check(CLI::IsMember({"on", "off"}));
  onepassword->add_option("--accounts", c.sim.accounts, "Accounts, each with its own token (default 1)");
  onepassword->add_option("--faults", c.sim.faults, "Plan of faults (JSON), see the simulator's README")->check(CLI::ExistingFile);
  onepassword->add_option("--ledger", c.sim.ledger, "Writes every event that exists, and every page sent, to this file");
  onepassword->add_option("--tls-cert", c.sim.tls_cert, "Serve https with this certificate (PEM)")->check(CLI::ExistingFile);
  onepassword->add_option("--tls-key", c.sim.tls_key, "Its private key (PEM)")->check(CLI::ExistingFile);
  return onepassword;
}

void add_user(CLI::App& app, Commands& c) {
  CLI::App* user = app.add_subcommand("user", "See and repair user accounts (while the server is stopped)");
  user->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, UserOptions::Action action) {
    CLI::App* sub = user->add_subcommand(name, text);
    sub->add_option("--data", c.user.data, "Data directory")->required();
    sub->add_flag("--json", c.user.json, "Print JSON");
    sub->callback([&c, action] { c.user.action = action; });
    return sub;
  };
  add("list", "Every user with organization, role and last sign-in", UserOptions::Action::kList);
  CLI::App* password = add("reset-password", "Set a new password; ends the user's sessions", UserOptions::Action::kResetPassword);
  password->add_option("--email", c.user.email, "Whose")->required();
  password->add_option("--password-file", c.user.password_file, "File with the new password; without it you are asked")->check(CLI::ExistingFile);
  CLI::App* factor = add("reset-factor", "New authenticator key and recovery codes; ends the user's sessions", UserOptions::Action::kResetFactor);
  factor->add_option("--email", c.user.email, "Whose")->required();
}

CLI::App* add_rules(CLI::App& app, Commands& c) {
  CLI::App* rules = app.add_subcommand("rules", "Sigma rules: check them, or run them over events in a file");
  rules->require_subcommand(1);
  CLI::App* check = rules->add_subcommand("check", "Read rules and say what is wrong with them, with file, line and column");
  check->add_option("path", c.check.paths, "Rule files, or folders of them")->required();
  const std::string filled = "YAML file with the values that the modifier expand fills in, a list a name";
  check->add_option("--placeholders", c.check.placeholders, filled);
  CLI::App* test = rules->add_subcommand("test", "Try the examples that rules give of themselves");
  test->add_option("path", c.test.paths, "Rule files, or folders of them")->required();
  test->add_option("--placeholders", c.test.placeholders, filled);
  test->add_flag("--json", c.test.json, "The outcome as JSON on standard output");
  CLI::App* match = rules->add_subcommand("match", "Print a line for each event that a rule matches");
  match->add_option("--rules", c.match.rules, "Rule files, or folders of them. Repeatable")->required();
  match->add_option("--placeholders", c.match.placeholders, filled);
  match->add_option("--events", c.match.events, "Events, one JSON object a line")->required();
  match->add_option("--logsource", c.match.log_source, "What the events are, for example product=aws,service=cloudtrail; without it every rule is tried");
  match->add_option("--time-field", c.match.time_field, "Field with the time of an event (epoch seconds or RFC 3339); without it the order of the file counts");
  match->add_flag("--json", c.match.json, "JSON lines on a terminal, too");
  return rules;
}

/// Command line over configuration file: read the file into defaults, then parse the command line again on top.
int serve_with_config(Commands& c, int argc, char** argv) {
  if (!c.config.empty()) {
    Commands fresh;
    if (const auto ok = read_config(c.config, fresh.serve); !ok) {
      report(ok.error());
      return kWrongUse;
    }
    CLI::App again("picket");
    add_serve(again, fresh);
    again.allow_extras();
    again.parse(argc, argv);
    c.serve = fresh.serve;
    c.interval = fresh.interval;
  }
  if (!c.interval.empty()) {
    const auto parsed = parse_interval(c.interval);
    if (!parsed) {
      report(Error(ErrorKind::kInvalidInput, "--poll-interval: " + parsed.error().message));
      return kWrongUse;
    }
    c.serve.poll_interval = *parsed;
  }
  return run_serve(c.serve);
}

int run(int argc, char** argv) {
  CLI::App app("Picket: an open, self-hosted security workbench");
  app.name("picket");
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of every command");
  Commands c;
  CLI::App* serve = add_serve(app, c);

  CLI::App* demo = app.add_subcommand("demo", "Try it: a fresh organization and a simulated 1Password account, on this machine alone");
  demo->add_option("--listen", c.demo.listen, "Address and port (default 127.0.0.1:8080, or any free port when that is taken)");
  demo->add_option("--data", c.demo.data, "Keep the demo's data in this directory (default: a fresh one, removed at the end)");
  demo->add_option("--rate", c.demo.rate, "New events a second (default 0.5)");
  demo->add_flag("--connected", c.demo.connected, "Start with the simulated account connected already");
  demo->add_flag("--every-state", c.demo.every_state, "Start with a device in each state: healthy, unauthorised, asked to wait, paused …");

  CLI::App* init = app.add_subcommand("init", "Make a data directory (or one more organization in it) with its first administrator");
  init->add_option("--data", c.init.data, "Data directory")->required();
  init->add_option("--organization", c.init.organization, "Name of the organization")->required();
  init->add_option("--email", c.init.email, "E-mail address of the administrator")->required();
  init->add_option("--name", c.init.display_name, "Name of the administrator (default: from the e-mail address)");
  init->add_option("--password-file", c.init.password_file, "File with the password; without it you are asked")->check(CLI::ExistingFile);
  init->add_flag("--json", c.init.json, "Print one JSON object instead of sentences");

  add_user(app, c);
  CLI::App* sim = add_sim(app, c);
  CLI::App* rules = add_rules(app, c);
  CLI::App* version = app.add_subcommand("version", "Print the version");
  version->add_flag("--json", c.version_json, "Print JSON");
  CLI::App* completion = app.add_subcommand("completion", "Print shell completion: picket completion bash > /etc/bash_completion.d/picket");
  completion->add_option("shell", c.shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kWrongUse;
  }
  if (*serve) return serve_with_config(c, argc, argv);
  if (*demo) return run_demo(c.demo);
  if (*init) return run_init(c.init);
  if (*version) return run_version(c.version_json);
  if (*completion) return print_completion(app, c.shell);
  if (*rules && rules->got_subcommand("check")) return run_rules_check(c.check);
  if (*rules) return rules->got_subcommand("test") ? run_rules_test(c.test) : run_rules_match(c.match);
  if (*sim) {
    c.sim.quota = c.quota == "on";
    return run_sim_onepassword(c.sim);
  }
  return run_user(c.user);
}

}  // namespace
}  // namespace picket::app

int main(int argc, char** argv) {
  umask(0077);
  const rlimit no_core{0, 0};  // a core file would hold decrypted credentials
  setrlimit(RLIMIT_CORE, &no_core);
  if (sodium_init() < 0) return 1;
  picket::runtime::block_stop_signals();
  try {
    return picket::app::run(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "picket: %s\n", e.what());
    return 1;
  }
}
