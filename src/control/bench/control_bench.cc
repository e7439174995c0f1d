// What the control plane costs where it is called often: one commit a page, one batch of idle polls a second,
// sessions. Prints CPU and wall time per call; most of the system part of a commit is the kernel's own work
// in fdatasync. `control_bench [DIRECTORY]`
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <random>

#include "base/clock.h"
#include "control/control.h"
#include "crypto/digest.h"
#include "crypto/totp.h"

namespace {

using namespace picket;
using namespace picket::control;

constexpr int kDevices = 2000;

struct Cpu {
  double user = 0, system = 0;
};

Cpu cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {of(usage.ru_utime), of(usage.ru_stime)};
}

void measure(const char* what, int rounds, int calls_a_round, const std::function<void(int)>& call) {
  const Cpu before = cpu_seconds();
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < rounds; ++i) call(i);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const double n = static_cast<double>(rounds) * calls_a_round;
  const Cpu after = cpu_seconds();
  fmt::print("{:<54} {:>8.1f} us user {:>8.1f} us system {:>9.1f} us wall\n", what,
             (after.user - before.user) / n * 1e6, (after.system - before.system) / n * 1e6, wall / n * 1e6);
}

template <typename T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  return std::move(*result);
}

NewDevice new_device(int i) {
  NewDevice out;
  out.name = fmt::format("Device {}", i);
  out.location = "London";
  out.plugin_slug = "1password";
  out.device_spec = R"({"server":"https://events.1password.com"})";
  out.streams = {"auditevents", "itemusages", "signinattempts"};
  out.secrets = crypto::Secret(std::string(800, 'x'));
  out.credential = Credential{};
  return out;
}

StreamCommit next_commit(const StreamState& old, std::mt19937& random, bool idle) {
  StreamCommit out;
  out.state = old;
  out.device_epoch = 1;
  const TimePoint now = system_clock().now();
  if (!idle) out.state.cursor = std::string(120, static_cast<char>('a' + random() % 26));
  out.state.last_successful_poll_at = now;
  if (!idle) out.state.last_data_received_at = out.state.newest_event_at = now;
  PollRecord& poll = out.poll.emplace();
  poll.started_at = now;
  poll.duration_ms = 200;
  poll.pages = 1;
  poll.events = idle ? 0 : 1000;
  poll.bytes = idle ? 90 : 700'000;
  poll.outcome = "ok";
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path directory =
      argc > 1 ? std::filesystem::path(argv[1])
               : std::filesystem::temp_directory_path() / "picket-control-bench";
  std::filesystem::remove_all(directory);
  auto control = must(Control::open({.directory = directory,
                                     .root_key_file = {},
                                     .clock = nullptr,
                                     .password_cost = crypto::kCheapPasswordCost}));
  const auto made =
      must(control->create_organization("Bench", {"a@example.com", "A", crypto::Secret("password1")},
                                        {control->system_actor(), system_clock().now()}));
  const Change change{{made.user.actor_id, model::ActorType::kUser, "A"}, system_clock().now()};
  measure("create_device, with secret and 3 streams", kDevices, 1,
          [&](int i) { must(control->create_device(made.organization.id, new_device(i), change)); });
  const auto streams = must(control->all_streams());
  std::mt19937 random(7);
  const auto any = [&]() -> const StreamState& { return streams[random() % streams.size()]; };
  const auto commit = [&](const std::vector<StreamCommit>& batch,
                          const std::vector<HealthCommit>& healths = {}) {
    if (!must(control->commit(batch, healths, system_clock().now())).empty()) std::exit(1);
  };
  measure("commit of one stream, with a poll (one a page)", 1000, 1,
          [&](int) { commit({next_commit(streams[0], random, false)}); });
  measure("commit of one stream without a poll", 1000, 1, [&](int) {
    auto one = next_commit(streams[0], random, false);
    one.poll.reset();
    commit({one});
  });
  measure("commit of one stream of 6,000 at random, with a poll", 1000, 1,
          [&](int) { commit({next_commit(any(), random, false)}); });
  measure("batch of 100 idle polls at random, per stream", 300, 100, [&](int) {
    std::vector<StreamCommit> batch;
    for (int i = 0; i < 100; ++i) batch.push_back(next_commit(any(), random, true));
    commit(batch);
  });
  measure("batch of 100 idle polls in order, per stream", 300, 100, [&](int round) {
    std::vector<StreamCommit> batch;
    for (std::size_t i = 0; i < 100; ++i)
      batch.push_back(
          next_commit(streams[(static_cast<std::size_t>(round) * 100 + i) % streams.size()], random, true));
    commit(batch);
  });
  const std::string device = streams[0].device_id;
  measure("health, sentence only", 500, 1, [&](int i) {
    commit({}, {{device,
                 {model::DeviceStatus::kHealthy,
                  model::HealthLevel::kOk,
                  "receiving",
                  fmt::format("{} s ago", i),
                  {}}}});
  });
  auto session = must(control->create_session(made.user, SessionKind::kBearer, "", ""));
  measure("session from memory", 100'000, 1, [&](int) { must(control->session(session.token.reveal())); });
  measure("device", 5000, 1, [&](int) { must(control->device(made.organization.id, any().device_id)); });
  measure("device_secrets", 5000, 1, [&](int) { must(control->device_secrets(any().device_id)); });
  measure("all_devices, per device", 5, kDevices, [&](int) { must(control->all_devices()); });
  measure("all_streams, per stream", 5, 3 * kDevices, [&](int) { must(control->all_streams()); });
  measure("polls of a device", 500, 1,
          [&](int) { must(control->polls(made.organization.id, any().device_id, {})); });
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print("peak memory {} MiB, control.db {} KiB\n", usage.ru_maxrss / 1024,
             std::filesystem::file_size(directory / "control.db") / 1024);
  control.reset();
  std::filesystem::remove_all(directory);
}
