#include "http_server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <thread>

#include "base/assert.h"
#include "http_server/connection.h"
#include "http_server/tls_context.h"
#include "obs/log.h"

namespace picket::http_server {
namespace {

using Acceptor = asio::ip::tcp::acceptor;

Result<asio::ip::tcp::endpoint> resolve(asio::io_context& context, std::string host, std::uint16_t port) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  error_code ec;
  const auto address = asio::ip::make_address(host, ec);
  if (!ec) return asio::ip::tcp::endpoint(address, port);
  asio::ip::tcp::resolver resolver(context);
  const auto found = resolver.resolve(host, std::to_string(port), ec);
  if (ec || found.empty())
    return fail(ErrorKind::kDns,
                fmt::format("The listen address \"{}\" does not resolve: {}.", host, ec.message()));
  return found.begin()->endpoint();
}

Status listen(Acceptor& acceptor, const asio::ip::tcp::endpoint& endpoint) {
  error_code ec;
  const auto where = fmt::format("{} port {}", endpoint.address().to_string(), endpoint.port());
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(Acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec == asio::error::address_in_use)
    return fail(
        ErrorKind::kConflict,
        fmt::format("Cannot listen on {}: another program uses it. Stop that program or choose another port.",
                    where));
  if (ec) return fail(ErrorKind::kUnavailable, fmt::format("Cannot listen on {}: {}.", where, ec.message()));
  return {};
}

std::chrono::milliseconds tick_for(const Limits& limits) {
  const auto shortest = std::min(
      {limits.handshake, limits.header, limits.body, limits.body_silence, limits.idle, limits.write_stall});
  return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, Router router, TrustedProxies proxies)
      : core(std::move(options), std::move(router), std::move(proxies)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(1, core.options.io_threads); ++i)
      loops.push_back(
          std::make_shared<IoLoop>("http-io-" + std::to_string(i), tick_for(core.options.limits)));
    acceptor.emplace(loops.front()->context());
    retry.emplace(loops.front()->context());
  }

  void accept();
  void on_accepted(error_code ec, Socket socket, std::size_t index);
  void begin_stop();
  bool wait_until_quiet(SteadyPoint until) const;

  ServerCore core;
  std::optional<asio::ssl::context> tls;
  std::vector<std::shared_ptr<IoLoop>> loops;
  std::optional<Acceptor> acceptor;
  std::optional<asio::steady_timer> retry;
  std::size_t next_loop = 0;
  std::uint16_t port = 0;
  std::atomic<bool> stopped{false};
};

void Server::Impl::accept() {
  // What waits in a loop's own queue never owns the loop: dropped at a stop, it would keep it for ever.
  const auto index = next_loop++ % loops.size();
  acceptor->async_accept(loops[index]->context(), [this, index](error_code ec, Socket socket) {
    on_accepted(ec, std::move(socket), index);
  });
}

void Server::Impl::on_accepted(error_code ec, Socket socket, std::size_t index) {
  if (core.stopping || ec == asio::error::operation_aborted) return;
  if (ec == asio::error::no_descriptors || ec == asio::error::no_buffer_space ||
      ec == asio::error::no_memory) {
    // the waiting client stays in the kernel's queue until something here is given back
    retry->expires_after(std::chrono::milliseconds(100));
    retry->async_wait([this](error_code stopped_waiting) {
      if (!stopped_waiting) accept();
    });
    return;
  }
  if (!ec && core.connections < core.options.limits.connections) {
    const auto& loop = loops[index];
    error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    const auto peer = socket.remote_endpoint(ignored);
    auto transport =
        tls ? make_tls_transport(std::move(socket), *tls) : make_plain_transport(std::move(socket));
    auto connection =
        std::make_shared<Connection>(core, loop, std::move(transport), peer.address().to_string());
    loop->post([connection = std::move(connection)] { connection->start(); });
  }
  accept();
}

/// On the first loop's thread.
void Server::Impl::begin_stop() {
  error_code ignored;
  acceptor->close(ignored);
  retry->cancel();
}

bool Server::Impl::wait_until_quiet(SteadyPoint until) const {
  while (core.connections > 0) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

Status check_tls_files(const std::string& cert_file, const std::string& key_file) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  return prepare_tls(context, cert_file, key_file);
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Server::~Server() {
  stop(std::chrono::milliseconds(0));
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Router router) {
  PICKET_ASSIGN(TrustedProxies proxies, TrustedProxies::parse(options.trusted_proxies));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(router), std::move(proxies));
  const auto& set = impl->core.options;
  if (!set.tls_cert_file.empty() || !set.tls_key_file.empty()) {
    impl->tls.emplace(asio::ssl::context::tls_server);
    PICKET_TRY(prepare_tls(*impl->tls, set.tls_cert_file, set.tls_key_file));
  }
  PICKET_ASSIGN(const auto endpoint, resolve(impl->loops.front()->context(), set.host, set.port));
  PICKET_TRY(listen(*impl->acceptor, endpoint));
  error_code ignored;
  impl->port = impl->acceptor->local_endpoint(ignored).port();
  impl->accept();
  for (const auto& loop : impl->loops) loop->run();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const {
  return impl_->port;
}

std::string Server::base_url() const {
  const auto& host = impl_->core.options.host;
  const bool bare_v6 = host.find(':') != std::string::npos && host.front() != '[';
  return fmt::format("{}://{}:{}", impl_->tls ? "https" : "http", bare_v6 ? "[" + host + "]" : host,
                     impl_->port);
}

std::size_t Server::connections() const {
  return impl_->core.connections;
}

const Router& Server::router() const {
  return impl_->core.router;
}

void Server::stop(std::chrono::milliseconds patience) {
  if (impl_->stopped.exchange(true)) return;
  const auto until = std::chrono::steady_clock::now() + patience;
  impl_->core.stopping = true;
  impl_->loops.front()->post([this] { impl_->begin_stop(); });
  for (const auto& loop : impl_->loops)
    loop->post([one = loop.get()] {
      for (const auto& connection : one->connections()) connection->drain();
    });
  if (!impl_->wait_until_quiet(until)) {
    PICKET_LOG_DEBUG("http_server", "stopping with {} connections open", impl_->core.connections.load());
    for (const auto& loop : impl_->loops)
      loop->post([one = loop.get()] {
        for (const auto& connection : one->connections()) connection->force();
      });
  }
  impl_->core.handlers.stop();
  // cancelled operations still hold their connections; the loops must see each of them end
  PICKET_ASSERT(impl_->wait_until_quiet(std::chrono::steady_clock::now() + std::chrono::seconds(30)),
                "a closed connection ends");
  for (const auto& loop : impl_->loops) loop->stop();
}

}  // namespace picket::http_server
