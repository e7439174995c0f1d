#include "onepassword/reader.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "base/mocks/manual_clock.h"
#include "codec/json.h"
#include "http_client/mocks/fake_client.h"
#include "onepassword/tests/tokens.h"

namespace picket::onepassword {
namespace {

using http_client::answer;
using testing::ElementsAre;
using testing::HasSubstr;

class ReaderTest : public testing::Test {
 protected:
  Result<connector::Page> page(std::string body, const std::optional<connector::Cursor>& cursor = "C0") {
    EXPECT_TRUE(reader_.request(cursor, since_));
    return reader_.read(answer(200, std::move(body)));
  }
  Error error(int status, std::string body = "", http_client::Headers headers = {},
              const std::optional<connector::Cursor>& cursor = "C0") {
    EXPECT_TRUE(reader_.request(cursor, since_));
    const auto result = reader_.read(answer(status, std::move(body), std::move(headers)));
    EXPECT_FALSE(result);
    return result ? Error(ErrorKind::kInternal, "") : result.error();
  }
  ManualClock clock_;
  TimePoint since_ = *parse_rfc3339("2026-11-15T10:00:00.5Z");
  Reader reader_{"https://events.1password.eu", "auditevents", crypto::Secret(make_token()), clock_};
};

TEST_F(ReaderTest, FirstRequestSaysWhereToStart) {
  const auto request = reader_.request(std::nullopt, since_);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->url, "https://events.1password.eu/api/v2/auditevents");
  EXPECT_EQ(request->body, R"({"limit":1000,"start_time":"2026-11-15T10:00:00Z"})");
  ASSERT_EQ(request->secret_headers.size(), 1u);
  EXPECT_EQ(request->secret_headers[0].second, "Bearer " + make_token());
  for (const auto& [name, value] : request->headers) EXPECT_EQ(value.find("eyJ"), std::string::npos) << name;
  EXPECT_EQ(request->url.find("eyJ"), std::string::npos);
}

TEST_F(ReaderTest, LaterRequestsCarryTheCursorAlone) {
  EXPECT_EQ(reader_.request("ab\"c/ü", since_)->body, "{\"cursor\":\"ab\\\"c/ü\"}");
  const std::string huge(100000, 'x');
  EXPECT_EQ(reader_.request(huge, since_)->body.size(), huge.size() + 13);
}

TEST_F(ReaderTest, CutsAPage) {
  const auto read = page(
      R"({"cursor":"C\/1","has_more":true,"items":[ {"uuid":"A"} , {"uuid" : "B"}],"future":{"x":[1]}})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->records, ElementsAre(R"({"uuid":"A"})", R"({"uuid" : "B"})"));
  EXPECT_EQ(read->next, "C/1");
  EXPECT_TRUE(read->more);
  EXPECT_EQ(read->warning, "");
}

TEST_F(ReaderTest, RecordsLiveAsLongAsThePage) {
  std::vector<std::string_view> records;
  std::shared_ptr<const std::string> body;
  {
    auto read = page(R"({"cursor":"C1","has_more":false,"items":[{"uuid":"A"}]})");
    const connector::Page moved = std::move(*read);
    body = moved.body;
    records = moved.records;
  }
  EXPECT_EQ(records[0], R"({"uuid":"A"})");
}

TEST_F(ReaderTest, EmptyPagesAreHealthy) {
  for (const char* body :
       {R"({"cursor":"C1","has_more":false,"items":[]})", R"({"items":[],"has_more":false,"cursor":"C0"})"}) {
    const auto read = page(body);
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->records.empty());
    EXPECT_FALSE(read->more);
    EXPECT_EQ(read->warning, "");
    EXPECT_TRUE(read->next);
  }
}

TEST_F(ReaderTest, NullAndAbsentListsAreEmptyAndTheirBookmarkIsNotTakenAtOnce) {
  for (const char* body :
       {R"({"cursor":"C1","has_more":true,"items":null})", R"({"cursor":"C1","has_more":true})"}) {
    for (int i = 0; i < 3; ++i) {
      const auto read = page(body);
      ASSERT_TRUE(read) << body;
      EXPECT_TRUE(read->records.empty());
      EXPECT_FALSE(read->next);
      EXPECT_FALSE(read->more);
      EXPECT_NE(read->warning, "");
    }
    EXPECT_EQ(page(body)->next, "C1") << "it stays so: the vendor means it";
    EXPECT_TRUE(page(R"({"cursor":"C2","has_more":false,"items":[]})")->next);
  }
}

TEST_F(ReaderTest, NullRecordIsKept) {
  EXPECT_THAT(page(R"({"cursor":"C1","has_more":false,"items":[null,{"uuid":"A"},5]})")->records,
              ElementsAre("null", R"({"uuid":"A"})", "5"));
}

TEST_F(ReaderTest, MissingCursorKeepsTheOldOne) {
  for (const char* cursor : {R"("cursor":"",)", R"("cursor":null,)", R"("cursor":5,)", ""}) {
    const auto read = page(std::string("{") + cursor + R"("has_more":true,"items":[{"uuid":"A"}]})");
    ASSERT_TRUE(read) << cursor;
    EXPECT_FALSE(read->next);
    EXPECT_FALSE(read->more) << "without a cursor the same page would come for ever";
    EXPECT_EQ(read->records.size(), 1u);
    EXPECT_THAT(read->warning, HasSubstr("bookmark"));
  }
}

TEST_F(ReaderTest, MoreOnlyWhenTheVendorSaysTrue) {
  for (const char* more : {R"("has_more":"true",)", R"("has_more":1,)", R"("has_more":null,)", ""}) {
    const auto read = page(std::string("{") + more + R"("cursor":"C1","items":[]})");
    ASSERT_TRUE(read) << more;
    EXPECT_FALSE(read->more);
    EXPECT_THAT(read->warning, HasSubstr("more"));
  }
}

TEST_F(ReaderTest, MoreWithTheSameCursorEndsSoon) {
  int pages = 0;
  for (; pages < 10; ++pages) {
    const auto read = page(R"({"cursor":"C0","has_more":true,"items":[]})");
    ASSERT_TRUE(read);
    if (!read->more) {
      EXPECT_THAT(read->warning, HasSubstr("same bookmark"));
      break;
    }
  }
  EXPECT_EQ(pages, 2);
  EXPECT_TRUE(page(R"({"cursor":"C0","has_more":true,"items":[]})")->more) << "the next round starts afresh";
}

TEST_F(ReaderTest, EmptyPagesWithFreshCursorsGoOn) {
  for (int i = 0; i < 50; ++i) {
    const auto read = page("{\"cursor\":\"C" + std::to_string(i + 1) + "\",\"has_more\":true,\"items\":[]}",
                           "C" + std::to_string(i));
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->more);
    EXPECT_EQ(read->warning, "");
  }
}

