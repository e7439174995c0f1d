#include <gmock/gmock.h>

#include <thread>

#include "api/tests/api_fixture.h"
#include "api/tests/memory_stream.h"

namespace picket::api {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class BacktestCalls : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    device_ = add_device(ana_, "Corp");
    for (int i = 0; i < 300; ++i) {
      store::StoredEvent event;
      event.id = fmt_id(i);
      event.key = {ana_.organization(), device_, "auditevents"};
      event.time = from_seconds(1'795'000'000) + std::chrono::minutes(i);
      event.actor_email = "ada@example.test";
      event.action = "export";
      event.raw = i % 2 == 0 ? R"({"action":"export","object_type":"vault","note":"x"})" : R"({"action":"view"})";
      store_.events.push_back(event);
    }
  }
  static std::string fmt_id(int i) {
    std::string number = std::to_string(i);
    return "0e0e0e0e-0000-4000-8000-" + std::string(12 - number.size(), '0') + number;
  }
  static std::string body(const std::string& what, const std::string& more = {}) {
    return "{" + what + R"(,"from":"2026-11-18T00:00:00Z","to":"2026-11-19T00:00:00Z")" + more + "}";
  }
  http_server::Response start(const std::string& what) {
    return respond("POST", "/api/v2/detection_backtests", {{"authorization", "Bearer " + ana_.token}}, what);
  }
  std::string run(const std::string& what) {
    const auto response = start(what);
    EXPECT_EQ(response.status, 200) << response.body;
    if (response.status != 200) return {};
    auto stream = std::make_shared<MemoryStream>();
    response.stream(stream);
    for (int i = 0; i < 1000 && !stream->closed(); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_TRUE(stream->closed());
    return stream->text();
  }
  static std::size_t times(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
  }
  std::string device_;
};

TEST_F(BacktestCalls, TellsProgressMatchesBucketsAndTotals) {
  const std::string all = run(body(R"("rule_ids":[")" + std::string(kVaultExportId) + "\"]"));
  EXPECT_THAT(all, HasSubstr("event: progress\ndata: {\"scanned\":"));
  EXPECT_EQ(times(all, "event: match\n"), 150u);
  EXPECT_THAT(all, HasSubstr("event: match\ndata: {\"event_id\":\"" + fmt_id(0) + "\""));
  EXPECT_THAT(all, HasSubstr("\"security_device\":{\"id\":\"" + device_ + "\",\"name\":\"Corp\"},\"stream\":\"auditevents\",\"actor\":\"ada@example.test\""));
  EXPECT_THAT(all, HasSubstr("event: buckets\ndata: {\"width_seconds\":900,\"buckets\":[{\"start\":"));
  EXPECT_THAT(all, HasSubstr("\"matched\":150,\"sent\":150,\"unread\":0,\"missed\":0,\"rules\":[{\"id\":\"" + std::string(kVaultExportId) +
                             "\",\"title\":\"Vault exported\",\"matches\":150}]}"));
  EXPECT_EQ(store_.asked.organization_id, ana_.organization());
  EXPECT_EQ(store_.asked.streams, std::vector<std::string>{"auditevents"});
}

TEST_F(BacktestCalls, ATextNeedNotBeSaved) {
  const std::string text = R"("text":"title: Notes\nlogsource: {product: 1password}\ndetection:\n  a: {note: x}\n  condition: a\n")";
  EXPECT_THAT(run(body(text)), HasSubstr("\"title\":\"Notes\",\"matches\":150}"));
  EXPECT_THAT(run(body(text, R"(,"service":"signin")")), HasSubstr("\"matches\":0}"));
  EXPECT_EQ(get("/api/v2/own_rules").total(), 0u);
  const auto bad = as(ana_, "POST", "/api/v2/detection_backtests", body(R"("text":"title: Notes\ndetection:\n  a: {note: x}\n  condition: b\n")"));
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(bad.pointer(), "/text");
  EXPECT_EQ(bad.json.at("errors").at(0).at("meta").at("line").to_number<int>(), 4);
}

TEST_F(BacktestCalls, WhatCannotBeAskedIsRefused) {
  const std::string id = R"("rule_ids":[")" + std::string(kVaultExportId) + "\"]";
  for (const std::string& wrong :
       {std::string("{}"), body(id, R"(,"text":"title: x")"), body(R"("rule_ids":[])"), body(R"("rule_ids":"x")"),
        "{" + id + R"(,"from":"2026-11-18T00:00:00Z","to":"2026-11-18T00:00:00Z"})", "{" + id + R"(,"from":"soon","to":"2026-11-18T00:00:00Z"})"})
    EXPECT_EQ(as(ana_, "POST", "/api/v2/detection_backtests", wrong).status, 400) << wrong;
  EXPECT_EQ(as(ana_, "POST", "/api/v2/detection_backtests", body(R"("rule_ids":["nope"])")).status, 404);
}

TEST_F(BacktestCalls, AClientThatLeavesEndsIt) {
  const auto response = start(body(R"("rule_ids":[")" + std::string(kVaultExportId) + "\"]"));
  auto gone = std::make_shared<MemoryStream>();
  gone->leave();
  response.stream(gone);
  api_->stop();
  EXPECT_EQ(gone->text(), "");
}

}  // namespace
}  // namespace picket::api
