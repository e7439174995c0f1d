#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/mocks/manual_clock.h"
#include "onepassword_simulator/tests/client.h"

namespace picket::onepassword_simulator::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ProtocolTest : public ::testing::Test {
 protected:
  void start(Options options = {}) {
    options.clock = &clock_;
    auto started = Simulator::start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    simulator_ = std::move(*started);
  }
  ApiClient client(unsigned account = 0) { return {*simulator_, simulator_->token(account)}; }
  std::string control(const char* path, const std::string& body) {
    const auto done = simulator_->control("POST", path, body);
    EXPECT_TRUE(done) << done.error().message;
    return done.value_or("");
  }

  ManualClock clock_{from_seconds(1'795'000'000)};
  std::unique_ptr<Simulator> simulator_;
};

TEST_F(ProtocolTest, PagingBringsEveryEventOnceInRisingOrder) {
  start({.events = 2'500});
  auto api = client();
  for (const auto stream : kStreamNames) {
    auto page = read_page(api.start(std::string(stream), kLongAgo));
    EXPECT_EQ(page.items.size(), 1000u);
    EXPECT_TRUE(page.more);
    std::set<std::string> seen;
    std::string last;
    for (;;) {
      for (const auto& item : page.items) {
        EXPECT_TRUE(seen.emplace(item.at("uuid").as_string()).second);
        const auto text = format_rfc3339(parse_rfc3339(item.at("timestamp").as_string()).value());
        EXPECT_GE(text, last);
        last = text;
      }
      if (!page.more) break;
      page = read_page(api.go_on(std::string(stream), page.cursor));
    }
    EXPECT_EQ(seen.size(), 2'500u);
    EXPECT_LE(last, format_rfc3339(clock_.now()));
  }
}

TEST_F(ProtocolTest, TheSameSeedGivesTheSameBytes) {
  start({.seed = 9, .events = 50});
  const auto a = client().start("auditevents", kLongAgo);
  simulator_.reset();
  start({.seed = 9, .events = 50});
  EXPECT_EQ(client().start("auditevents", kLongAgo).body, a.body);  // the cursor too
  simulator_.reset();
  start({.seed = 10, .events = 50});
  EXPECT_NE(client().start("auditevents", kLongAgo).body, a.body);
}

TEST_F(ProtocolTest, CursorsAreLongOpaqueRepeatableAndAlwaysThere) {
  start({.events = 30});
  auto api = client();
  const auto first = read_page(api.start("auditevents", kLongAgo, 10));
  EXPECT_EQ(first.cursor.size(), 200u);
  const auto second = read_page(api.go_on("auditevents", first.cursor));
  EXPECT_EQ(read_page(api.go_on("auditevents", first.cursor)).uuids, second.uuids);
  EXPECT_EQ(second.items.size(), 10u);  // the page size travels in the cursor
  const auto third = read_page(api.go_on("auditevents", second.cursor));
  EXPECT_FALSE(third.more);
  const auto idle = read_page(api.go_on("auditevents", third.cursor));
  EXPECT_TRUE(idle.items.empty());
  EXPECT_EQ(idle.cursor, third.cursor);
  control("/_sim/settings", R"({"fresh_idle_cursor":true})");
  const auto fresh = read_page(api.go_on("auditevents", third.cursor));
  EXPECT_NE(fresh.cursor, third.cursor);
  EXPECT_TRUE(read_page(api.go_on("auditevents", fresh.cursor)).items.empty());
}

TEST_F(ProtocolTest, ForeignAndDamagedCursorsGet400) {
  start({.events = 30, .accounts = 2});
  auto api = client();
  auto other = client(1);
  const auto cursor = read_page(api.start("auditevents", kLongAgo, 10)).cursor;
  EXPECT_EQ(other.go_on("auditevents", cursor).status, 400);
  EXPECT_EQ(api.go_on("itemusages", cursor).status, 400);
  EXPECT_EQ(api.post("/api/v1/auditevents", R"({"cursor":")" + cursor + R"("})").status, 400);
  for (std::size_t i = 0; i < cursor.size(); i += 7) {
    std::string damaged = cursor;
    damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(api.go_on("auditevents", damaged).status, 400) << i;
  }
  for (const std::string& text :
       {std::string(), std::string("abc"), std::string("===="), cursor.substr(1), cursor + "A"})
    EXPECT_EQ(api.go_on("auditevents", text).status, 400);
  EXPECT_EQ(api.go_on("auditevents", cursor).status, 200);
}

TEST_F(ProtocolTest, BodiesAreCheckedAsDocumented) {
  start({.events = 300});
  auto api = client();
  EXPECT_EQ(api.post("/api/v2/auditevents", "{}").status, 200);
  EXPECT_EQ(read_page(api.post("/api/v2/auditevents", R"({"start_time":"2000-01-01T00:00:00-03:00"})"))
                .items.size(),
            100u);
  EXPECT_EQ(api.post("/api/v2/auditevents", R"({"limit":1000,"end_time":"2030-01-01T00:00:00.5Z"})").status,
            200);
  for (const char* body :
       {"", "[]", "nonsense", R"({"limit":0})", R"({"limit":1001})", R"({"limit":"10"})", R"({"limit":1.5})",
        R"({"start_time":"yesterday"})", R"({"start_time":17})", R"({"cursor":17})", R"({"cursor":null})",
        R"({"cursor":"x","start_time":"2026-01-01T00:00:00Z"})"}) {
    const auto answer = api.post("/api/v2/auditevents", body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.body, R"({"Error":{"Message":"Bad Request"}})");
  }
  EXPECT_EQ(api.post("/api/v2/nothing", "{}").status, 404);
  EXPECT_EQ(api.get("/api/v2/auditevents").status, 405);
}

TEST_F(ProtocolTest, StartTimeSelectsByTimestampAndPresetsToOneHour) {
  start({.events = 2'000});
  auto api = client();
  const auto from = clock_.now() - std::chrono::hours(30);
  const auto page = read_page(api.start("signinattempts", format_rfc3339(from)));
  ASSERT_FALSE(page.items.empty());
  EXPECT_LT(page.items.size(), 1000u);
  for (const auto& item : page.items)
    EXPECT_GE(parse_rfc3339(item.at("timestamp").as_string()).value(), from);
  for (const auto& item : read_page(api.post("/api/v2/signinattempts", R"({"limit":1000})")).items)
    EXPECT_GE(parse_rfc3339(item.at("timestamp").as_string()).value(), clock_.now() - std::chrono::hours(1));
  const auto until = from + std::chrono::hours(10);
  const auto bounded = read_page(
      api.post("/api/v2/signinattempts", R"({"limit":1000,"start_time":")" + format_rfc3339(from) +
                                             R"(","end_time":")" + format_rfc3339(until) + R"("})"));
  EXPECT_LT(bounded.items.size(), page.items.size());
  for (const auto& item : bounded.items)
    EXPECT_LT(parse_rfc3339(item.at("timestamp").as_string()).value(), until);
}

TEST_F(ProtocolTest, ALateEventReachesTheFollowerOfACursorOnly) {
  start({.events = 100});
  auto api = client();
  const auto before = read_page(api.start("itemusages", kLongAgo));
  const auto window_start = clock_.now();
  clock_.advance(std::chrono::minutes(5));
  control("/_sim/events", R"({"stream":"itemusages","kind":"late","late_seconds":3600})");
  control("/_sim/events", R"({"stream":"itemusages","kind":"new"})");
  EXPECT_EQ(read_page(api.go_on("itemusages", before.cursor)).items.size(), 2u);
  EXPECT_EQ(read_page(api.start("itemusages", format_rfc3339(window_start))).items.size(), 1u);
}

TEST_F(ProtocolTest, EventsBeyondTheHorizonAreGone) {
  start({.events = 1'000, .history = std::chrono::hours(200 * 24)});
  auto api = client();
  const auto events = drain(api, "auditevents");
  EXPECT_GT(events.size(), 400u);
  EXPECT_LT(events.size(), 750u);
}

TEST_F(ProtocolTest, TheLivingStreamGrowsWithTimeAndFreezes) {
  start({.events = 10, .rate = 10});
  auto api = client();
  auto page = read_page(api.start("auditevents", kLongAgo));
  EXPECT_EQ(page.items.size(), 10u);
  clock_.advance(std::chrono::seconds(100));
  page = read_page(api.post("/api/v2/auditevents", R"({"limit":1000,"start_time":"2000-01-01T00:00:00Z"})"));
  EXPECT_EQ(page.items.size(), 510u);  // half of them are audit events
  EXPECT_EQ(simulator_->events(StreamKind::kSignInAttempts), 10u + 150u);
  simulator_->set_rate(0);
  clock_.advance(std::chrono::seconds(100));
  EXPECT_TRUE(read_page(api.go_on("auditevents", page.cursor)).items.empty());
  simulator_->set_rate(2);
  clock_.advance(std::chrono::seconds(10));
  EXPECT_EQ(read_page(api.go_on("auditevents", page.cursor)).items.size(), 10u);
}

TEST_F(ProtocolTest, IntrospectionInBothVersions) {
  start();
  auto api = client();
  EXPECT_THAT(api.get("/api/v2/auth/introspect").body,
              HasSubstr(R"("features":["auditevents","itemusages","signinattempts"],"account_uuid":")" +
                        simulator_->account_uuid()));
  const auto old = json::parse(api.get("/api/auth/introspect").body).as_object();
  EXPECT_TRUE(old.contains("UUID") && old.contains("IssuedAt") && old.contains("Features"));
  EXPECT_EQ(old.size(), 3u);
}

TEST_F(ProtocolTest, VersionOneLacksTheFieldsOfManagedAccounts) {
  start({.events = 200});
  auto api = client();
  for (const std::string stream : {"auditevents", "itemusages", "signinattempts"}) {
    const auto body = R"({"limit":200,"start_time":"2000-01-01T00:00:00Z"})";
    const auto v1 = api.post("/api/v1/" + stream, body), v2 = api.post("/api/v2/" + stream, body);
    for (const char* field : {"account_uuid", "actor_type", "user_type", "\"federated\""})
      EXPECT_EQ(v1.body.find(field), std::string::npos) << field;
    EXPECT_NE(v2.body.find("account_uuid"), std::string::npos);
    EXPECT_EQ(read_page(v1).uuids, read_page(v2).uuids);
  }
}

TEST_F(ProtocolTest, TokensAreJudgedByStateFeatureAndAccount) {
  start({.events = 10, .accounts = 2});
  ApiClient nobody(*simulator_, "bogus");
  EXPECT_EQ(nobody.get("/api/v2/auth/introspect").body, R"({"Error":{"Message":"Unauthorized"}})");
  EXPECT_EQ(nobody.start("auditevents", kLongAgo).status, 401);

  const auto token = simulator_->issue_token(
      {.account = 1, .features = {"auditevents"}, .expires_in = std::chrono::hours(1), .audience = {}});
  ApiClient api(*simulator_, token);
  EXPECT_EQ(api.start("auditevents", kLongAgo).status, 200);
  EXPECT_EQ(api.start("itemusages", kLongAgo).status, 401);
  EXPECT_THAT(api.get("/api/v2/auth/introspect").body, HasSubstr(simulator_->account_uuid(1)));

  const auto change = [&](const std::string& action) {
    control("/_sim/tokens", R"({"token":")" + token + R"(",)" + action + "}");
  };
  change(R"("action":"features","features":["itemusages"])");
  EXPECT_EQ(api.start("auditevents", kLongAgo).status, 401);
  EXPECT_EQ(api.start("itemusages", kLongAgo).status, 200);
  change(R"("action":"account","account":0)");
  EXPECT_THAT(api.get("/api/v2/auth/introspect").body, HasSubstr(simulator_->account_uuid(0)));
  change(R"("action":"revoke")");
  EXPECT_EQ(api.get("/api/v2/auth/introspect").status, 401);
  change(R"("action":"restore")");
  EXPECT_EQ(api.get("/api/v2/auth/introspect").status, 200);
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(api.get("/api/v2/auth/introspect").status, 401);
  EXPECT_EQ(client(0).get("/api/v2/auth/introspect").status, 200);
}

TEST_F(ProtocolTest, TokensLookLikeTheVendors) {
  start({.audience = "events.1password.eu"});
  const std::string token = simulator_->token();
  const auto first = token.find('.'), second = token.rfind('.');
  ASSERT_NE(first, second);
  EXPECT_EQ(token.size() - second - 1, 86u);  // 64 bytes, as ES256 signs
  EXPECT_GT(token.size(), 500u);
  EXPECT_EQ(token.find_first_of("+/="), std::string::npos);
  EXPECT_TRUE(token.starts_with("eyJ"));
}

TEST_F(ProtocolTest, TheAllowanceIsCountedPerTokenByMinuteAndHour) {
  start({.events = 10, .quota = {.on = true, .per_minute = 5, .per_hour = 12}, .rate_limit_headers = true});
  auto api = client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(api.get("/api/v2/auth/introspect").status, 200);
  clock_.advance(std::chrono::seconds(15));
  const auto refused = api.get("/api/v2/auth/introspect");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.headers.at("retry-after"), "45");
  EXPECT_EQ(refused.headers.at("ratelimit-remaining"), "0");
  EXPECT_EQ(refused.headers.at("ratelimit-limit"), "5");
  ApiClient other(*simulator_, simulator_->issue_token({.expires_in = {}, .audience = {}}));
  EXPECT_EQ(other.get("/api/v2/auth/introspect").status, 200);
  clock_.advance(std::chrono::seconds(45));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(api.get("/api/v2/auth/introspect").status, 200);
  clock_.advance(std::chrono::minutes(1));
  for (int i = 0; i < 2; ++i) EXPECT_EQ(api.get("/api/v2/auth/introspect").status, 200);
  EXPECT_EQ(api.get("/api/v2/auth/introspect").headers.at("ratelimit-limit"), "12");
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(api.get("/api/v2/auth/introspect").status, 200);
  EXPECT_EQ(simulator_->counters().answers_429, 2u);
}

TEST_F(ProtocolTest, TheSecondErrorShape) {
  start({.second_error_shape = true});
  ApiClient nobody(*simulator_, "bogus");
  EXPECT_EQ(nobody.get("/api/v2/auth/introspect").body, R"({"status":401,"message":"unauthorized"})");
}

TEST_F(ProtocolTest, EventsCanBeDoubledEditedAndWrittenByHand) {
  start({.events = 5});
  auto api = client();
  auto page = read_page(api.start("auditevents", kLongAgo));
  const auto last = page.items.back();
  control("/_sim/events", R"({"kind":"duplicate"})");
  auto next = read_page(api.go_on("auditevents", page.cursor));
  ASSERT_EQ(next.items.size(), 1u);
  EXPECT_EQ(next.items[0], last);
  control("/_sim/events", R"({"kind":"edited","position":4})");
  next = read_page(api.go_on("auditevents", next.cursor));
  EXPECT_EQ(next.items[0].at("uuid"), last.at("uuid"));
  EXPECT_EQ(next.items[0].at("timestamp"), last.at("timestamp"));
  EXPECT_NE(next.items[0], last);
  control("/_sim/events",
          R"({"kind":"raw","record":{"uuid":"HANDMADE","timestamp":"2026-11-20T00:00:00Z","x":[1]}})");
  next = read_page(api.go_on("auditevents", next.cursor));
  EXPECT_THAT(next.uuids, ElementsAre("HANDMADE"));
  control("/_sim/events", R"({"kind":"raw","raw":"not json","uuid":"X"})");
  EXPECT_THAT(api.go_on("auditevents", next.cursor).body, HasSubstr("[not json]"));
  control("/_sim/events", R"({"stream":"itemusages","kind":"new","count":1000,"step_us":0})");
  EXPECT_EQ(drain(api, "itemusages").size(), 1005u);
}

TEST_F(ProtocolTest, ControlsRefuseNonsenseWithASentence) {
  start();
  for (const auto& [path, body] : std::vector<std::pair<const char*, const char*>>{
           {"/_sim/events", R"({"stream":"none"})"},
           {"/_sim/events", R"({"kind":"odd"})"},
           {"/_sim/events", R"({"account":7})"},
           {"/_sim/events", "[]"},
           {"/_sim/events", R"({"count":0})"},
           {"/_sim/tokens", R"({"action":"revoke","token":"x"})"},
           {"/_sim/tokens", R"({"action":"dance"})"},
           {"/_sim/settings", R"({"rate":-1})"},
           {"/_sim/faults", R"({"rules":[{"odd":1}]})"},
           {"/_sim/faults", R"({"rules":[{"action":{"paging":"sideways"}}]})"},
           {"/_sim/nothing", "{}"}}) {
    const auto done = simulator_->control("POST", path, body);
    ASSERT_FALSE(done) << path << body;
    EXPECT_FALSE(done.error().message.empty());
  }
  auto api = client();
  EXPECT_EQ(api.post("/_sim/events", "[]").status, 400);
  EXPECT_EQ(api.post("/_sim/rate", R"({"rate":3})").status, 200);
  EXPECT_THAT(api.get("/_sim/state").body, HasSubstr(R"("rate":3)"));
  EXPECT_THAT(api.get("/_sim/tokens").body, HasSubstr(simulator_->token()));
}

TEST_F(ProtocolTest, AWrongClockShowsInDateAndNewEvents) {
  start({.events = 0});
  auto api = client();
  control("/_sim/settings", R"({"clock_skew_ms":3600000})");
  control("/_sim/events", R"({"kind":"new"})");
  const auto answer = api.start("auditevents", kLongAgo);
  const auto written = parse_rfc3339(read_page(answer).items[0].at("timestamp").as_string()).value();
  EXPECT_GE(written - clock_.now(), std::chrono::minutes(59));
  EXPECT_EQ(answer.headers.at("date"), "Wed, 18 Nov 2026 12:06:40 GMT");
}

TEST_F(ProtocolTest, ThousandsOfQuietAccountsEachHaveTheirOwnToken) {
  start({.events = 0, .accounts = 2'000});
  std::set<std::string> accounts, tokens;
  for (unsigned i = 0; i < 2'000; ++i) {
    accounts.insert(simulator_->account_uuid(i));
    tokens.insert(simulator_->token(i));
  }
  EXPECT_EQ(accounts.size(), 2'000u);
  EXPECT_EQ(tokens.size(), 2'000u);
  auto last = client(1'999);
  const auto page = read_page(last.start("itemusages", kLongAgo));
  EXPECT_TRUE(page.items.empty() && !page.more);
}

TEST(SimulatorStart, SaysWhatIsWrong) {
  EXPECT_FALSE(Simulator::start({.accounts = 0}));
  EXPECT_FALSE(Simulator::start({.faults_file = "/nowhere.json"}));
  EXPECT_FALSE(Simulator::start({.ledger_file = "/nowhere/ledger"}));
}

}  // namespace
}  // namespace picket::onepassword_simulator::testing
