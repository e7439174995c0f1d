// What people do for themselves: sign-ins, preferences, password, second factor.
#include <gmock/gmock.h>

#include <thread>

#include "control/tests/control_fixture.h"
#include "control/throttle.h"
#include "sql/database.h"

namespace picket::control {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class OwnAccountTest : public ControlFixture {
 protected:
  void SetUp() override {
    ControlFixture::SetUp();
    session_ = new_session();
    other_ = new_session(SessionKind::kCookie);
  }
  IssuedSession new_session(SessionKind kind = SessionKind::kBearer) {
    return std::move(*control().create_session(enrolment_.user, kind, "192.0.2.1", "Firefox"));
  }
  bool good(const IssuedSession& session) {
    return control().session(session.token.reveal()).value().has_value();
  }
  Proof proof(const std::string& password, const std::string& code_text) {
    return {"ada@example.com", session_.session.id, crypto::Secret(password), crypto::Secret(code_text),
            "192.0.2.1"};
  }
  Status change_password(const std::string& password, const std::string& code_text,
                         const std::string& wanted = "a better horse") {
    return control().change_password(proof(password, code_text), crypto::Secret(wanted), by_ada());
  }
  bool signs_in(const std::string& password, const std::string& code_text) {
    return control()
        .authenticate("ada@example.com", crypto::Secret(password), code_text, "192.0.2.9")
        .has_value();
  }
  void next_step() { clock_.advance(std::chrono::seconds(30)); }
  std::vector<std::string> audit() {
    std::vector<std::string> rows;
    auto db = sql::Database::open(directory_ / "control.db", {.mode = sql::Mode::kReader});
    EXPECT_TRUE((*db)->each("select what || ' ' || client_address from audit order by no",
                            [&](const sql::Statement& row) { rows.push_back(row.string(0)); }));
    return rows;
  }

  IssuedSession session_, other_;
};

TEST_F(OwnAccountTest, SignInsAreListedWithTheirLastUse) {
  clock_.advance(std::chrono::minutes(5));
  ASSERT_TRUE(good(session_));
  const TimePoint used = clock_.now();
  clock_.advance(std::chrono::minutes(5));
  auto list = control().sessions(enrolment_.user.id).value();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].id, session_.session.id) << "newest use first";
  EXPECT_EQ(list[0].last_used_at, used);
  EXPECT_EQ(list[0].client_address, "192.0.2.1");
  EXPECT_EQ(list[0].user_agent, "Firefox");
  EXPECT_EQ(list[1].kind, SessionKind::kCookie);
  EXPECT_EQ(list[1].last_used_at, list[1].created_at) << "made, and not used since";
  ASSERT_TRUE(good(session_)) << "from memory this time";
  const TimePoint again = clock_.now();
  EXPECT_EQ(control().sessions(enrolment_.user.id)->at(0).last_used_at, again);
  reopen();
  EXPECT_EQ(control().sessions(enrolment_.user.id)->at(0).last_used_at, again) << "an orderly end keeps it";
  clock_.advance(std::chrono::hours(13));
  EXPECT_TRUE(control().sessions(enrolment_.user.id)->empty()) << "what is over is not shown";
  EXPECT_TRUE(control().sessions("nobody")->empty());
}

TEST_F(OwnAccountTest, OnesOwnSignInIsEndedAtOnceAndNobodyElses) {
  ASSERT_TRUE(good(session_) && good(other_));
  auto other_org = control().create_organization(
      "Other", {"eve@example.com", "Eve", crypto::Secret("correct horse")}, by_system());
  EXPECT_EQ(control().end_session_of(other_org->user.id, other_.session.id, by_ada()).error().kind,
            ErrorKind::kNotFound);
  ASSERT_TRUE(good(other_));
  ASSERT_TRUE(control().end_session_of(enrolment_.user.id, other_.session.id, by_ada()));
  EXPECT_FALSE(good(other_));
  EXPECT_TRUE(good(session_));
  EXPECT_EQ(control().end_session_of(enrolment_.user.id, other_.session.id, by_ada()).error().kind,
            ErrorKind::kNotFound);
  EXPECT_THAT(audit(), Contains("session_ended "));
}

