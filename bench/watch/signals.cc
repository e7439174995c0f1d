// bench_watch FOLDER [SIGNALS]: a million events that all match a rule under a correlation over 10,000 groups, in pages of 1,000, each
// looked at, judged and committed to a real control database in FOLDER (on stable storage); then the time to read the windows
// back, as after a restart. Prints one JSON object a line; wall-clock and CPU of this thread.
#include <fmt/format.h>
#include <time.h>

#include <chrono>
#include <cstdlib>

#include "base/guid.h"
#include "crypto/digest.h"
#include "watch/mocks/test_connector.h"
#include "watch/watch.h"

namespace picket::bench {
namespace {

constexpr const char* kRules = R"(title: Wrong code
id: 10000000-0000-4000-8000-000000000002
name: wrong_code
logsource: {product: door}
detection:
    wrong: {kind: wrong}
    condition: wrong
level: low
---
title: Many wrong codes
id: 10000000-0000-4000-8000-000000000003
correlation:
    type: event_count
    rules: [wrong_code]
    group-by: [who]
    timespan: 10m
    condition: {gte: 200}
level: medium
)";

double cpu() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}
double wall() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

template <typename T>
T must(Result<T> result) {
  if (!result) {
    fmt::print(stderr, "{}\n", result.error().message);
    std::exit(1);
  }
  return std::move(*result);
}

int run(const char* folder, std::uint64_t total) {
  const auto control = must(control::Control::open({.directory = folder, .root_key_file = {}, .clock = nullptr, .password_cost = crypto::kCheapPasswordCost}));
  const control::Change change{control->system_actor(), system_clock().now()};
  const auto organization = must(control->create_organization("Acme", {"ada@example.test", "Ada", crypto::Secret("correct horse")}, change)).organization.id;
  control::NewDevice made;
  made.name = "Front door";
  made.plugin_slug = "door";
  made.streams = {"entries"};
  const auto device = must(control->create_device(organization, std::move(made), change));
  std::vector<std::unique_ptr<connector::Connector>> connectors;
  connectors.push_back(std::make_unique<watch::TestConnector>(std::vector<std::pair<std::string, std::string>>{{"rules.yml", kRules}}));
  const connector::Registry registry(std::move(connectors));
  auto watch = must(watch::Watch::open({system_clock(), *control, registry}, {}));
  watch::Eye eye;
  const store::StreamKey key{organization, device.id, "entries"};

  constexpr std::uint64_t kPage = 1000, kGroups = 10'000;
  const TimePoint start = system_clock().now() - std::chrono::hours(2);
  std::vector<std::string> raws(kPage);
  std::vector<store::NewEvent> page(kPage);
  std::vector<GuidBytes> ids(kPage);
  double judged_cpu = 0, committed = 0;
  const double begun = wall();
  for (std::uint64_t at = 0; at < total; at += kPage) {
    for (std::uint64_t i = 0; i < kPage; ++i) {
      const std::uint64_t n = at + i;
      raws[i] = fmt::format(R"({{"kind":"wrong","who":"person {}","n":{}}})", n % kGroups, n);
      page[i] = {};
      page[i].view.time = start + std::chrono::milliseconds(n);
      page[i].raw = raws[i];
      std::copy_n(crypto::sha256(raws[i]).begin(), ids[i].size(), ids[i].begin());
    }
    const double before = cpu();
    watch::Sight sight = watch->look(eye, organization, *registry.all()[0], "entries", page);
    auto matches = must(watch->judge(key, sight, ids));
    judged_cpu += cpu() - before;
    control::StreamCommit step;
    step.state = must(control->streams(device.id)).at(0);
    step.device_epoch = device.epoch;
    step.matches = std::move(matches);
    const double from = wall();
    must(control->commit(std::vector{step}, {}, system_clock().now()));
    committed += wall() - from;
  }
  const double took = wall() - begun;
  fmt::print(R"({{"signals":{},"groups":{},"durable_per_s":{:.0f},"look_and_judge_us":{:.2f},"commit_us":{:.2f}}})" "\n", total, kGroups,
             static_cast<double>(total) / took, judged_cpu / static_cast<double>(total) * 1e6, committed / static_cast<double>(total) * 1e6);
  watch->forget(organization);
  const double from = wall();
  watch::Sight sight = watch->look(eye, organization, *registry.all()[0], "entries", std::span(page).first(1));
  must(watch->judge(key, sight, std::span(ids).first(1)));
  fmt::print(R"({{"windows_read_back_s":{:.2f}}})" "\n", wall() - from);
  return 0;
}

}  // namespace
}  // namespace picket::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "bench_watch FOLDER [SIGNALS]\n");
    return 2;
  }
  return picket::bench::run(argv[1], argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000);
}
