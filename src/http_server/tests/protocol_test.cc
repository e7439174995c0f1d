#include "http_server/tests/server_fixture.h"

namespace picket::http_server::testing {
namespace {

using ProtocolTest = ServerTest;
constexpr auto kErrorShape = R"({"errors":[{"status":")";

TEST_F(ProtocolTest, KeepsTheConnectionForManyRequests) {
  start();
  TestClient client(server_->port());
  for (int i = 0; i < 50; ++i) {
    const auto answer = client.get("/hello");
    ASSERT_EQ(answer.status, 200);
    ASSERT_EQ(answer.body, "hello");
  }
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ProtocolTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  TestClient client(server_->port());
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(std::to_string(i).size()) +
           "\r\n\r\n" + std::to_string(i);
  ASSERT_TRUE(client.send(all));
  for (int i = 0; i < 200; ++i) ASSERT_EQ(client.read_answer().body, std::to_string(i));
}

TEST_F(ProtocolTest, RequestsMayArriveByteByByte) {
  start();
  TestClient client(server_->port());
  for (const char c : std::string(
           "\r\nPOST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\n"
           "de\r\n0\r\n\r\n"))
    ASSERT_TRUE(client.send(std::string(1, c)));
  EXPECT_EQ(client.read_answer().body, "abcde");
}

TEST_F(ProtocolTest, HeadHasTheHeadersOfGetAndNoBody) {
  start();
  TestClient client(server_->port());
  client.send("HEAD /hello HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto head = client.read_answer(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "5");
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST_F(ProtocolTest, UnknownPathAndMethodAreErrorsThatKeepTheConnection) {
  start();
  TestClient client(server_->port());
  const auto missing = client.get("/nothing");
  EXPECT_EQ(missing.status, 404);
  EXPECT_TRUE(missing.body.starts_with(kErrorShape)) << missing.body;
  EXPECT_EQ(missing.headers.at("content-type"), "application/json");
  client.send("PUT /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n");
  const auto wrong = client.read_answer();
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.at("allow"), "POST");
  EXPECT_TRUE(wrong.body.starts_with(kErrorShape));
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST_F(ProtocolTest, BrokenRequestsGet400AndTheConnectionEnds) {
  start();
  for (const char* bytes :
       {"nonsense\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"}) {
    TestClient client(server_->port());
    client.send(bytes);
    client.finish_sending();
    const auto answer = client.read_answer();
    EXPECT_TRUE(answer.status == 400 || (answer.status == 0 && client.ended())) << bytes << answer.status;
    EXPECT_TRUE(client.ended()) << bytes;
  }
  TestClient fine(server_->port());
  const auto broken = fine.get("/a%zz");
  EXPECT_EQ(broken.status, 400);
  EXPECT_TRUE(broken.body.starts_with(kErrorShape));
  EXPECT_EQ(fine.get("/hello").status, 200);
}

TEST_F(ProtocolTest, OtherVersions) {
  start();
  TestClient old(server_->port());
  old.send("GET /hello HTTP/1.0\r\n\r\n");
  const auto answer = old.read_answer();
  EXPECT_EQ(answer.body, "hello");
  EXPECT_TRUE(old.ended());
  TestClient next(server_->port());
  next.send("GET /hello HTTP/2.0\r\nHost: t\r\n\r\n");
  EXPECT_EQ(next.read_answer().status, 505);
}

TEST_F(ProtocolTest, ConnectionCloseIsHonoured) {
  start();
  TestClient client(server_->port());
  const auto answer = client.get("/hello", "Connection: close\r\n");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(ProtocolTest, AHalfClosedClientStillGetsItsAnswer) {
  start();
  TestClient client(server_->port());
  client.send("GET /late HTTP/1.1\r\nHost: t\r\n\r\n");
  client.finish_sending();
  EXPECT_EQ(client.read_answer().body, "late");
  EXPECT_TRUE(client.ended());
}

TEST_F(ProtocolTest, ParametersAddressAndTheTrustedProxyReachTheHandler) {
  ServerOptions options;
  options.trusted_proxies = {"127.0.0.0/8"};
  start(options);
  TestClient client(server_->port());
  EXPECT_EQ(client.get("/who/Ada%20Quist").body, "Ada Quist 127.0.0.1 http");
  EXPECT_EQ(client.get("/who/x", "X-Forwarded-For: 203.0.113.5\r\nX-Forwarded-Proto: https\r\n").body,
            "x 203.0.113.5 https");
}

TEST_F(ProtocolTest, APersonWithAnUnreadableAddressIsSentToAPageAndAProgramIsTold) {
  const char* browser = "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n";
  start();
  EXPECT_EQ(TestClient(server_->port()).get("/a%", browser).status, 400) << "no page is known";
  ServerOptions options;
  options.unreadable_address_page = "/no-such-page";
  start(options);
  TestClient client(server_->port());
  for (const char* address : {"/a%", "/%00", "/hello?x=%zz"}) {
    const auto sent = client.get(address, browser);
    EXPECT_EQ(sent.status, 303) << address;
    EXPECT_EQ(sent.headers.at("location"), "/no-such-page");
    EXPECT_EQ(client.get(address).status, 400) << address;
    EXPECT_EQ(client.get(address, "Accept: application/json\r\n").status, 400) << address;
  }
  EXPECT_EQ(client.get("/hello", browser).body, "hello");
}

TEST_F(ProtocolTest, AHandlersMistakesStayInside) {
  start();
  TestClient client(server_->port());
  const auto thrown = client.get("/throws");
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body.find("on purpose"), std::string::npos);
  const auto split = client.get("/split");
  EXPECT_FALSE(split.headers.contains("set-cookie"));
  const auto empty = client.get("/empty");
  EXPECT_EQ(empty.status, 204);
  EXPECT_FALSE(empty.headers.contains("content-length"));
  EXPECT_EQ(client.get("/hello").status, 200);
}

TEST_F(ProtocolTest, ALargeBodyArrivesWhole) {
  start();
  TestClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.get("/large");
    ASSERT_TRUE(answer.whole);
    ASSERT_EQ(answer.body, large_);
  }
}

TEST_F(ProtocolTest, ADelayHoldsNoThread) {
  ServerOptions options;
  options.handler_threads = 1;
  start(options);
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 40; ++i) {
    clients.push_back(std::make_unique<TestClient>(server_->port()));
    clients.back()->send("GET /late HTTP/1.1\r\nHost: t\r\n\r\n");
  }
  for (auto& client : clients) EXPECT_EQ(client->read_answer().body, "late");
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, std::chrono::milliseconds(150));
  EXPECT_LT(took, std::chrono::milliseconds(150 * 20));
}

