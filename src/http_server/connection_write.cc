#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "base/strings.h"
#include "http_server/connection.h"
#include "obs/log.h"

namespace picket::http_server {
namespace {

constexpr std::size_t kFirstPiece = 16 * 1024;  ///< head and beginning of the body in one TLS record
constexpr std::size_t kPiece = 128 * 1024;      ///< the write limit counts anew for each
constexpr std::chrono::milliseconds kGoodbyeTime{2000};
constexpr std::chrono::milliseconds kIdleGoodbyeTime{200};

/// A handler's mistake must not split an answer in two.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  const auto clean = [&out](std::string_view text) {
    for (const char c : text) out += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  };
  clean(name);
  out += ": ";
  clean(value);
  out += "\r\n";
}

bool has_field(const Fields& fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [name](const auto& field) { return equals_ignoring_case(field.first, name); });
}

bool bodiless(int status) {
  return status == 204 || status == 304 || status < 200;
}

std::string_view body_of(const Response& response) {
  if (!response.body.empty()) return response.body;
  if (response.shared_body) return *response.shared_body;
  return response.static_body;
}

Response call(const Handler& handler, const Request& request, std::string_view route) {
  try {
    return handler(request);
  } catch (const std::exception& e) {
    PICKET_LOG_ERROR("http_server", "the handler of {} {} failed: {}", request.method, route, e.what());
  } catch (...) {
    PICKET_LOG_ERROR("http_server", "the handler of {} {} failed", request.method, route);
  }
  return json_error(500, "internal", "The server failed on this request; its log says more.");
}

void produce(const std::function<void(std::shared_ptr<Stream>)>& producer,
             const std::shared_ptr<StreamCore>& stream, std::string_view route) {
  const auto holder =
      make_stream(stream);  // kept here too, so that a failure is told before the last holder lets go
  try {
    producer(holder);
  } catch (const std::exception& e) {
    PICKET_LOG_ERROR("http_server", "the stream of {} failed: {}", route, e.what());
    holder->abort();
  }
}

}  // namespace

void Connection::run_handler(const std::shared_ptr<Connection>& self, const std::shared_ptr<Request>& request,
                             const Route& route, bool head_only) {
  auto response = std::make_shared<Response>(call(route.handler, *request, route.pattern));
  const auto producer = std::move(response->stream);
  std::shared_ptr<StreamCore> stream;
  if (producer)
    stream = std::make_shared<StreamCore>(response->stream_buffer,
                                          [loop = self->loop_, weak = self->weak_from_this()] {
                                            loop->post([weak] {
                                              if (const auto connection = weak.lock())
                                                connection->flush_stream();
                                            });
                                          });
  self->loop_->post([self, response, stream] { self->respond(std::move(*response), stream); });
  if (!producer) return;
  if (head_only)
    stream->close();
  else
    produce(producer, stream, route.pattern);
}

void Connection::refuse(int status, std::string_view code, std::string_view detail) {
  if (status == 408) exchange_.keep_alive = false;
  respond(json_error(status, code, detail), nullptr);
}

void Connection::respond(Response response, std::shared_ptr<StreamCore> stream) {
  if (state_ == State::kClosed) {
    if (stream) stream->lost();
    return;
  }
  response_ = std::move(response);
  stream_ = std::move(stream);
  if (exchange_.received == SteadyPoint()) exchange_.received = std::chrono::steady_clock::now();
  if (core_.options.observer)
    core_.options.observer({exchange_.method,
                            exchange_.route ? std::string_view(exchange_.route->pattern) : "",
                            response_.status,
                            std::chrono::duration_cast<std::chrono::microseconds>(
                                std::chrono::steady_clock::now() - exchange_.received),
                            exchange_.request_bytes});
  if (response_.delay.count() <= 0) return begin_response();
  state_ = State::kHandling;
  no_deadline();
  delay_.emplace(loop_->context(), response_.delay);
  delay_->async_wait([weak = weak_from_this()](error_code ec) {
    const auto self = weak.lock();
    if (!ec && self && self->state_ == State::kHandling) self->begin_response();
  });
}

void Connection::begin_response() {
  if (stream_ && input_ended_) return close();  // its reader left while the stream was being made
  state_ = State::kWriting;
  set_deadline(limits().write_stall);
  if (core_.stopping || input_ended_) exchange_.keep_alive = false;
  if (stream_ && core_.stopping) {
    exchange_.cancel.request_stop();
    stream_->close();
  }
  stream_over_ = false;
  body_sent_ = 0;
  if (stream_ && response_.raw) {
    exchange_.keep_alive = false;
    state_ = State::kStreaming;
    return flush_stream();
  }
  if (stream_ && exchange_.http_1_0) exchange_.keep_alive = false;
  const auto body = body_of(response_);
  out_ = response_head(body.size());
  if (exchange_.head_only || bodiless(response_.status) || stream_) {
    body_sent_ = body.size();
  } else if (out_.size() < kFirstPiece) {
    body_sent_ = std::min(body.size(), kFirstPiece - out_.size());
    out_.append(body.substr(0, body_sent_));
  }
  writing_ = true;
  transport_->write(asio::buffer(out_),
                    [self = shared_from_this()](error_code ec, std::size_t) { self->on_written(ec); });
}

