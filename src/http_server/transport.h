#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstddef>
#include <functional>
#include <memory>

/// Internal to this module.
namespace picket::http_server {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::ip::tcp::socket;

/// Bytes in and out of one connection, plain or TLS. One read and one write may be under way at a time.
/// Threads: only the I/O thread of its connection. Failure: as error codes to the callbacks.
class Transport {
 public:
  using Done = std::function<void(error_code, std::size_t)>;

  virtual ~Transport() = default;
  virtual void handshake(Done done) = 0;
  virtual void read_some(asio::mutable_buffer into, Done done) = 0;
  /// Writes all of it.
  virtual void write(asio::const_buffer from, Done done) = 0;
  /// Says goodbye properly; the other side may still be read.
  virtual void shutdown(Done done) = 0;
  virtual Socket& socket() = 0;
  virtual bool tls() const = 0;

  void close() {
    error_code ignored;
    socket().close(ignored);
  }
  /// TCP reset instead of an orderly end.
  void reset() {
    error_code ignored;
    socket().set_option(asio::socket_base::linger(true, 0), ignored);
    socket().close(ignored);
  }
};

std::unique_ptr<Transport> make_plain_transport(Socket socket);
std::unique_ptr<Transport> make_tls_transport(Socket socket, asio::ssl::context& context);

}  // namespace picket::http_server
