#include "codec/gzip.h"

#include <gtest/gtest.h>

#include <random>

namespace picket::codec {
namespace {

std::string sample(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += "event " + std::to_string(random() % 1000) + " ";
  text.resize(size);
  return text;
}

TEST(Gzip, RoundTripAtManySizes) {
  for (const std::size_t size : {0u, 1u, 100u, 16383u, 16384u, 16385u, 300000u}) {
    const std::string text = sample(size);
    const auto back = inflate(gzip(text), size);
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(*back, text);
  }
}

TEST(Gzip, LimitIsExact) {
  const std::string packed = gzip(sample(50000));
  EXPECT_TRUE(inflate(packed, 50000));
  const auto over = inflate(packed, 49999);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, ErrorKind::kTooLarge);
}

TEST(Gzip, BombStopsAtTheLimit) {
  const auto result = inflate(gzip(std::string(200 << 20, 'a')), 1 << 20);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::kTooLarge);
}

TEST(Gzip, SeveralMembersAreOneText) {
  EXPECT_EQ(inflate(gzip("one ") + gzip("two"), 100).value(), "one two");
}

TEST(Gzip, EveryCutIsAnError) {
  const std::string packed = gzip(sample(2000));
  for (std::size_t cut = 0; cut < packed.size(); ++cut) {
    const auto result = inflate(packed.substr(0, cut), 1 << 20);
    ASSERT_FALSE(result) << cut;
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalidInput);
  }
}

TEST(Gzip, DamageIsAnError) {
  std::string packed = gzip(sample(2000));
  packed[packed.size() / 2] = static_cast<char>(packed[packed.size() / 2] ^ 0x55);
  EXPECT_FALSE(inflate(packed, 1 << 20));
  EXPECT_FALSE(inflate("plain text", 1 << 20));
  EXPECT_FALSE(inflate(gzip("x") + "tail", 1 << 20));
}

}  // namespace
}  // namespace picket::codec
