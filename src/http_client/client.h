#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace picket::http_client {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Four limits, so that nothing can hang.
struct Limits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds first_byte{30'000};
  std::chrono::milliseconds idle{20'000};
  std::chrono::milliseconds total{60'000};
  std::size_t max_body_bytes = 32u << 20;
};

/// `secret_headers` are sent like the others and never appear in logs or errors.
struct Request {
  std::string method = "GET";
  std::string url;
  Headers headers;
  Headers secret_headers;
  std::string body;
  Limits limits;
};

struct Response {
  int status = 0;
  Headers headers;  ///< names lower-cased
  std::string body;
  std::chrono::microseconds elapsed{0};
  std::string local_address;  ///< the address we called from
  const std::string* header(std::string_view lower_case_name) const;
};

/// Outgoing requests. One event loop over libcurl's multi interface waits for thousands of answers at once.
///
/// Rules that no caller can switch off: https only, port 443 only, certificate and name checked, no redirect
/// followed, no credentials from files, and the address connected to must be public. `allowed_urls` (exact
/// scheme, host and port) are exempt from scheme, port and address rules: they are the administrator's word
/// at start. Threads: any. Failure: kDns, kConnect, kTls, kTimeout, kBlocked, kTooLarge, kProtocol,
/// kCancelled; an HTTP status is not an error here.
class Client {
 public:
  virtual ~Client() = default;
  using Callback = std::function<void(Result<Response>)>;
  /// Calls back once, on the client's own thread: hand heavy work to a pool. After `stop` is requested the
  /// callback comes within a second with kCancelled.
  virtual void send(Request request, std::stop_token stop, Callback done) = 0;
  /// The same, waiting. Not from a callback.
  Result<Response> fetch(Request request, std::stop_token stop = {});
};

struct ClientOptions {
  std::string user_agent;
  std::string ca_file;                    ///< further trusted certificates (PEM), beside the system's
  std::string proxy;                      ///< http://, https://, socks5h://
  std::vector<std::string> allowed_urls;  ///< e.g. http://127.0.0.1:8123
};

Result<std::unique_ptr<Client>> make_curl_client(const ClientOptions& options);

}  // namespace picket::http_client
