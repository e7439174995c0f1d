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
            R"({"slug":"s","title":"t","vendor_name":"v","device_type":"CLOUD","streams":[{"name":"n","title":"t"}],"servers":[{"url":")") +
        url + R"("}]})";
    const auto result = read_bundle(manifest, "{}", "");
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find("no plain https server"), std::string::npos)
        << url << ": " << result.error().message;
  }
}

TEST(Registry, FindsBySlug) {
  const Registry registry({});
  EXPECT_EQ(registry.find("1password"), nullptr);
}

}  // namespace
}  // namespace picket::connector