TEST_F(ReaderTest, CircleOfCursorsIsFoundWithinThreePages) {
  EXPECT_TRUE(page(R"({"cursor":"A","has_more":true,"items":[]})", std::nullopt)->more);
  EXPECT_TRUE(page(R"({"cursor":"B","has_more":true,"items":[]})", "A")->more);
  const auto third = page(R"({"cursor":"A","has_more":true,"items":[]})", "B");
  EXPECT_FALSE(third->more);
  EXPECT_THAT(third->warning, HasSubstr("circle"));
}

TEST_F(ReaderTest, PagesThatAreNotWholeAreRefused) {
  const std::string whole =
      R"({"cursor":"C1","has_more":false,"items":[{"uuid":"A","n":{"x":[1,2]}},{"uuid":"B"}]})";
  ASSERT_TRUE(page(whole));
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto read = page(whole.substr(0, cut));
    ASSERT_FALSE(read) << cut;
    EXPECT_EQ(read.error().kind, ErrorKind::kProtocol);
    EXPECT_EQ(read.error().http_status, 200);
  }
}

TEST_F(ReaderTest, HostilePagesAreRefused) {
  const std::string deep = R"({"cursor":"C1","has_more":false,"items":[)" + std::string(10000, '[') +
                           std::string(10000, ']') + "]}";
  for (const std::string& body :
       {deep, std::string("{\"cursor\":\"\xff\",\"items\":[]}"), std::string("[]"), std::string("null"),
        std::string("{}"), std::string("{\"Error\":{}}"), std::string(R"({"cursor":"C1","items":{}})"),
        std::string(R"({"cursor":"C1","items":[],"items":[]})"), std::string(R"({"items":[NaN]})"),
        std::string(R"({"items":[{"a":1,}]})"), std::string()}) {
    const auto read = page(body);
    ASSERT_FALSE(read) << body.substr(0, 60);
    EXPECT_EQ(read.error().kind, ErrorKind::kProtocol) << body.substr(0, 60);
  }
  const auto html = page("\n<!DOCTYPE html><html>login</html>");
  ASSERT_FALSE(html);
  EXPECT_THAT(html.error().message, HasSubstr("web page"));
}

TEST_F(ReaderTest, OddRecordsDoNotCostThePage) {
  const auto read = page(
      R"({"cursor":"C1","has_more":false,"items":[{"uuid":"A","uuid":"B"},{"n":123456789012345678901234567890,"m":1e999},"x"]})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->records.size(), 3u);
}

TEST_F(ReaderTest, RefusedCursorIsOneOfAKind) {
  EXPECT_EQ(error(400).kind, ErrorKind::kInvalidInput);
  EXPECT_EQ(error(400, "", {}, std::nullopt).kind, ErrorKind::kProtocol);
}

TEST_F(ReaderTest, BothErrorBodies) {
  EXPECT_THAT(error(401, R"({"Error":{"Message":"Unauthorized"}})").message,
              HasSubstr("It says: Unauthorized."));
  EXPECT_THAT(error(500, R"({"status":500,"message":"internal trouble"})").message,
              HasSubstr("internal trouble"));
  EXPECT_EQ(error(401).kind, ErrorKind::kUnauthorized);
}

TEST_F(ReaderTest, ErrorBodiesCannotSmuggle) {
  EXPECT_EQ(vendor_message(R"({"message":")" + make_token() + R"("})"), "");
  EXPECT_EQ(vendor_message(R"({"message":"bad token )" + make_token().substr(0, 40) + R"("})"), "");
  EXPECT_EQ(vendor_message("{\"message\":\"a\\u001b[31mred\"}"), "");
  EXPECT_EQ(vendor_message(R"({"message":5})"), "");
  EXPECT_EQ(vendor_message(R"({"Error":"x"})"), "");
  EXPECT_EQ(vendor_message("<html>"), "");
  EXPECT_EQ(vendor_message("{\"message\":\"" + std::string(200, 'a') + "\"}"), "");
}

TEST_F(ReaderTest, Waits) {
  EXPECT_EQ(error(429, "", {{"retry-after", "30"}}).retry_after, std::chrono::seconds(30));
  EXPECT_EQ(error(429, "", {{"ratelimit-reset", "5"}}).retry_after, std::chrono::seconds(5));
  EXPECT_EQ(error(503, "", {{"retry-after", "7"}}).retry_after, std::chrono::seconds(7));
}

}  // namespace
}  // namespace picket::onepassword
