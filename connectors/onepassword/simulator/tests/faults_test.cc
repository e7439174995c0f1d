#include "onepassword_simulator/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/mocks/manual_clock.h"
#include "onepassword_simulator/tests/client.h"

namespace picket::onepassword_simulator::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kEvents = 25;

class FaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    simulator_ = std::move(Simulator::start(
                               {.events = kEvents, .accounts = 2, .quota = {.on = false}, .clock = &clock_}))
                     .value();
  }
  /// One rule for one answer.
  void fault(const std::string& action, int count = 1) {
    const auto set = simulator_->set_faults(R"({"rules":[{"path":"auditevents","count":)" +
                                            std::to_string(count) + R"(,"action":)" + action + "}]}");
    ASSERT_TRUE(set) << set.error().message;
  }
  Answer ask(const std::string& action) {
    fault(action);
    const auto before = simulator_->counters().faults_fired;
    ApiClient client(*simulator_, simulator_->token());
    auto answer = client.start("auditevents", kLongAgo, 10);
    EXPECT_EQ(simulator_->counters().faults_fired, before + 1) << action;
    return answer;
  }
  Page page(const std::string& action) { return read_page(ask(action)); }
  std::vector<std::string> right() {
    simulator_->set_faults(R"({"rules":[]})");
    ApiClient api(*simulator_, simulator_->token());
    return drain(api, "auditevents");
  }

  ManualClock clock_{from_seconds(1'795'000'000)};
  std::unique_ptr<Simulator> simulator_;
  ApiClient api() { return {*simulator_, simulator_->token()}; }
};

TEST_F(FaultTest, Answers) {
  const auto limited = ask(R"({"status":429,"headers":{"Retry-After":"-1"},"body":"slow down"})");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.headers.at("retry-after"), "-1");
  EXPECT_EQ(limited.body, "slow down");
  for (const int status : {401, 403, 408, 500, 502, 503, 504})
    EXPECT_EQ(ask(R"({"status":)" + std::to_string(status) + "}").status, status);
  EXPECT_EQ(ask(R"({"status":204})").status, 204);
  const auto html = ask(R"({"html":true})");
  EXPECT_EQ(html.status, 200);
  EXPECT_EQ(html.headers.at("content-type"), "text/html");
  const auto elsewhere = ask(R"({"redirect":"https://elsewhere.example.test/"})");
  EXPECT_EQ(elsewhere.status, 302);
  EXPECT_EQ(elsewhere.headers.at("location"), "https://elsewhere.example.test/");
  EXPECT_EQ(ask(R"({"content_type":"text/plain"})").headers.at("content-type"), "text/plain");
  EXPECT_THAT(ask(R"({"date_skew_ms":-3600000})").headers.at("date"), HasSubstr("GMT"));
}

TEST_F(FaultTest, NoAnswer) {
  EXPECT_EQ(ask(R"({"connection":"close"})").status, 0);
  fault(R"({"connection":"reset"})");
  auto client = api();
  EXPECT_EQ(client.start("auditevents", kLongAgo).status, 0);
  EXPECT_TRUE(client.connection().reset());
  fault(R"({"connection":"hang"})");
  TestClient raw(simulator_->port());
  raw.send("POST /api/v2/auditevents HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_FALSE(raw.more(milliseconds(300)));
  EXPECT_EQ(right().size(), static_cast<std::size_t>(kEvents));
}

TEST_F(FaultTest, OnTheWire) {
  const auto cut = ask(R"({"cut_body_at":100})");
  EXPECT_EQ(cut.status, 200);
  EXPECT_FALSE(cut.whole);
  EXPECT_GT(std::stoul(cut.headers.at("content-length")), 1000u);
  fault(R"({"cut_body_at":-1,"reset":true})");
  auto client = api();
  EXPECT_FALSE(client.start("auditevents", kLongAgo).whole);
  EXPECT_TRUE(client.connection().reset());
  EXPECT_EQ(ask(R"({"cut_head_at":20})").status, 0);
  EXPECT_FALSE(ask(R"({"length_delta":5})").whole);
  const auto shorter = ask(R"({"length_delta":-5})");
  EXPECT_TRUE(shorter.whole);
  EXPECT_FALSE(shorter.body.ends_with("]}"));
}

TEST_F(FaultTest, SlowAndEndless) {
  fault(R"({"drip":{"bytes":1,"every_ms":20}})");
  auto begin = std::chrono::steady_clock::now();
  TestClient slow(simulator_->port());
  const std::string request = "POST /api/v2/auditevents HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " +
                              simulator_->token() + "\r\nContent-Length: 2\r\n\r\n{}";
  slow.send(request);
  ASSERT_TRUE(slow.wait_for("\r\n\r\n{\"curs"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(90));
  fault(R"({"drip":{"bytes":1,"every_ms":20,"head":true}})");
  begin = std::chrono::steady_clock::now();
  TestClient slower(simulator_->port());
  slower.send(request);
  ASSERT_TRUE(slower.wait_for("HTTP/1.1"));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(100));
  fault(R"({"endless":true})");
  TestClient flood(simulator_->port());
  flood.send(request);
  while (flood.buffer().size() < 20'000'000) ASSERT_TRUE(flood.more());
  const auto huge = ask(R"({"huge_bytes":3000000})");
  EXPECT_TRUE(huge.whole);
  EXPECT_GT(huge.body.size(), 3'000'000u);
  EXPECT_NO_THROW(json::parse(huge.body));
  begin = std::chrono::steady_clock::now();
  ask(R"({"delay_ms":150})");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(150));
}

TEST_F(FaultTest, Gzip) {
  const auto whole = ask(R"({"gzip":"whole"})");
  EXPECT_EQ(whole.headers.at("content-encoding"), "gzip");
  EXPECT_TRUE(whole.body.starts_with("\x1f\x8b"));
  EXPECT_LT(ask(R"({"gzip":"cut"})").body.size(), whole.body.size());
  EXPECT_FALSE(ask(R"({"gzip":"garbage"})").body.starts_with("\x1f\x8b"));
  EXPECT_LT(ask(R"({"gzip":"bomb","gzip_bytes":5000000})").body.size(), 50'000u);
}

TEST_F(FaultTest, EveryFrameIsWrongInItsWay) {
  const auto frame = [this](const char* how) { return ask(std::string(R"({"page":")") + how + "\"}").body; };
  EXPECT_THAT(frame("items_null"), HasSubstr(R"("items":null)"));
  EXPECT_THAT(frame("items_missing"), Not(HasSubstr("items")));
  EXPECT_TRUE(json::parse(frame("items_object")).at("items").is_object());
  EXPECT_FALSE(json::parse(frame("cursor_missing")).as_object().contains("cursor"));
  EXPECT_TRUE(json::parse(frame("cursor_null")).at("cursor").is_null());
  EXPECT_EQ(json::parse(frame("cursor_empty")).at("cursor").as_string(), "");
  EXPECT_TRUE(json::parse(frame("cursor_number")).at("cursor").is_number());
  EXPECT_GT(frame("cursor_huge").size(), 1'000'000u);
  EXPECT_FALSE(json::parse(frame("has_more_missing")).as_object().contains("has_more"));
  EXPECT_TRUE(json::parse(frame("has_more_text")).at("has_more").is_string());
  EXPECT_TRUE(json::parse(frame("array")).is_array());
  EXPECT_TRUE(json::parse(frame("text")).is_string());
  EXPECT_EQ(frame("empty_object"), "{}");
  EXPECT_EQ(frame("empty_body"), "");
  EXPECT_TRUE(frame("bom").starts_with("\xEF\xBB\xBF{"));
  EXPECT_THROW(json::parse(frame("trailing_garbage")), boost::system::system_error);
  EXPECT_EQ(json::parse(frame("extra_fields")).at("items").as_array().size(), 10u);
  EXPECT_THROW(json::parse(frame("deep")), boost::system::system_error);
  EXPECT_THAT(frame("duplicate_items"), HasSubstr(R"({"items":[],)"));
}

TEST_F(FaultTest, EveryRecordIsWrongInItsWay) {
  const auto good = ask("{}").body;
  std::set<std::string> bodies{good};
  for (const char* how :
       {"invalid_utf8", "lone_surrogate", "control_character", "duplicate_keys", "deep", "nan", "overflow",
        "nulls", "unknown_fields", "renamed", "missing_uuid", "missing_timestamp", "retyped", "bad_time",
        "future_time", "new_kind", "empty_uuid", "long", "not_object"}) {
    const auto one = ask(std::string(R"({"mutate":")") + how + R"(","record":3})").body;
    EXPECT_TRUE(bodies.insert(one).second) << how;
    EXPECT_EQ(one.substr(0, 500), good.substr(0, 500)) << how;  // the records before it are whole
    const auto all = ask(std::string(R"({"mutate":")") + how + R"(","record":-1})").body;
    EXPECT_TRUE(bodies.insert(all).second) << how;
  }
  for (const char* how : {"invalid_utf8", "lone_surrogate", "control_character", "deep", "nan"})
    EXPECT_THROW(json::parse(ask(std::string(R"({"mutate":")") + how + "\"}").body),
                 boost::system::system_error)
        << how;
  const auto nulls = page(R"({"mutate":"nulls"})").items[0];
  EXPECT_TRUE(nulls.at("session").is_null() && nulls.at("uuid").is_string());
  EXPECT_FALSE(json::parse(ask(R"({"mutate":"missing_timestamp"})").body)
                   .at("items")
                   .at(0)
                   .as_object()
                   .contains("timestamp"));
  EXPECT_EQ(json::parse(ask(R"({"mutate":"not_object"})").body).at("items").at(0), json::value(42));
}

TEST_F(FaultTest, PagingThatNeverMoves) {
  const auto all = right();
  fault(R"({"paging":"stuck"})", 3);
  auto client = api();
  auto stuck = read_page(client.start("auditevents", kLongAgo, 10));
  const auto again = read_page(client.go_on("auditevents", stuck.cursor));
  EXPECT_TRUE(stuck.more && stuck.items.empty() && again.cursor == stuck.cursor);
  read_page(client.go_on("auditevents", stuck.cursor));
  EXPECT_EQ(read_page(client.go_on("auditevents", stuck.cursor)).uuids[0], all[0]);  // healed, nothing lost

  const auto fresh = page(R"({"paging":"empty_more"})");
  EXPECT_TRUE(fresh.more && fresh.items.empty());
  EXPECT_EQ(read_page(api().go_on("auditevents", fresh.cursor)).uuids[0], all[0]);

  const auto same = page(R"({"paging":"same_page"})");
  EXPECT_EQ(read_page(api().go_on("auditevents", same.cursor)).uuids, same.uuids);
}

TEST_F(FaultTest, PagingThatCycles) {
  const auto all = right();
  simulator_->set_faults(R"({"rules":[{"cursor":"go_on","action":{"paging":"cycle","n":2}}]})");
  auto client = api();
  auto seen = read_page(client.start("auditevents", kLongAgo, 10));
  std::set<std::string> cursors;
  bool repeated = false;
  for (int i = 0; i < 6 && !repeated; ++i) {
    EXPECT_TRUE(seen.more);
    repeated = !cursors.insert(seen.cursor).second;
    seen = read_page(client.go_on("auditevents", seen.cursor));
  }
  EXPECT_TRUE(repeated);
}

TEST_F(FaultTest, PagingThatReordersLosesNothing) {
  const auto all = right();
  const auto complete = [&](std::vector<std::string> got) {
    EXPECT_NE(got, all);
    auto want = all;
    std::sort(got.begin(), got.end());
    std::sort(want.begin(), want.end());
    EXPECT_EQ(got, want);
  };
  auto client = api();
  for (const char* how : {"shuffle", "reverse", "out_of_order"}) {
    fault(std::string(R"({"paging":")") + how + "\"}");
    complete(drain(client, "auditevents", 10));
  }
}

TEST_F(FaultTest, PagingThatRepeatsSkipsAndOverfills) {
  const auto all = right();
  auto client = api();
  simulator_->set_faults(R"({"rules":[{"cursor":"go_on","count":1,"action":{"paging":"repeat","n":4}}]})");
  const auto first = read_page(client.start("auditevents", kLongAgo, 10));
  const auto second = read_page(client.go_on("auditevents", first.cursor));
  EXPECT_EQ(second.uuids[0], all[6]);
  simulator_->set_faults(R"({"rules":[{"action":{"paging":"skip","n":10}}]})");
  EXPECT_EQ(read_page(client.start("auditevents", kLongAgo, 10)).uuids[0], all[10]);
  EXPECT_EQ(page(R"({"paging":"limit_ignored","n":2})").items.size(), 20u);
  fault(R"({"paging":"duplicates_at_end","n":3})");
  const auto whole = read_page(client.start("auditevents", kLongAgo, 1000));
  EXPECT_FALSE(whole.more);
  fault(R"({"paging":"duplicates_at_end","n":3})");
  const auto again = read_page(client.go_on("auditevents", whole.cursor));
  EXPECT_EQ(again.uuids, std::vector<std::string>(all.end() - 3, all.end()));
}

TEST_F(FaultTest, CursorsOfOthersAndExpiredOnes) {
  auto client = api();
  const auto before = read_page(client.start("auditevents", kLongAgo, 10));
  const auto foreign = page(R"({"paging":"foreign_cursor"})");
  EXPECT_TRUE(foreign.more);
  EXPECT_EQ(client.go_on("auditevents", foreign.cursor).status, 400);
  simulator_->set_faults(R"({"rules":[{"cursor":"go_on","count":1,"action":{"paging":"expire_cursors"}}]})");
  EXPECT_EQ(client.go_on("auditevents", before.cursor).status, 400);
  EXPECT_EQ(client.go_on("auditevents", before.cursor).status, 400);
  EXPECT_EQ(client.start("auditevents", kLongAgo).status, 200);
  const auto others = page(R"({"paging":"foreign_events"})");
  EXPECT_EQ(others.items[0].at("account_uuid").as_string(), simulator_->account_uuid(1));
}

TEST_F(FaultTest, RulesCountMatchAndRollTheirDice) {
  simulator_->set_faults(
      R"({"rules":[{"path":"itemusages","from":2,"every":2,"count":2,"action":{"status":503}}]})");
  auto client = api();
  std::vector<int> statuses;
  for (int i = 0; i < 8; ++i) statuses.push_back(client.start("itemusages", kLongAgo).status);
  EXPECT_EQ(statuses, (std::vector<int>{200, 503, 200, 503, 200, 200, 200, 200}));
  const auto roll = [&] {
    simulator_->set_faults(
        R"({"seed":5,"rules":[{"accounts":[0,0],"probability":0.5,"action":{"status":500}}]})");
    std::string marks;
    for (int i = 0; i < 40; ++i) marks += client.start("auditevents", kLongAgo, 1).status == 500 ? 'x' : '.';
    return marks;
  };
  const auto marks = roll();
  EXPECT_EQ(roll(), marks);
  EXPECT_GT(std::count(marks.begin(), marks.end(), 'x'), 8);
  EXPECT_LT(std::count(marks.begin(), marks.end(), 'x'), 32);
  ApiClient other(*simulator_, simulator_->token(1));
  EXPECT_EQ(other.start("auditevents", kLongAgo).status, 200);
  EXPECT_THAT(simulator_->control("GET", "/_sim/state").value(),
              HasSubstr(R"("faults":[{"name":"rules[0]","matched":40)"));
}

TEST(FaultPlan, UnknownWordsAreErrorsThatNameThePlace) {
  std::uint64_t seed = 0;
  for (const char* plan :
       {"", "[]", R"({"rules":{}})", R"({"rules":[{"acton":{}}]})", R"({"rules":[{"action":{"statsu":1}}]})",
        R"({"rules":[{"action":{"status":99}}]})", R"({"rules":[{"action":{"mutate":"x"}}]})",
        R"({"rules":[{"probability":2}]})", R"({"rules":[{"accounts":"all"}]})", R"({"seed":-1})",
        R"({"rules":[{"action":{"drip":{"bits":1}}}]})", R"({"rules":[{"name":"a\"b"}]})"}) {
    const auto parsed = parse_fault_rules(plan, seed);
    ASSERT_FALSE(parsed) << plan;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalidInput);
    EXPECT_FALSE(parsed.error().field.empty());
  }
}

}  // namespace
}  // namespace picket::onepassword_simulator::testing
