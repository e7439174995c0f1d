#include <gmock/gmock.h>

#include "base/mocks/manual_clock.h"
#include "connector/testing/harness.h"
#include "http_client/mocks/fake_client.h"
#include "onepassword/onepassword.h"
#include "onepassword/tests/tokens.h"

namespace picket::onepassword {
namespace {

using connector::CredentialFacts;
using http_client::answer;
using testing::HasSubstr;

constexpr const char* kAll =
    R"({"uuid":"U","issued_at":"2026-03-04T09:15:22Z","features":["auditevents","itemusages","signinattempts"],"account_uuid":"ACC"})";

class Health : public testing::Test {
 protected:
  connector::TestResult test(std::optional<Result<http_client::Response>> reply,
                             const std::string& token = make_token(),
                             const std::string& server = "https://events.1password.com") {
    http_client::FakeClient client([&](const http_client::Request& request) {
      url_ = request.url;
      return reply;
    });
    const crypto::Secret secrets = secrets_of(token);
    return connector_.test(client, {"id", "{\"server\":\"" + server + "\"}", &secrets}, {});
  }
  connector::Connector::Explanation explain(const Error& error, std::string_view stream = "itemusages",
                                            const std::string& token = make_token(),
                                            const std::string& server = "https://events.1password.com") {
    return connector_.explain(error, stream, *connector_.inspect(secrets_of(token)),
                              "{\"server\":\"" + server + "\"}", clock_.now());
  }
  ManualClock clock_;
  OnePassword connector_{clock_};
  std::string url_;
};

Error refused() {
  return Error(ErrorKind::kUnauthorized, "x").with_status(401);
}

TEST_F(Health, GoodConnection) {
  const auto result = test(answer(200, kAll));
  EXPECT_TRUE(result.ok) << result.sentence;
  EXPECT_EQ(url_, "https://events.1password.com/api/v2/auth/introspect");
  EXPECT_EQ(result.facts.account_uid, "ACC");
  EXPECT_EQ(result.facts.features.size(), 3u);
  EXPECT_EQ(result.checks.size(), 7u);
  for (const auto& check : result.checks) EXPECT_EQ(check.ok, true) << check.name;
}

TEST_F(Health, EachCauseByItsName) {
  const std::string soon = R"(,"exp":1795000001)", past = R"(,"exp":1794000000)";
  EXPECT_EQ(test(answer(401, "")).code, "unauthorized");
  EXPECT_EQ(test(answer(401, ""), make_token("events.1password.eu")).code, "wrong_region");
  EXPECT_EQ(test(answer(401, ""), make_token("events.1password.com", kAllFeatures, past)).code,
            "token_expired");
  EXPECT_EQ(test(answer(401, ""), make_token("events.1password.com", kAllFeatures, soon)).code,
            "unauthorized");
  EXPECT_EQ(test(answer(200, R"({"features":["auditevents","signinattempts"]})")).code, "stream_missing");
  EXPECT_EQ(test(answer(404, "")).code, "not_found");
  EXPECT_EQ(test(answer(429, "", {{"retry-after", "60"}})).code, "rate_limited");
  EXPECT_EQ(test(answer(503, "")).code, "unavailable");
  EXPECT_EQ(test(answer(200, "<html>")).code, "protocol");
  for (const ErrorKind kind :
       {ErrorKind::kDns, ErrorKind::kConnect, ErrorKind::kTls, ErrorKind::kTimeout, ErrorKind::kBlocked}) {
    const auto result = test(Result<http_client::Response>(fail(kind, "Sentence.")));
    EXPECT_EQ(result.code, to_string(kind));
    EXPECT_EQ(result.sentence, "Sentence.");
    EXPECT_EQ(result.checks[2].name, "connection");
    EXPECT_EQ(result.checks[2].ok, false);
    EXPECT_EQ(result.checks[3].ok, std::nullopt) << "not reached";
  }
}

TEST_F(Health, TokenOfAnotherKindIsNeverSent) {
  const auto result = test(answer(200, kAll), "ops_abc");
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.code, "wrong_token_kind");
  EXPECT_EQ(url_, "");
  EXPECT_EQ(test(answer(200, kAll), "").code, "no_token");
}

TEST_F(Health, MissingStreamIsNamed) {
  const auto result =
      test(answer(200, R"({"features":["auditevents","signinattempts"],"account_uuid":"A"})"));
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.sentence, HasSubstr("Item usage is missing"));
  const auto& check = result.checks[5];
  EXPECT_EQ(check.name, "itemusages");
  EXPECT_EQ(check.ok, false);
}

