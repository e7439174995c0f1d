// One's own account: sign-ins, preferences, password, second factor.
#include <fmt/format.h>

#include "api/qr.h"
#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

class Account : public ApiFixture {
 protected:
  std::string account(const Person& person) const {
    return "/api/v2/user_accounts/" + person.enrolment.user.id;
  }
  std::string proof(const std::string& password, const std::string& otp, const std::string& more = {}) {
    return fmt::format(R"({{"current_password":"{}","otp":"{}"{}}})", password, otp, more);
  }
  Reply by_cookie(const std::string& method, const std::string& target, const std::string& body = {},
                  bool csrf = true) {
    Fields headers = {{"cookie", "picket_session=" + ana_.cookie}};
    if (csrf) headers.emplace_back("x-csrf-token", ana_.csrf);
    return call(method, target, headers, body);
  }
  bool bearer_is_good() { return get("/api/v2/organizations").status == 200; }
  bool signs_in(const std::string& password, const std::string& otp) {
    return call("POST", "/auth/v0/login", {{"x-expelinc-otp", otp}},
                fmt::format(R"({{"username":"{}","password":"{}"}})", ana_.email, password))
               .status == 200;
  }
};

TEST_F(Account, WhatBecameOfAnAccountIsTold) {
  ASSERT_EQ(as(ana_, "POST", "/auth/v0/password",
               proof(ana_.password, code_of(ana_), R"(,"new_password":"another long horse")"))
                .status,
            204);
  ASSERT_EQ(as(ana_, "PATCH", account(ana_), R"({"data":{"attributes":{"first_name":"Anna"}}})").status, 200);
  const control::Change by_server{control_->system_actor(), clock_.now()};
  ASSERT_TRUE(control_->reset_factor(ana_.enrolment.user.id, by_server));
  ASSERT_TRUE(control_->reset_password(ana_.enrolment.user.id, crypto::Secret("a third horse walks"), by_server));
  const auto anew = control_->create_session(ana_.enrolment.user, control::SessionKind::kBearer, "127.0.0.1", "test");
  ana_.token = std::string(anew->token.reveal());

  const auto told = get(account(ana_) + "/histories?include=created_by");
  ASSERT_EQ(told.status, 200) << told.body;
  struct Row {
    const char *action, *kind;
    bool by_server;
  };
  const Row rows[] = {{"CREATED", "created", true},
                      {"UPDATED_SECRETS", "password", false},
                      {"UPDATED", "name", false},
                      {"UPDATED_SECRETS", "factor", true},
                      {"UPDATED_SECRETS", "password", true}};
  ASSERT_EQ(told.total(), std::size(rows)) << told.body;
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const auto& one = told.json.at("data").at(i);
    EXPECT_EQ(one.at("attributes").at("action"), rows[i].action) << i;
    EXPECT_EQ(one.at("attributes").at("value").at("kind"), rows[i].kind) << i;
    const std::string& actor = rows[i].by_server ? control_->system_actor().id : ana_.enrolment.user.actor_id;
    EXPECT_EQ(one.at("relationships").at("created_by").at("data").at("id").as_string(), actor) << i;
    EXPECT_EQ(one.at("relationships").at("user_account").at("data").at("id").as_string(), ana_.enrolment.user.id);
  }
  const auto& renamed = told.json.at("data").at(2).at("attributes").at("value");
  EXPECT_EQ(renamed.at("after").at("first_name"), "Anna");
  EXPECT_EQ(told.body.find("127.0.0.1"), std::string::npos) << "where people sit is their affair";
  for (const char* secret : {"horse", "argon2"}) EXPECT_EQ(told.body.find(secret), std::string::npos) << secret;

  EXPECT_EQ(as(bob_, "GET", account(ana_) + "/histories").status, 404);
  EXPECT_EQ(as(bob_, "GET", "/api/v2/user_account_histories").total(), 1u) << "his own alone";
  EXPECT_EQ(get("/api/v2/user_account_histories?filter[action]=CREATED&filter[user_account][id]=" +
                ana_.enrolment.user.id)
                .total(),
            1u);
}

