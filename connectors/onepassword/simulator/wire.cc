#include "onepassword_simulator/wire.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "base/assert.h"
#include "base/strings.h"

namespace picket::onepassword_simulator {
namespace {

using http_server::Response;
using http_server::Stream;
using std::chrono::milliseconds;

constexpr std::size_t kFloodPiece = 64 * 1024;

/// gzip of `head`, then of `zeros` bytes of zero.
std::string gzip(std::string_view head, std::uint64_t zeros) {
  z_stream stream{};
  PICKET_ASSERT(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib starts");
  std::string out;
  std::string block(256 * 1024, '\0');
  const auto feed = [&](std::string_view bytes, int flush) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
      char buffer[32 * 1024];
      stream.next_out = reinterpret_cast<Bytef*>(buffer);
      stream.avail_out = sizeof buffer;
      deflate(&stream, flush);
      out.append(buffer, sizeof buffer - stream.avail_out);
    } while (stream.avail_out == 0);
  };
  feed(head, Z_NO_FLUSH);
  for (; zeros > 0; zeros -= std::min<std::uint64_t>(zeros, block.size()))
    feed(std::string_view(block).substr(
             0, static_cast<std::size_t>(std::min<std::uint64_t>(zeros, block.size()))),
         Z_NO_FLUSH);
  feed({}, Z_FINISH);
  deflateEnd(&stream);
  return out;
}

void set_header(Response& response, std::string_view name, std::string value) {
  std::erase_if(response.headers,
                [name](const auto& field) { return equals_ignoring_case(field.first, name); });
  response.headers.emplace_back(std::string(name), std::move(value));
}

void apply_gzip(Response& response, const FaultAction& action) {
  if (action.gzip.empty()) return;
  set_header(response, "content-encoding", "gzip");
  if (action.gzip == "garbage") {
    Sequence random(response.body.size());
    for (char& c : response.body) c = static_cast<char>(random.next());
    return;
  }
  response.body = action.gzip == "bomb"
                      ? gzip(response.body, action.gzip_bytes > 0 ? action.gzip_bytes : 256ULL << 20)
                      : gzip(response.body, 0);
  if (action.gzip == "cut")
    response.body.resize(action.gzip_bytes > 0
                             ? std::min<std::size_t>(action.gzip_bytes, response.body.size())
                             : response.body.size() / 2);
}

std::size_t place(std::int64_t at, std::size_t size) {
  const auto whole = static_cast<std::int64_t>(size);
  return static_cast<std::size_t>(std::clamp<std::int64_t>(at < 0 ? whole + at : at, 0, whole));
}

std::string head_of(const Response& response, std::optional<std::uint64_t> length) {
  std::string head =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, http_server::reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (length)
    head += fmt::format("Content-Length: {}\r\n", *length);
  else
    head += "Transfer-Encoding: chunked\r\n";
  return head + "\r\n";
}

}  // namespace

struct Wire::Drip {
  std::shared_ptr<Stream> stream;
  std::string bytes;
  std::size_t at = 0;
  std::size_t piece = 1;
  milliseconds every{0};
};

struct Wire::Flood {
  std::shared_ptr<Stream> stream;
  std::uint64_t left = 0;
  bool chunked = false;
  std::string tail;
};

Wire::Wire() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

Wire::~Wire() = default;

void Wire::after(milliseconds wait, Task task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push({std::chrono::steady_clock::now() + wait, ++order_, std::move(task)});
  }
  changed_.notify_one();
}

void Wire::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (tasks_.empty()) {
      changed_.wait(lock, stop, [this] { return !tasks_.empty(); });
      continue;
    }
    const auto when = tasks_.top().when;
    if (std::chrono::steady_clock::now() < when) {
      changed_.wait_until(lock, stop, when,
                          [this, when] { return !tasks_.empty() && tasks_.top().when < when; });
      continue;
    }
    const Task task = tasks_.top().task;
    tasks_.pop();
    lock.unlock();
    task();
    lock.lock();
  }
}

std::string Wire::http_date(TimePoint time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(time));
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text, size};
}

Response Wire::misbehave(Response response, const FaultAction& action, TimePoint now) {
  response.delay += action.delay;
  if (action.status) response.status = *action.status;
  if (action.body) response.body = *action.body;
  if (!action.content_type.empty()) set_header(response, "content-type", action.content_type);
  for (const auto& [name, value] : action.headers) set_header(response, name, value);
  if (action.date_skew.count() != 0) set_header(response, "date", http_date(now + action.date_skew));
  apply_gzip(response, action);
  if (action.connection == "hang") response.delay = std::chrono::hours(24);
  return action.on_the_wire() ? raw(std::move(response), action) : response;
}

