#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

struct ssl_ctx_st;
struct ssl_st;

namespace picket::http_client {

/// One accepted connection, blocking, so that a test can misbehave on purpose.
class Conn {
 public:
  Conn(int fd, ssl_st* ssl, const std::atomic<bool>& ending) : fd_(fd), ssl_(ssl), ending_(ending) {}
  ~Conn();
  Conn(const Conn&) = delete;

  /// Head and body of the next request; empty when the client has gone.
  std::string read_request();
  bool write(std::string_view bytes);
  /// A whole answer with its length.
  bool answer(int status, std::string_view body, std::string_view extra_headers = "");
  void reset();  ///< RST instead of FIN
  /// Until the server is destroyed or the client hangs up.
  void hang();
  bool ending() const { return ending_; }

 private:
  long read_some(char* data, std::size_t size);
  int fd_;
  ssl_st* ssl_;
  const std::atomic<bool>& ending_;
  std::string buffer_;
};

/// Key and certificates made for one test run.
struct TestPki {
  std::string ca_pem;
  std::string leaf_pem, leaf_key_pem;
  /// A leaf for `san` ("DNS:localhost,IP:127.0.0.1"), valid from now+from to now+to seconds.
  static TestPki make(const std::string& san, long from = -3600, long to = 86400);
  std::string write_ca_file() const;  ///< path of a temporary file
};

/// A listener on loopback, port 0, one thread a connection. With `pki` it speaks TLS.
class TestServer {
 public:
  using Handler = std::function<void(Conn&)>;
  explicit TestServer(Handler handler, const TestPki* pki = nullptr, bool complete_handshake = true);
  ~TestServer();
  std::string url(std::string_view path = "") const;
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void accept_loop();
  Handler handler_;
  ssl_ctx_st* context_ = nullptr;
  bool complete_handshake_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

/// A handler that answers every request of a connection in the same way.
TestServer::Handler always(int status, std::string body, std::string extra_headers = "");

}  // namespace picket::http_client
