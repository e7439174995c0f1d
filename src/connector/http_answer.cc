#include "connector/http_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/strings.h"

namespace picket::connector {
namespace {

std::optional<long long> whole_number(std::string_view text) {
  long long value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec == std::errc::result_out_of_range && !text.starts_with('-') && end == text.data() + text.size())
    return 1LL << 60;
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::seconds> sensible(long long seconds) {
  if (seconds <= 0) return std::nullopt;
  return std::min<std::chrono::seconds>(std::chrono::seconds(std::min<long long>(seconds, 1LL << 40)),
                                        kLongestWait);
}

}  // namespace

Result<TimePoint> parse_http_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto bad = [] { return fail(ErrorKind::kInvalidInput, "This is not an HTTP date."); };
  // Sun, 06 Nov 1994 08:49:37 GMT
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return bad();
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return bad();
  return parse_rfc3339(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - kMonths.begin() + 1,
                                   text.substr(5, 2), text.substr(17, 8)));
}

std::optional<std::chrono::seconds> wanted_wait(const http_client::Response& response, TimePoint now) {
  if (const std::string* header = response.header("retry-after")) {
    const std::string_view text = trim(*header);
    if (const auto seconds = whole_number(text)) return sensible(*seconds);
    if (const auto until = parse_http_date(text)) {
      const std::string* date = response.header("date");
      const auto vendor_now = date == nullptr ? Result<TimePoint>(now) : parse_http_date(trim(*date));
      return sensible(
          std::chrono::ceil<std::chrono::seconds>(*until - (vendor_now ? *vendor_now : now)).count());
    }
    return std::nullopt;
  }
  if (const std::string* header = response.header("ratelimit-reset"))
    if (const auto seconds = whole_number(trim(*header))) return sensible(*seconds);
  return std::nullopt;
}

Error error_of_status(const http_client::Response& response, std::string_view vendor, TimePoint now) {
  const int status = response.status;
  const auto make = [&](ErrorKind kind, std::string message) {
    return Error(kind, std::move(message)).with_status(status);
  };
  switch (status) {
    case 401:
      return make(ErrorKind::kUnauthorized, fmt::format("{} refused the credentials (401).", vendor));
    case 403:
      return make(ErrorKind::kForbidden,
                  fmt::format("{} knows the credentials and forbids this (403).", vendor));
    case 404:
      return make(
          ErrorKind::kNotFound,
          fmt::format("There is no {} interface at this address (404). Check the server address.", vendor));
    case 429: {
      Error error = make(ErrorKind::kRateLimited, fmt::format("{} asks for fewer requests (429).", vendor));
      error.retry_after = wanted_wait(response, now);
      return error;
    }
    default:
      break;
  }
  if (status == 408 || (status >= 500 && status <= 599)) {
    Error error = make(ErrorKind::kUnavailable, fmt::format("{} answers {}.", vendor, status));
    error.retry_after = wanted_wait(response, now);
    return error;
  }
  if (status >= 300 && status <= 399)
    return make(ErrorKind::kProtocol,
                fmt::format("{} sends us elsewhere ({}). Picket does not follow, since the credentials "
                            "would go along. Check the server address.",
                            vendor, status));
  if (status >= 200 && status <= 299)
    return make(ErrorKind::kProtocol, fmt::format("{} answered {} where 200 was expected.", vendor, status));
  return make(ErrorKind::kProtocol, fmt::format("{} refused the request ({}).", vendor, status));
}

}  // namespace picket::connector