TEST_F(OwnAccountTest, PreferencesAreAnObjectOfModestSize) {
  const auto& id = enrolment_.user.id;
  const auto put = [&](const std::string& text) {
    return control().update_user(organization(), id, {.preferences = text}, {}, by_ada());
  };
  EXPECT_EQ(control().preferences(id), "{}");
  const auto first = put(R"({ "theme": "dark" })");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->version, enrolment_.user.version + 1);
  EXPECT_EQ(control().preferences(id), R"({"theme":"dark"})");
  EXPECT_EQ(put(R"({"theme":"dark"})")->version, first->version) << "the same again changes nothing";
  ASSERT_TRUE(put(R"({"a":{"b":{"c":{"d":{"e":{"f":[[1]]}}}}}})")) << "eight levels";
  for (const std::string bad :
       {"[]", "null", "7", "\"x\"", "{", R"({"a":1,"a":2})", R"({"a":{"b":{"c":{"d":{"e":{"f":[[[1]]]}}}}}})"}) {
    const auto refused = put(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().field, "preferences") << bad;
  }
  EXPECT_FALSE(put("{\"a\":\"" + std::string(33 * 1024, 'x') + "\"}"));
  EXPECT_TRUE(put("{\"a\":\"" + std::string(31 * 1024, 'x') + "\"}"));
  reopen();
  EXPECT_GT(control().preferences(id)->size(), 31u * 1024) << "kept";
  EXPECT_EQ(
      control().update_user("other", id, {.preferences = "{}"}, {}, by_ada()).error().kind,
      ErrorKind::kNotFound);
  EXPECT_FALSE(control().update_user(organization(), id, {.display_name = " ", .preferences = "{}"}, {}, by_ada()));
  EXPECT_GT(control().preferences(id)->size(), 31u * 1024) << "nothing is half applied";
  EXPECT_FALSE(control().preferences("nobody"));
}

TEST_F(OwnAccountTest, APasswordIsChangedAndOtherSessionsEnd) {
  const std::string used = code();
  const auto done = change_password("correct horse", used);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(good(session_));
  EXPECT_FALSE(good(other_));
  EXPECT_FALSE(signs_in("a better horse", used)) << "the code was spent";
  next_step();
  EXPECT_FALSE(signs_in("correct horse", code()));
  EXPECT_TRUE(signs_in("a better horse", code()));
  EXPECT_THAT(audit(), Contains("password_changed 192.0.2.1"));
}

TEST_F(OwnAccountTest, WrongProofsChangeNothingAndCountAsFailedSignIns) {
  EXPECT_EQ(change_password("correct horse", code(), "short").error().field, "new_password");
  EXPECT_EQ(change_password("correct horse", code(), "correct horse").error().field, "new_password");
  EXPECT_TRUE(good(other_));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(change_password("wrong horse", code()).error().kind, ErrorKind::kUnauthorized);
  EXPECT_EQ(control().begin_factor(proof("correct horse", "000000"), by_ada()).error().kind,
            ErrorKind::kUnauthorized);
  EXPECT_EQ(control().begin_factor(proof("wrong horse", code()), by_ada()).error().kind,
            ErrorKind::kUnauthorized);
  EXPECT_FALSE(control()
                   .authenticate("ada@example.com", crypto::Secret("wrong horse"), code(), "192.0.2.1")
                   .has_value());
  const auto locked = change_password("correct horse", code());
  ASSERT_FALSE(locked);
  EXPECT_THAT(locked.error().message, HasSubstr("Too many tries"));
  EXPECT_TRUE(good(other_));
  clock_.advance(std::chrono::minutes(6));
  EXPECT_TRUE(change_password("correct horse", code())) << "the lock ends, and the code was not spent";
  EXPECT_THAT(audit(), Contains("proof_failed 192.0.2.1").Times(5));
}

TEST_F(OwnAccountTest, AnEndedSessionChangesNothing) {
  ASSERT_TRUE(control().end_session(session_.session.id));
  EXPECT_EQ(change_password("correct horse", code()).error().kind, ErrorKind::kUnauthorized);
  EXPECT_TRUE(signs_in("correct horse", code())) << "neither password nor code were touched";
}

TEST_F(OwnAccountTest, ARecoveryCodeProvesOnce) {
  const std::string recovery = enrolment_.recovery_codes.at(0);
  ASSERT_TRUE(change_password("correct horse", recovery));
  EXPECT_TRUE(good(session_)) << "the session it came by stays";
  EXPECT_FALSE(change_password("a better horse", recovery, "a third horse"));
}

