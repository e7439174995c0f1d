#include "http_client/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <thread>

#include "codec/gzip.h"
#include "http_client/tests/test_server.h"

namespace picket::http_client {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<Client> client_for(const TestServer& server) {
  return std::move(*make_curl_client(
      {.user_agent = "picket-test/1", .ca_file = "", .proxy = "", .allowed_urls = {server.url()}}));
}

Request get(std::string url) {
  Request request;
  request.url = std::move(url);
  return request;
}

TEST(HttpClient, SendsWhatItIsGivenAndReadsTheAnswer) {
  std::promise<std::string> seen;
  TestServer server([&](Conn& conn) {
    seen.set_value(conn.read_request());
    conn.answer(207, "a body", "X-One: 1\r\nX-ONE:  two \r\n");
  });
  Request request = get(server.url("/a/../b?q=%20x"));
  request.method = "POST";
  request.body = std::string("{\"\0\"}", 5);
  request.headers = {{"content-type", "application/json"}};
  request.secret_headers = {{"authorization", "Bearer abc"}};
  const auto result = client_for(server)->fetch(std::move(request));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, 207);
  EXPECT_EQ(result->body, "a body");
  EXPECT_EQ(*result->header("x-one"), "1");
  EXPECT_EQ(result->header("x-none"), nullptr);
  EXPECT_EQ(result->local_address, "127.0.0.1");
  EXPECT_GT(result->elapsed.count(), 0);
  const std::string sent = seen.get_future().get();
  EXPECT_TRUE(sent.starts_with("POST /a/../b?q=%20x HTTP/1.1\r\n")) << sent;
  EXPECT_NE(sent.find("authorization: Bearer abc\r\n"), std::string::npos);
  EXPECT_NE(sent.find("User-Agent: picket-test/1\r\n"), std::string::npos);
  EXPECT_TRUE(sent.ends_with(std::string("\r\n\r\n{\"\0\"}", 9)));
  EXPECT_EQ(sent.find("Expect"), std::string::npos);
}

TEST(HttpClient, ConnectionsAreKept) {
  TestServer server(always(200, "x"));
  const auto client = client_for(server);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client->fetch(get(server.url())));
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, EveryStatusIsAnAnswer) {
  for (const int status : {200, 204, 301, 400, 401, 403, 404, 429, 500, 503}) {
    TestServer server(always(status, status == 204 ? "" : "body"));
    EXPECT_EQ(client_for(server)->fetch(get(server.url()))->status, status);
  }
}

TEST(HttpClient, PackedAnswersAreUnpacked) {
  const std::string text(100000, 'x');
  TestServer server(always(200, codec::gzip(text), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client_for(server)->fetch(get(server.url()))->body, text);
}

TEST(HttpClient, PackedBombIsRefused) {
  TestServer server(always(200, codec::gzip(std::string(10 << 20, 'x')), "Content-Encoding: gzip\r\n"));
  Request request = get(server.url());
  request.limits.max_body_bytes = 1 << 20;
  EXPECT_EQ(client_for(server)->fetch(std::move(request)).error().kind, ErrorKind::kTooLarge);
}

TEST(HttpClient, PackedAndCutIsAProtocolError) {
  const std::string packed = codec::gzip(std::string(1000, 'x'));
  TestServer server(always(200, packed.substr(0, packed.size() / 2), "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(client_for(server)->fetch(get(server.url())).error().kind, ErrorKind::kProtocol);
}

/// The heart of it: hundreds of hanging vendors, and the others do not notice.
TEST(HttpClient, HangingServersDelayNobody) {
  std::atomic<int> hanging = 0;
  TestServer slow([&](Conn& conn) {
    if (conn.read_request().empty()) return;
    ++hanging;
    conn.hang();
  });
  TestServer quick(always(200, "x"));
  auto client = std::move(*make_curl_client(
      {.user_agent = "", .ca_file = "", .proxy = "", .allowed_urls = {slow.url(), quick.url()}}));
  std::stop_source stop;
  std::atomic<int> ended = 0;
  constexpr int kHanging = 200;
  for (int i = 0; i < kHanging; ++i)
    client->send(get(slow.url()), stop.get_token(),
                 [&](Result<Response> r) { ended += !r && r.error().kind == ErrorKind::kCancelled; });
  for (int i = 0; i < 500 && hanging < kHanging; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(hanging, kHanging);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(client->fetch(get(quick.url())));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  const auto stopping = std::chrono::steady_clock::now();
  stop.request_stop();
  for (int i = 0; i < 300 && ended < kHanging; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(ended, kHanging);
  EXPECT_LT(std::chrono::steady_clock::now() - stopping, 3s);
}

TEST(HttpClient, StopEndsEveryPhase) {
  TestServer before_answer([](Conn& conn) { conn.read_request(), conn.hang(); });
  TestServer in_body([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    conn.hang();
  });
  const TestPki pki = TestPki::make("IP:127.0.0.1");
  TestServer in_handshake([](Conn& conn) { conn.hang(); }, &pki, false);
  auto client = std::move(*make_curl_client(
      {.user_agent = "",
       .ca_file = "",
       .proxy = "",
       .allowed_urls = {before_answer.url(), in_body.url(), in_handshake.url(), "http://slow.test"}}));
  for (const std::string& url :
       {before_answer.url(), in_body.url(), in_handshake.url(), std::string("http://slow.test/")}) {
    std::stop_source stop;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(150ms);
      stop.request_stop();
    });
    const auto start = std::chrono::steady_clock::now();
    const auto result = client->fetch(get(url), stop.get_token());
    EXPECT_LT(std::chrono::steady_clock::now() - start, 3s) << url;
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::kCancelled) << url;
  }
}

TEST(HttpClient, StopBeforeTheStart) {
  TestServer server(always(200, "x"));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(client_for(server)->fetch(get(server.url()), stop.get_token()).error().kind,
            ErrorKind::kCancelled);
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpClient, DestructionEndsWhatIsOpen) {
  TestServer server([](Conn& conn) { conn.read_request(), conn.hang(); });
  auto client = client_for(server);
  std::promise<ErrorKind> ended;
  client->send(get(server.url()), {}, [&](Result<Response> r) { ended.set_value(r.error().kind); });
  std::this_thread::sleep_for(50ms);
  client.reset();
  EXPECT_EQ(ended.get_future().get(), ErrorKind::kCancelled);
}

TEST(HttpClient, ManyThreadsAtOnce) {
  TestServer server(always(200, "x"));
  const auto client = client_for(server);
  std::atomic<int> good = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) good += client->fetch(get(server.url())).has_value();
      });
  }
  EXPECT_EQ(good, 400);
}

TEST(HttpClient, CallbackMaySendAgain) {
  TestServer server(always(200, "x"));
  const auto client = client_for(server);
  std::promise<int> second;
  client->send(get(server.url()), {}, [&](Result<Response>) {
    client->send(get(server.url()), {}, [&](Result<Response> r) { second.set_value(r->status); });
  });
  EXPECT_EQ(second.get_future().get(), 200);
}

}  // namespace
}  // namespace picket::http_client