std::string Connection::response_head(std::size_t body_size) const {
  std::string head;
  head.reserve(512);
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response_.status,
                 reason_phrase(response_.status));
  if (!has_field(response_.headers, "date")) append_field(head, "Date", loop_->http_date(core_.clock));
  for (const auto& [name, value] : response_.headers) append_field(head, name, value);
  for (const auto& [name, value] : core_.options.default_headers)
    if (!has_field(response_.headers, name)) append_field(head, name, value);
  if (stream_) {
    if (!exchange_.http_1_0) head += "Transfer-Encoding: chunked\r\n";
  } else if (!bodiless(response_.status)) {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", body_size);
  }
  if (!exchange_.keep_alive)
    head += "Connection: close\r\n";
  else if (exchange_.http_1_0)
    head += "Connection: keep-alive\r\n";
  head += "\r\n";
  return head;
}

std::string_view Connection::body_left() const {
  return body_of(response_).substr(body_sent_);
}

void Connection::on_written(error_code ec) {
  writing_ = false;
  if (stream_ && in_flight_ > 0) stream_->sent(std::exchange(in_flight_, 0));
  if (state_ == State::kClosed) return;
  if (ec) return close();
  set_deadline(limits().write_stall);
  if (state_ == State::kWriting) {
    if (!body_left().empty() && !stream_) return write_next();
    if (!stream_) return finish_exchange();
    state_ = State::kStreaming;
  }
  if (stream_over_) return finish_exchange();
  flush_stream();
}

void Connection::write_next() {
  const auto piece = body_left().substr(0, kPiece);
  body_sent_ += piece.size();
  writing_ = true;
  transport_->write(asio::buffer(piece.data(), piece.size()),
                    [self = shared_from_this()](error_code ec, std::size_t) { self->on_written(ec); });
}

void Connection::flush_stream() {
  if (!stream_ || state_ == State::kClosed) return;
  if (stream_->aborted()) {
    transport_->reset();
    return close();
  }
  if (state_ != State::kStreaming || writing_ || stream_over_) return;
  auto taken = stream_->take();
  stream_over_ = taken.ended;
  in_flight_ = taken.bytes.size();
  if (response_.raw || exchange_.http_1_0 || exchange_.head_only) {
    out_ = exchange_.head_only ? std::string() : std::move(taken.bytes);
  } else {
    out_.clear();
    if (!taken.bytes.empty())
      fmt::format_to(std::back_inserter(out_), "{:x}\r\n{}\r\n", taken.bytes.size(), taken.bytes);
    if (taken.ended) out_ += "0\r\n\r\n";
  }
  if (out_.empty()) {
    if (stream_over_) return finish_exchange();
    return no_deadline();  // nothing to say at the moment
  }
  writing_ = true;
  set_deadline(limits().write_stall);
  transport_->write(asio::buffer(out_),
                    [self = shared_from_this()](error_code ec, std::size_t) { self->on_written(ec); });
}

void Connection::finish_exchange() {
  if (stream_) stream_->lost();
  stream_.reset();
  response_ = Response();
  out_ = std::string();
  if (!exchange_.keep_alive || core_.stopping || input_ended_) return goodbye();
  state_ = State::kIdle;
  set_deadline(limits().idle);
  advance();
}

/// Closes our end and reads on for a moment: a client that is still sending would otherwise lose our answer
/// to a reset.
void Connection::goodbye() {
  in_.consume(in_.size());
  discarded_ = 0;
  const bool nothing_owed = state_ == State::kIdle;
  state_ = State::kGoodbye;
  set_deadline(nothing_owed ? kIdleGoodbyeTime : kGoodbyeTime);
  if (input_ended_ || (nothing_owed && !transport_->tls())) return close();
  transport_->shutdown([self = shared_from_this()](error_code ec, std::size_t) {
    if (self->state_ == State::kGoodbye && (ec || self->transport_->tls())) self->close();
  });
  want_read();
}

void Connection::close() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  if (delay_) delay_->cancel();
  if (stream_) stream_->lost();
  exchange_.cancel.request_stop();
  transport_->close();
  loop_->remove(shared_from_this());
}

}  // namespace picket::http_server
