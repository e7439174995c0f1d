#include <fmt/format.h>

#include "api/auth.h"
#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

class SignIn : public ApiFixture {
 protected:
  static std::string form(const std::string& email, const std::string& password) {
    return "grant_type=password&username=" + percent_encode(email) + "&password=" + percent_encode(password);
  }
  std::string json_of(const std::string& otp) {
    return fmt::format(R"({{"username":"{}","password":"{}","otp":"{}"}})", ana_.email, ana_.password, otp);
  }
};

TEST_F(SignIn, TwoPostsOfTheSameForm) {
  const auto body = form(ana_.email, ana_.password);
  const auto first =
      call("POST", "/auth/v0/login", {{"content-type", "application/x-www-form-urlencoded"}}, body);
  EXPECT_EQ(first.status, 401);
  EXPECT_FALSE(first.detail().empty());
  EXPECT_EQ(first.header("set-cookie"), "");
  const auto second = call("POST", "/auth/v0/login", {{"x-expelinc-otp", code_of(ana_)}}, body);
  ASSERT_EQ(second.status, 200) << second.body;
  for (const char* member : {"access_token", "created_at", "expires_in", "token_type", "user_id", "username",
                             "role", "organization_id", "realm"})
    EXPECT_TRUE(second.json.as_object().contains(member)) << member;
  EXPECT_EQ(second.json.at("token_type"), "bearer");
  EXPECT_EQ(second.json.at("organization_id").as_string(), ana_.organization());
  EXPECT_EQ(second.json.at("expires_in").to_number<int>(), 46800);
  const std::string token(second.json.at("access_token").as_string());
  EXPECT_EQ(call("GET", "/api/v2/organizations", {{"authorization", "Bearer " + token}}).status, 200);
  EXPECT_EQ(second.header("cache-control"), "no-store");
}

TEST_F(SignIn, FirstPostSaysNothingAndCountsNothing) {
  const auto right = call("POST", "/auth/v0/login", {}, form(ana_.email, ana_.password));
  for (int i = 0; i < 50; ++i) {
    const auto wrong = call("POST", "/auth/v0/login", {}, form(ana_.email, "wrong"));
    ASSERT_EQ(wrong.status, 401);
    ASSERT_EQ(wrong.body, right.body);
  }
  EXPECT_EQ(call("POST", "/auth/v0/login", {}, form("nobody@example.com", "x")).body, right.body);
  for (const char* broken : {"", "{}", R"({"username":"x"})", "%%%", "[1]", "null", "username=%zz"}) {
    const auto answer = call("POST", "/auth/v0/login", {}, broken);
    EXPECT_EQ(answer.status, 401) << broken;
    EXPECT_EQ(answer.body, right.body) << broken;
  }
  EXPECT_EQ(
      call("POST", "/auth/v0/login", {{"x-expelinc-otp", code_of(ana_)}}, form(ana_.email, ana_.password))
          .status,
      200)
      << "fifty half sign-ins lock nobody out";
}

TEST_F(SignIn, JsonBodyWithCodeIsOnePost) {
  EXPECT_EQ(call("POST", "/auth/v0/login", {}, json_of(code_of(ana_))).status, 200);
  EXPECT_EQ(call("POST", "/auth/v0/login", {}, json_of("")).status, 401);
  const auto bad = call("POST", "/auth/v0/login", {}, json_of("000000"));
  EXPECT_EQ(bad.status, 401);
  EXPECT_FALSE(bad.detail().empty());
  EXPECT_EQ(call("POST", "/auth/v0/login", {{"x-expelinc-otp", "123456"}}, "{broken").status, 400);
  EXPECT_EQ(
      call("POST", "/auth/v0/login", {{"x-expelinc-otp", "123456"}}, "grant_type=client_credentials").status,
      400);
}

TEST_F(SignIn, BrokenJsonIsNoSignInWithoutACode) {
  const Fields json{{"content-type", "application/json; charset=utf-8"}};
  for (const char* broken : {"{", R"({"username":"ana",})", R"({"username":"ana"} x)", "{\xff}",
                             R"({"username":[[[[[[1]]]]]]})"}) {
    for (const char* address : {"/auth/v0/login", "/auth/v0/session"}) {
      const auto answer = call("POST", address, {}, broken);
      EXPECT_EQ(answer.status, 400) << address << ' ' << broken;
      EXPECT_EQ(answer.code(), "invalid_input");
      EXPECT_NE(answer.detail().find("JSON"), std::string::npos) << answer.detail();
      EXPECT_EQ(answer.detail().find("ana"), std::string::npos) << "quotes the body";
    }
  }
  for (const char* no_object : {"[1]", "null", "username=ana", "\"ana\""})
    EXPECT_EQ(call("POST", "/auth/v0/login", json, no_object).status, 400) << no_object;
  // Well formed, whatever it is called: the code is what is missing
  const auto body = form(ana_.email, ana_.password);
  EXPECT_EQ(call("POST", "/auth/v0/login", json, "{}").status, 401);
  EXPECT_EQ(call("POST", "/auth/v0/login", json, "").status, 401);
  EXPECT_EQ(call("POST", "/auth/v0/login", {{"content-type", "text/plain"}}, body).status, 401);
  EXPECT_EQ(call("POST", "/auth/v0/login",
                 {{"content-type", "text/plain"}, {"x-expelinc-otp", code_of(ana_)}}, body)
                .status,
            200);
}

