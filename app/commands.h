#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "detect/placeholders.h"
#include "options.h"

namespace picket::onepassword_simulator {
struct Options;
}

namespace picket::detect {
struct Problem;
}

/// One function a subcommand. Each returns the exit code: 0 done, 1 failed (the sentence is on standard error), 2 wrong use.
namespace picket::app {

int run_serve(const ServeOptions& options);

struct DemoOptions {
  std::string listen = "127.0.0.1:8080";
  std::filesystem::path data;  ///< empty: a fresh directory that is removed at the end
  bool connected = false;      ///< the simulated account is connected already
  bool every_state = false;    ///< and so is a device for each state that takes neither hours nor a full disk
  double rate = 0.5;           ///< new events a second
};
int run_demo(const DemoOptions& options);

struct InitOptions {
  std::filesystem::path data;
  std::string organization, email, display_name;
  std::filesystem::path password_file;
  bool json = false;
};
int run_init(const InitOptions& options);

struct UserOptions {
  enum class Action { kList, kResetPassword, kResetFactor } action = Action::kList;
  std::filesystem::path data;
  std::string email;
  std::filesystem::path password_file;
  bool json = false;
};
int run_user(const UserOptions& options);

struct SimOptions {
  std::string listen = "127.0.0.1:0";
  std::uint64_t events = 1000;
  std::uint64_t seed = 1;
  double rate = 1;
  int latency_ms = 0;
  bool quota = true;
  int accounts = 1;
  std::filesystem::path faults, ledger;
  std::string tls_cert, tls_key;
};
int run_sim_onepassword(const SimOptions& options);

/// On plain loopback a simulated vendor's tokens name its own address, so that pasting one proposes the right server; takes a
/// free port when none is set.
void name_itself(onepassword_simulator::Options& options);

/// What fills placeholders; nothing without a file. An error tells file, line and column.
Result<detect::Placeholders> placeholders_from(const std::filesystem::path& file);

struct RulesCheckOptions {
  std::vector<std::filesystem::path> paths;
  std::filesystem::path placeholders;  ///< a file, see detect/placeholders.h; empty: none
};
/// Reads rules and says what is wrong with them. 1: some rule is refused; 2: a path cannot be read.
int run_rules_check(const RulesCheckOptions& options);

struct RulesTestOptions {
  std::vector<std::filesystem::path> paths;
  std::filesystem::path placeholders;
  bool json = false;
};
/// Tries the examples of rules. 1: some example does not come out as it should, or a rule is refused; 2: a path cannot be read, or
/// no rule can be used.
int run_rules_test(const RulesTestOptions& options);

struct RulesMatchOptions {
  std::vector<std::filesystem::path> rules;
  std::filesystem::path placeholders;
  std::filesystem::path events;  ///< JSON, one object a line
  std::string log_source;        ///< "product=aws,service=cloudtrail"; empty: every rule is tried on every event
  std::string time_field;        ///< empty: the order of the file is the order of time
  bool json = false;             ///< JSON lines also on a terminal
};
/// Runs rules over events, one line on standard output for each event and rule. 2: the input cannot be used.
int run_rules_match(const RulesMatchOptions& options);

int run_version(bool json);

/// Each problem with its line and a caret, on standard error. Gives how many were errors.
std::size_t print_problems(const std::vector<detect::Problem>& problems);

/// Says an error on standard error and gives exit code 1.
int report(const Error& error);

}  // namespace picket::app
