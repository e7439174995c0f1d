#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The words between the HTTP server and those who answer: request, response, stream. No networking library
/// shows here.
namespace picket::http_server {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A whole request, already checked for shape and size.
struct Request {
  std::string method;  ///< as sent; methods are case-sensitive
  std::string target;  ///< as sent, not decoded: "/a%20b?x=1"
  std::string path;    ///< percent-decoded, without the query; never holds a NUL
  Fields query;        ///< percent-decoded with `+` as space (HTML form rules), in order; repeated names stay
  Fields headers;      ///< as received, in order
  std::string body;
  /// Numeric address of the client; behind a trusted proxy the one that the proxy names.
  std::string client_address;
  bool https = false;  ///< the client's own leg is encrypted: our TLS, or a trusted proxy says so
  /// The client went away, or the server is stopping and will not wait longer. Long work should look at it.
  std::stop_token cancelled;
  std::map<std::string, std::string> params;  ///< from the route's pattern, decoded
  std::string_view route;                     ///< the pattern that matched; lives as long as the router

  /// First header with that name, whatever its letter case; null when absent.
  const std::string* header(std::string_view name) const;
  /// First query parameter with that (exact) name; null when absent.
  const std::string* query_value(std::string_view name) const;
};

/// The open end of a streamed answer (server-sent events, rows of a search). The holder keeps it and pushes
/// when it has something; when the last copy goes, the answer ends. Memory is bounded by the response's
/// `stream_buffer`. Threads: any method from any thread. Failure: `write` says false, and the client is then
/// best forgotten.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Queues all of `bytes` or nothing. False when the client is gone, the stream is closed, or the buffer
  /// would run over.
  virtual bool write(std::string_view bytes) = 0;
  /// Waits for room first, at most `patience`. For handler threads only. False as above, or when time or
  /// `stop` runs out.
  virtual bool write_wait(std::string_view bytes, std::chrono::milliseconds patience,
                          std::stop_token stop = {}) = 0;
  /// Ends the answer properly once what is queued has gone out.
  virtual void close() = 0;
  /// Breaks the connection (TCP reset): the client must not take what it has for a whole answer.
  virtual void abort() = 0;
  virtual bool gone() const = 0;
  /// Bytes accepted and not yet handed to the network.
  virtual std::size_t buffered() const = 0;
};

struct Response {
  int status = 200;
  Fields headers = {};
  std::string body = {};
  /// Used when `body` is empty; must live for ever (embedded files, pre-rendered pages).
  std::string_view static_body = {};
  /// Like `static_body`, with shared ownership: large pages that several answers send.
  std::shared_ptr<const std::string> shared_body = nullptr;
  /// When set, headers go out and this is called on the handler's thread with the open end. It may return at
  /// once and leave the Stream with others (subscribers must not hold a thread), or work through.
  std::function<void(std::shared_ptr<Stream>)> stream = nullptr;
  std::size_t stream_buffer = 256 * 1024;
  /// Time to wait before the answer goes out; holds no thread.
  std::chrono::milliseconds delay{0};
  /// With `stream`: the server adds nothing at all. The stream carries the answer's bytes, status line
  /// included, and its end closes the connection. For simulators that misbehave on purpose.
  bool raw = false;
};

using Handler = std::function<Response(const Request&)>;

/// The error body of every layer: {"errors":[{"status","code","title","detail"}]}. `detail` is a sentence for
/// people.
Response json_error(int status, std::string_view code, std::string_view detail);

/// "Not Found" for 404; "Unknown" for what has no name.
std::string_view reason_phrase(int status);

/// One server-sent event, ready for `Stream::write`. Lines of `data` are split as the format wants; `event`
/// and `id` may be empty and must not hold line breaks.
std::string sse_event(std::string_view event, std::string_view data, std::string_view id = {});

}  // namespace picket::http_server