TEST_F(Account, SignInsAreListedAndEnded) {
  const std::string agent = "Mozilla/5.0 \xE2\x82\xAC" + std::string(400, 'x');
  const auto opened = call("POST", "/auth/v0/session", {{"user-agent", agent}},
                           fmt::format(R"({{"username":"{}","password":"{}","otp":"{}"}})", ana_.email,
                                       ana_.password, code_of(ana_)));
  ASSERT_EQ(opened.status, 200) << opened.body;
  const auto list = get("/api/v2/user_sessions");
  ASSERT_EQ(list.status, 200) << list.body;
  ASSERT_EQ(list.total(), 3u) << "and nobody else's";
  int current = 0, browsers = 0;
  std::string new_id, own_id;
  for (const auto& one : list.json.at("data").as_array()) {
    const auto& a = one.at("attributes").as_object();
    const std::string id(one.at("id").as_string());
    if (a.at("current").as_bool()) {
      ++current;
      own_id = id;
      EXPECT_EQ(a.at("kind"), "api");
    }
    browsers += a.at("kind") == "browser" ? 1 : 0;
    if (a.at("user_agent").as_string().starts_with("Mozilla")) {
      new_id = id;
      EXPECT_EQ(a.at("user_agent").as_string().size(), 300u + 2) << "300 characters, one of them of three bytes";
      EXPECT_EQ(a.at("client_address"), "127.0.0.1");
    }
  }
  EXPECT_EQ(current, 1);
  EXPECT_EQ(browsers, 2);
  EXPECT_EQ(list.json.at("data").at(0).at("id").as_string(), own_id) << "the one that asks comes first";
  const std::string path = "/api/v2/user_sessions/" + new_id;
  EXPECT_EQ(as(bob_, "GET", path).status, 404);
  EXPECT_EQ(as(bob_, "DELETE", path).status, 404);
  EXPECT_EQ(as(bob_, "GET", "/api/v2/user_sessions").total(), 2u);
  EXPECT_EQ(by_cookie("DELETE", path, "", false).status, 403) << "without the CSRF token";
  EXPECT_EQ(get(path).status, 200);
  EXPECT_EQ(by_cookie("DELETE", path).status, 204);
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(by_cookie("DELETE", path).status, 404);
  const auto cookie = opened.header("set-cookie");
  EXPECT_EQ(call("GET", "/auth/v0/session", {{"cookie", cookie.substr(0, cookie.find(';'))}}).status, 401)
      << "at once";
  EXPECT_EQ(as(ana_, "DELETE", "/api/v2/user_sessions/" + own_id).status, 204);
  EXPECT_FALSE(bearer_is_good()) << "also the one that asks";
}

TEST_F(Account, PreferencesAreOnesOwn) {
  const auto patch = [&](const std::string& preferences, const std::string& more = {}) {
    return as(ana_, "PATCH", account(ana_),
              R"({"data":{"attributes":{"preferences":)" + preferences + more + "}}}");
  };
  EXPECT_EQ(get(account(ana_)).attribute("preferences"), boost::json::object{});
  const auto before = get(account(ana_));
  const auto changed = patch(R"({"theme":"dark","saved_filters":[{"area":"events","name":"<b>"}]})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.attribute("preferences").at("theme"), "dark");
  EXPECT_NE(changed.header("etag"), before.header("etag"));
  EXPECT_EQ(get("/auth/v0/session").json.at("user").at("preferences").at("theme"), "dark");
  EXPECT_EQ(patch(R"({"theme":"light"})").attribute("preferences"), (boost::json::object{{"theme", "light"}}))
      << "replaced whole";
  for (const std::string bad : {"null", "[]", "\"x\"", "1"}) EXPECT_EQ(patch(bad).status, 400) << bad;
  const auto large = patch("{\"a\":\"" + std::string(33'000, 'x') + "\"}");
  EXPECT_EQ(large.status, 400);
  EXPECT_EQ(large.pointer(), "/data/attributes/preferences");
  EXPECT_EQ(patch(R"({"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{}}}}}}}}})").status, 400);
  EXPECT_EQ(patch(R"({"theme":"system"})", R"(,"first_name":7)").status, 400);
  EXPECT_EQ(get(account(ana_)).attribute("preferences"), (boost::json::object{{"theme", "light"}}))
      << "nothing was half applied";
  // Somebody else of the organization
  EXPECT_EQ(as(bob_, "PATCH", account(ana_), R"({"data":{"attributes":{"preferences":{}}}})").status, 404);
  const auto listed = get("/api/v2/user_accounts?filter[email]=" + ana_.email);
  EXPECT_EQ(listed.json.at("data").at(0).at("attributes").at("preferences").at("theme"), "light");
  EXPECT_EQ(get("/api/v2/user_accounts?filter[preferences]=x").status, 400);
}

