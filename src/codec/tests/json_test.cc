#include "codec/json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

namespace picket::codec {
namespace {

TEST(Json, ReadsWhatItWrites) {
  const std::string text = R"({"a":[1,-2,18446744073709551615,2.5E0,true,false,null,"ü\u0000"],"b":{}})";
  EXPECT_EQ(to_json(parse_json(text).value()), text);
}

TEST(Json, RefusesWhatIsNoJson) {
  for (const char* text :
       {"",          " ",       "{",       "[1,]", "{\"a\":1,}", "{a:1}",       "NaN",      "Infinity",
        "-Infinity", "1e999",   "01",      "'a'",  "\"\x01\"",   "\"\\ud800\"", "\"\xff\"", "\"\xc0\xaf\"",
        "{} x",      "[1] [2]", "// c\n1", "nul",  "+1"}) {
    const auto result = parse_json(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalidInput) << text;
    EXPECT_TRUE(result.error().place) << text;
  }
}

TEST(Json, RefusesDuplicateKeysAtAnyDepth) {
  EXPECT_FALSE(parse_json(R"({"a":1,"a":2})"));
  EXPECT_FALSE(parse_json(R"({"x":[{"a":1,"b":{},"\u0061":2}]})"));
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
  EXPECT_NE(parse_json(R"({"a":1,"a":2})").error().message.find("twice"), std::string::npos);
}

TEST(Json, NamesThePlace) {
  const auto result = parse_json("{\n  \"ä\": 1,\n  \"b\": x\n}");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().place->line, 3);
  EXPECT_EQ(result.error().place->column, 8);
}

TEST(Json, HoldsItsLimits) {
  const auto nested = [](int n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_EQ(parse_json(nested(33)).error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(parse_json(std::string(1000000, '[')).error().kind, ErrorKind::kTooLarge);
  EXPECT_TRUE(parse_json("\"12345678\"", {.max_bytes = 10, .max_depth = 1}));
  EXPECT_EQ(parse_json("\"123456789\"", {.max_bytes = 10, .max_depth = 1}).error().kind,
            ErrorKind::kTooLarge);
}

TEST(Json, QuoteOfAnyBytesIsValid) {
  EXPECT_EQ(json_quote("a\"b\\c\n\x01ü"), "\"a\\\"b\\\\c\\n\\u0001ü\"");
  EXPECT_EQ(json_quote("\xff"), "\"\xef\xbf\xbd\"");
  std::mt19937 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 3 == 0 ? random() : 0xe0 + random() % 32);
    EXPECT_TRUE(parse_json(json_quote(bytes))) << testing::PrintToString(bytes);
  }
}

TEST(Json, QuoteKeepsValidText) {
  const std::string text = "grüße, 東京, \xf0\x9f\x94\x91";
  EXPECT_EQ(parse_json(json_quote(text))->as_string(), text);
}

}  // namespace
}  // namespace picket::codec
