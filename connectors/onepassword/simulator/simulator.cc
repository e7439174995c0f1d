#include "onepassword_simulator/simulator.h"

#include "http_server/server.h"
#include "onepassword_simulator/control.h"
#include "onepassword_simulator/protocol.h"
#include "onepassword_simulator/vendor.h"

namespace picket::onepassword_simulator {

struct Simulator::Impl {
  explicit Impl(std::unique_ptr<Vendor> made)
      : vendor(std::move(made)), control(*vendor), protocol(*vendor, wire) {}

  std::unique_ptr<Vendor> vendor;
  Wire wire;
  Control control;
  Protocol protocol;
  std::unique_ptr<http_server::Server> server;  ///< last: its handlers use the rest
};

Simulator::Simulator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Simulator::~Simulator() {
  stop();
}

Result<std::unique_ptr<Simulator>> Simulator::start(Options options) {
  PICKET_ASSIGN(auto vendor, Vendor::make(options));
  auto impl = std::make_unique<Impl>(std::move(vendor));
  http_server::ServerOptions server;
  server.host = options.host;
  server.port = options.port;
  server.tls_cert_file = options.tls_cert_file;
  server.tls_key_file = options.tls_key_file;
  server.limits.connections = 50'000;
  server.limits.waiting_requests = 20'000;
  server.limits.idle = std::chrono::minutes(10);  // polls come once a minute or slower
  http_server::Router router;
  impl->control.add_routes(router);
  impl->protocol.add_routes(router);
  PICKET_ASSIGN(impl->server, http_server::Server::start(std::move(server), std::move(router)));
  return std::unique_ptr<Simulator>(new Simulator(std::move(impl)));
}

std::string Simulator::base_url() const {
  return impl_->server->base_url();
}
std::uint16_t Simulator::port() const {
  return impl_->server->port();
}
std::string Simulator::token(unsigned account) const {
  return impl_->vendor->first_token(account);
}
std::string Simulator::account_uuid(unsigned account) const {
  return impl_->vendor->account(account).uuid;
}
unsigned Simulator::accounts() const {
  return impl_->vendor->account_count();
}

Result<std::string> Simulator::control(std::string_view method, std::string_view path,
                                       std::string_view body) {
  return impl_->control.call(method, path, body);
}

Status Simulator::set_faults(std::string_view plan_json) {
  return impl_->vendor->faults().set(plan_json, false);
}
std::string Simulator::issue_token(const TokenSpec& spec) {
  return impl_->vendor->issue(spec);
}
Status Simulator::revoke_token(std::string_view token) {
  return impl_->vendor->tokens().revoke(token, true);
}
void Simulator::set_rate(double events_per_second) {
  impl_->vendor->set_rate(events_per_second);
}
std::uint64_t Simulator::events(StreamKind stream, unsigned account) const {
  return impl_->vendor->log(account, stream).size();
}
Counters Simulator::counters() const {
  return impl_->vendor->counters();
}
void Simulator::stop() {
  impl_->server->stop(std::chrono::milliseconds(500));
}

}  // namespace picket::onepassword_simulator