TEST_F(Health, SentencesOfThePanel) {
  EXPECT_EQ(explain(refused()).sentence,
            "The token was revoked or expired. Issue a new one in 1Password and replace it here.");
  EXPECT_EQ(explain(refused(), "auditevents", make_token("events.1password.eu")).sentence,
            "The token belongs to events.1password.eu, the device asks events.1password.com.");
  EXPECT_THAT(
      explain(refused(), "itemusages", make_token("events.1password.com", R"(["auditevents"])")).sentence,
      HasSubstr("Item usage is missing: the token does not include it."));
  EXPECT_EQ(explain(refused(), "itemusages", make_token("events.1password.com", R"(["auditevents"])")).code,
            "stream_missing");
  const auto expired = explain(refused(), "auditevents",
                               make_token("events.1password.com", kAllFeatures, R"(,"exp":1794000000)"));
  EXPECT_EQ(expired.code, "token_expired");
  EXPECT_THAT(expired.sentence, HasSubstr("expired on 6 Nov 2026"));
  EXPECT_EQ(explain(Error(ErrorKind::kUnavailable, "1Password answers 503.")).sentence,
            "1Password answers 503.");
  EXPECT_THAT(
      explain(Error(ErrorKind::kRateLimited, "x").with_retry_after(std::chrono::seconds(90))).sentence,
      HasSubstr("wait 90 s"));
  EXPECT_EQ(explain(Error(ErrorKind::kInvalidInput, "x").with_status(400)).code, "cursor_lost");
  EXPECT_EQ(explain(Error(ErrorKind::kUnauthorized, "No token yet.")).code, "no_token");
  EXPECT_EQ(explain(Error(ErrorKind::kForbidden, "x").with_status(403)).code, "unauthorized");
}

TEST_F(Health, NothingKnownOfTheTokenStillGivesASentence) {
  const auto why = connector_.explain(refused(), "itemusages", CredentialFacts{}, "{}", clock_.now());
  EXPECT_EQ(why.code, "unauthorized");
  EXPECT_FALSE(why.sentence.empty());
}

TEST_F(Health, Introspection) {
  EXPECT_EQ(
      parse_introspection(R"({"UUID":"U","IssuedAt":"2026-03-04T09:15:22Z","Features":["auditevents"]})")
          ->features.size(),
      1u);
  EXPECT_EQ(parse_introspection(R"({"features":[],"account_UUID":"X"})")->account_uid, "X");
  EXPECT_EQ(parse_introspection(kAll)->issued_at, *parse_rfc3339("2026-03-04T09:15:22Z"));
  EXPECT_TRUE(parse_introspection(R"({"features":[5,null,"auditevents"],"issued_at":7})"));
  for (const char* body : {"", "[]", "{}", R"({"features":"auditevents"})", "<html>"})
    EXPECT_FALSE(parse_introspection(body)) << body;
}

TEST_F(Health, FormAndServersAgree) {
  const auto form = connector::parse_form(connector_.form_json());
  ASSERT_TRUE(form) << form.error().message;
  ASSERT_EQ(form->fields.size(), 2u);
  std::vector<std::string> choices;
  for (const auto& [value, label] : form->fields[1].choices) choices.push_back(value);
  EXPECT_EQ(choices, std::vector<std::string>(connector_.servers().begin(), connector_.servers().end()));
  EXPECT_EQ(form->backfill_default_days, 7);
  EXPECT_EQ(form->backfill_max_days, 120);
}

TEST_F(Health, ServersOutsideTheListNeedTheAdministratorsWord) {
  const std::vector<std::string> extra = {"http://127.0.0.1:8123"};
  EXPECT_TRUE(connector_.validate(R"({"server":"https://events.1password.ca"})", {}));
  EXPECT_TRUE(connector_.validate(R"({"server":"http://127.0.0.1:8123"})", extra));
  EXPECT_FALSE(connector_.validate(R"({"server":"http://127.0.0.1:8123"})", {}));
  EXPECT_FALSE(connector_.validate(R"({"server":"https://events.1password.com.evil.example"})", extra));
}

}  // namespace
}  // namespace picket::onepassword