TEST_F(OwnAccountTest, ANewFactorIsInForceOnceProved) {
  const auto offer = control().begin_factor(proof("correct horse", code()), by_ada());
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_NE(offer->totp_secret, enrolment_.totp_secret);
  EXPECT_THAT(offer->otpauth_url, HasSubstr(offer->totp_secret));
  EXPECT_EQ(offer->expires_at, clock_.now() + std::chrono::minutes(10));
  next_step();
  EXPECT_TRUE(good(other_));
  EXPECT_TRUE(signs_in("correct horse", code())) << "the old one is in force";
  const auto confirm = [&](const std::string& code_text) {
    return control().confirm_factor(proof("", code_text), by_ada());
  };
  EXPECT_EQ(confirm("000000").error().kind, ErrorKind::kUnauthorized);
  EXPECT_EQ(confirm(code()).error().kind, ErrorKind::kUnauthorized) << "the old factor's";
  const std::string proved = code_of(offer->totp_secret);
  const auto codes = confirm(proved);
  ASSERT_TRUE(codes) << codes.error().message;
  EXPECT_EQ(codes->size(), 10u);
  EXPECT_TRUE(good(session_));
  EXPECT_FALSE(good(other_));
  EXPECT_EQ(confirm(code_of(offer->totp_secret)).error().kind, ErrorKind::kConflict) << "once";
  EXPECT_FALSE(signs_in("correct horse", proved)) << "the code was spent";
  next_step();
  EXPECT_FALSE(signs_in("correct horse", code()));
  EXPECT_FALSE(signs_in("correct horse", enrolment_.recovery_codes.at(1))) << "old recovery codes are void";
  EXPECT_TRUE(signs_in("correct horse", code_of(offer->totp_secret)));
  EXPECT_TRUE(signs_in("correct horse", codes->at(0)));
  const auto rows = audit();
  EXPECT_THAT(rows, Contains("factor_renewal_begun 192.0.2.1"));
  EXPECT_THAT(rows, Contains("factor_renewed 192.0.2.1"));
  EXPECT_THAT(rows, Contains("proof_failed 192.0.2.1").Times(2));
}

TEST_F(OwnAccountTest, AnOfferIsOneSessionsAndTenMinutesOld) {
  EXPECT_EQ(control().confirm_factor(proof("", "123456"), by_ada()).error().kind, ErrorKind::kConflict);
  auto offer = control().begin_factor(proof("correct horse", code()), by_ada());
  ASSERT_TRUE(offer);
  Proof elsewhere = proof("", code_of(offer->totp_secret));
  elsewhere.session_id = other_.session.id;
  EXPECT_EQ(control().confirm_factor(elsewhere, by_ada()).error().kind, ErrorKind::kConflict);
  next_step();
  const auto second = control().begin_factor(proof("correct horse", code()), by_ada());
  ASSERT_TRUE(second);
  EXPECT_FALSE(control().confirm_factor(proof("", code_of(offer->totp_secret)), by_ada()))
      << "the second offer replaced the first";
  clock_.advance(std::chrono::minutes(10));
  EXPECT_EQ(control().confirm_factor(proof("", code_of(second->totp_secret)), by_ada()).error().kind,
            ErrorKind::kConflict);
  next_step();
  const auto third = control().begin_factor(proof("correct horse", code()), by_ada());
  ASSERT_TRUE(third);
  reopen();
  EXPECT_TRUE(control().confirm_factor(proof("", code_of(third->totp_secret)), by_ada())) << "kept over a restart";
}

TEST_F(OwnAccountTest, APasswordChangeVoidsAnOffer) {
  const auto offer = control().begin_factor(proof("correct horse", code()), by_ada());
  ASSERT_TRUE(offer);
  next_step();
  ASSERT_TRUE(change_password("correct horse", code()));
  EXPECT_EQ(control().confirm_factor(proof("", code_of(offer->totp_secret)), by_ada()).error().kind,
            ErrorKind::kConflict);
}

TEST_F(OwnAccountTest, OneCodeTwiceAtOnceWorksOnce) {
  const std::string one = code();
  Status a, b;
  std::thread first([&] { a = change_password("correct horse", one, "horse number one"); });
  std::thread second([&] { b = change_password("correct horse", one, "horse number two"); });
  first.join();
  second.join();
  EXPECT_NE(a.has_value(), b.has_value());
  next_step();
  EXPECT_EQ(signs_in("horse number one", code()), a.has_value());
}

}  // namespace
}  // namespace picket::control
