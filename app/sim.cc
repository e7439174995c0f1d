#include <fmt/format.h>

#include <cstdio>

#include "commands.h"
#include "onepassword_simulator/simulator.h"
#include "runtime/signals.h"

namespace picket::app {

int run_sim_onepassword(const SimOptions& options) {
  const auto at = parse_host_port(options.listen);
  if (!at) {
    report(at.error());
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
  auto simulator = onepassword_simulator::Simulator::start(sim);
  if (!simulator) return report(simulator.error());
  fmt::print("A simulated 1Password account is ready at {}\nAPI token: {}\n", (*simulator)->base_url(), (*simulator)->token());
  std::fflush(stdout);
  runtime::wait_for_stop_signal();
  (*simulator)->stop();
  return 0;
}

}  // namespace picket::app
