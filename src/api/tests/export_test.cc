// Downloads of events.
#include <functional>
#include <thread>

#include "api/event_calls.h"
#include "api/tests/api_fixture.h"
#include "api/tests/memory_stream.h"

namespace picket::api {
namespace {

std::string cell(std::string_view text) {
  std::string out;
  append_csv_cell(out, text);
  return out;
}

/// Takes nothing until it is told to.
class SlowStream final : public http_server::Stream {
 public:
  bool write(std::string_view) override { return !gone_; }
  bool write_wait(std::string_view bytes, std::chrono::milliseconds, std::stop_token stop) override {
    largest_ = std::max<std::size_t>(largest_, bytes.size());
    ++writes_;
    while (!open_ && !gone_ && !stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return open_ && !gone_ && !stop.stop_requested();
  }
  void close() override { ended_ = 1; }
  void abort() override { ended_ = 2; }
  bool gone() const override { return gone_; }
  std::size_t buffered() const override { return 0; }
  std::atomic<bool> open_{false}, gone_{false};
  std::atomic<int> ended_{0}, writes_{0};
  std::atomic<std::size_t> largest_{0};
};

class Exports : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    device_ = add_device(ana_, "=Corp, \\\"main\\\"");
  }
  store::StoredEvent& add(const std::string& id, const std::string& raw) {
    store::StoredEvent event;
    event.id = id;
    event.key = {ana_.organization(), device_, "auditevents"};
    event.time = event.received_at = from_seconds(1'700'000'000);
    event.vendor_uid = "V-" + id;
    event.action = "create";
    event.raw = raw;
    return store_.events.emplace_back(event);
  }
  http_server::Response start(const std::string& query) {
    return respond("GET", "/api/v2/events/export?" + query, {{"authorization", "Bearer " + ana_.token}}, "");
  }
  static bool within(const std::function<bool()>& done) {
    for (int i = 0; i < 1000 && !done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return done();
  }
  std::string run(const std::string& query, bool aborted = false) {
    const auto response = start(query);
    EXPECT_EQ(response.status, 200);
    auto stream = std::make_shared<MemoryStream>();
    response.stream(stream);
    EXPECT_TRUE(within([&] { return stream->closed(); }));
    EXPECT_EQ(stream->aborted(), aborted);
    return stream->text();
  }
  std::string device_;
};

TEST(Csv, CellsAreQuotedAndNeverFormulas) {
  EXPECT_EQ(cell("plain"), "plain");
  EXPECT_EQ(cell(""), "");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(cell("two\nlines"), "\"two\nlines\"");
  for (const std::string start : {"=", "+", "-", "@", "\t"})
    EXPECT_EQ(cell(start + "cmd|' /C calc'!A0"), "'" + start + "cmd|' /C calc'!A0");
  EXPECT_EQ(cell("\r=1"), "\"'\r=1\"");
  EXPECT_EQ(cell("=1,2"), "\"'=1,2\"");
  EXPECT_EQ(cell("a=1"), "a=1");
  EXPECT_EQ(cell("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(cell("\xC0\xAF \xED\xA0\x80 \xF0\x9F\x98\x80 \xE2\x82"),
            "\xEF\xBF\xBD\xEF\xBF\xBD \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xF0\x9F\x98\x80 \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_F(Exports, CsvHasAHeadAndARowAnEvent) {
  add("e1", R"({"uuid":"V1","n":1.0})").actor_email = "+ana@example.com";
  add("e2", "-not json \xff").unreadable = true;
  const auto response = start("format=csv");
  ASSERT_EQ(response.status, 200);
  std::string type, disposition;
  for (const auto& [name, value] : response.headers) {
    if (name == "content-type") type = value;
    if (name == "content-disposition") disposition = value;
  }
  EXPECT_TRUE(type.starts_with("text/csv; charset=utf-8")) << type;
  EXPECT_TRUE(disposition.starts_with("attachment; filename=\"events-20") && disposition.ends_with("Z.csv\""))
      << disposition;
  const auto text = run("format=csv");
  EXPECT_TRUE(text.starts_with("time,received_at,security_device,security_device_id,stream,id,")) << text;
  EXPECT_NE(text.find("\r\n2023-11-14T22:13:20.000Z,2023-11-14T22:13:20.000Z,\"'=Corp, \"\"main\"\"\"," +
                      device_ + ",auditevents,e1,V-e1,"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find(",'+ana@example.com,"), std::string::npos) << text;
  EXPECT_NE(text.find(R"(,"{""uuid"":""V1"",""n"":1.0}")"), std::string::npos) << text;
  EXPECT_NE(text.find(",true,'-not json \xEF\xBF\xBD\r\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\r\n"));
}

TEST_F(Exports, JsonLinesAreTheListsObjects) {
  add("e1", "{\"uuid\":\n  \"V1\\n\",\r\n\"n\":1.0}");
  add("e2", "not\njson");
  const auto text = run("format=jsonl&flag[ocsf]=true");
  const auto list = get("/api/v2/events?flag[ocsf]=true");
  std::size_t at = 0, lines = 0;
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos) << text;
    EXPECT_EQ(boost::json::parse(text.substr(at, end - at)), list.json.at("data").at(lines++));
    at = end + 1;
  }
  EXPECT_EQ(lines, 2u);
}

TEST_F(Exports, LimitsAndFiltersAreTheLists) {
  for (int i = 0; i < 5; ++i) add("e" + std::to_string(i), "{}");
  const auto rows = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  EXPECT_EQ(rows(run("format=jsonl")), 5);
  EXPECT_EQ(rows(run("format=jsonl&page[limit]=3")), 3);
  EXPECT_EQ(rows(run("format=csv&page[limit]=0")), 1) << "the head alone";
  EXPECT_EQ(rows(run("format=csv&filter[organization][id]=other")), 1);
  EXPECT_EQ(rows(run("format=jsonl&page[limit]=1000000&filter[action]=create")), 5);
  EXPECT_EQ(store_.asked.conditions.size(), 1u);
  EXPECT_EQ(store_.asked.organization_id, ana_.organization());
  for (const char* bad : {"", "format=xml", "format=csv&page[limit]=1000001", "format=csv&page[after]=x",
                          "format=csv&filter[color]=red", "format=csv&page[offset]=1"})
    EXPECT_EQ(start(bad).status, 400) << bad;
  EXPECT_EQ(respond("GET", "/api/v2/events/export?format=csv", {}, "").status, 401);
}

TEST_F(Exports, AThirdAtATimeIsToldToWait) {
  add("e1", "{}");
  std::vector<std::shared_ptr<SlowStream>> streams = {std::make_shared<SlowStream>(), std::make_shared<SlowStream>()};
  for (const auto& stream : streams) start("format=csv").stream(stream);
  ASSERT_TRUE(within([&] { return streams[0]->writes_ > 0 && streams[1]->writes_ > 0; }));
  const auto refused = start("format=csv");
  EXPECT_EQ(refused.status, 429);
  EXPECT_TRUE(std::any_of(refused.headers.begin(), refused.headers.end(),
                          [](const auto& header) { return header.first == "retry-after"; }));
  streams[0]->open_ = true;
  ASSERT_TRUE(within([&] { return streams[0]->ended_ == 1; }));
  EXPECT_TRUE(within([&] {
    const auto answer = start("format=csv");  // dropped unread: its slot is free again
    return answer.status == 200;
  }));
  streams[1]->gone_ = true;
  ASSERT_TRUE(within([&] { return streams[1]->ended_ == 2; })) << "a client that left ends its export";
  EXPECT_EQ(run("format=jsonl").size() > 10, true);
}

/// Takes everything, and does something the moment its end is seen.
class EndedStream final : public http_server::Stream {
 public:
  explicit EndedStream(std::function<void()> then) : then_(std::move(then)) {}
  bool write(std::string_view) override { return true; }
  bool write_wait(std::string_view, std::chrono::milliseconds, std::stop_token) override { return true; }
  void close() override {
    then_();
    ended_ = true;
  }
  void abort() override {}
  bool gone() const override { return false; }
  std::size_t buffered() const override { return 0; }
  std::atomic<bool> ended_{false};

 private:
  std::function<void()> then_;
};

TEST_F(Exports, WhoHasSeenTheEndMayAskForTheNextAtOnce) {
  add("e1", "{}");
  auto other = std::make_shared<SlowStream>();
  start("format=csv").stream(other);
  ASSERT_TRUE(within([&] { return other->writes_ > 0; }));
  std::atomic<int> next{0};
  auto stream = std::make_shared<EndedStream>([&] { next = start("format=csv").status; });
  start("format=csv&page[limit]=0").stream(stream);
  ASSERT_TRUE(within([&] { return stream->ended_.load(); }));
  EXPECT_EQ(next, 200) << "a console asks with page[limit]=0 whether an export would begin, and begins it then";
  other->gone_ = true;
  ASSERT_TRUE(within([&] { return other->ended_ == 2; }));
}

TEST_F(Exports, HugeRecordsGoInPieces) {
  add("e1", "{\"x\":\"" + std::string(5'000'000, 'x') + "\"}");
  auto stream = std::make_shared<SlowStream>();
  stream->open_ = true;
  start("format=csv").stream(stream);
  ASSERT_TRUE(within([&] { return stream->ended_ == 1; }));
  EXPECT_LE(stream->largest_, 64u * 1024);
}

TEST_F(Exports, StoppingBreaksThemOff) {
  add("e1", "{}");
  auto stream = std::make_shared<SlowStream>();
  start("format=csv").stream(stream);
  ASSERT_TRUE(within([&] { return stream->writes_ > 0; }));
  api_->stop();
  EXPECT_EQ(stream->ended_, 2) << "not an end that looks like the whole";
}

}  // namespace
}  // namespace picket::api