TEST_F(SignIn, ConsoleSessionLivesInACookie) {
  const auto answer =
      call("POST", "/auth/v0/session", {{"host", "picket.example"}, {"origin", "https://picket.example"}},
           json_of(code_of(ana_)));
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto cookie = answer.header("set-cookie");
  EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
  EXPECT_NE(cookie.find("SameSite=Strict"), std::string::npos);
  EXPECT_NE(cookie.find("Path=/"), std::string::npos);
  EXPECT_EQ(cookie.find("Secure"), std::string::npos) << "plain http on loopback";
  EXPECT_FALSE(answer.json.as_object().contains("access_token"));
  const auto pair = cookie.substr(0, cookie.find(';'));
  const auto session = call("GET", "/auth/v0/session", {{"cookie", "a=b; " + pair}});
  ASSERT_EQ(session.status, 200);
  EXPECT_EQ(session.json.at("user").at("email").as_string(), ana_.email);
  EXPECT_EQ(session.json.at("organization").at("name"), "Acme");
  EXPECT_EQ(session.json.at("server").at("egress_addresses").at(0), "203.0.113.7");
  EXPECT_EQ(session.json.at("csrf_token"), answer.json.at("csrf_token"));
  const std::string csrf(session.json.at("csrf_token").as_string());
  EXPECT_EQ(call("DELETE", "/auth/v0/session", {{"cookie", pair}, {"x-csrf-token", csrf}}).status, 204);
  EXPECT_EQ(call("GET", "/auth/v0/session", {{"cookie", pair}}).status, 401);
  // The token of a cookie is no bearer
  EXPECT_EQ(call("GET", "/auth/v0/session", {{"authorization", "Bearer " + ana_.cookie}}).status, 401);
}

TEST_F(SignIn, CsrfMatrix) {
  const std::string bearer = "Bearer " + ana_.token, cookie = "picket_session=" + ana_.cookie;
  struct Case {
    const char* what;
    Fields headers;
    int status;
  };
  const Case cases[] = {
      {"nothing", {}, 401},
      {"bearer", {{"authorization", bearer}}, 204},
      {"bearer and cookie, no token", {{"authorization", bearer}, {"cookie", cookie}}, 204},
      {"bad bearer beats good cookie",
       {{"authorization", "Bearer nonsense"}, {"cookie", cookie}, {"x-csrf-token", ana_.csrf}},
       401},
      {"cookie alone", {{"cookie", cookie}}, 403},
      {"cookie, wrong token", {{"cookie", cookie}, {"x-csrf-token", bob_.csrf}}, 403},
      {"cookie, empty token", {{"cookie", cookie}, {"x-csrf-token", ""}}, 403},
      {"cookie and token", {{"cookie", cookie}, {"x-csrf-token", ana_.csrf}}, 204},
      {"own origin",
       {{"cookie", cookie},
        {"x-csrf-token", ana_.csrf},
        {"host", "h:1"},
        {"origin", "http://h:1"},
        {"sec-fetch-site", "same-origin"}},
       204},
      {"foreign origin",
       {{"cookie", cookie}, {"x-csrf-token", ana_.csrf}, {"host", "h:1"}, {"origin", "http://evil"}},
       403},
      {"null origin",
       {{"cookie", cookie}, {"x-csrf-token", ana_.csrf}, {"host", "h:1"}, {"origin", "null"}},
       403},
      {"cross site",
       {{"cookie", cookie}, {"x-csrf-token", ana_.csrf}, {"sec-fetch-site", "cross-site"}},
       403},
      {"same site is another origin",
       {{"cookie", cookie}, {"x-csrf-token", ana_.csrf}, {"sec-fetch-site", "same-site"}},
       403},
      {"foreign origin with bearer", {{"authorization", bearer}, {"origin", "http://evil"}}, 204},
  };
  int n = 0;
  for (const auto& one : cases) {
    const auto id = add_device(ana_, fmt::format("d{}", ++n));
    const auto answer = call("DELETE", "/api/v2/security_devices/" + id, one.headers, "{}");
    EXPECT_EQ(answer.status, one.status) << one.what << ": " << answer.body;
  }
  // Reading needs no token
  EXPECT_EQ(call("GET", "/api/v2/organizations", {{"cookie", cookie}}).status, 200);
  EXPECT_EQ(
      call("POST", "/auth/v0/session", {{"host", "h"}, {"origin", "http://evil"}}, json_of(code_of(ana_)))
          .status,
      403);
}

TEST_F(SignIn, CookieIsSecureBehindHttps) {
  http_server::Request request;
  request.method = "POST";
  request.https = true;
  request.body = json_of(code_of(ana_));
  const auto match = router_.find("POST", {"auth", "v0", "session"});
  ASSERT_NE(match.route, nullptr);
  const auto response = match.route->handler(request);
  EXPECT_EQ(response.status, 200);
  bool secure = false, hsts = false;
  for (const auto& [name, value] : response.headers) {
    secure = secure || (name == "set-cookie" && value.ends_with("; Secure"));
    hsts = hsts || name == "strict-transport-security";
  }
  EXPECT_TRUE(secure);
  EXPECT_TRUE(hsts);
}

TEST(Cookie, ValueOfAName) {
  EXPECT_EQ(cookie_value("a=1; picket_session=xyz; b=2", "picket_session"), "xyz");
  EXPECT_EQ(cookie_value("not_picket_session=1", "picket_session"), "");
  EXPECT_EQ(cookie_value("picket_session", "picket_session"), "");
  EXPECT_EQ(cookie_value(";;;", "x"), "");
}

}  // namespace
}  // namespace picket::api