TEST_F(Account, APasswordIsChangedWithAProof) {
  const auto change = [&](const std::string& password, const std::string& otp, const std::string& wanted) {
    return by_cookie("POST", "/auth/v0/password",
                     proof(password, otp, fmt::format(R"(,"new_password":"{}")", wanted)));
  };
  const auto empty = by_cookie("POST", "/auth/v0/password", "{}");
  EXPECT_EQ(empty.status, 400);
  EXPECT_EQ(empty.json.at("errors").as_array().size(), 3u);
  EXPECT_EQ(empty.pointer(), "/current_password");
  EXPECT_EQ(by_cookie("POST", "/auth/v0/password", "[").status, 400);
  const auto shorty = change(ana_.password, code_of(ana_), "short");
  EXPECT_EQ(shorty.status, 400);
  EXPECT_EQ(shorty.pointer(), "/new_password");
  const auto wrong = change("wrong horse", code_of(ana_), "a better battery");
  EXPECT_EQ(wrong.status, 403) << "the sign-in is as good as before";
  EXPECT_EQ(wrong.code(), "wrong_credentials");
  EXPECT_EQ(wrong.body.find("wrong horse"), std::string::npos);
  EXPECT_EQ(call("POST", "/auth/v0/password", {{"cookie", "picket_session=" + ana_.cookie}},
                 proof(ana_.password, code_of(ana_), R"(,"new_password":"a better battery")"))
                .code(),
            "csrf");
  EXPECT_TRUE(bearer_is_good());
  const auto done = change(ana_.password, code_of(ana_), "a better battery");
  ASSERT_EQ(done.status, 204) << done.body;
  EXPECT_FALSE(bearer_is_good()) << "other sessions end";
  EXPECT_EQ(by_cookie("GET", "/auth/v0/session").status, 200) << "this one stays";
  EXPECT_FALSE(signs_in(ana_.password, code_of(ana_)));
  EXPECT_TRUE(signs_in("a better battery", code_of(ana_)));
}

TEST_F(Account, GuessingTheProofLocksAsSigningInDoes) {
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(by_cookie("POST", "/auth/v0/factor", proof("guess number " + std::to_string(i), code_of(ana_))).status,
              403);
  const auto locked =
      call("POST", "/auth/v0/login", {{"x-expelinc-otp", "000000"}},
           fmt::format(R"({{"username":"{}","password":"{}"}})", ana_.email, ana_.password));
  EXPECT_EQ(locked.status, 401);
  EXPECT_NE(locked.detail().find("Too many tries"), std::string::npos) << locked.body;
}

TEST_F(Account, AFactorIsRenewed) {
  const auto offer = by_cookie("POST", "/auth/v0/factor", proof(ana_.password, code_of(ana_)));
  ASSERT_EQ(offer.status, 200) << offer.body;
  EXPECT_EQ(offer.header("cache-control"), "no-store");
  const std::string secret(offer.json.at("secret").as_string());
  const std::string uri(offer.json.at("otpauth_uri").as_string());
  EXPECT_TRUE(uri.starts_with("otpauth://totp/")) << uri;
  EXPECT_NE(uri.find("secret=" + secret), std::string::npos);
  EXPECT_EQ(offer.json.at("qr").at("path").as_string(), qr_code(uri).path);
  const auto code = [&] {
    clock_.advance(std::chrono::seconds(31));
    return crypto::totp_code(crypto::Secret(*crypto::base32_decode(secret)), crypto::totp_step(clock_.now()));
  };
  EXPECT_TRUE(bearer_is_good());
  EXPECT_EQ(by_cookie("POST", "/auth/v0/factor/confirm", R"({"otp":"000000"})").code(), "wrong_credentials");
  EXPECT_EQ(as(ana_, "POST", "/auth/v0/factor/confirm", R"({"otp":")" + code() + "\"}").status, 409)
      << "another session began it";
  const auto done = by_cookie("POST", "/auth/v0/factor/confirm", R"({"otp":")" + code() + "\"}");
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json.at("recovery_codes").as_array().size(), 10u);
  EXPECT_FALSE(bearer_is_good());
  EXPECT_EQ(by_cookie("POST", "/auth/v0/factor/confirm", R"({"otp":")" + code() + "\"}").status, 409) << "once";
  EXPECT_FALSE(signs_in(ana_.password, code_of(ana_))) << "the old factor is void";
  EXPECT_TRUE(signs_in(ana_.password, code()));
  EXPECT_TRUE(signs_in(ana_.password, std::string(done.json.at("recovery_codes").at(0).as_string())));
}

TEST(Qr, IsASquareWithFindersAndQuietZone) {
  const QrCode code = qr_code("otpauth://totp/Picket:ada%40example.com?secret=ABCDEFGHIJKLMNOP&issuer=Picket");
  EXPECT_GE(code.size, 21 + 8);
  EXPECT_EQ((code.size - 8 - 17) % 4, 0) << "a size that QR codes have";
  EXPECT_TRUE(code.path.starts_with("M4 4h7v1h-7z")) << "the upper edge of the first finder";
  EXPECT_EQ(code.path.find_first_not_of("Mhvz- 0123456789"), std::string::npos);
  EXPECT_EQ(qr_code(std::string(5000, 'x')).size, 0) << "too long for any";
}

}  // namespace
}  // namespace picket::api
