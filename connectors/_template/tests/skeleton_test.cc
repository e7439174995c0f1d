#include "skeleton/skeleton.h"

#include <gtest/gtest.h>

#include "connector/testing/golden.h"
#include "http_client/mocks/fake_client.h"

namespace picket::skeleton {
namespace {

TEST(Skeleton, ReadsAPage) {
  const Skeleton connector;
  const crypto::Secret secrets(R"({"api_token":"t"})");
  auto reader = connector.reader({"id", R"({"server":"https://api.skeleton.example"})", &secrets}, "events");
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->request("a b", TimePoint{})->url, "https://api.skeleton.example/events?after=a%20b");
  const auto page =
      (*reader)->read(http_client::answer(200, R"({"events":[{"id":"1"}],"next":"c","more":true})"));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->records.size(), 1u);
  EXPECT_TRUE(page->more);
  EXPECT_FALSE((*reader)->read(http_client::answer(200, "<html>")));
}

TEST(Skeleton, BringsItsRules) {
  const Skeleton connector;
  ASSERT_EQ(connector.rules().size(), 1u);
  EXPECT_EQ(connector.rules()[0].file, "skeleton_export.yml");
  EXPECT_TRUE(connector.rules()[0].text.starts_with("title: Skeleton Export\n"));
  ASSERT_EQ(connector.streams().size(), 1u);
  EXPECT_EQ(connector.streams()[0].product, "skeleton");
  EXPECT_EQ(connector.streams()[0].service, "events");
}

TEST(Skeleton, GoldenCases) {
  const Skeleton connector;
  const auto cases = connector::golden_cases(PICKET_TESTDATA "/testdata");
  EXPECT_FALSE(cases.empty());
  for (const auto& golden : cases) EXPECT_EQ(connector::check_golden(connector, golden), "");
}

}  // namespace
}  // namespace picket::skeleton
