// How many events a second one core renders, and how many a client gets, plain and over TLS:
//   onepassword_simulator_bench [--events N] [--tls CERT KEY]
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstring>

#include "http_server/tests/test_client.h"
#include "onepassword_simulator/event_log.h"
#include "onepassword_simulator/simulator.h"

using namespace picket;
using namespace picket::onepassword_simulator;

namespace {

double cpu_seconds(int who) {
  rusage usage;
  getrusage(who, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void render(std::uint64_t events) {
  const auto timeline =
      std::make_shared<const Timeline>(1, events, from_seconds(1'795'000'000), std::chrono::hours(144));
  for (std::size_t i = 0; i < kStreams; ++i) {
    const auto generator = std::make_shared<const Generator>(1, 0, timeline, Variety{});
    const EventLog log(generator, static_cast<StreamKind>(i));
    const auto begin = cpu_seconds(RUSAGE_SELF);
    std::uint64_t bytes = 0;
    EventLog::Window window{.limit = 1000, .since = {}, .horizon = {}};
    while (window.position < events) {
      std::string page;
      page.reserve(1'000'000);
      window.position = log.render(page, ApiVersion::kV2, window).next;
      bytes += page.size();
    }
    const double used = cpu_seconds(RUSAGE_SELF) - begin;
    std::printf("render %-15s %9.0f events/s/core, %.0f bytes an event\n", kStreamNames[i].data(),
                static_cast<double>(events) / used, static_cast<double>(bytes) / static_cast<double>(events));
  }
}

void serve(std::uint64_t events, const char* cert, const char* key) {
  Options options;
  options.events = events;
  options.quota.on = false;
  if (cert != nullptr) {
    options.tls_cert_file = cert;
    options.tls_key_file = key;
  }
  const auto simulator = std::move(Simulator::start(options)).value();
  http_server::testing::TestClient client(simulator->port(), cert != nullptr);
  const double all_before = cpu_seconds(RUSAGE_SELF), client_before = cpu_seconds(RUSAGE_THREAD);
  const auto begin = std::chrono::steady_clock::now();
  std::string body = R"({"limit":1000,"start_time":"2000-01-01T00:00:00Z"})";
  for (bool more = true; more;) {
    client.send("POST /api/v2/auditevents HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " +
                simulator->token() + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body);
    const auto answer = client.read_answer();
    const std::string_view frame = std::string_view(answer.body).substr(0, 260);
    more = frame.find("\"has_more\":true") != std::string_view::npos;
    body = "{\"cursor\":\"" + std::string(frame.substr(frame.find("\"cursor\":\"") + 10, 200)) + "\"}";
  }
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const double of_client = cpu_seconds(RUSAGE_THREAD) - client_before;
  const double of_server = cpu_seconds(RUSAGE_SELF) - all_before - of_client;
  rusage self;
  getrusage(RUSAGE_SELF, &self);
  std::printf(
      "serve  %-15s %9.0f events/s/core (%.0f a second for this client; it used %.2f s, the server %.2f s), "
      "peak %ld MB\n",
      cert != nullptr ? "TLS" : "plain", static_cast<double>(events) / of_server,
      static_cast<double>(events) / wall, of_client, of_server, self.ru_maxrss / 1024);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t events = 1'000'000;
  const char *cert = nullptr, *key = nullptr;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--events") == 0 && i + 1 < argc) events = std::strtoull(argv[++i], nullptr, 10);
    if (std::strcmp(argv[i], "--tls") == 0 && i + 2 < argc) {
      cert = argv[++i];
      key = argv[++i];
    }
  }
  render(events);
  serve(events, nullptr, nullptr);
  if (cert != nullptr) serve(events, cert, key);
}
