#include "store/literal_search.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "store/event_address.h"
#include "store/stream_registry.h"

namespace picket::store {
namespace {

rc::Gen<std::string> text_of(const std::string& letters, int most) {
  return rc::gen::mapcat(rc::gen::inRange(0, most), [=](int n) {
    return rc::gen::container<std::string>(static_cast<std::size_t>(n), rc::gen::elementOf(letters));
  });
}

RC_GTEST_PROP(LiteralSearch, FindsWhatAPlainSearchFinds, ()) {
  const auto text = *text_of(std::string("ab\"\0", 4), 200);
  const auto literal = *text_of(std::string("ab\"\0", 4), 6);
  const auto from = *rc::gen::inRange<std::size_t>(0, 210);
  RC_ASSERT(LiteralSearch(literal).find(text, from) == std::string_view(text).find(literal, from));
}

TEST(LiteralSearch, FindsAtEveryPlaceOfEveryLength) {
  for (std::size_t n = 1; n < 40; ++n) {
    std::string literal(n, 'q');
    literal.back() = 'z';
    const LiteralSearch search(literal);
    for (std::size_t at = 0; at < 70; ++at) {
      const auto text = std::string(at, 'q') + literal + std::string(at % 5, 'q');
      EXPECT_EQ(search.find(text, 0), text.find(literal)) << n << " " << at;
      EXPECT_EQ(search.find(text, at + 1), text.find(literal, at + 1));
    }
  }
  EXPECT_EQ(LiteralSearch("x").find("", 0), std::string_view::npos);
  EXPECT_EQ(LiteralSearch("").find("ab", 2), 2u);
  EXPECT_EQ(LiteralSearch("").find("ab", 3), std::string_view::npos);
}

HashKey key_of(unsigned char fill) {
  HashKey key;
  key.fill(fill);
  return key;
}

RC_GTEST_PROP(EventAddress, IdsAndTokensComeBack,
              (std::uint32_t p, std::uint32_t s, std::uint32_t o, std::int64_t time, bool newest)) {
  const AddressCodec codec(key_of(1)), other(key_of(2));
  const EventAddress address{p, s, o};
  const auto id = codec.id(address);
  RC_ASSERT(codec.parse_id(id) == address);
  RC_ASSERT(!other.parse_id(id) || *other.parse_id(id) != address);
  const auto order = newest ? Order::kNewestFirst : Order::kOldestFirst;
  const EventPosition position{time, address};
  auto token = codec.token(order, position);
  RC_ASSERT(codec.parse_token(token, order).value() == position);
  RC_ASSERT(!codec.parse_token(token, newest ? Order::kOldestFirst : Order::kNewestFirst));
  RC_ASSERT(!other.parse_token(token, order));
  const auto at = *rc::gen::inRange<std::size_t>(0, token.size());
  token[at] = token[at] == '0' ? '1' : '0';
  RC_ASSERT(!codec.parse_token(token, order));
}

TEST(EventAddress, ForgedIdsAreRefused) {
  const AddressCodec codec(key_of(9));
  const auto id = codec.id({1, 2, 3});
  EXPECT_EQ(id[14], '8') << id << ": a GUID of version 8 is free for its maker";
  EXPECT_TRUE(id[19] == '8' || id[19] == '9' || id[19] == 'a' || id[19] == 'b') << id;
  int accepted = 0;
  for (std::size_t i = 0; i < id.size(); ++i) {
    for (const char c : std::string("0123456789abcdef")) {
      auto forged = id;
      if (forged[i] == '-' || forged[i] == c) continue;
      forged[i] = c;
      accepted += codec.parse_id(forged).has_value();
    }
  }
  EXPECT_EQ(accepted, 0);
}

TEST(RecentCounts, CountsTheLastDayAndKnowsItsBounds) {
  RecentCounts counts;
  const std::int64_t now = 1'790'000'100'000'000;
  EXPECT_FALSE(counts.last_24h(now)) << "not loaded";
  const auto bucket = RecentCounts::bucket_of(now);
  counts.reset(bucket - 287, bucket + 288);
  for (int i = 0; i < 600; ++i) counts.add(now - i * RecentCounts::kBucketUs + 7);
  EXPECT_EQ(counts.last_24h(now), 288u);
  counts.add(now + RecentCounts::kBucketUs);
  EXPECT_EQ(counts.last_24h(now), 288u);
  EXPECT_EQ(counts.last_24h(now + RecentCounts::kBucketUs), 288u);
  EXPECT_FALSE(counts.last_24h(now - RecentCounts::kBucketUs)) << "what lies before was not counted";
  EXPECT_FALSE(counts.last_24h(now + 300 * RecentCounts::kBucketUs));
  EXPECT_EQ(RecentCounts::bucket_of(-1), -1);
}

}  // namespace
}  // namespace picket::store
