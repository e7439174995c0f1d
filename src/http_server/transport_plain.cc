#include <boost/asio/write.hpp>

#include "http_server/transport.h"

namespace picket::http_server {
namespace {

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {}

  void handshake(Done done) override { done({}, 0); }
  void read_some(asio::mutable_buffer into, Done done) override {
    socket_.async_read_some(into, std::move(done));
  }
  void write(asio::const_buffer from, Done done) override {
    asio::async_write(socket_, from, std::move(done));
  }
  void shutdown(Done done) override {
    error_code ec;
    socket_.shutdown(Socket::shutdown_send, ec);
    done(ec, 0);
  }
  Socket& socket() override { return socket_; }
  bool tls() const override { return false; }

 private:
  Socket socket_;
};

}  // namespace

std::unique_ptr<Transport> make_plain_transport(Socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

}  // namespace picket::http_server
