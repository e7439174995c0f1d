// What the engine itself costs: full pages into a store that forgets, and empty polls of a fleet of 2,000 devices, with a
// vendor that costs nothing. CPU time of the process, so run it alone for steady numbers.
//
//   build/release/src/ingest/engine_bench
#include <sys/resource.h>

#include <chrono>
#include <cstdio>

#include "base/clock.h"
#include "ingest/tests/harness.h"

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// One page of a thousand records again and again, each time under a new cursor.
void full_pages() {
  constexpr int kPages = 1000;
  Harness h;
  h.control.add_device("d", {"a"}, h.clock.now() - 24h);
  h.vendor.streams["a"];
  std::string records;
  for (int i = 0; i < 1000; ++i) records += fmt::format("NZQDG4W5LLTZQLI3N4FVU{:05}|{}\n", i, to_micros(h.clock.now()));
  int page = 0;
  h.answer = [&](const http_client::Request& r) -> std::optional<Result<http_client::Response>> {
    if (r.url.ends_with("whoami")) return h.truth(r);
    ++page;
    return Harness::status(200, fmt::format("c{}|{}\n", page, page < kPages ? 1 : 0) + records);
  };
  h.store.forget = true;
  h.start();
  h.clock.advance(1s);
  const double before = cpu_seconds();
  h.settle();
  const double used = cpu_seconds() - before;
  std::printf("full pages: %d pages, %.3f us of CPU an event (with the toy's reader and normaliser)\n", page,
              used * 1e6 / (page * 1000.0));
}

void empty_polls() {
  constexpr int kDevices = 2000;
  Harness h;
  for (int i = 0; i < kDevices; ++i) {
    auto& row = h.control.add_device(fmt::format("d{:05}", i), {"a", "b", "c"}, h.clock.now() - 24h);
    row.account_uid = "acc-1";
  }
  for (const char* s : {"a", "b", "c"}) h.vendor.streams[s];
  h.start();
  h.run(120s, 50ms);
  const auto polls = h.http.sent;
  const double before = cpu_seconds();
  h.run(300s, 50ms);
  const double used = cpu_seconds() - before;
  std::printf("empty polls: %llu polls, %.1f us of CPU a poll (with the fakes)\n",
              static_cast<unsigned long long>(h.http.sent - polls), used * 1e6 / static_cast<double>(h.http.sent - polls));
}

}  // namespace
}  // namespace picket::ingest

int main() {
  picket::ingest::full_pages();
  picket::ingest::empty_polls();
}