TEST_F(ProtocolTest, DateAndDefaultHeadersAreThere) {
  ServerOptions options;
  options.default_headers = {{"x-content-type-options", "nosniff"}, {"content-type", "text/html"}};
  start(options);
  TestClient client(server_->port());
  const auto answer = client.get("/hello");
  EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain");
  EXPECT_EQ(answer.headers.at("date").size(), 29u);
}

TEST_F(ProtocolTest, TheObserverSeesEveryAnswer) {
  std::mutex mutex;
  std::vector<std::string> seen;
  ServerOptions options;
  options.observer = [&](const Served& served) {
    const std::lock_guard lock(mutex);
    seen.push_back(std::string(served.route) + " " + std::to_string(served.status));
  };
  start(options);
  TestClient client(server_->port());
  client.get("/who/me");
  client.get("/nothing");
  server_->stop();
  EXPECT_EQ(seen, (std::vector<std::string>{"/who/{name} 200", " 404"}));
}

TEST(ServerStart, SaysWhyItCannot) {
  auto first = Server::start({}, Router());
  ASSERT_TRUE(first);
  const auto taken = Server::start({.port = (*first)->port()}, Router());
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::kConflict);
  const auto no_cert =
      Server::start({.tls_cert_file = "/nowhere.pem", .tls_key_file = "/nowhere.key"}, Router());
  ASSERT_FALSE(no_cert);
  EXPECT_EQ(no_cert.error().kind, ErrorKind::kTls);
  EXPECT_FALSE(Server::start({.trusted_proxies = {"bogus"}}, Router()));
}

}  // namespace
}  // namespace picket::http_server::testing
