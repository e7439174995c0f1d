#include "codec/url.h"

#include <gtest/gtest.h>

namespace picket::codec {
namespace {

TEST(Url, TakesApart) {
  const auto url = parse_url("https://Events.1Password.EU/api/v2/auditevents?a=b&c").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.host, "events.1password.eu");
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.path, "/api/v2/auditevents");
  EXPECT_EQ(url.query, "a=b&c");
  EXPECT_EQ(url.origin(), "https://events.1password.eu");
  EXPECT_FALSE(url.host_is_ip);
}

TEST(Url, OriginLeavesOutOnlyTheOwnPort) {
  EXPECT_EQ(parse_url("HTTP://127.0.0.1:8123/x")->origin(), "http://127.0.0.1:8123");
  EXPECT_EQ(parse_url("https://a.example:443")->origin(), "https://a.example");
  EXPECT_EQ(parse_url("http://a.example:443")->origin(), "http://a.example:443");
  EXPECT_EQ(parse_url("https://[::1]:8443/")->origin(), "https://[::1]:8443");
  EXPECT_EQ(parse_url("https://[2001:DB8::1]")->host, "2001:db8::1");
}

TEST(Url, RefusesTheTricksOfTheTrade) {
  for (const char* text : {"",
                           "https://",
                           "events.1password.com",
                           "ftp://a.example/",
                           "file:///etc/passwd",
                           "https://user@a.example/",
                           "https://a:b@c.example",
                           "https://a.example#@b.example",
                           "https://a.example\\@b.example",
                           "https://a.example /",
                           "https://a.example\n/",
                           "https://127.1/",
                           "https://0x7f.0.0.1/",
                           "https://2130706433/",
                           "https://0177.0.0.1/",
                           "https://1.2.3.4.5/",
                           "https://1.2.3/",
                           "https://[::1",
                           "https://[::1%25lo]/",
                           "https://[127.0.0.1]/",
                           "https://a..example/",
                           "https://.example/",
                           "https://a.example./",
                           "https://-a.example/",
                           "https://a.example:0/",
                           "https://a.example:65536/",
                           "https://a.example:/",
                           "https://a.example:8x/",
                           "https://a.example:0443/",
                           "https://ä.example/",
                           "https://a.example:44 3/",
                           "https://%61.example/",
                           "javascript:alert(1)"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
  EXPECT_FALSE(parse_url("https://a.example/" + std::string(9000, 'x')));
}

TEST(Url, PercentCodingRoundTrip) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(percent_decode(percent_encode(all)).value(), all);
  EXPECT_EQ(percent_encode("a b/ü~"), "a%20b%2F%C3%BC~");
  for (const char* text : {"%", "%4", "%4g", "abc%"}) EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(Url, QueryKeepsOrderAndRepeats) {
  const auto pairs = parse_query("filter%5Ba%5D=%3E1&filter%5Ba%5D=2+3&b&=c&&d=e=f").value();
  const QueryPairs expected = {{"filter[a]", ">1"}, {"filter[a]", "2 3"}, {"b", ""}, {"", "c"}, {"d", "e=f"}};
  EXPECT_EQ(pairs, expected);
  EXPECT_FALSE(parse_query("a=%zz"));
  EXPECT_EQ(parse_query("a&b&c", 2).error().kind, ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace picket::codec
