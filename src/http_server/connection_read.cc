#include <algorithm>

#include "base/strings.h"
#include "http_server/connection.h"

namespace picket::http_server {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kReadAhead = 64 * 1024;  ///< pipelined bytes kept while an answer is made
constexpr std::size_t kDiscardAtMost =
    4 * 1024 * 1024;  ///< read and thrown away after a refusal, so that it arrives

}  // namespace

Connection::Connection(ServerCore& core, std::shared_ptr<IoLoop> loop, std::unique_ptr<Transport> transport,
                       std::string peer)
    : core_(core), loop_(std::move(loop)), transport_(std::move(transport)), peer_(std::move(peer)) {
  ++core_.connections;
}

Connection::~Connection() {
  if (stream_) stream_->lost();
  exchange_.cancel.request_stop();
  --core_.connections;
}

void Connection::start() {
  loop_->add(shared_from_this());
  set_deadline(limits().handshake);
  transport_->handshake([self = shared_from_this()](error_code ec, std::size_t) {
    if (self->state_ == State::kClosed) return;
    if (ec || self->core_.stopping) return self->close();
    self->state_ = State::kIdle;
    self->set_deadline(self->limits().idle);
    self->want_read();
  });
}

void Connection::tick(SteadyPoint now) {
  if (now < deadline_ && (state_ != State::kBody || now < body_end_)) return;
  switch (state_) {
    case State::kIdle:
      return goodbye();
    case State::kHead:
      return refuse(408, "request_timeout", "The request's header did not arrive in time.");
    case State::kBody:
      return refuse(408, "request_timeout", "The request's body did not arrive in time.");
    case State::kWriting:
    case State::kStreaming:
      transport_->reset();  // the client takes nothing: it must not believe that it has everything
      return close();
    case State::kHandshake:
    case State::kContinue:
    case State::kHandling:
    case State::kGoodbye:
      return close();
    case State::kClosed:
      return;
  }
}

void Connection::drain() {
  exchange_.keep_alive = false;
  if (state_ == State::kIdle) return goodbye();
  if (state_ == State::kHandshake) return close();
  if (stream_) {
    exchange_.cancel.request_stop();
    stream_->close();
  }
}

void Connection::force() {
  exchange_.cancel.request_stop();
  if (state_ != State::kClosed) {
    transport_->reset();
    close();
  }
}

void Connection::want_read() {
  if (reading_ || input_ended_ || state_ == State::kClosed) return;
  if (in_.size() > limits().header_bytes + kReadAhead) return;
  reading_ = true;
  // `in_` moves when it is consumed, so the network never writes into it directly
  transport_->read_some(asio::buffer(chunk_), [self = shared_from_this()](error_code ec, std::size_t bytes) {
    self->reading_ = false;
    self->on_read(ec, bytes);
  });
}

void Connection::on_read(error_code ec, std::size_t bytes) {
  if (state_ == State::kClosed) return;
  if (ec) return on_read_error(ec);
  if (state_ == State::kGoodbye) {
    discarded_ += bytes;
    if (discarded_ > kDiscardAtMost) return close();
    return want_read();
  }
  in_.commit(asio::buffer_copy(in_.prepare(bytes), asio::buffer(chunk_.data(), bytes)));
  if (state_ == State::kBody) set_deadline(limits().body_silence);
  advance();
}

void Connection::on_read_error(error_code ec) {
  input_ended_ = true;
  const bool answering =
      !stream_ && (state_ == State::kHandling || state_ == State::kWriting || state_ == State::kContinue);
  const bool orderly = ec == asio::error::eof;
  exchange_.cancel.request_stop();
  // a client may close its sending half and still want the answer; a stream's reader that does so has left
  if (!(answering && orderly)) return close();
  exchange_.keep_alive = false;
}

void Connection::advance() {
  if (state_ == State::kIdle) {
    // an empty line before a request is tolerated (RFC 9112, 2.2)
    while (in_.size() > 0 && (*static_cast<const char*>(in_.data().data()) == '\r' ||
                              *static_cast<const char*>(in_.data().data()) == '\n'))
      in_.consume(1);
    if (in_.size() > 0) {
      state_ = State::kHead;
      set_deadline(limits().header);
      parser_.emplace();
      parser_->header_limit(static_cast<std::uint32_t>(limits().header_bytes));
      parser_->body_limit(boost::none);
      exchange_ = Exchange();
    }
  }
  if (state_ == State::kHead || state_ == State::kBody) feed();
  want_read();
}

void Connection::feed() {
  while (state_ == State::kHead || state_ == State::kBody) {
    if (state_ == State::kBody && parser_->is_done()) return dispatch();
    if (in_.size() == 0) return;
    error_code ec;
    in_.consume(parser_->put(in_.data(), ec));
    if (ec == http::error::need_more) return;
    if (ec) return refuse_parse_error(ec);
    if (state_ == State::kHead && parser_->is_header_done()) on_head();
  }
}

void Connection::refuse_parse_error(error_code ec) {
  exchange_.keep_alive = false;
  if (ec == http::error::header_limit)
    return refuse(431, "header_too_large", "The request's header is larger than this server accepts.");
  if (ec == http::error::body_limit)
    return refuse(413, "body_too_large", "The request's body is larger than this address accepts.");
  if (ec == http::error::bad_version) return refuse(505, "http_version", "This server speaks HTTP/1.1.");
  refuse(400, "malformed_request", "This is not a well-formed HTTP/1.1 request.");
}

