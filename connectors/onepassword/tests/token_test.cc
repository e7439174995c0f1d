#include "onepassword/token.h"

#include <gmock/gmock.h>

#include "onepassword/onepassword.h"
#include "onepassword/tests/tokens.h"

namespace picket::onepassword {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<connector::CredentialFacts> inspect(std::string_view token) {
  return inspect_token(crypto::Secret(token));
}

TEST(Token, TellsWhatItIs) {
  const std::string token =
      make_token("events.1password.eu", R"(["auditevents","signinattempts"])", R"(,"exp":1796000000)");
  const auto facts = inspect(token);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->server, "https://events.1password.eu");
  EXPECT_EQ(facts->account_uid, "NZQDG4W5LLTZQLI3N4FVU2I5XX");
  EXPECT_THAT(facts->features, ElementsAre("auditevents", "signinattempts"));
  EXPECT_EQ(facts->issued_at, from_seconds(1764000000));
  EXPECT_EQ(facts->expires_at, from_seconds(1796000000));
  EXPECT_EQ(facts->last_four, token.substr(token.size() - 4));
  EXPECT_EQ(facts->fingerprint.size(), 16u);
  EXPECT_NE(facts->fingerprint, inspect(make_token())->fingerprint);
  EXPECT_EQ(facts->fingerprint, inspect(token)->fingerprint);
}

TEST(Token, OtherClaimsMayBeAbsentAndAudMayBeAText) {
  const auto facts =
      inspect(make_jwt(R"({"alg":"ES256"})",
                       R"({"aud":"EVENTS.1password.ca","1password.com/fts":[],"1password.com/auuid":"A"})"));
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->server, "https://events.1password.ca");
  EXPECT_FALSE(facts->issued_at);
  EXPECT_FALSE(facts->expires_at);
}

TEST(Token, UnknownHostsAreNotProposed) {
  EXPECT_EQ(inspect(make_token("com.1password.streamingservice"))->server, "");
  EXPECT_EQ(inspect(make_token("events.1password.com.evil.example"))->server, "");
  EXPECT_EQ(inspect(make_token("169.254.169.254"))->server, "");
  EXPECT_EQ(inspect(make_token("127.0.0.1:8123"))->server, "http://127.0.0.1:8123");
  EXPECT_EQ(inspect(make_token("127.0.0.1:8123/x"))->server, "");
}

TEST(Token, OtherKindsAreRefusedWithTheReason) {
  const std::pair<std::string, std::string> cases[] = {
      {"ops_eyJzaWduSW5BZGRyZXNzIjoiZXhhbXBsZSJ9", "service account"},
      {make_token("events.1password.com", R"(["vaultaccess"])"), "Connect"},
      {make_jwt(kHeader, R"({"1password.com/fts":["vaultaccess"],"1password.com/vts":[]})"), "Connect"},
      {"hello", "three parts"},
      {"a.b", "three parts"},
      {"a.b.c.d", "three parts"},
      {"", "three parts"},
      {"a b.c.d", "spaces"},
      {make_token().substr(0, 300) + "\n" + make_token().substr(300), "line breaks"},
      {"!!.??.--", "cannot be read"},
      {make_token().substr(0, make_token().rfind('.') + 1), "cannot be read"},
      {make_jwt("{", "{}"), "cannot be read"},
      {make_jwt(kHeader, "[1]"), "cannot be read"},
      {make_jwt(R"({"alg":"none"})", "{}"), "signed in another way"},
      {make_jwt(R"({"alg":"RS256"})",
                R"({"aud":["events.1password.com"],"1password.com/fts":[],"1password.com/auuid":"A"})"),
       "signed in another way"},
      {make_jwt(kHeader, R"({"aud":["events.1password.com"],"1password.com/auuid":"A"})"),
       "no kinds of events"},
      {make_jwt(kHeader, R"({"1password.com/fts":[],"1password.com/auuid":"A"})"), "names no server"},
      {make_jwt(kHeader, R"({"aud":["events.1password.com"],"1password.com/fts":[]})"), "no account"},
      {std::string(20000, 'a'), "too long"},
  };
  for (const auto& [token, reason] : cases) {
    const auto result = inspect(token);
    ASSERT_FALSE(result) << token;
    const bool other = std::string(reason).find("service account") != std::string::npos ||
                       std::string(reason).find("Connect") != std::string::npos;
    EXPECT_EQ(result.error().kind, other ? ErrorKind::kForbidden : ErrorKind::kInvalidInput) << reason;
    EXPECT_EQ(result.error().field, "secrets.device_info.api_token");
    EXPECT_THAT(result.error().message, HasSubstr(reason)) << token;
    EXPECT_EQ(result.error().message.find("eyJ"), std::string::npos);
  }
}

TEST(Token, AbsurdClaimsDoNoHarm) {
  const auto facts =
      inspect(make_token("events.1password.com", kAllFeatures, R"(,"exp":1e300,"nbf":{},"x":[[[[]]]])"));
  ASSERT_TRUE(facts);
  EXPECT_FALSE(facts->expires_at);
  EXPECT_FALSE(inspect(make_token("events.1password.com", kAllFeatures, R"(,"exp":-5)"))->expires_at);
  EXPECT_EQ(inspect(make_token("events.1password.com", kAllFeatures, R"(,"exp":1796000000.5)"))->expires_at,
            from_seconds(1796000000));
}

TEST(Token, SecretsInBothShapes) {
  EXPECT_EQ(api_token(crypto::Secret(R"({"api_token":"  abc  "})"))->reveal(), "abc");
  EXPECT_EQ(api_token(crypto::Secret(R"({"device_info":{"api_token":"abc"}})"))->reveal(), "abc");
  EXPECT_EQ(api_token(crypto::Secret(R"({"other":1,"api_token":"abc"})"))->reveal(), "abc");
  for (const char* none : {"", "{}", R"({"api_token":""})", R"({"api_token":null})", R"({"device_info":{}})",
                           R"({"api_token":"   "})"}) {
    const auto result = api_token(crypto::Secret(none));
    ASSERT_FALSE(result) << none;
    EXPECT_EQ(result.error().kind, ErrorKind::kUnauthorized) << none;
    EXPECT_EQ(result.error().message, "No token yet.");
  }
  for (const char* wrong : {"[]", "{", R"({"api_token":5})", R"({"api_token":["x"]})", "x"}) {
    const auto result = api_token(crypto::Secret(wrong));
    ASSERT_FALSE(result) << wrong;
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalidInput) << wrong;
  }
}

TEST(Token, Regions) {
  const OnePassword connector;
  const auto elsewhere = [&](std::string_view host, std::string_view server) {
    return belongs_elsewhere(*inspect(make_token(host)), server, connector.servers());
  };
  EXPECT_TRUE(elsewhere("events.1password.eu", "https://events.1password.com"));
  EXPECT_FALSE(elsewhere("events.1password.eu", "https://events.1password.eu"));
  EXPECT_FALSE(elsewhere("com.1password.streamingservice", "https://events.1password.eu"));
  // a server that only the administrator knows stands in for the default region
  EXPECT_FALSE(elsewhere("events.1password.com", "http://127.0.0.1:8123"));
  EXPECT_TRUE(elsewhere("events.1password.eu", "http://127.0.0.1:8123"));
  EXPECT_TRUE(elsewhere("127.0.0.1:9999", "http://127.0.0.1:8123"));
}

}  // namespace
}  // namespace picket::onepassword
