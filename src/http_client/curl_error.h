#pragma once

#include <chrono>
#include <string>

#include "base/error.h"
#include "http_client/client.h"

namespace picket::http_client {

/// Where a call stood when it ended.
enum class Phase { kQueue, kResolve, kConnect, kTls, kFirstByte, kBody };

/// What is known about a call that failed, as plain values, so that sentences are testable without a network.
struct Failure {
  int curl_code = 0;
  std::string host;
  std::string proxy;   ///< host:port; empty without one
  std::string detail;  ///< libcurl's own words; used only to tell causes apart
  Phase phase = Phase::kQueue;
  int os_error = 0;
  long verify_result = 0;  ///< OpenSSL's X509_V_ERR_…
  std::string blocked_address;
  std::string local_address;
};

Error describe(const Failure& failure);
/// One of our four limits ran out.
Error describe_timeout(const Failure& failure, std::chrono::milliseconds limit);
Error too_large(const std::string& host, std::size_t limit);
Error blocked_url(const std::string& origin, const std::string& why);
Error cancelled();

}  // namespace picket::http_client
