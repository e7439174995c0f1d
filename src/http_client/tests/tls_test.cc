#include <gtest/gtest.h>
#include <unistd.h>

#include "http_client/client.h"
#include "http_client/curl_error.h"
#include "http_client/tests/test_server.h"

namespace picket::http_client {
namespace {

using namespace std::chrono_literals;

class Tls : public testing::Test {
 protected:
  Result<Response> fetch(const TestServer& server, const std::string& ca_file, Limits limits = {}) {
    auto client =
        make_curl_client({.user_agent = "", .ca_file = ca_file, .proxy = "", .allowed_urls = {server.url()}});
    if (!client) return tl::unexpected(client.error());
    Request request;
    request.url = server.url("/");
    request.limits = limits;
    return (*client)->fetch(std::move(request));
  }
};

struct CaFile {
  explicit CaFile(const TestPki& pki) : path(pki.write_ca_file()) {}
  ~CaFile() { unlink(path.c_str()); }
  std::string path;
};

TEST_F(Tls, FurtherAuthorityIsTrusted) {
  const TestPki pki = TestPki::make("IP:127.0.0.1");
  const CaFile ca(pki);
  TestServer server(always(200, "x"), &pki);
  const auto result = fetch(server, ca.path);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->status, 200);
}

TEST_F(Tls, UnknownAuthority) {
  const TestPki pki = TestPki::make("IP:127.0.0.1"), other = TestPki::make("IP:127.0.0.1");
  const CaFile ca(other);
  TestServer server(always(200, "x"), &pki);
  const auto result = fetch(server, ca.path);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTls);
  EXPECT_NE(result.error().message.find("not trusted here"), std::string::npos) << result.error().message;
  const auto without = fetch(server, "");
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("not trusted here"), std::string::npos) << without.error().message;
}

TEST_F(Tls, Expired) {
  const TestPki pki = TestPki::make("IP:127.0.0.1", -7000, -3600);
  const CaFile ca(pki);
  TestServer server(always(200, "x"), &pki);
  const auto result = fetch(server, ca.path);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTls);
  EXPECT_NE(result.error().message.find("expired"), std::string::npos) << result.error().message;
}

TEST_F(Tls, NotYetValid) {
  const TestPki pki = TestPki::make("IP:127.0.0.1", 3600, 7200);
  const CaFile ca(pki);
  TestServer server(always(200, "x"), &pki);
  const auto result = fetch(server, ca.path);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("clock"), std::string::npos) << result.error().message;
}

TEST_F(Tls, AnotherName) {
  const TestPki pki = TestPki::make("DNS:other.example");
  const CaFile ca(pki);
  TestServer server(always(200, "x"), &pki);
  const auto result = fetch(server, ca.path);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTls);
  EXPECT_NE(result.error().message.find("another name"), std::string::npos) << result.error().message;
}

TEST_F(Tls, HandshakeHangs) {
  const TestPki pki = TestPki::make("IP:127.0.0.1");
  const CaFile ca(pki);
  TestServer server([](Conn& conn) { conn.hang(); }, &pki, false);
  Limits limits;
  limits.connect = 400ms;
  const auto result = fetch(server, ca.path, limits);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTimeout);
  EXPECT_NE(result.error().message.find("TLS handshake"), std::string::npos) << result.error().message;
}

TEST_F(Tls, PlainTextWhereTlsShouldBe) {
  const TestPki pki = TestPki::make("IP:127.0.0.1");
  const CaFile ca(pki);
  TestServer server([](Conn& conn) { conn.write("HTTP/1.1 400 Bad Request\r\n\r\n"); }, &pki, false);
  const auto result = fetch(server, ca.path);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTls) << result.error().message;
}

TEST_F(Tls, ClosedInTheHandshake) {
  const TestPki pki = TestPki::make("IP:127.0.0.1");
  const CaFile ca(pki);
  TestServer server([](Conn& conn) { conn.reset(); }, &pki, false);
  const auto result = fetch(server, ca.path);
  ASSERT_FALSE(result);
  // the reset may overtake the first byte of the handshake: then it is a connection that was reset, and said so
  EXPECT_TRUE(result.error().kind == ErrorKind::kTls || result.error().kind == ErrorKind::kConnect)
      << result.error().message;
}

TEST_F(Tls, SentencesNeedNoNetwork) {
  Failure failure;
  failure.host = "events.1password.eu";
  failure.curl_code = 97;  // CURLE_PROXY
  failure.proxy = "proxy.example:3128";
  EXPECT_EQ(describe(failure).kind, ErrorKind::kConnect);
  failure.curl_code = 5;  // CURLE_COULDNT_RESOLVE_PROXY
  EXPECT_EQ(describe(failure).kind, ErrorKind::kDns);
  failure.curl_code = 27;  // CURLE_OUT_OF_MEMORY
  EXPECT_EQ(describe(failure).kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace picket::http_client
