#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "http_server/http.h"
#include "http_server/router.h"

namespace picket::http_server {

struct Limits {
  std::size_t header_bytes = 24 * 1024;  ///< with the request line: 200 ids fit into an address
  std::size_t connections = 10'000;
  std::size_t waiting_requests = 1024;  ///< for a handler thread; beyond it 503
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds header{10'000};        ///< from a request's first byte to its empty line
  std::chrono::milliseconds body{60'000};          ///< whole body
  std::chrono::milliseconds body_silence{10'000};  ///< between two pieces of a body
  std::chrono::milliseconds idle{75'000};          ///< between requests
  std::chrono::milliseconds write_stall{30'000};   ///< the client takes nothing
};

/// What became of a request, for metrics.
struct Served {
  std::string_view method;  ///< as sent
  std::string_view route;   ///< the pattern; empty when none matched
  int status;
  std::chrono::microseconds duration;  ///< whole request received to answer queued
  std::size_t request_bytes;
};

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< numeric address or a name that resolves
  std::uint16_t port = 0;          ///< 0: any free one, see `port()`
  std::string tls_cert_file = {};  ///< PEM chain; empty: plain HTTP
  std::string tls_key_file = {};
  std::vector<std::string> trusted_proxies = {};  ///< addresses or CIDR ranges, see forwarded.h
  Limits limits = {};
  std::size_t io_threads = 2;
  std::size_t handler_threads = 8;
  /// Where a browser that opens an address nobody can read is sent, so that a person sees a page; empty: 400 as for everybody.
  std::string unreadable_address_page = {};
  Fields default_headers = {};                       ///< added to every answer that does not set them itself
  std::function<void(const Served&)> observer = {};  ///< called on I/O threads; must be quick
  Clock* clock = nullptr;                            ///< for the Date header; null: the machine's
};

/// Whether `Server::start` could use these: a chain and its key. Errors: kTls, naming the file.
Status check_tls_files(const std::string& cert_file, const std::string& key_file);

/// An HTTP/1.1 server: a listener, I/O threads that never block, and handler threads that may.
/// Place: app makes one for the API and each simulator one of its own. Threads: any method from any thread;
/// `stop` not from a handler. Failure: `start` says why (address in use, unreadable certificate); after that
/// nothing is thrown: a handler's exception is answered with 500.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Router router);
  ~Server();

  std::uint16_t port() const;
  /// "https://127.0.0.1:8443", without a slash at the end.
  std::string base_url() const;
  std::size_t connections() const;
  const Router& router() const;

  /// Takes no more connections, ends streams, lets running requests finish until `patience` is over, then
  /// cancels them and closes. Returns when every thread has ended; a handler that ignores `cancelled` holds
  /// it up. May be called again.
  void stop(std::chrono::milliseconds patience = std::chrono::milliseconds(4000));

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace picket::http_server
