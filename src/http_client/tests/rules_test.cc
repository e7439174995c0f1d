#include <gtest/gtest.h>

#include "http_client/client.h"
#include "http_client/tests/test_server.h"

namespace picket::http_client {
namespace {

Request get(std::string url) {
  Request request;
  request.url = std::move(url);
  return request;
}

class Rules : public testing::Test {
 protected:
  ErrorKind kind_of(const std::string& url) {
    auto result = client_->fetch(get(url));
    EXPECT_FALSE(result) << url;
    message_ = result ? "" : result.error().message;
    return result ? ErrorKind::kInternal : result.error().kind;
  }
  TestServer server_{always(200, "secret of the inside")};
  std::unique_ptr<Client> client_ = std::move(*make_curl_client({}));
  std::string message_;
};

TEST_F(Rules, OnlyHttpsOnPort443) {
  EXPECT_EQ(kind_of("http://events.example.test/"), ErrorKind::kBlocked);
  EXPECT_NE(message_.find("only https"), std::string::npos) << message_;
  EXPECT_EQ(kind_of("https://events.example.test:8443/"), ErrorKind::kBlocked);
  EXPECT_NE(message_.find("443"), std::string::npos) << message_;
  EXPECT_EQ(kind_of("ftp://events.example.test/"), ErrorKind::kInvalidInput);
}

TEST_F(Rules, AddressesInsideAreRefused) {
  for (const char* url : {"https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest/",
                          "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
                          "https://[fd00::1]/", "https://192.168.0.1/", "https://0.0.0.0/"})
    EXPECT_EQ(kind_of(url), ErrorKind::kBlocked) << url;
}

TEST_F(Rules, NamesThatLeadInsideAreRefused) {
  for (const char* name : {"private", "metadata", "local", "mapped", "nat64", "ula"}) {
    EXPECT_EQ(kind_of("https://" + std::string(name) + ".test/"), ErrorKind::kBlocked)
        << name << ": " << message_;
    EXPECT_NE(message_.find("not a public one"), std::string::npos) << message_;
  }
}

TEST_F(Rules, AllowedOriginsAreExact) {
  auto client = std::move(
      *make_curl_client({.user_agent = "", .ca_file = "", .proxy = "", .allowed_urls = {server_.url()}}));
  EXPECT_EQ(client->fetch(get(server_.url("/x")))->status, 200);
  const std::string port = std::to_string(server_.port());
  for (const std::string& url :
       {"https://127.0.0.1:" + port + "/", "http://local.test:" + port + "/",
        "http://127.0.0.2:" + port + "/", "http://127.0.0.1:" + std::to_string(server_.port() ^ 1) + "/"}) {
    const auto result = client->fetch(get(url));
    ASSERT_FALSE(result) << url;
    EXPECT_EQ(result.error().kind, ErrorKind::kBlocked) << url;
  }
}

TEST_F(Rules, RedirectsAreNotFollowed) {
  TestServer inside(always(200, "inside"));
  TestServer redirecting(always(302, "", "Location: " + inside.url("/stolen") + "\r\n"));
  auto client = std::move(*make_curl_client(
      {.user_agent = "", .ca_file = "", .proxy = "", .allowed_urls = {inside.url(), redirecting.url()}}));
  const auto result = client->fetch(get(redirecting.url()));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 302);
  EXPECT_EQ(inside.connections(), 0);
}

TEST_F(Rules, HeadersCannotBeInjected) {
  for (const auto& [name, value] :
       Headers{{"a", "b\r\nc: d"}, {"a\r\nb", "c"}, {"a", std::string("b\0c", 3)}, {"a:b", "c"}, {"", "x"}}) {
    Request request = get("https://events.example.test/");
    request.secret_headers = {{name, value}};
    const auto result = client_->fetch(std::move(request));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalidInput);
  }
}

TEST_F(Rules, BadOptionsAreRefusedAtStart) {
  EXPECT_EQ(make_curl_client({.user_agent = "", .ca_file = "", .proxy = "", .allowed_urls = {"127.0.0.1"}})
                .error()
                .field,
            "allowed_urls");
  EXPECT_EQ(
      make_curl_client({.user_agent = "", .ca_file = "/nonexistent.pem", .proxy = "", .allowed_urls = {}})
          .error()
          .field,
      "ca_file");
  EXPECT_EQ(make_curl_client({.user_agent = "", .ca_file = "/etc/hostname", .proxy = "", .allowed_urls = {}})
                .error()
                .field,
            "ca_file");
  for (const char* proxy : {"proxy.example:3128", "ftp://proxy.example", "http://", "http://p.example/path",
                            "socks4://p.example:1"}) {
    const auto result =
        make_curl_client({.user_agent = "", .ca_file = "", .proxy = proxy, .allowed_urls = {}});
    ASSERT_FALSE(result) << proxy;
    EXPECT_EQ(result.error().field, "proxy");
  }
  const auto result = make_curl_client(
      {.user_agent = "", .ca_file = "", .proxy = "ftp://user:hunter2@p.example", .allowed_urls = {}});
  EXPECT_EQ(result.error().message.find("hunter2"), std::string::npos);
}

/// Answers CONNECT itself and shows what it was asked.
TEST_F(Rules, ProxyGetsConnectAndNotTheToken) {
  std::mutex mutex;
  std::string seen;
  TestServer proxy([&](Conn& conn) {
    const std::string request = conn.read_request();
    {
      const std::lock_guard lock(mutex);
      seen += request;
    }
    conn.answer(403, "");
  });
  setenv("https_proxy", "http://127.0.0.1:1", 1);  // must not matter
  auto client = std::move(
      *make_curl_client({.user_agent = "", .ca_file = "", .proxy = proxy.url(), .allowed_urls = {}}));
  Request request = get("https://events.example.test/api");
  request.secret_headers = {{"authorization", "Bearer canary"}};
  const auto result = client->fetch(std::move(request));
  unsetenv("https_proxy");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kConnect) << result.error().message;
  EXPECT_NE(result.error().message.find("proxy"), std::string::npos) << result.error().message;
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(seen.starts_with("CONNECT events.example.test:443")) << seen;
  EXPECT_EQ(seen.find("canary"), std::string::npos);
}

TEST_F(Rules, ProxyOfTheEnvironmentIsIgnored) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("all_proxy", "http://127.0.0.1:1", 1);
  auto client = std::move(
      *make_curl_client({.user_agent = "", .ca_file = "", .proxy = "", .allowed_urls = {server_.url()}}));
  EXPECT_TRUE(client->fetch(get(server_.url())));
  unsetenv("http_proxy");
  unsetenv("all_proxy");
}

}  // namespace
}  // namespace picket::http_client
