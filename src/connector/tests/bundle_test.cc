#include "connector/bundle.h"

#include <gtest/gtest.h>

namespace picket::connector {
namespace {

TEST(Bundle, NamesWhatIsMissing) {
  const auto result = read_bundle("{}", "{}", "");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("slug"), std::string::npos) << result.error().message;
  EXPECT_FALSE(read_bundle("", "", ""));
  EXPECT_FALSE(read_bundle("[]", "{}", ""));
}

TEST(Bundle, ServersArePlainHttps) {
  for (const char* url : {"http://a.example", "https://a.example/", "https://a.example:8443",
                          "https://A.example", "a.example"}) {
    const std::string manifest =
        std::string(
            R"({"slug":"s","title":"t","vendor_name":"v","device_type":"CLOUD","streams":[{"name":"n","title":"t","logsource":{"product":"s","service":"n"}}],"servers":[{"url":")") +
        url + R"("}]})";
    const auto result = read_bundle(manifest, "{}", "");
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find("no plain https server"), std::string::npos)
        << url << ": " << result.error().message;
  }
}

TEST(Bundle, EveryStreamSaysWhatRulesCallIt) {
  const auto read = [](const std::string& stream) {
    return read_bundle(R"({"slug":"s","title":"t","vendor_name":"v","device_type":"CLOUD","streams":[)" + stream + "]}", "{}", "");
  };
  for (const char* stream : {R"({"name":"n","title":"t"})", R"({"name":"n","title":"t","logsource":"s"})"}) {
    const auto result = read(stream);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find("stream \"n\" has no \"logsource\""), std::string::npos) << result.error().message;
  }
  const auto no_service = read(R"({"name":"n","title":"t","logsource":{"product":"s"}})");
  ASSERT_FALSE(no_service);
  EXPECT_NE(no_service.error().message.find("service"), std::string::npos) << no_service.error().message;
}

TEST(Registry, FindsBySlug) {
  const Registry registry({});
  EXPECT_EQ(registry.find("1password"), nullptr);
}

}  // namespace
}  // namespace picket::connector
