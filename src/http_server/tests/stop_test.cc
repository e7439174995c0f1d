#include <thread>

#include "http_server/tests/server_fixture.h"

namespace picket::http_server::testing {
namespace {

using StopTest = ServerTest;
using std::chrono::milliseconds;

milliseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin);
}

TEST_F(StopTest, IdleConnectionsAndStreamsEndAtOnce) {
  start();
  TestClient idle(server_->port()), subscriber(server_->port());
  EXPECT_EQ(idle.get("/hello").status, 200);
  subscriber.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return stream_count() == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  std::thread stopping([this] { server_->stop(milliseconds(4000)); });
  EXPECT_TRUE(subscriber.read_answer().whole);
  EXPECT_TRUE(idle.ended());
  subscriber.finish_sending();
  idle.finish_sending();
  stopping.join();
  EXPECT_LT(since(begin), milliseconds(3000));
}

TEST_F(StopTest, ARunningRequestIsFinished) {
  start();
  TestClient client(server_->port());
  client.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_ == 1; }));
  std::thread stopping([this] { server_->stop(milliseconds(4000)); });
  EXPECT_TRUE(eventually([this] {
    TestClient late(server_->port());
    return !late.connected() || late.get("/hello").status == 0;
  }));
  release();
  const auto answer = client.read_answer();
  EXPECT_EQ(answer.body, "waited");
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_EQ(cancelled_, 0);
  client.finish_sending();
  stopping.join();
}

TEST_F(StopTest, PastItsPatienceTheServerCancelsAndReturns) {
  start();
  TestClient client(server_->port());
  client.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return waiting_ == 1; }));
  const auto begin = std::chrono::steady_clock::now();
  server_->stop(milliseconds(200));
  EXPECT_GE(since(begin), milliseconds(190));
  EXPECT_LT(since(begin), milliseconds(2000));
  EXPECT_EQ(cancelled_, 1);
  EXPECT_TRUE(client.ended());
}

TEST_F(StopTest, AHolderOfAStreamMayOutliveTheServer) {
  start();
  TestClient client(server_->port());
  client.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return stream_count() == 1; }));
  const auto streams = take_streams();
  server_->stop(milliseconds(100));
  server_.reset();
  EXPECT_FALSE(streams[0]->write("x"));
  streams[0]->close();
  streams[0]->abort();
}

}  // namespace
}  // namespace picket::http_server::testing
