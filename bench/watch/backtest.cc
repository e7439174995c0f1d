// bench_backtest DIR [EVENTS] [DEVICES]: 60 rules, one correlation among them, over EVENTS stored audit events of DEVICES devices: events a second of
// processor time and of the clock, and how long a stop takes to be heard. A store that an earlier run left in DIR is used again.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "audit_events.h"
#include "base/clock.h"
#include "measure.h"
#include "store/open_store.h"
#include "watch/backtest.h"
#include "watch/mocks/test_connector.h"
#include "watch/watch.h"

namespace {

using namespace picket;
namespace fs = std::filesystem;

constexpr std::int64_t kStart = 1'790'000'000;

template <typename T>
T must(Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

/// 58 rules with the shapes that people write over audit events, nearly all of which match nothing; one that matches one event in 48, and a
/// correlation over it.
std::string rules() {
  std::string out;
  for (int i = 0; i < 58; ++i) {
    out += fmt::format("title: Rule {}\nlogsource: {{product: door}}\ndetection:\n    what:\n        action: [purge, export{}, delete{}]\n", i, i, i % 7);
    if (i % 3 == 0) out += fmt::format("        object_type: [vault, kind{}]\n", i);
    if (i % 5 == 0) out += fmt::format("        session.ip|cidr: 198.51.{}.0/24\n", i);
    if (i % 4 == 0) out += fmt::format("    who:\n        actor_details.email|endswith: '@corp{}.example'\n", i);
    out += fmt::format("    condition: what{}\nlevel: low\n---\n", i % 4 == 0 ? " or who" : "");
  }
  return out + "title: Granted\nname: granted\nlogsource: {product: door}\ndetection:\n    a: {action: grant, object_type: gva}\n    condition: a\n---\n"
               "title: Many grants\ncorrelation:\n    type: event_count\n    rules: [granted]\n    group-by: [actor_uuid]\n    timespan: 1h\n    condition: {gte: 3}\n";
}

std::vector<std::string> devices_of(control::Control& control, const std::string& organization, std::size_t n) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) {
    control::NewDevice device;
    device.name = fmt::format("Device {}", i);
    device.plugin_slug = "door";
    device.streams = {"entries"};
    out.push_back(must(control.create_device(organization, std::move(device), {control.system_actor(), system_clock().now()})).id);
  }
  return out;
}

void load(store::EventStore& to, const std::string& organization, const std::vector<std::string>& devices, std::size_t events) {
  const std::int64_t step = 30ll * 86'400 * 1'000'000 / static_cast<std::int64_t>(events);
  bench::AuditEvents source(11, kStart, step);
  bench::Random random(5);
  std::vector<std::vector<bench::AuditEvents::Event>> waiting(devices.size());
  for (std::size_t i = 0; i < events + devices.size(); ++i) {
    const std::size_t d = i < events ? random.below(devices.size()) : i - events;
    if (i < events) waiting[d].push_back(source.next());
    if (waiting[d].empty() || (i < events && waiting[d].size() < 250)) continue;
    std::vector<store::NewEvent> page;
    for (const auto& e : waiting[d]) {
      model::EventView view;
      view.vendor_uid = e.uid;
      view.action = e.action;
      view.actor_uid = e.actor_uid;
      view.time = from_micros(e.time_us);
      page.push_back({view, e.raw});
    }
    must(to.append({organization, devices[d], "entries"}, page, system_clock().now()));
    waiting[d].clear();
  }
  while (must(to.housekeep({}))) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "bench_backtest DIR [EVENTS] [DEVICES]\n"), 2;
  const fs::path dir = argv[1];
  const std::size_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000, n = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 20;
  fs::create_directories(dir / "events");
  const auto control = must(control::Control::open({.directory = dir, .root_key_file = {}, .clock = &system_clock(), .password_cost = crypto::kCheapPasswordCost}));
  const auto store = must(store::open_sqlite_store({.directory = dir / "events", .clock = &system_clock()}));
  auto organizations = must(control->organizations());
  std::vector<std::string> devices;
  if (organizations.empty()) {
    auto made = must(control->create_organization("Bench", {"ada@example.test", "Ada", crypto::Secret("correct horse")}, {control->system_actor(), system_clock().now()}));
    devices = devices_of(*control, made.organization.id, n);
    load(*store, made.organization.id, devices, events);
    organizations = must(control->organizations());
  }
  std::vector<std::unique_ptr<connector::Connector>> connectors;
  connectors.push_back(std::make_unique<watch::TestConnector>(std::vector<std::pair<std::string, std::string>>{{"all.yml", rules()}}));
  const connector::Registry registry(std::move(connectors));
  const auto watch = must(watch::Watch::open({system_clock(), *control, registry}, {}));
  watch::BacktestRequest request;
  request.organization_id = organizations[0].id;
  request.book = watch->ruling(request.organization_id)->book;
  for (std::uint32_t i = 0; i < request.book->entries().size(); ++i) request.rules.push_back(i);
  request.from = from_seconds(kStart);
  request.to = from_seconds(kStart + 31ll * 86'400);
  const watch::Backtest backtest({*store, *control, registry});

  bench::Meter meter;
  meter.start();
  const auto report = must(backtest.run(request, {}, {}));
  meter.stop();
  const double seen = static_cast<double>(report.progress.scanned);
  fmt::print("{{\"rules\":{},\"events\":{},\"matches\":{},\"missed\":{},\"cpu_us_per_event\":{:.3f},\"events_per_cpu_second\":{:.0f},\"events_per_second\":{:.0f}}}\n",
             request.rules.size(), report.progress.scanned, report.progress.matched, report.missed, meter.cpu() / seen * 1e6, seen / meter.cpu(), seen / meter.wall());

  std::vector<double> waits;
  for (int i = 1; i <= 10; ++i) {
    std::stop_source stop;
    double ended = 0;
    std::thread run([&] {
      static_cast<void>(backtest.run(request, {}, stop.get_token()));
      ended = bench::seconds(CLOCK_MONOTONIC);
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(30 * i));
    const double asked = bench::seconds(CLOCK_MONOTONIC);
    stop.request_stop();
    run.join();
    waits.push_back(std::max(0.0, ended - asked));
  }
  fmt::print("{{\"stop_ms_median\":{:.1f},\"stop_ms_most\":{:.1f}}}\n", bench::percentile(waits, 0.5) * 1e3, bench::percentile(waits, 1) * 1e3);
}
