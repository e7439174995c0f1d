#include "connector/http_answer.h"

#include <gtest/gtest.h>

namespace picket::connector {
namespace {

using std::chrono::seconds;

const TimePoint kNow = *parse_rfc3339("2026-11-22T12:00:00Z");

http_client::Response answer(int status, http_client::Headers headers = {}) {
  http_client::Response response;
  response.status = status;
  response.headers = std::move(headers);
  return response;
}

TEST(HttpAnswer, WaitInSeconds) {
  EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", "17"}}), kNow), seconds(17));
  EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", " 17 "}}), kNow), seconds(17));
  EXPECT_EQ(wanted_wait(answer(429, {{"ratelimit-reset", "9"}}), kNow), seconds(9));
  EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", "5"}, {"ratelimit-reset", "9"}}), kNow), seconds(5));
}

TEST(HttpAnswer, AbsurdWaits) {
  for (const char* text : {"0", "-1", "-99999999999999999999", "soon", "", "1.5", "0x10"})
    EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", text}}), kNow), std::nullopt) << text;
  for (const char* text : {"1000000000", "3601", "99999999999999999999999"})
    EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", text}}), kNow), kLongestWait) << text;
  EXPECT_EQ(wanted_wait(answer(429), kNow), std::nullopt);
}

TEST(HttpAnswer, WaitAsDate) {
  EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", "Sun, 22 Nov 2026 12:01:30 GMT"}}), kNow), seconds(90));
  EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", "Sun, 22 Nov 2026 11:59:00 GMT"}}), kNow), std::nullopt);
  EXPECT_EQ(wanted_wait(answer(429, {{"retry-after", "Wed, 22 Nov 2028 12:00:00 GMT"}}), kNow), kLongestWait);
  // the vendor's clock is a year off; the distance between its two times counts
  EXPECT_EQ(wanted_wait(answer(429, {{"date", "Mon, 22 Nov 2027 10:00:00 GMT"},
                                     {"retry-after", "Mon, 22 Nov 2027 10:00:20 GMT"}}),
                        kNow),
            seconds(20));
}

TEST(HttpAnswer, HttpDates) {
  EXPECT_EQ(*parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), *parse_rfc3339("1994-11-06T08:49:37Z"));
  for (const char* text : {"", "Sun, 06 Nov 1994 08:49:37", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(HttpAnswer, KindsOfStatuses) {
  const std::pair<int, ErrorKind> cases[] = {
      {201, ErrorKind::kProtocol},    {204, ErrorKind::kProtocol},    {301, ErrorKind::kProtocol},
      {302, ErrorKind::kProtocol},    {400, ErrorKind::kProtocol},    {401, ErrorKind::kUnauthorized},
      {403, ErrorKind::kForbidden},   {404, ErrorKind::kNotFound},    {408, ErrorKind::kUnavailable},
      {418, ErrorKind::kProtocol},    {429, ErrorKind::kRateLimited}, {500, ErrorKind::kUnavailable},
      {503, ErrorKind::kUnavailable}, {999, ErrorKind::kProtocol}};
  for (const auto& [status, kind] : cases) {
    const Error error = error_of_status(answer(status, {{"retry-after", "3"}}), "Acme", kNow);
    EXPECT_EQ(error.kind, kind) << status;
    EXPECT_EQ(error.http_status, status);
    EXPECT_EQ(error.retry_after.has_value(),
              kind == ErrorKind::kRateLimited || kind == ErrorKind::kUnavailable)
        << status;
  }
}

}  // namespace
}  // namespace picket::connector
