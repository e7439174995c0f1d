#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "commands.h"
#include "compose.h"
#include "control/control.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/totp.h"
#include "demo_devices.h"
#include "onepassword_simulator/simulator.h"
#include "runtime/signals.h"

namespace picket::app {
namespace {

constexpr const char* kEmail = "ada@example.test";

/// A directory of our own that is removed at the end, or the one that was asked for.
class DemoDirectory {
 public:
  static Result<DemoDirectory> make(const std::filesystem::path& wanted) {
    if (!wanted.empty()) return DemoDirectory(wanted, false);
    std::string name = (std::filesystem::temp_directory_path() / "picket-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      return fail(ErrorKind::kUnavailable, "No directory for the demo could be made in the system's temporary directory. Name one with --data.");
    return DemoDirectory(name, true);
  }
  DemoDirectory(DemoDirectory&& other) noexcept : path_(std::move(other.path_)), ours_(std::exchange(other.ours_, false)) {}
  DemoDirectory& operator=(DemoDirectory&&) = delete;
  ~DemoDirectory() {
    std::error_code ignored;
    if (ours_) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  DemoDirectory(std::filesystem::path path, bool ours) : path_(std::move(path)), ours_(ours) {}
  std::filesystem::path path_;
  bool ours_;
};

struct People {
  control::Enrolment enrolment;
  std::string password;
};

Result<People> make_people(const std::filesystem::path& data) {
  PICKET_ASSIGN(auto control, control::Control::open({.directory = data, .root_key_file = root_key_from_environment(), .clock = nullptr}));
  PICKET_ASSIGN(const auto existing, control->organizations());
  if (!existing.empty())
    return fail(ErrorKind::kConflict, fmt::format("{} is in use already. Serve it with: picket serve --data {}", data.string(), data.string()));
  People people;
  people.password = crypto::random_text(12);
  PICKET_ASSIGN(people.enrolment,
                control->create_organization("Quist & Lind Instruments",
                                             {.email = kEmail, .display_name = "Ada Quist", .password = crypto::Secret(people.password)},
                                             {control->system_actor(), system_clock().now()}));
  return people;
}

std::string code_now(const People& people) {
  const crypto::Secret seed(crypto::base32_decode(people.enrolment.totp_secret).value_or(""));
  return crypto::totp_code(seed, crypto::totp_step(system_clock().now()));
}

void print_sign_in(const People& people, const std::string& url, const onepassword_simulator::Simulator& vendor) {
  fmt::print(
      "Picket is ready at {}\n\n"
      "Sign in\n"
      "  Email          {}\n"
      "  Password       {}\n"
      "  One-time code  {}   (30 s; press Enter here for a fresh one, or use a recovery code)\n\n"
      "Recovery codes, each works once in place of the one-time code:\n",
      url, people.enrolment.user.email, people.password, code_now(people));
  for (std::size_t i = 0; i < people.enrolment.recovery_codes.size(); i += 2)
    fmt::print("  {}{}\n", people.enrolment.recovery_codes[i],
               i + 1 < people.enrolment.recovery_codes.size() ? "    " + people.enrolment.recovery_codes[i + 1] : "");
  fmt::print(
      "\nThen connect the simulated 1Password account: Organization Settings > Security Devices > Add Security Device\n"
      "  Name, Location  as you like\n"
      "  API token       {}\n"
      "  Server address  {}\n\n"
      "Everything is on this machine and gone when you stop it (Ctrl+C).\n",
      vendor.token(), vendor.base_url());
  std::fflush(stdout);
}

/// A fresh code for each Enter, until `stop`.
void offer_codes(const People& people, std::stop_token stop) {
  if (isatty(STDIN_FILENO) == 0) return;
  while (!stop.stop_requested()) {
    pollfd in{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    if (poll(&in, 1, 200) <= 0) continue;
    char line[256];
    if (read(STDIN_FILENO, line, sizeof line) <= 0) return;
    fmt::print("One-time code  {}\n", code_now(people));
    std::fflush(stdout);
  }
}

Result<std::unique_ptr<onepassword_simulator::Simulator>> start_vendor(const DemoOptions& options) {
  onepassword_simulator::Options sim;
  sim.host = "127.0.0.1";
  sim.events = 4000;
  sim.seed = 7;
  sim.rate = options.rate;
  sim.latency = std::chrono::milliseconds(40);
  sim.history = std::chrono::hours(24 * 14);
  name_itself(sim);
  return onepassword_simulator::Simulator::start(sim);
}

/// The wanted port, or any free one when that is taken: a demo should start.
Result<std::unique_ptr<Program>> start_program(ServeOptions options) {
  auto program = Program::start(options);
  if (program || program.error().kind != ErrorKind::kConflict) return program;
  options.listen = "127.0.0.1:0";
  return Program::start(options);
}

}  // namespace

int run_demo(const DemoOptions& options) {
  const auto at = parse_host_port(options.listen);
  if (!at || !is_loopback_host(at->host)) {
    report(at ? Error(ErrorKind::kInvalidInput, "The demo listens on this machine alone: 127.0.0.1.") : at.error());
    return 2;
  }
  obs::LogOptions log;
  log.level = obs::Level::kWarn;
  if (const auto ok = obs::configure_log(log); !ok) return report(ok.error());
  auto directory = DemoDirectory::make(options.data);
  if (!directory) return report(directory.error());
  auto people = make_people(directory->path());
  if (!people) return report(people.error());
  auto vendor = start_vendor(options);
  if (!vendor) return report(vendor.error());
  ServeOptions serve;
  serve.data = directory->path();
  serve.listen = options.listen;
  serve.poll_interval = std::chrono::seconds(5);
  serve.allow_device_servers = {(*vendor)->base_url()};
  serve.egress_addresses = {"127.0.0.1"};
  std::vector<DemoDevice> devices;
  if (options.connected || options.every_state)
    devices.push_back({.name = "1Password", .location = "Stockholm", .server = (*vendor)->base_url(), .token = (*vendor)->token()});
  EveryState odd;
  if (options.every_state) {
    auto made = every_state();
    if (!made) return report(made.error());
    odd = std::move(*made);
    std::move(odd.devices.begin(), odd.devices.end(), std::back_inserter(devices));
    for (const auto& device : devices) serve.allow_device_servers.push_back(device.server);
  }
  if (const auto ok = add_devices(serve.data, people->enrolment, devices); !ok) return report(ok.error());
  auto program = start_program(serve);
  if (!program) return report(program.error());
  print_sign_in(*people, (*program)->base_url(), **vendor);
  {
    const std::jthread codes([&](std::stop_token stop) { offer_codes(*people, stop); });
    runtime::wait_for_stop_signal();
  }
  (*program)->stop();
  (*vendor)->stop();
  if (odd.vendor) odd.vendor->stop();
  return 0;
}

}  // namespace picket::app