Response Wire::raw(Response response, const FaultAction& action) {
  Response out;
  out.raw = true;
  out.status = response.status;
  out.delay = response.delay;
  if (!action.connection.empty()) {
    out.stream = [reset = action.connection == "reset"](const std::shared_ptr<Stream>& stream) {
      if (reset) stream->abort();
    };
    return out;
  }
  if (action.endless || action.huge_bytes > 0) {
    auto flood_of = std::make_shared<Flood>();
    flood_of->chunked = action.endless;
    flood_of->left = action.endless ? ~0ULL : action.huge_bytes;
    const std::string start = R"({"cursor":"","has_more":true,"items":[],"padding":")";
    flood_of->tail = "\"}";
    std::string head = head_of(
        response, action.endless ? std::nullopt : std::optional(action.huge_bytes + start.size() + 2));
    head += action.endless ? fmt::format("{:x}\r\n{}\r\n", start.size(), start) : start;
    out.stream_buffer = 4 * kFloodPiece + head.size();
    out.stream = [this, flood_of, head = std::move(head)](std::shared_ptr<Stream> stream) {
      stream->write(head);
      flood_of->stream = std::move(stream);
      after(milliseconds(0), [this, flood_of] { flood(flood_of); });
    };
    return out;
  }
  const auto length = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, static_cast<std::int64_t>(response.body.size()) + action.length_delta));
  std::string head = head_of(response, length);
  std::string body = std::move(response.body);
  if (action.cut_body_at) body.resize(place(*action.cut_body_at, body.size()));
  if (action.cut_head_at) {
    head.resize(place(*action.cut_head_at, head.size()));
    body.clear();
  }
  out.stream_buffer = head.size() + body.size() + 64;
  if (action.drip_bytes == 0) {
    out.stream = [this, bytes = head + body, reset = action.reset](const std::shared_ptr<Stream>& stream) {
      stream->write(bytes);
      if (reset) reset_when_sent(stream);
    };
    return out;
  }
  auto drip_of = std::make_shared<Drip>();
  drip_of->piece = action.drip_bytes;
  drip_of->every = action.drip_every;
  if (action.drip_head) {
    drip_of->bytes = head + body;
    head.clear();
  } else {
    drip_of->bytes = std::move(body);
  }
  out.stream = [this, drip_of, head = std::move(head)](std::shared_ptr<Stream> stream) {
    stream->write(head);
    drip_of->stream = std::move(stream);
    after(milliseconds(0), [this, drip_of] { drip(drip_of); });
  };
  return out;
}

void Wire::drip(const std::shared_ptr<Drip>& drip_of) {
  const auto piece = std::string_view(drip_of->bytes).substr(drip_of->at, drip_of->piece);
  if (piece.empty() || !drip_of->stream->write(piece)) return drip_of->stream->close();
  drip_of->at += piece.size();
  after(drip_of->every, [this, drip_of] { drip(drip_of); });
}

void Wire::flood(const std::shared_ptr<Flood>& flood_of) {
  static const std::string block(kFloodPiece, 'a');
  Stream& stream = *flood_of->stream;
  while (flood_of->left > 0) {
    const auto piece = std::string_view(block).substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(flood_of->left, block.size())));
    const std::string bytes =
        flood_of->chunked ? fmt::format("{:x}\r\n{}\r\n", piece.size(), piece) : std::string(piece);
    if (!stream.write(bytes)) {
      if (stream.gone()) return;
      return after(milliseconds(2), [this, flood_of] { flood(flood_of); });
    }
    flood_of->left -= flood_of->chunked ? 0 : piece.size();
  }
  if (!stream.write(flood_of->tail)) {
    if (stream.gone()) return;
    return after(milliseconds(2), [this, flood_of] { flood(flood_of); });
  }
  stream.close();
}

void Wire::reset_when_sent(const std::shared_ptr<Stream>& stream) {
  if (stream->gone()) return;
  if (stream->buffered() == 0) return stream->abort();
  after(milliseconds(2), [this, stream] { reset_when_sent(stream); });
}

}  // namespace picket::onepassword_simulator
