#include "http_server/target.h"

#include <gtest/gtest.h>

namespace picket::http_server {
namespace {

TEST(Target, IsDecodedOnceAndSplitBeforeDecoding) {
  const auto target =
      parse_target("/api/a%2Fb/%C3%A9%2520?x=1&filter%5Ba%5D=%3E2+3&x=2&empty=&flag#part").value();
  EXPECT_EQ(target.path, "/api/a/b/\xC3\xA9%20");
  EXPECT_EQ(target.segments, (std::vector<std::string>{"api", "a/b", "\xC3\xA9%20"}));
  EXPECT_EQ(target.query,
            (Fields{{"x", "1"}, {"filter[a]", ">2 3"}, {"x", "2"}, {"empty", ""}, {"flag", ""}}));
}

TEST(Target, AbsoluteFormIsTheSameAddress) {
  EXPECT_EQ(parse_target("http://host:80/a?b=c").value().path, "/a");
  EXPECT_EQ(parse_target("https://host/a?b=c").value().query, (Fields{{"b", "c"}}));
  EXPECT_EQ(parse_target("http://host").value().path, "/");
}

TEST(Target, APlusInAPathStaysAPlus) {
  EXPECT_EQ(parse_target("/a+b").value().path, "/a+b");
}

TEST(Target, RefusesWhatIsBrokenOrEscapes) {
  for (const char* text : {"", "*", "a/b", "http:///a", "/%", "/%4", "/%zz", "/a/../b", "/a/%2e%2e/b", "/./a",
                           "/a%00b", "/a%0d", "/a\\b", "/%5c..%5c", "/a b", "/a?x=%g1", "http://host?x"}) {
    EXPECT_FALSE(parse_target(text)) << text;
  }
  std::string many = "/?";
  for (int i = 0; i < 513; ++i) many += "a=b&";
  EXPECT_EQ(parse_target(many).error().kind, ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace picket::http_server
