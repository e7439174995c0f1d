#include "http_server/forwarded.h"

#include <gtest/gtest.h>

namespace picket::http_server {
namespace {

TrustedProxies trust(std::vector<std::string> ranges) {
  return std::move(TrustedProxies::parse(ranges)).value();
}

TEST(TrustedProxies, WithoutTrustTheHeaderIsHearsay) {
  const auto client = trust({}).client_of("192.0.2.1", true, {{"X-Forwarded-For", "203.0.113.9"}});
  EXPECT_EQ(client.address, "192.0.2.1");
  EXPECT_TRUE(client.https);
  EXPECT_EQ(trust({"10.0.0.0/8"}).client_of("192.0.2.1", false, {{"X-Forwarded-For", "203.0.113.9"}}).address,
            "192.0.2.1");
}

TEST(TrustedProxies, TheFirstUntrustedHopFromTheRightIsTheClient) {
  const auto proxies = trust({"10.0.0.0/8", "192.0.2.7", "2001:db8::/32"});
  const auto of = [&](std::string_view chain) {
    return proxies.client_of("10.1.2.3", false, {{"x-forwarded-for", std::string(chain)}}).address;
  };
  EXPECT_EQ(of("203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(of("1.1.1.1, 203.0.113.9, 192.0.2.7"), "203.0.113.9");
  EXPECT_EQ(of("203.0.113.9, nonsense, 192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(of("10.9.9.9"), "10.9.9.9");
  EXPECT_EQ(of("203.0.113.9:4711, [2001:db8::5]:99"), "203.0.113.9");
  EXPECT_EQ(of(""), "10.1.2.3");
}

TEST(TrustedProxies, SeveralHeadersAreOneChainAndProtoCounts) {
  const auto proxies = trust({"127.0.0.1", "::1"});
  const auto client = proxies.client_of("::ffff:127.0.0.1", false,
                                        {{"X-Forwarded-For", "198.51.100.1"},
                                         {"X-Forwarded-For", "198.51.100.2"},
                                         {"X-Forwarded-Proto", "http, https"}});
  EXPECT_EQ(client.address, "198.51.100.2");
  EXPECT_TRUE(client.https);
}

TEST(TrustedProxies, AWrongRangeIsNamed) {
  for (const char* text : {"10.0.0.0/33", "ten", "10.0.0.0/", "::1/129", "10.0.0.0/-1", ""}) {
    const auto parsed = TrustedProxies::parse({"10.0.0.0/8", text});
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().message.find(text), std::string::npos);
    EXPECT_EQ(parsed.error().field, "trusted_proxy");
  }
}

}  // namespace
}  // namespace picket::http_server
