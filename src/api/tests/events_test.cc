#include <thread>

#include "api/event_calls.h"
#include "api/tests/api_fixture.h"
#include "api/tests/memory_stream.h"

namespace picket::api {
namespace {

class Events : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    device_ = add_device(ana_, "Corp");
    add("e1", R"({"uuid":"V1","n":1.0})");
    add("e2", "not json \xff");
    add("e3", R"({"uuid":"V3"})");
  }
  void add(const std::string& id, const std::string& raw) {
    store::StoredEvent event;
    event.id = id;
    event.key = {ana_.organization(), device_, "auditevents"};
    event.time = from_seconds(1'700'000'000);
    event.received_at = from_seconds(1'700'000'001);
    event.vendor_uid = "V-" + id;
    event.class_uid = 3004;
    event.activity_id = 2;
    event.outcome = model::Outcome::kSuccess;
    event.action = "create";
    event.raw = raw;
    event.unreadable = raw.front() != '{';
    store_.events.push_back(event);
  }
  const store::Query& asked(const std::string& query) {
    const auto answer = get("/api/v2/events?" + query);
    EXPECT_EQ(answer.status, 200) << query << answer.body;
    return store_.asked;
  }
  std::string device_;
};

TEST_F(Events, AttributesAndPaging) {
  store_.next = "token/1";
  const auto list = get("/api/v2/events?page[limit]=2&filter[stream]=auditevents");
  ASSERT_EQ(list.status, 200) << list.body;
  EXPECT_EQ(list.json.at("data").as_array().size(), 2u);
  EXPECT_EQ(list.total(), 3u);
  EXPECT_EQ(list.json.at("links").at("next"),
            "/api/v2/events?page%5Blimit%5D=2&filter%5Bstream%5D=auditevents&page%5Bafter%5D=token%2F1");
  const auto& first = list.json.at("data").at(0).at("attributes").as_object();
  for (const char* name :
       {"time", "received_at", "stream", "vendor_uid", "class_uid", "activity_id", "action", "outcome",
        "actor_uid", "actor_email", "source_ip", "country", "target", "raw", "versions", "unreadable"})
    EXPECT_TRUE(first.contains(name)) << name;
  EXPECT_FALSE(first.contains("ocsf"));
  EXPECT_TRUE(first.at("actor_email").is_null());
  EXPECT_NE(list.body.find(R"("raw":{"uuid":"V1","n":1.0})"), std::string::npos)
      << "the record's own spelling";
  EXPECT_TRUE(list.json.at("data").at(1).at("attributes").at("raw").is_string())
      << "what is no JSON is shown as text";
  EXPECT_EQ(get("/api/v2/events?page[limit]=0").total(), 3u);
  EXPECT_FALSE(get("/api/v2/events?page[limit]=0").json.at("links").as_object().contains("next"));
  EXPECT_TRUE(get("/api/v2/events?flag[total]=false&page[limit]=1").status == 200 &&
              !store_.options.with_total);
  EXPECT_EQ(get("/api/v2/events?include=security_device").json.at("included").as_array().size(), 1u);
}

TEST_F(Events, SingleRawOcsfAndDevice) {
  EXPECT_EQ(get("/api/v2/events/e1").attribute("vendor_uid"), "V-e1");
  EXPECT_EQ(get("/api/v2/events/e1?flag[ocsf]=true").attribute("ocsf").at("class_uid"), 3002);
  EXPECT_TRUE(get("/api/v2/events/e2?flag[ocsf]=true").attribute("ocsf").is_null());
  EXPECT_EQ(get("/api/v2/events/e1/raw").body, R"({"uuid":"V1","n":1.0})");
  EXPECT_EQ(get("/api/v2/events/e2/raw").body, "not json \xff");
  EXPECT_EQ(get("/api/v2/events/e2/raw").header("content-type"), "application/octet-stream");
  EXPECT_EQ(get("/api/v2/events/e1/versions").json.at("data").as_array().size(), 1u);
  EXPECT_EQ(get("/api/v2/events/e1/security_device").json.at("data").at("id").as_string(), device_);
  EXPECT_EQ(get("/api/v2/events/nope").status, 404);
}

TEST_F(Events, FiltersReachTheStore) {
  EXPECT_EQ(asked("filter[security_device][id]=D1&filter[security_device_id]=D2").device_ids,
            (std::vector<std::string>{"D1", "D2"}));
  EXPECT_EQ(asked("filter[stream]=a").streams, std::vector<std::string>{"a"});
  const auto& without =
      asked("filter[security_device][id]=!D1&filter[security_device_id]=!D2&filter[stream]=!a&filter[stream]=!b");
  EXPECT_EQ(without.without_device_ids, (std::vector<std::string>{"D1", "D2"}));
  EXPECT_EQ(without.without_streams, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(without.device_ids.empty() && without.streams.empty());
  EXPECT_EQ(get("/api/v2/events/counts?filter[stream]=!c").status, 200);
  EXPECT_EQ(store_.asked.without_streams, std::vector<std::string>{"c"});
  const auto& text = asked("filter[text]=:%22uuid%22:%22V1%22&filter[text]=!x").text;
  EXPECT_EQ(text, (std::vector<std::string>{":\"uuid\":\"V1\"", "!x"}))
      << "verbatim: records are full of colons";
  const auto conditions =
      asked(
          "filter[action]=create&filter[action]=delete&filter[actor]=!ana&filter[source_ip]=%5E10.&filter["
          "target]=:Vault&filter[actor_email]=%E2%90%80true&filter[class_uid]=3004&filter[unreadable]=True")
          .conditions;
  ASSERT_EQ(conditions.size(), 7u);
  EXPECT_EQ(conditions[0].values, (std::vector<std::string>{"create", "delete"}));
  EXPECT_EQ(conditions[1].match, store::Match::kNotEqual);
  EXPECT_EQ(conditions[1].field, store::Field::kActor);
  EXPECT_EQ(conditions[2].match, store::Match::kStartsWith);
  EXPECT_EQ(conditions[3].match, store::Match::kContains);
  EXPECT_EQ(conditions[4].values, std::vector<std::string>{""});
  EXPECT_EQ(conditions[6].values, std::vector<std::string>{"true"});
  asked("sort=%2Btime");
  EXPECT_EQ(store_.options.order, store::Order::kOldestFirst);
  asked("sort=-time");
  EXPECT_EQ(store_.options.order, store::Order::kNewestFirst);
}

TEST_F(Events, TimeBoundsAreThoseOfThePrintedTime) {
  const auto ms = [](std::int64_t n) { return from_seconds(1'700'000'000) + std::chrono::milliseconds(n); };
  auto range = asked("filter[time]=>2023-11-14T22:13:20.001Z&filter[time]=<2023-11-14T22:13:20.005Z").time;
  EXPECT_EQ(range.from, ms(2));
  EXPECT_EQ(range.to, ms(5));
  range = asked("filter[time]=>=2023-11-14T22:13:20.001Z").time;
  EXPECT_EQ(range.from, ms(1));
  EXPECT_FALSE(range.to);
  range = asked("filter[time]=<2023-11-14T22:13:20.0015Z").time;
  EXPECT_EQ(range.to, ms(2)) << "20.001 is printed for all of that millisecond";
  range = asked("filter[time]=>None&filter[time]=<None").time;
  EXPECT_FALSE(range.from || range.to);
}

TEST_F(Events, RefusesWhatItCannotAsk) {
  for (const char* query : {"filter[color]=red", "filter[raw]=x", "filter[time]=>yesterday",
                            "filter[action]=>a", "filter[class_uid]=x", "filter[unreadable]=perhaps",
                            "filter[outcome]=:s", "sort=action", "page[offset]=5", "page[limit]=1001",
                            "include=vendor", "filter[security_device][name]=x", "filter[stream]=:x",
                            "filter[security_device][id]=^x"}) {
    const auto answer = get(std::string("/api/v2/events?") + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_FALSE(answer.detail().empty());
  }
}

TEST_F(Events, Counts) {
  const auto counts = get("/api/v2/events/counts?width=hour&filter[time]=>2023-11-01");
  ASSERT_EQ(counts.status, 200) << counts.body;
  EXPECT_EQ(counts.json.at("meta"), (boost::json::object{{"total", 3}, {"width", "hour"}}));
  EXPECT_EQ(counts.json.at("data").at(0),
            (boost::json::object{{"start", "2023-11-14T22:13:20.000Z"}, {"count", 1}}));
  EXPECT_EQ(get("/api/v2/events/counts?group=stream").json.at("data").at(0).at("stream"), "auditevents");
  const auto by_device =
      get("/api/v2/events/counts?group=security_device&filter[security_device][id]=" + device_);
  ASSERT_EQ(by_device.status, 200) << by_device.body;
  EXPECT_EQ(by_device.json.at("data").at(0).at("security_device_id").as_string(), device_);
  EXPECT_EQ(get("/api/v2/events/counts?group=security_device").status, 400) << "without devices";
  std::string many = "/api/v2/events/counts?group=security_device";
  for (int i = 0; i < 200; ++i) many += "&filter[security_device][id]=D" + std::to_string(i);
  EXPECT_EQ(get(many).status, 200);
  EXPECT_EQ(store_.asked.device_ids.size(), 200u);
  EXPECT_EQ(get(many + "&filter[security_device][id]=one-more").status, 400);
  std::string others = "/api/v2/events?";
  for (int i = 0; i < 64; ++i) others += "&filter[text]=t" + std::to_string(i);
  EXPECT_EQ(get(others).status, 200);
  EXPECT_EQ(get(others + "&filter[text]=one-more").status, 400) << "only devices may be that many";
  EXPECT_EQ(get("/api/v2/events/counts?width=week").status, 400);
  const auto bare = get("/api/v2/events?flag[raw]=false&page[limit]=1");
  EXPECT_TRUE(bare.json.at("data").at(0).at("attributes").at("raw").is_null());
  EXPECT_EQ(get("/api/v2/events/counts?width=minute").status, 400) << "without a start";
  EXPECT_EQ(get("/api/v2/events/counts?width=minute&filter[time]=>2023-11-01T00:00:00Z").status, 400) << "too long";
  const auto minutes = get(
      "/api/v2/events/counts?width=minute&filter[time]=>2023-11-14T22:00:00Z&filter[time]=<2023-11-15T00:00:00Z");
  EXPECT_EQ(minutes.status, 200) << minutes.body;
  EXPECT_EQ(minutes.json.at("meta").at("width"), "minute");
  EXPECT_EQ(get("/api/v2/events/counts?group=actor").status, 400);
}

TEST_F(Events, SearchStreamsRowsAndEnds) {
  const auto run = [&](const std::string& query) {
    const auto response =
        respond("GET", "/api/v2/events/search?" + query, {{"authorization", "Bearer " + ana_.token}}, "");
    EXPECT_EQ(response.status, 200);
    auto stream = std::make_shared<MemoryStream>();
    response.stream(stream);
    for (int i = 0; i < 500 && !stream->closed(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(stream->closed());
    return stream->text();
  };
  const auto all = run("filter[text]=V");
  EXPECT_NE(all.find("event: row\ndata: {\"type\":\"events\""), std::string::npos);
  EXPECT_NE(all.find("event: progress\n"), std::string::npos);
  EXPECT_NE(all.find("\"matched\":3,\"sent\":3}"), std::string::npos) << all;
  EXPECT_NE(run("page[limit]=1").find("\"matched\":3,\"sent\":1}"), std::string::npos)
      << "the rest is counted";
  EXPECT_NE(run("page[limit]=1&flag[total]=false").find("\"sent\":1}"), std::string::npos);
  EXPECT_EQ(run("filter[organization][id]=other").find("event: row"), std::string::npos);
  // A client that has gone ends the search
  const auto response =
      respond("GET", "/api/v2/events/search", {{"authorization", "Bearer " + ana_.token}}, "");
  auto gone = std::make_shared<MemoryStream>();
  gone->leave();
  response.stream(gone);
  api_->stop();
  EXPECT_EQ(gone->text(), "");
}

TEST(IsJson, ExactlyOneValue) {
  for (const char* good :
       {"{}", "[1,2]", " {\"a\":\"\\u00e4\"} \n", "1", "\"x\"", "null", "{\"a\":1,\"a\":2}"})
    EXPECT_TRUE(is_json(good)) << good;
  for (const char* bad : {"", "{", "{}{}", "{} x", "nul", "{\"a\":\"\xff\"}", "NaN", "{'a':1}", "\x01"})
    EXPECT_FALSE(is_json(bad)) << bad;
  EXPECT_FALSE(is_json(std::string(300, '[') + std::string(300, ']')));
}

}  // namespace
}  // namespace picket::api
