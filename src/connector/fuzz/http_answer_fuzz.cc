#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "base/strings.h"
#include "base/time.h"
#include "connector/http_answer.h"

/// Lines: retry-after, date, ratelimit-reset. Whatever a vendor writes, a wait is between a second and an hour or it is none, and what it
/// wants does not depend on our own clock when it names its own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket;
  static constexpr const char* kNames[] = {"retry-after", "date", "ratelimit-reset"};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  http_client::Response response;
  bool vendor_clock = false;
  for (const char* name : kNames) {
    const auto end = text.find('\n');
    const std::string_view value = text.substr(0, end);
    if (!value.empty()) response.headers.emplace_back(name, std::string(value));
    if (std::string_view(name) == "date") vendor_clock = connector::parse_http_date(trim(value)).has_value();
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  const TimePoint now = *parse_rfc3339("2026-11-22T18:55:31Z");
  const auto wait = connector::wanted_wait(response, now);
  if (wait) PICKET_ASSERT(*wait >= std::chrono::seconds(1) && *wait <= connector::kLongestWait, "a wait that makes sense");
  if (vendor_clock)
    PICKET_ASSERT(connector::wanted_wait(response, now + std::chrono::hours(24 * 365)) == wait, "by the vendor's own clock");
  for (response.status = 200; response.status <= 599; response.status += 33) {
    const Error error = connector::error_of_status(response, "A vendor", now);
    PICKET_ASSERT(!error.message.empty() && error.http_status == response.status, "a sentence and the status");
    if (error.retry_after) PICKET_ASSERT(error.retry_after == wait, "the same wait");
  }
  response.status = 429;
  PICKET_ASSERT(connector::error_of_status(response, "A vendor", now).retry_after == wait, "429 waits as asked");
  for (const auto& [name, value] : response.headers)
    if (const auto date = connector::parse_http_date(value))
      PICKET_ASSERT(format_rfc3339_seconds(*date).substr(0, 4) == value.substr(12, 4), "the year is the year");
  return 0;
}
