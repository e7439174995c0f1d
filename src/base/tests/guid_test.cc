#include "base/guid.h"

#include <gtest/gtest.h>

#include <set>

namespace picket {
namespace {

TEST(Guid, IsVersionFourAndFresh) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = new_guid();
    ASSERT_TRUE(is_guid(id)) << id;
    ASSERT_EQ(id[14], '4');
    ASSERT_NE(std::string("89ab").find(id[19]), std::string::npos);
    ASSERT_TRUE(seen.insert(id).second);
  }
}

TEST(Guid, ShapeIsChecked) {
  EXPECT_FALSE(is_guid(""));
  EXPECT_FALSE(is_guid("zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz"));
  EXPECT_FALSE(is_guid("123456781234123412341234567812345678"));
}

}  // namespace
}  // namespace picket
