#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "http_client/client.h"

/// What every vendor's HTTP answers have in common.
namespace picket::connector {

constexpr std::chrono::seconds kLongestWait{3600};

/// How long the vendor wants us to wait: `retry-after` in seconds or as a date, else `ratelimit-reset` in
/// seconds. Capped at one hour. Nothing when there is no such header or it makes no sense (zero, negative,
/// not a number, a date in the past): then the caller's own back-off decides. A date is held against the
/// answer's own `date` header where there is one, so that a vendor's wrong clock does no harm, else against
/// `now`.
std::optional<std::chrono::seconds> wanted_wait(const http_client::Response& response, TimePoint now);

/// HTTP dates as RFC 9110 5.6.7 wants them sent: "Sun, 22 Nov 2026 18:55:31 GMT".
Result<TimePoint> parse_http_date(std::string_view text);

/// The error for any status but 200: 401 kUnauthorized, 403 kForbidden, 404 kNotFound, 408 and 5xx
/// kUnavailable, 429 kRateLimited, 3xx and the rest kProtocol; with `http_status` and `retry_after`. 400 is
/// kProtocol here: what it means only the vendor's reader knows.
Error error_of_status(const http_client::Response& response, std::string_view vendor, TimePoint now);

}  // namespace picket::connector
