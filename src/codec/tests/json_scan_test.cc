#include "codec/json_scan.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

namespace picket::codec {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 1 << 20, .max_depth = 32};

TEST(JsonScan, CutsARealPage) {
  const std::string text =
      " {\"cursor\" : \"a\\\"b\",\n\"items\":[ {\"a\":[1,{}],\"b\":\"]},{\\\\\"} , 5,null "
      ",\"x\"],\"has_more\":true, \"new\":{\"items\":[9]}} ";
  const auto page = scan_json_page(text, "items", kLimits).value();
  const std::vector<std::string_view> expected = {"{\"a\":[1,{}],\"b\":\"]},{\\\\\"}", "5", "null", "\"x\""};
  EXPECT_EQ(page.records, expected);
  EXPECT_TRUE(page.has_array);
  EXPECT_EQ(page.member("cursor"), "\"a\\\"b\"");
  EXPECT_EQ(page.member("has_more"), "true");
  EXPECT_EQ(page.member("new"), "{\"items\":[9]}");
  EXPECT_EQ(page.member("none"), "");
  EXPECT_GE(page.records[0].data(), text.data());
}

TEST(JsonScan, NullAbsentAndEmptyLists) {
  EXPECT_FALSE(scan_json_page(R"({"items":null})", "items", kLimits)->has_array);
  EXPECT_FALSE(scan_json_page("{}", "items", kLimits)->has_array);
  EXPECT_TRUE(scan_json_page(R"({"items":[ ]})", "items", kLimits)->has_array);
}

TEST(JsonScan, ToleratesOddRecords) {
  for (const char* record : {"1e999", "123456789012345678901234567890", "{\"a\":1,\"a\":2}", "-0.0E-5",
                             "\"\\ud83d\\udd11\"", "\"\\ud83d cut\"", "\"\\udd11\""})
    EXPECT_TRUE(scan_json_page("{\"items\":[" + std::string(record) + "]}", "items", kLimits)) << record;
}

TEST(JsonScan, RefusesWhatIsNotWhole) {
  const std::string text =
      R"({"cursor":"abc","has_more":false,"items":[{"uuid":"A","n":[1.5e3,true,null,"\u00fc\n"]},{"uuid":"B"}]})";
  ASSERT_TRUE(scan_json_page(text, "items", kLimits));
  for (std::size_t cut = 0; cut < text.size(); ++cut)
    EXPECT_FALSE(scan_json_page(text.substr(0, cut), "items", kLimits)) << cut;
}

TEST(JsonScan, RefusesWhatIsNoJson) {
  for (const char* text : {"",
                           "[]",
                           "<html>",
                           "{\"items\":[1,]}",
                           "{\"items\":[1 2]}",
                           "{\"items\":[{\"a\" 1}]}",
                           "{\"items\":[{]}]}",
                           "{\"items\":[{\"a\":1,}]}",
                           "{\"items\":[{a:1}]}",
                           "{\"items\":[01]}",
                           "{\"items\":[1.]}",
                           "{\"items\":[.5]}",
                           "{\"items\":[+1]}",
                           "{\"items\":[NaN]}",
                           "{\"items\":[nul]}",
                           "{\"items\":[\"\x01\"]}",
                           "{\"items\":[\"\\x\"]}",
                           "{\"items\":[\"\\u12\"]}",
                           "{\"items\":[\"\\u12g4\"]}",
                           "{\"items\":{}}",
                           "{\"items\":\"x\"}",
                           "{\"items\":5}",
                           "{\"items\":[],\"items\":[]}",
                           "{\"items\":[]}x",
                           "{\"items\":[]}{}",
                           "{\"items\":[]",
                           "{\"items\":[\"\xff\"]}",
                           "{\"items\":[\"\xc0\xaf\"]}",
                           "{,}",
                           "{\"a\":1 \"b\":2}",
                           "{\"items\":[1}}",
                           "{\"items\":[-]}",
                           "{\"items\":[1e]}"})
    EXPECT_FALSE(scan_json_page(text, "items", kLimits)) << text;
}

TEST(JsonScan, DepthIsLimited) {
  const auto nested = [](int n) { return "{\"items\":[" + std::string(n, '[') + std::string(n, ']') + "]}"; };
  EXPECT_TRUE(scan_json_page(nested(30), "items", kLimits));
  EXPECT_EQ(scan_json_page(nested(31), "items", kLimits).error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(scan_json_page(nested(10000), "items", kLimits).error().kind, ErrorKind::kTooLarge);
  EXPECT_FALSE(is_json(std::string(100000, '[')));
}

/// Held against the tree parser: the same verdict on texts made by damaging a good one.
TEST(JsonScan, AgreesWithTheTreeParser) {
  const std::string good =
      R"({"a":[1,-2.5e+3,0,true,false,null,{"b":"x\"\\\/\b\u00e4\ud83d\udd11","c":{}}],"d":"lange Wörter, länger als sechzehn","e":[]})";
  std::mt19937 random(11);
  constexpr std::string_view kParts = "{}[],:\"\\0123456789.eE+-truefalsn ux\n\t";
  int refused = 0;
  for (int i = 0; i < 100000; ++i) {
    std::string text = good;
    for (unsigned n = 1 + random() % 2; n > 0; --n) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0)
        text.erase(at, 1);
      else
        text[at] = kParts[random() % kParts.size()];
    }
    const auto tree = parse_json(text, {.max_bytes = 1 << 20, .max_depth = 32});
    const bool odd = !tree && (tree.error().message.find("twice") != std::string::npos ||
                               tree.error().message.find("number") != std::string::npos ||
                               text.find("\\ud83d\\udd11") ==
                                   std::string::npos);  // half a pair is grammar, and no character
    if (odd) continue;
    refused += !tree;
    ASSERT_EQ(is_json(text), tree.has_value()) << text;
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace picket::codec
