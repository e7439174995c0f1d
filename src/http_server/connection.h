#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http_server/io_loop.h"
#include "http_server/stream.h"
#include "http_server/target.h"
#include "http_server/transport.h"

/// Internal to this module.
namespace picket::http_server {

/// One client connection: reads a request, has it answered on a handler thread, writes the answer, and again.
/// A read is always under way (unless the client sends ahead too much), so that a client that leaves is
/// noticed. Threads: everything on its loop, except `run_handler`, which touches nothing of the connection
/// but the loop's queue. Failure: every broken or slow client ends in `close`; nothing is thrown.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerCore& core, std::shared_ptr<IoLoop> loop, std::unique_ptr<Transport> transport,
             std::string peer);
  ~Connection();

  void start();
  void tick(SteadyPoint now);
  /// The server is stopping: nothing new; streams end; a running request may finish.
  void drain();
  /// The server's patience is over.
  void force();

 private:
  enum class State {
    kHandshake,
    kIdle,       ///< between requests
    kHead,       ///< reading a request's head
    kContinue,   ///< telling the client to send the body
    kBody,       ///< reading a request's body
    kHandling,   ///< a handler works (or a delay runs)
    kWriting,    ///< the answer goes out
    kStreaming,  ///< the answer goes on as the holder of the stream pushes
    kGoodbye,    ///< our end is closed; waiting for the client's
    kClosed,
  };
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  /// What is known of the request under way.
  struct Exchange {
    bool head_only = false;
    bool keep_alive = false;
    bool http_1_0 = false;
    const Route* route = nullptr;
    std::map<std::string, std::string> params;
    std::string method;
    SteadyPoint received;
    std::size_t request_bytes = 0;
    std::stop_source cancel{std::nostopstate};
  };

  // connection_read.cc
  void want_read();
  void on_read(error_code ec, std::size_t bytes);
  void on_read_error(error_code ec);
  void advance();
  void feed();
  void on_head();
  bool head_is_acceptable();
  void invite_body();
  void refuse_parse_error(error_code ec);
  void dispatch();
  std::shared_ptr<Request> build_request();

  // connection_write.cc
  static void run_handler(const std::shared_ptr<Connection>& self, const std::shared_ptr<Request>& request,
                          const Route& route, bool head_only);
  void refuse(int status, std::string_view code, std::string_view detail);
  void respond(Response response, std::shared_ptr<StreamCore> stream);
  void begin_response();
  std::string response_head(std::size_t body_size) const;
  void write_next();
  void on_written(error_code ec);
  void flush_stream();
  void finish_exchange();
  void goodbye();
  void close();

  std::string_view body_left() const;
  void set_deadline(std::chrono::milliseconds after) { deadline_ = std::chrono::steady_clock::now() + after; }
  void no_deadline() { deadline_ = SteadyPoint::max(); }
  const Limits& limits() const { return core_.options.limits; }

  ServerCore& core_;
  const std::shared_ptr<IoLoop> loop_;
  const std::unique_ptr<Transport> transport_;
  const std::string peer_;
  State state_ = State::kHandshake;
  SteadyPoint deadline_ = SteadyPoint::max();
  SteadyPoint body_end_ = SteadyPoint::max();

  std::array<char, 8 * 1024> chunk_;
  boost::beast::flat_buffer in_;  ///< received and not yet parsed
  bool reading_ = false;
  bool input_ended_ = false;
  std::size_t discarded_ = 0;
  std::optional<Parser> parser_;
  Target target_;
  Exchange exchange_;

  Response response_;
  std::shared_ptr<StreamCore> stream_;
  std::optional<boost::asio::steady_timer> delay_;
  std::string out_;            ///< head, or a piece of a stream, while it is written
  std::size_t body_sent_ = 0;  ///< of the response's body
  std::size_t in_flight_ = 0;  ///< stream bytes in `out_`
  bool writing_ = false;
  bool stream_over_ = false;
};

}  // namespace picket::http_server