void Connection::on_head() {
  const auto& message = parser_->get();
  exchange_.method = std::string(message.method_string());
  exchange_.head_only = exchange_.method == "HEAD";
  exchange_.http_1_0 = message.version() < 11;
  // without a body an early refusal leaves the connection usable
  const bool reusable = message.keep_alive() && !core_.stopping;
  exchange_.keep_alive = reusable && parser_->is_done();
  if (!head_is_acceptable()) return;
  exchange_.keep_alive = reusable;

  const auto limit = exchange_.route->options.body_limit;
  const auto length = parser_->content_length();
  if (length && *length > limit) {
    exchange_.keep_alive = false;
    return refuse(413, "body_too_large", "The request's body is larger than this address accepts.");
  }
  parser_->body_limit(limit);
  state_ = State::kBody;
  set_deadline(limits().body_silence);
  body_end_ = std::chrono::steady_clock::now() + limits().body;
  const auto expect = message.find(http::field::expect);
  if (expect == message.end() || exchange_.http_1_0 || parser_->is_done()) return;
  if (!equals_ignoring_case(std::string_view(expect->value().data(), expect->value().size()),
                            "100-continue")) {
    exchange_.keep_alive = false;
    return refuse(417, "expectation_failed", "The only expectation this server meets is 100-continue.");
  }
  if (in_.size() == 0) invite_body();
}

/// Checks host, address and route; when something is wrong the answer is already on its way.
bool Connection::head_is_acceptable() {
  const auto& message = parser_->get();
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && !exchange_.http_1_0)) {
    exchange_.keep_alive = false;
    refuse(400, "malformed_request", "The request must carry exactly one Host header.");
    return false;
  }
  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) {
    const auto accept = message.find(http::field::accept);
    const bool person = exchange_.method == "GET" && accept != message.end() &&
                        std::string_view(accept->value().data(), accept->value().size()).find("text/html") != std::string_view::npos;
    if (!person || core_.options.unreadable_address_page.empty()) {
      refuse(400, "malformed_address", target.error().message);
      return false;
    }
    auto response = json_error(303, "malformed_address", target.error().message);
    response.headers.emplace_back("location", core_.options.unreadable_address_page);
    respond(std::move(response), nullptr);
    return false;
  }
  target_ = std::move(*target);
  auto match = core_.router.find(exchange_.method, target_.segments);
  if (match.route != nullptr) {
    exchange_.route = match.route;
    exchange_.params = std::move(match.params);
    return true;
  }
  if (match.allowed.empty()) {
    refuse(404, "not_found", "There is nothing at this address.");
    return false;
  }
  auto response = json_error(405, "method_not_allowed", "This address does not take that method.");
  std::string allow;
  for (const auto& method : match.allowed) allow.append(allow.empty() ? "" : ", ").append(method);
  response.headers.emplace_back("allow", std::move(allow));
  respond(std::move(response), nullptr);
  return false;
}

void Connection::invite_body() {
  state_ = State::kContinue;
  out_ = "HTTP/1.1 100 Continue\r\n\r\n";
  transport_->write(asio::buffer(out_), [self = shared_from_this()](error_code ec, std::size_t) {
    if (self->state_ != State::kContinue) return;
    if (ec || self->input_ended_) return self->close();
    self->state_ = State::kBody;
    self->set_deadline(self->limits().body_silence);
    self->advance();
  });
}

void Connection::dispatch() {
  state_ = State::kHandling;
  no_deadline();
  exchange_.received = std::chrono::steady_clock::now();
  exchange_.cancel = std::stop_source();
  if (input_ended_) exchange_.cancel.request_stop();
  auto request = build_request();
  const Route* route = exchange_.route;
  const bool posted = core_.handlers.try_post(
      [self = shared_from_this(), request = std::move(request), route, head_only = exchange_.head_only] {
        run_handler(self, request, *route, head_only);
      });
  if (posted) return;
  auto response = json_error(503, "overloaded", "The server is busy; try again in a moment.");
  response.headers.emplace_back("retry-after", "1");
  respond(std::move(response), nullptr);
}

std::shared_ptr<Request> Connection::build_request() {
  auto& message = parser_->get();
  auto request = std::make_shared<Request>();
  request->method = exchange_.method;
  request->target.assign(message.target().data(), message.target().size());
  request->path = std::move(target_.path);
  request->query = std::move(target_.query);
  for (const auto& field : message)
    request->headers.emplace_back(std::string(field.name_string().data(), field.name_string().size()),
                                  std::string(field.value().data(), field.value().size()));
  request->body = std::move(message.body());
  exchange_.request_bytes = request->body.size();
  auto client = core_.proxies.client_of(peer_, transport_->tls(), request->headers);
  request->client_address = std::move(client.address);
  request->https = client.https;
  request->cancelled = exchange_.cancel.get_token();
  request->params = std::move(exchange_.params);
  request->route = exchange_.route->pattern;
  parser_.reset();
  return request;
}

}  // namespace picket::http_server
