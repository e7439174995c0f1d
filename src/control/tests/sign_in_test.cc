#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "control/tests/control_fixture.h"
#include "control/throttle.h"
#include "sql/database.h"

namespace picket::control {
namespace {

using ::testing::HasSubstr;

class SignInTest : public ControlFixture {
 protected:
  Result<User> sign_in(const std::string& password, const std::string& code,
                       const std::string& email = "ada@example.com",
                       const std::string& address = "192.0.2.1") {
    return control().authenticate(email, crypto::Secret(password), code, address);
  }
  /// The first column of a query of the test's own, as texts.
  Status sql(std::string_view query, std::vector<std::string>& rows) {
    rows.clear();
    PICKET_ASSIGN(auto db, sql::Database::open(directory_ / "control.db", {.mode = sql::Mode::kReader}));
    return db->each(query, [&](const sql::Statement& row) { rows.push_back(row.string(0)); });
  }
  void next_step() { clock_.advance(std::chrono::seconds(30)); }
};

TEST_F(SignInTest, PasswordAndCodeAreJudgedTogether) {
  EXPECT_FALSE(sign_in("wrong password", code()));
  EXPECT_FALSE(sign_in("correct horse", "000000"));
  EXPECT_FALSE(sign_in("correct horse", ""));
  EXPECT_FALSE(sign_in("correct horse", code(), "eve@example.com"));
  const auto ok = sign_in("correct horse", code());
  ASSERT_TRUE(ok) << "a code beside a wrong password is not spent";
  EXPECT_EQ(ok->last_sign_in_at, clock_.now());
  EXPECT_EQ(control().user_by_email("Ada@Example.COM").value()->last_sign_in_at, clock_.now());
}

TEST_F(SignInTest, TheAnswerDoesNotSayWhatWasWrong) {
  const auto a = sign_in("wrong password", code());
  const auto b = sign_in("correct horse", "000000");
  const auto c = sign_in("correct horse", code(), "eve@example.com");
  EXPECT_EQ(a.error().kind, ErrorKind::kUnauthorized);
  EXPECT_EQ(a.error().message, b.error().message);
  EXPECT_EQ(a.error().message, c.error().message);
}

TEST_F(SignInTest, EachCodeWorksOnceAlsoAfterARestart) {
  const std::string now = code();
  ASSERT_TRUE(sign_in("correct horse", now));
  EXPECT_FALSE(sign_in("correct horse", now));
  reopen();
  EXPECT_FALSE(sign_in("correct horse", now));
  EXPECT_FALSE(sign_in("correct horse", code(-1))) << "an older step than the last accepted one";
  EXPECT_TRUE(sign_in("correct horse", code(1)));
}

TEST_F(SignInTest, OneCodeFromManyAtOnceLetsOneIn) {
  std::atomic<int> in{0};
  std::vector<std::thread> threads;
  const std::string now = code();
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      if (sign_in("correct horse", now, "ada@example.com", "192.0.2." + std::to_string(i))) ++in;
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(in, 1);
}

TEST_F(SignInTest, RecoveryCodesWorkOnceAndEndOtherSessions) {
  ASSERT_EQ(enrolment_.recovery_codes.size(), 10u);
  const auto user = sign_in("correct horse", code());
  auto old = control().create_session(*user, SessionKind::kBearer, "", "");
  ASSERT_TRUE(control().session(old->token.reveal()).value());
  std::string typed = enrolment_.recovery_codes[3];
  for (char& c : typed) c = c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  EXPECT_FALSE(sign_in("wrong password", typed));
  ASSERT_TRUE(sign_in("correct horse", typed))
      << "not spent beside a wrong password, and case does not matter";
  EXPECT_FALSE(control().session(old->token.reveal()).value());
  EXPECT_FALSE(sign_in("correct horse", typed));
  EXPECT_TRUE(sign_in("correct horse", enrolment_.recovery_codes[4]));
}

TEST_F(SignInTest, FailuresLockTheAccountForGrowingTimes) {
  for (int i = 0; i < 5; ++i)
    EXPECT_THAT(sign_in("wrong password", code()).error().message, HasSubstr("is wrong"));
  const auto locked = sign_in("correct horse", code());
  ASSERT_FALSE(locked);
  EXPECT_EQ(locked.error().kind, ErrorKind::kUnauthorized) << "never another status: a client would retry it";
  EXPECT_EQ(locked.error().message, "Too many tries failed. Wait 5 s before the next one.");
  reopen();
  EXPECT_THAT(sign_in("correct horse", code()).error().message, HasSubstr("Too many"))
      << "also after a restart";
  clock_.advance(std::chrono::seconds(5));
  EXPECT_FALSE(sign_in("wrong password", code()));
  EXPECT_THAT(sign_in("correct horse", code()).error().message, HasSubstr("Wait 10 s"));
  clock_.advance(std::chrono::seconds(10));
  EXPECT_TRUE(sign_in("correct horse", code()));
  next_step();
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(sign_in("wrong password", code()));
  EXPECT_TRUE(sign_in("correct horse", code())) << "a success set the count back";
}

TEST_F(SignInTest, AStrangerCannotLockOutWhoSignedInHereBefore) {
  ASSERT_TRUE(sign_in("correct horse", code(), "ada@example.com", "192.0.2.1"));
  next_step();
  for (int i = 0; i < 6; ++i) (void)sign_in("guess-guess", "123456", "ada@example.com", "203.0.113.9");
  EXPECT_THAT(sign_in("guess-guess", "123456", "ada@example.com", "203.0.113.9").error().message,
              HasSubstr("Too many"));
  EXPECT_THAT(sign_in("correct horse", code(), "ada@example.com", "198.51.100.1").error().message,
              HasSubstr("Too many"));
  EXPECT_TRUE(sign_in("correct horse", code(), "ada@example.com", "192.0.2.1"));
}

TEST_F(SignInTest, OneAddressTryingManyAccountsIsSlowedDown) {
  for (int i = 0; i < 20; ++i)
    EXPECT_FALSE(sign_in("guess-guess", "123456", "user" + std::to_string(i) + "@example.com"));
  EXPECT_THAT(sign_in("guess-guess", "123456", "another@example.com").error().message, HasSubstr("Too many"));
  EXPECT_TRUE(sign_in("correct horse", code(), "ada@example.com", "192.0.2.2")) << "others are not concerned";
}

TEST_F(SignInTest, UnknownAccountsAreLockedLikeKnownOnes) {
  for (int i = 0; i < 5; ++i) (void)sign_in("guess-guess", "123456", "nobody@example.com");
  EXPECT_THAT(sign_in("guess-guess", "123456", "nobody@example.com").error().message, HasSubstr("Too many"));
}

TEST_F(SignInTest, SessionsSurviveARestartExpireAndAreRevoked) {
  const auto user = sign_in("correct horse", code());
  auto a = control().create_session(*user, SessionKind::kBearer, "192.0.2.1", "curl");
  auto b = control().create_session(*user, SessionKind::kCookie, "192.0.2.1", "browser");
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->token.size(), 43u);
  EXPECT_EQ(a->session.expires_at, clock_.now() + std::chrono::hours(13));
  reopen();
  const auto back = control().session(b->token.reveal()).value();
  ASSERT_TRUE(back);
  EXPECT_EQ(back->kind, SessionKind::kCookie);
  EXPECT_EQ(back->csrf_token, b->session.csrf_token);
  EXPECT_EQ(back->user.id, user->id);
  EXPECT_EQ(back->user.organization_id, organization());
  ASSERT_TRUE(control().session(a->token.reveal()).value());
  ASSERT_TRUE(control().end_session(a->session.id));
  EXPECT_FALSE(control().session(a->token.reveal()).value()) << "at once, though it was cached";
  EXPECT_TRUE(control().session(b->token.reveal()).value());
  clock_.advance(std::chrono::hours(13));
  EXPECT_FALSE(control().session(b->token.reveal()).value());
  EXPECT_FALSE(control().session("").value());
  EXPECT_FALSE(control().session(std::string(43, 'A')).value());
  EXPECT_FALSE(control().session(std::string(100'000, 'A')).value());
}

TEST_F(SignInTest, ResetsByTheAdministratorOfTheServer) {
  const auto user = sign_in("correct horse", code());
  auto session = control().create_session(*user, SessionKind::kBearer, "", "");
  next_step();
  ASSERT_TRUE(control().reset_password(user->id, crypto::Secret("another horse"), by_system()));
  EXPECT_FALSE(control().session(session->token.reveal()).value());
  EXPECT_FALSE(sign_in("correct horse", code()));
  ASSERT_TRUE(sign_in("another horse", code()));
  session = control().create_session(*user, SessionKind::kBearer, "", "");
  const auto made = control().reset_factor(user->id, by_system());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->organization.name, "Acme");
  EXPECT_FALSE(control().session(session->token.reveal()).value());
  next_step();
  EXPECT_FALSE(sign_in("another horse", code())) << "the old authenticator";
  EXPECT_FALSE(sign_in("another horse", enrolment_.recovery_codes[0]));
  EXPECT_TRUE(sign_in("another horse", code_of(made->totp_secret)));
  EXPECT_TRUE(sign_in("another horse", made->recovery_codes[0]));
  EXPECT_EQ(control().reset_password("nobody", crypto::Secret("another horse"), by_system()).error().kind,
            ErrorKind::kNotFound);
  EXPECT_EQ(control().reset_password(user->id, crypto::Secret("short"), by_system()).error().field,
            "password");
}

TEST_F(SignInTest, ACheaperHashIsRenewedAtTheNextSignIn) {
  control_.reset();
  auto costlier = options();
  costlier.password_cost = {2, 1 << 20};
  control_ = std::move(*Control::open(costlier));
  ASSERT_TRUE(sign_in("correct horse", code()));
  next_step();
  EXPECT_TRUE(sign_in("correct horse", code()));
}

TEST_F(SignInTest, OrganizationsAndPeople) {
  const auto again = control().create_organization(
      "Twin", {"ADA@EXAMPLE.COM", "A", crypto::Secret("password1")}, by_system());
  EXPECT_EQ(again.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(control().organizations()->size(), 1u) << "nothing of the refused one stays";
  EXPECT_FALSE(
      control().create_organization("X", {"no address", "A", crypto::Secret("password1")}, by_system()));
  EXPECT_FALSE(
      control().create_organization("X", {"b@example.com", "A", crypto::Secret("short")}, by_system()));
  const auto user = control().users(organization())->front();
  EXPECT_EQ(user.first_name, "Ada");
  EXPECT_EQ(user.last_name, "Lovelace");
  EXPECT_EQ(user.role, "organization_admin");
  EXPECT_TRUE(user.factor_enrolled);
  EXPECT_FALSE(control().user_by_email("nobody@example.com").value());
  const auto actors = control().actors(organization()).value();
  EXPECT_EQ(actors.size(), 3u) << "the organization, Ada, Picket";

  auto issued = control().create_session(user, SessionKind::kBearer, "", "");
  ASSERT_TRUE(control().session(issued->token.reveal()).value());
  const auto renamed = control().rename_organization(organization(), "Acme & Sons", 1, by_ada());
  ASSERT_TRUE(renamed);
  EXPECT_EQ(renamed->version, 2);
  EXPECT_EQ(control().session(issued->token.reveal()).value()->organization_name, "Acme & Sons");
  EXPECT_EQ(control().rename_organization(organization(), "Other", 1, by_ada()).error().kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_EQ(control().organization("other").error().kind, ErrorKind::kNotFound);
}

TEST_F(SignInTest, ANameIsChangedWithItsTrace) {
  const auto& id = enrolment_.user.id;
  EXPECT_EQ(
      control().update_user(organization(), id, {.display_name = "Ada Lovelace"}, {}, by_ada())->version,
      enrolment_.user.version)
      << "nothing changed, nothing grew";
  const auto renamed = control().update_user(organization(), id, {.last_name = "King"}, {}, by_ada());
  ASSERT_TRUE(renamed) << renamed.error().message;
  EXPECT_EQ(renamed->display_name, "Ada King");
  EXPECT_EQ(renamed->version, enrolment_.user.version + 1);
  EXPECT_EQ(control().update_user("other", id, {.last_name = "X"}, {}, by_ada()).error().kind,
            ErrorKind::kNotFound);
  EXPECT_EQ(control().update_user(organization(), id, {.last_name = "X"}, 1, by_ada()).error().kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_EQ(control().update_user(organization(), id, {.display_name = " "}, {}, by_ada()).error().field,
            "display_name");
  bool actor = false;
  const auto actors = control().actors(organization());
  ASSERT_TRUE(actors);
  for (const auto& one : *actors) actor = actor || one.display_name == "Ada King";
  EXPECT_TRUE(actor);
  std::vector<std::string> rows;
  ASSERT_TRUE(sql("select before || after from audit where what = 'user_renamed'", rows));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_THAT(rows[0], HasSubstr(R"("last_name":"Lovelace"}{"display_name":"Ada King")"));
}

TEST_F(SignInTest, WhatIsOverIsSweptAndTheAuditStays) {
  const auto user = sign_in("correct horse", code());
  auto old = control().create_session(*user, SessionKind::kBearer, "192.0.2.1", "curl");
  auto revoked = control().create_session(*user, SessionKind::kBearer, "192.0.2.1", "curl");
  ASSERT_TRUE(control().end_session(revoked->session.id));
  for (int i = 0; i < 3; ++i) (void)sign_in("guess-guess", "123456");
  clock_.advance(std::chrono::hours(12));
  auto fresh = control().create_session(*user, SessionKind::kBearer, "192.0.2.1", "curl");
  ASSERT_TRUE(control().session(old->token.reveal()).value());
  std::vector<std::string> audit, rows;
  ASSERT_TRUE(sql("select no from audit", audit));
  ASSERT_TRUE(control().housekeep());
  ASSERT_TRUE(sql("select id from session order by created_at", rows));
  EXPECT_EQ(rows, (std::vector<std::string>{old->session.id, fresh->session.id}))
      << "both are good, the revoked gone";
  EXPECT_TRUE(control().session(old->token.reveal()).value());
  clock_.advance(std::chrono::hours(1));
  reopen();
  ASSERT_TRUE(control().housekeep());
  ASSERT_TRUE(sql("select id from session", rows));
  EXPECT_EQ(rows, std::vector<std::string>{fresh->session.id});
  EXPECT_TRUE(control().session(fresh->token.reveal()).value());
  ASSERT_TRUE(sql("select subject from sign_in_failure", rows));
  EXPECT_FALSE(rows.empty()) << "failures count for a day";
  clock_.advance(std::chrono::hours(24));
  ASSERT_TRUE(control().housekeep());
  for (const char* left : {"select subject from sign_in_failure", "select id from session"}) {
    ASSERT_TRUE(sql(left, rows));
    EXPECT_TRUE(rows.empty()) << left;
  }
  ASSERT_TRUE(sql("select no from audit", rows));
  EXPECT_EQ(rows, audit);
}

TEST(Throttle, GrowsToItsLimitAndForgets) {
  ThrottleState state;
  TimePoint now = from_seconds(1'000'000);
  std::chrono::seconds longest{0};
  for (int i = 0; i < 200; ++i) {
    state = after_failure(state, kAccountRule, now);
    const auto wait = remaining_lock(state, kAccountRule, now);
    EXPECT_GE(wait, longest);
    longest = std::max(longest, wait);
    now += wait;
  }
  EXPECT_EQ(longest, kAccountRule.longest_delay);
  state = after_failure(state, kAccountRule, now + std::chrono::hours(25));
  EXPECT_EQ(state.failures, 1);
  // The clock set back a year: nobody is locked out for a year.
  EXPECT_EQ(
      remaining_lock({9, now, now + std::chrono::minutes(5)}, kAccountRule, now - std::chrono::hours(8760))
          .count(),
      0);
}

}  // namespace
}  // namespace picket::control
