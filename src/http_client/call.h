#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <set>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "codec/url.h"
#include "http_client/client.h"
#include "http_client/curl_error.h"
#include "http_client/proxy.h"
#include "http_client/trust.h"

namespace picket::http_client {

using Steady = std::chrono::steady_clock;

/// What all requests of a client have in common.
struct Common {
  ClientOptions options;
  Trust trust;
  Proxy proxy;
  std::set<std::string> allowed;  ///< origins that the administrator allowed
};

/// One request from `send` to its callback: how libcurl is told of it, and what came of it. Reused with its
/// easy handle. Threads: the loop's alone.
struct Call {
  CURL* easy = nullptr;
  std::uint64_t id = 0;
  Request request;
  Client::Callback done;
  std::stop_token stop;
  codec::Url url;
  bool exempt = false;  ///< an origin that the administrator allowed
  bool proxied = false;
  curl_slist* header_list = nullptr;

  Response response;
  std::size_t header_bytes = 0;
  Steady::time_point started, last_byte;
  bool in_handshake = false;  ///< TCP stands, TLS began
  bool answered = false;      ///< the first byte of the answer came
  bool over_limit = false;
  bool bad_headers = false;
  std::string blocked_address;
  char detail[CURL_ERROR_SIZE] = "";

  Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call();
  /// Forgets the request, its secrets wiped.
  void clear();
  /// Checks the request against the rules and fills the easy handle.
  Status prepare(const Common& common, CURLSH* share);
  /// What the caller is told when libcurl is done.
  Result<Response> conclude(const Common& common, CURLcode code);
  Failure failure_of(const Common& common, CURLcode code) const;
};

}  // namespace picket::http_client
