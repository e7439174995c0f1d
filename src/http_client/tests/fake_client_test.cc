#include "http_client/mocks/fake_client.h"

#include <gtest/gtest.h>

namespace picket::http_client {
namespace {

TEST(FakeClient, AnswersAndRemembers) {
  FakeClient client([](const Request& request) -> std::optional<Result<Response>> {
    if (request.url == "hang") return std::nullopt;
    return answer(200, request.body + "!");
  });
  Request request;
  request.url = "x";
  request.body = "hello";
  EXPECT_EQ(client.fetch(request)->body, "hello!");
  request.url = "hang";
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(client.fetch(request, stop.get_token()).error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(client.requests().size(), 2u);
}

}  // namespace
}  // namespace picket::http_client
