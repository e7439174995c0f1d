#include "base/strings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace picket {
namespace {

TEST(Strings, AReadingKeyOrdersAsPeopleReadLists) {
  // As `Intl.Collator('en', {numeric: true, sensitivity: 'base'})` has them; what is not ASCII comes last here.
  const std::vector<std::string> expected = {"_tmp", "-dash", "(paren)", "<b>", "~end", "$cash", "1Password", "007", "8", "10.0.0.2", "10.0.0.10", "a", "A b",
                                             "a.b", "aB", "alpha", "Beta", "Corp", "Corp vault", "corp-vault", "rack 9", "RACK 9a", "Rack 09b", "Rack 10", "zeta",
                                             "école"};
  std::vector<std::string> sorted = expected;
  std::shuffle(sorted.begin(), sorted.end(), std::mt19937(7));
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return reading_key(a) < reading_key(b); });
  EXPECT_EQ(sorted, expected);
}

TEST(Strings, NumbersOfAnyLengthHaveTheirPlace) {
  EXPECT_EQ(reading_key("x007"), reading_key("X7"));
  EXPECT_LT(reading_key("x000"), reading_key("x1"));
  EXPECT_LT(reading_key("x" + std::string(39, '9')), reading_key("x1" + std::string(39, '0')));
  EXPECT_LT(reading_key("x" + std::string(40, '9')), reading_key("x" + std::string(60, '1')));
  EXPECT_LT(reading_key("x" + std::string(400, '9')), reading_key("xa")) << "digits before letters";
  EXPECT_EQ(reading_key(""), "");
  EXPECT_EQ(reading_key("0"), reading_key("00"));
}

}  // namespace
}  // namespace picket
