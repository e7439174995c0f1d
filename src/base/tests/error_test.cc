#include "base/error.h"

#include <gtest/gtest.h>

#include "base/result.h"

namespace picket {
namespace {

TEST(Error, NamesRoundTrip) {
  for (int k = 0; k <= static_cast<int>(ErrorKind::kInternal); ++k) {
    const auto kind = static_cast<ErrorKind>(k);
    EXPECT_EQ(error_kind_from(to_string(kind)), kind);
  }
  EXPECT_FALSE(error_kind_from("nonsense"));
}

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorKind::kInvalidInput, "An even number is needed.");
  return n / 2;
}

Result<int> quarter(int n) {
  PICKET_ASSIGN(const int h, half(n));
  PICKET_ASSIGN(const int q, half(h));
  return q;
}

TEST(Result, AssignPassesErrorsUp) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().kind, ErrorKind::kInvalidInput);
}

}  // namespace
}  // namespace picket
