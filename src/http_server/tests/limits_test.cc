#include <chrono>

#include "http_server/tests/server_fixture.h"

namespace picket::http_server::testing {
namespace {

using LimitsTest = ServerTest;
using std::chrono::milliseconds;

TEST_F(LimitsTest, AHugeHeaderGets431) {
  start();
  for (const bool one_line : {true, false}) {
    TestClient client(server_->port());
    std::string request = "GET /hello HTTP/1.1\r\nHost: t\r\n";
    if (one_line)
      request += "X-A: " + std::string(40'000, 'a') + "\r\n";
    else
      for (int i = 0; i < 2000; ++i) request += "X-" + std::to_string(i) + ": some value\r\n";
    client.send(request + "\r\n");
    EXPECT_EQ(client.read_answer().status, 431) << one_line;
    EXPECT_TRUE(client.ended());
  }
  TestClient endless(server_->port());
  const std::string piece(10'000, 'a');
  endless.send("GET /");
  for (int i = 0; i < 5; ++i) endless.send(piece);
  EXPECT_EQ(endless.read_answer().status, 431);
}

TEST_F(LimitsTest, AHeaderJustBelowTheLimitPasses) {
  start();
  TestClient client(server_->port());
  EXPECT_EQ(client.get("/hello", "X-A: " + std::string(15'000, 'a') + "\r\n").status, 200);
}

TEST_F(LimitsTest, ATooLargeBodyGets413BeforeItIsRead) {
  start();
  TestClient announced(server_->port());
  announced.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n");
  const auto answer = announced.read_answer();
  EXPECT_EQ(answer.status, 413);
  EXPECT_TRUE(answer.body.starts_with(R"({"errors":[)"));

  TestClient chunked(server_->port());
  chunked.send("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i) chunked.send("190\r\n" + std::string(400, 'a') + "\r\n");
  EXPECT_EQ(chunked.read_answer().status, 413);

  // a client that sends it all first still reads the answer instead of a reset
  TestClient eager(server_->port());
  eager.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2000000\r\n\r\n" +
             std::string(2'000'000, 'a'));
  EXPECT_EQ(eager.read_answer().status, 413);
}

TEST_F(LimitsTest, BodiesUpToTheRoutesLimitPass) {
  start();
  TestClient client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'a'));
  EXPECT_EQ(client.read_answer().body.size(), 1000u);
  client.send("POST /big-echo HTTP/1.1\r\nHost: t\r\nContent-Length: 3000000\r\n\r\n" +
              std::string(3'000'000, 'b'));
  EXPECT_EQ(client.read_answer().body, std::string(3'000'000, 'b'));
}

TEST_F(LimitsTest, ExpectContinueIsInvitedOrRefused) {
  start();
  TestClient client(server_->port());
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100);
  client.send("ok");
  EXPECT_EQ(client.read_answer().body, "ok");
  client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 413);
}

TEST_F(LimitsTest, ASlowHeaderGets408) {
  ServerOptions options;
  options.limits.header = milliseconds(150);
  start(options);
  TestClient client(server_->port());
  client.send("GET /hello HT");
  std::thread drip([&client] {
    for (int i = 0; i < 20 && client.send("T"); ++i) std::this_thread::sleep_for(milliseconds(20));
  });
  EXPECT_EQ(client.read_answer().status, 408);
  drip.join();
  EXPECT_TRUE(client.ended());
}

TEST_F(LimitsTest, ASlowBodyGets408) {
  ServerOptions options;
  options.limits.body_silence = milliseconds(150);
  options.limits.body = milliseconds(400);
  start(options);
  TestClient silent(server_->port());
  silent.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(silent.read_answer().status, 408);
  TestClient drip(server_->port());
  drip.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 900\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100 && !drip.more(milliseconds(50)); ++i) drip.send("a");
  EXPECT_EQ(drip.read_answer().status, 408);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2500));
}

TEST_F(LimitsTest, ACutBodyNeverReachesTheHandler) {
  start();
  {
    TestClient client(server_->port());
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
    client.finish_sending();
    EXPECT_EQ(client.read_answer().status, 0);
    EXPECT_TRUE(client.ended());
  }
  EXPECT_TRUE(eventually([this] { return server_->connections() == 0; }));
}

TEST_F(LimitsTest, AnIdleConnectionIsClosedWithoutWords) {
  ServerOptions options;
  options.limits.idle = milliseconds(100);
  start(options);
  TestClient client(server_->port());
  EXPECT_EQ(client.get("/hello").status, 200);
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(client.buffer(), "");
}

TEST_F(LimitsTest, BeyondTheMostConnectionsNewOnesAreTurnedAway) {
  ServerOptions options;
  options.limits.connections = 3;
  start(options);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(std::make_unique<TestClient>(server_->port()));
    EXPECT_EQ(clients.back()->get("/hello").status, 200);
  }
  TestClient fourth(server_->port());
  EXPECT_TRUE(fourth.ended());
  clients.pop_back();
  EXPECT_TRUE(eventually([this] { return server_->connections() == 2; }));
  TestClient fifth(server_->port());
  EXPECT_EQ(fifth.get("/hello").status, 200);
}

TEST_F(LimitsTest, ABusyServerSaysSo) {
  ServerOptions options;
  options.handler_threads = 1;
  options.io_threads = 1;  // so that the second is read before the third
  options.limits.waiting_requests = 1;
  start(options);
  TestClient first(server_->port()), second(server_->port()), third(server_->port());
  first.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_ == 1; }));
  second.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  std::this_thread::sleep_for(milliseconds(50));
  const auto refused = third.get("/hello");
  ASSERT_EQ(refused.status, 503);
  EXPECT_EQ(refused.headers.at("retry-after"), "1");
  release();
  EXPECT_EQ(first.read_answer().body, "waited");
  EXPECT_EQ(second.read_answer().body, "waited");
}

TEST_F(LimitsTest, AClientThatTakesNothingIsCut) {
  ServerOptions options;
  options.limits.write_stall = milliseconds(200);
  start(options);
  TestClient client(server_->port(), false, 4096);
  for (int i = 0; i < 4; ++i) client.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(eventually([this] { return server_->connections() == 0; }));
}

}  // namespace
}  // namespace picket::http_server::testing
