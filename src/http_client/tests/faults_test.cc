#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "http_client/client.h"
#include "http_client/tests/test_server.h"

namespace picket::http_client {
namespace {

using namespace std::chrono_literals;

class Faults : public testing::Test {
 protected:
  Error error_of(const std::string& url, Limits limits = {}) {
    auto client =
        std::move(*make_curl_client({.user_agent = "", .ca_file = "", .proxy = "", .allowed_urls = {url}}));
    Request request;
    request.url = url + "/x";
    request.limits = limits;
    request.secret_headers = {{"authorization", "Bearer canary"}};
    start_ = std::chrono::steady_clock::now();
    auto result = client->fetch(std::move(request));
    took_ = std::chrono::steady_clock::now() - start_;
    EXPECT_FALSE(result);
    Error error = result ? Error(ErrorKind::kInternal, "no error") : result.error();
    EXPECT_EQ(error.message.find("canary"), std::string::npos);
    return error;
  }
  static bool says(const Error& error, std::string_view words) {
    return error.message.find(words) != std::string::npos;
  }
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::duration took_{};
};

Limits limits(std::chrono::milliseconds connect, std::chrono::milliseconds first,
              std::chrono::milliseconds idle, std::chrono::milliseconds total) {
  Limits l;
  l.connect = connect;
  l.first_byte = first;
  l.idle = idle;
  l.total = total;
  return l;
}

TEST_F(Faults, NameDoesNotResolve) {
  const Error error = error_of("https://nowhere.test");
  EXPECT_EQ(error.kind, ErrorKind::kDns);
  EXPECT_TRUE(says(error, "nowhere.test cannot be found")) << error.message;
}

TEST_F(Faults, NameServerHangs) {
  const Error error = error_of("https://slow.test", limits(300ms, 10s, 10s, 10s));
  EXPECT_EQ(error.kind, ErrorKind::kTimeout);
  EXPECT_TRUE(says(error, "DNS")) << error.message;
  EXPECT_LT(took_, 4s);
}

TEST_F(Faults, ConnectionRefused) {
  std::string url;
  { url = TestServer(always(200, "")).url(); }
  const Error error = error_of(url);
  EXPECT_EQ(error.kind, ErrorKind::kConnect);
  EXPECT_TRUE(says(error, "refused")) << error.message;
}

TEST_F(Faults, BlackHole) {
  // a listener whose queue is full drops further attempts silently, as a firewall does
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(fd, 0), 0);
  socklen_t length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  std::vector<int> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  std::this_thread::sleep_for(50ms);
  const Error error =
      error_of(fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port)), limits(400ms, 10s, 10s, 10s));
  EXPECT_EQ(error.kind, ErrorKind::kTimeout);
  EXPECT_TRUE(says(error, "connection timed out")) << error.message;
  EXPECT_LT(took_, 4s);
  for (const int filler : fillers) close(filler);
  close(fd);
}

TEST_F(Faults, SilenceAfterTheRequest) {
  TestServer server([](Conn& conn) { conn.read_request(), conn.hang(); });
  const Error error = error_of(server.url(), limits(5s, 400ms, 10s, 10s));
  EXPECT_EQ(error.kind, ErrorKind::kTimeout);
  EXPECT_TRUE(says(error, "did not answer within")) << error.message;
  EXPECT_LT(took_, 4s);
}

TEST_F(Faults, SilenceInTheMiddle) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    conn.hang();
  });
  const Error error = error_of(server.url(), limits(5s, 5s, 400ms, 10s));
  EXPECT_EQ(error.kind, ErrorKind::kTimeout);
  EXPECT_TRUE(says(error, "began to answer")) << error.message;
  EXPECT_LT(took_, 4s);
}

TEST_F(Faults, OneByteATimeMeetsTheTotalLimit) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (conn.write("x")) std::this_thread::sleep_for(20ms);
  });
  const Error error = error_of(server.url(), limits(5s, 5s, 1s, 800ms));
  EXPECT_EQ(error.kind, ErrorKind::kTimeout);
  EXPECT_LT(took_, 4s);
}

TEST_F(Faults, SlowHeaderMeetsTheTotalLimit) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\n");
    while (conn.write("X-A: b\r\n")) std::this_thread::sleep_for(50ms);
  });
  EXPECT_EQ(error_of(server.url(), limits(5s, 5s, 1s, 800ms)).kind, ErrorKind::kTimeout);
}

TEST_F(Faults, EndlessHeader) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\n");
    while (conn.write("X-Header-" + std::string(1000, 'x') + ": y\r\n")) {
    }
  });
  EXPECT_EQ(error_of(server.url()).kind, ErrorKind::kProtocol);
}

TEST_F(Faults, EndlessBody) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\n\r\n");
    const std::string block(64 << 10, 'x');
    while (conn.write(block)) {
    }
  });
  Limits small;
  small.max_body_bytes = 1 << 20;
  const Error error = error_of(server.url(), small);
  EXPECT_EQ(error.kind, ErrorKind::kTooLarge);
  EXPECT_TRUE(says(error, "1048576")) << error.message;
}

TEST_F(Faults, AnnouncedGiganticBody) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\nx");
    conn.hang();
  });
  EXPECT_EQ(error_of(server.url(), limits(1s, 1s, 500ms, 2s)).kind, ErrorKind::kTimeout);
}

TEST_F(Faults, ClosedWithoutAnswer) {
  TestServer server([](Conn& conn) { conn.read_request(); });
  const Error error = error_of(server.url());
  EXPECT_EQ(error.kind, ErrorKind::kConnect);
  EXPECT_TRUE(says(error, "without an answer")) << error.message;
}

TEST_F(Faults, ResetBeforeTheAnswer) {
  TestServer server([](Conn& conn) { conn.read_request(), conn.reset(); });
  EXPECT_EQ(error_of(server.url()).kind, ErrorKind::kConnect);
}

TEST_F(Faults, CutInTheMiddle) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  const Error error = error_of(server.url());
  EXPECT_EQ(error.kind, ErrorKind::kConnect);
  EXPECT_TRUE(says(error, "in the middle")) << error.message;
}

TEST_F(Faults, CutChunks) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nhe");
  });
  EXPECT_EQ(error_of(server.url()).kind, ErrorKind::kConnect);
}

TEST_F(Faults, NotHttpAtAll) {
  TestServer server([](Conn& conn) {
    conn.read_request();
    conn.write("SSH-2.0-OpenSSH_9.2p1\r\n");
  });
  EXPECT_EQ(error_of(server.url()).kind, ErrorKind::kProtocol);
}

}  // namespace
}  // namespace picket::http_client
