#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "commands.h"
#include "onepassword_simulator/simulator.h"
#include "runtime/signals.h"

namespace picket::app {

std::uint16_t free_loopback_port() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = fd >= 0 && bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
  if (fd >= 0) close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

void name_itself(onepassword_simulator::Options& options) {
  if (!options.tls_cert_file.empty() || options.host != "127.0.0.1") return;
  if (options.port == 0) options.port = free_loopback_port();
  if (options.port != 0) options.audience = fmt::format("127.0.0.1:{}", options.port);
}

int run_sim_onepassword(const SimOptions& options) {
  const auto at = parse_host_port(options.listen);
  if (!at) {
    report(at.error());
    return 2;
  }
  if (const auto ok = check_tls_pair(options.tls_cert, options.tls_key); !ok) {
    report(ok.error());
    return 2;
  }
  onepassword_simulator::Options sim;
  sim.host = at->host;
  sim.port = at->port;
  sim.events = options.events;
  sim.seed = options.seed;
  sim.rate = options.rate;
  sim.latency = std::chrono::milliseconds(options.latency_ms);
  sim.quota.on = options.quota;
  sim.accounts = static_cast<unsigned>(options.accounts);
  sim.faults_file = options.faults.string();
  sim.ledger_file = options.ledger.string();
  sim.tls_cert_file = options.tls_cert;
  sim.tls_key_file = options.tls_key;
  name_itself(sim);
  auto simulator = onepassword_simulator::Simulator::start(sim);
  if (!simulator) return report(simulator.error());
  fmt::print("A simulated 1Password account is ready at {}\nAPI token: {}\n", (*simulator)->base_url(), (*simulator)->token());
  std::fflush(stdout);
  runtime::wait_for_stop_signal();
  (*simulator)->stop();
  return 0;
}

}  // namespace picket::app
