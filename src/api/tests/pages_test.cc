#include "api/pages.h"

#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

const std::string kScript(5000, 'x');

class PagesTest : public ApiFixture {
 protected:
  Options options() override {
    Options out = ApiFixture::options();
    out.assets = {{"/index.html", "text/html; charset=utf-8", "<title>Picket</title>", "", "\"i1\"", false},
                  {"/assets/index-3f.js", "text/javascript", kScript, "packed", "\"j1\"", true}};
    out.metrics_addresses = {"192.0.2.9"};
    out.not_ready = [this] { return not_ready_; };
    return out;
  }
  std::string not_ready_;
};

TEST_F(PagesTest, DeepLinksGetTheConsole) {
  for (const char* target : {"/", "/settings/security-devices",
                             "/settings/security-devices?setupIntegration=1password", "/index.html"}) {
    const auto answer = call("GET", target, {});
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.body, "<title>Picket</title>") << target;
    EXPECT_EQ(answer.header("cache-control"), "no-cache");
    EXPECT_NE(answer.header("content-security-policy").find("default-src 'none'"), std::string::npos);
    EXPECT_NE(answer.header("content-security-policy").find("frame-ancestors 'none'"), std::string::npos);
    EXPECT_NE(answer.header("content-security-policy").find("require-trusted-types-for 'script'"),
              std::string::npos);
    EXPECT_EQ(answer.header("content-security-policy").find("unsafe-"), std::string::npos);
    EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
    EXPECT_EQ(answer.header("strict-transport-security"), "") << "plain http";
  }
}

TEST_F(PagesTest, HashedFilesAreKeptForEver) {
  const auto plain = call("GET", "/assets/index-3f.js", {});
  EXPECT_EQ(plain.body, kScript);
  EXPECT_EQ(plain.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(plain.header("etag"), "\"j1\"");
  const auto packed = call("GET", "/assets/index-3f.js", {{"accept-encoding", "br, gzip;q=0.8"}});
  EXPECT_EQ(packed.body, "packed");
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("etag"), "W/\"j1\"");
  EXPECT_EQ(packed.header("vary"), "accept-encoding");
  EXPECT_EQ(call("GET", "/assets/index-3f.js", {{"accept-encoding", "gzip;q=0, br"}}).body, kScript);
  EXPECT_EQ(call("GET", "/assets/index-3f.js", {{"if-none-match", "W/\"j1\""}}).status, 304);
  const auto missing = call("GET", "/assets/index-old.js", {});
  EXPECT_EQ(missing.status, 404) << "a page of HTML would be run as script";
  EXPECT_FALSE(missing.detail().empty());
}

TEST_F(PagesTest, HealthAndMetrics) {
  EXPECT_EQ(call("GET", "/livez", {}).status, 200);
  EXPECT_EQ(call("GET", "/readyz", {}).status, 200);
  not_ready_ = "The store is being opened.";
  const auto waiting = call("GET", "/readyz", {});
  EXPECT_EQ(waiting.status, 503);
  EXPECT_EQ(waiting.detail(), not_ready_);
  const auto metrics = call("GET", "/metrics", {});
  EXPECT_EQ(metrics.status, 200);
  EXPECT_TRUE(metrics.header("content-type").starts_with("text/plain"));
  const auto match = router_.find("GET", {"metrics"});
  http_server::Request far;
  far.method = "GET";
  far.client_address = "198.51.100.1";
  EXPECT_EQ(match.route->handler(far).status, 403);
  far.client_address = "192.0.2.9";
  EXPECT_EQ(match.route->handler(far).status, 200);
}

class NoConsole : public ApiFixture {};
TEST_F(NoConsole, SaysSoOnAPageWithATitle) {
  const auto answer = call("GET", "/", {});
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("<title>Picket</title>"), std::string::npos);
}

}  // namespace
}  // namespace picket::api
