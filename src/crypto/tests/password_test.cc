#include "crypto/password.h"

#include <gtest/gtest.h>

namespace picket::crypto {
namespace {

TEST(Password, RightOpensWrongDoesNot) {
  const Secret right("correct horse battery staple");
  const std::string hash = hash_password(right, kCheapPasswordCost).value();
  EXPECT_EQ(hash.rfind("$argon2id$v=19$", 0), 0u) << hash;
  EXPECT_TRUE(verify_password(hash, right));
  EXPECT_FALSE(verify_password(hash, Secret("correct horse battery stapl")));
  EXPECT_FALSE(verify_password(hash, Secret()));
  EXPECT_NE(hash_password(right, kCheapPasswordCost).value(), hash) << "each hash has a salt of its own";
}

TEST(Password, NonsenseIsNoHash) {
  EXPECT_FALSE(verify_password("", Secret("x")));
  EXPECT_FALSE(verify_password("$argon2id$v=19$m=8", Secret("x")));
  EXPECT_FALSE(verify_password(std::string(5000, 'a'), Secret("x")));
}

TEST(Password, CostIsWrittenInTheHashAndNoticed) {
  const std::string hash = hash_password(Secret("x"), kCheapPasswordCost).value();
  EXPECT_FALSE(needs_rehash(hash, kCheapPasswordCost));
  EXPECT_TRUE(needs_rehash(hash, {2, 1 << 20}));
  EXPECT_TRUE(verify_password(hash_password(Secret("x")).value(), Secret("x")))
      << "the default cost works on this machine";
}

}  // namespace
}  // namespace picket::crypto
