#include <thread>

#include "http_server/tests/server_fixture.h"

namespace picket::http_server::testing {
namespace {

using std::chrono::milliseconds;

class StreamTest : public ServerTest {
 protected:
  void add_routes(Router& router) override {
    router.add("GET", "/rows", [](const Request& request) {
      Response response;
      response.stream_buffer = 64 * 1024;
      response.stream = [cancelled = request.cancelled](std::shared_ptr<Stream> stream) {
        for (int i = 0; i < 1000; ++i)
          if (!stream->write_wait(std::string(1000, static_cast<char>('a' + i % 26)), milliseconds(5000),
                                  cancelled))
            return;
      };
      return response;
    });
    router.add("GET", "/broken", [](const Request&) {
      Response response;
      response.stream = [](const std::shared_ptr<Stream>& stream) {
        stream->write("half");
        throw std::runtime_error("on purpose");
      };
      return response;
    });
    router.add("GET", "/raw", [](const Request&) {
      Response response;
      response.raw = true;
      response.stream = [](const std::shared_ptr<Stream>& stream) {
        stream->write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
      };
      return response;
    });
  }
};

TEST_F(StreamTest, EventsArriveAsTheyArePushedAndTheEndIsProper) {
  start();
  TestClient client(server_->port());
  client.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return stream_count() == 1; }));
  auto streams = take_streams();
  EXPECT_TRUE(streams[0]->write(sse_event("change", "{\"a\":1}\nb", "7")));
  ASSERT_TRUE(client.wait_for("data: b\n\n"));
  EXPECT_TRUE(streams[0]->write("second"));
  ASSERT_TRUE(client.wait_for("second"));
  streams.clear();  // the last holder lets go
  const auto answer = client.read_answer();
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body, "id: 7\nevent: change\ndata: {\"a\":1}\ndata: b\n\nsecond");
  EXPECT_EQ(client.get("/hello").body, "hello");
}

TEST_F(StreamTest, ALongAnswerKeepsWithinItsBuffer) {
  start();
  TestClient client(server_->port());
  const auto answer = client.get("/rows");
  EXPECT_TRUE(answer.whole);
  EXPECT_EQ(answer.body.size(), 1'000'000u);
  EXPECT_EQ(answer.body[999'999], 'a' + 999 % 26);
}

TEST_F(StreamTest, AClientThatLeavesIsNoticed) {
  start();
  {
    TestClient client(server_->port());
    client.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(eventually([this] { return stream_count() == 1; }));
  }
  const auto streams = take_streams();
  EXPECT_TRUE(eventually([&] { return streams[0]->gone(); }));
  EXPECT_FALSE(streams[0]->write("x"));
  EXPECT_FALSE(streams[0]->write_wait("x", milliseconds(1000)));
}

TEST_F(StreamTest, AClientThatLeavesBeforeTheStreamBeginsIsNoticed) {
  start();
  for (int i = 0; i < 20; ++i) {
    { TestClient(server_->port()).send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n"); }
    ASSERT_TRUE(eventually([this] { return stream_count() == 1; }));
    const auto streams = take_streams();
    ASSERT_TRUE(eventually([&] { return streams[0]->gone(); })) << "round " << i;
  }
}

TEST_F(StreamTest, ALeavingClientCancelsItsRequest) {
  start();
  {
    TestClient client(server_->port());
    client.send("GET /wait HTTP/1.1\r\nHost: t\r\n\r\n");
    ASSERT_TRUE(eventually([this] { return waiting_ == 1; }));
  }
  EXPECT_TRUE(eventually([this] { return cancelled_ == 1; }));
}

TEST_F(StreamTest, AFailedProducerBreaksTheConnectionInsteadOfPretendingAnEnd) {
  start();
  TestClient client(server_->port());
  client.send("GET /broken HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_FALSE(client.read_answer().whole);
  EXPECT_TRUE(client.ended());
}

TEST_F(StreamTest, RawStreamsSayExactlyWhatTheirHolderWrites) {
  start();
  TestClient client(server_->port());
  client.send("GET /raw HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(client.buffer(), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
}

TEST_F(StreamTest, TwoHundredSubscribersAreNotHurtByASlowOne) {
  start();
  TestClient slow(server_->port(), false, 4096);
  slow.send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
  ASSERT_TRUE(eventually([this] { return stream_count() == 1; }));
  const auto slow_stream = take_streams().front();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<TestClient>(server_->port()));
    ASSERT_TRUE(clients.back()->send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n"));
  }
  ASSERT_TRUE(eventually([this] { return stream_count() == 200; }));
  auto streams = take_streams();

  const std::string piece = sse_event("tick", std::string(4000, 'z'));
  bool slow_refused = false;
  for (int round = 0; round < 2000 && !slow_refused; ++round) slow_refused = !slow_stream->write(piece);
  EXPECT_TRUE(slow_refused);
  EXPECT_LE(slow_stream->buffered(), 256u * 1024);
  for (int round = 0; round < 20; ++round)
    for (const auto& stream : streams) ASSERT_TRUE(stream->write_wait(piece, milliseconds(5000)));
  streams.clear();
  for (auto& client : clients) {
    const auto answer = client->read_answer();
    ASSERT_TRUE(answer.whole);
    ASSERT_EQ(answer.body.size(), 20 * piece.size());
  }
  TestClient other(server_->port());
  EXPECT_EQ(other.get("/hello").status, 200);
}

TEST_F(StreamTest, ASubscriberHoldsNoThread) {
  ServerOptions options;
  options.handler_threads = 1;
  start(options);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(std::make_unique<TestClient>(server_->port()));
    clients.back()->send("GET /stream HTTP/1.1\r\nHost: t\r\n\r\n");
  }
  EXPECT_TRUE(eventually([this] { return stream_count() == 20; }));
}

}  // namespace
}  // namespace picket::http_server::testing
