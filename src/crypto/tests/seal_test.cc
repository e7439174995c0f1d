#include "crypto/seal.h"

#include <gtest/gtest.h>

#include "crypto/random.h"

namespace picket::crypto {
namespace {

TEST(Seal, OpensWithTheSameKeyAndPlaceOnly) {
  const Secret key = new_key(), other = new_key();
  const std::string sealed = seal(key, "attack at dawn", "org1");
  EXPECT_EQ(sealed.size(), 14u + 41u);
  EXPECT_EQ(sealed.find("attack"), std::string::npos);
  EXPECT_EQ(open(key, sealed, "org1")->reveal(), "attack at dawn");
  EXPECT_EQ(open(key, sealed, "org2").error().kind, ErrorKind::kCorrupt);
  EXPECT_EQ(open(other, sealed, "org1").error().kind, ErrorKind::kCorrupt);
  EXPECT_NE(seal(key, "attack at dawn", "org1"), sealed);
}

TEST(Seal, EveryBitCounts) {
  const Secret key = new_key();
  const std::string sealed = seal(key, "x", "place");
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string bent = sealed;
    bent[bit / 8] = static_cast<char>(bent[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(open(key, bent, "place")) << "bit " << bit;
  }
  for (std::size_t n = 0; n < sealed.size(); ++n) EXPECT_FALSE(open(key, sealed.substr(0, n), "place"));
}

TEST(Seal, EmptyAndLargeTexts) {
  const Secret key = new_key();
  EXPECT_TRUE(open(key, seal(key, "", ""), "")->empty());
  const std::string large = random_bytes(100'000);
  EXPECT_EQ(open(key, seal(key, large, ""), "")->reveal(), large);
}

TEST(Seal, NoTwoPlacesReadTheSame) {
  EXPECT_NE(associated_data({"a", "bc", 1, "p"}), associated_data({"ab", "c", 1, "p"}));
  EXPECT_NE(associated_data({"a", "b", 1, "1p"}), associated_data({"a", "b", 11, "p"}));
}

TEST(Envelope, BoundToOrganizationRecordVersionAndPurpose) {
  const Secret wrapping = new_key();
  const SealContext place{"org", "device", 3, "device_info"};
  const Envelope e = seal_envelope(wrapping, Secret("token"), place);
  EXPECT_EQ(open_envelope(wrapping, e, place)->reveal(), "token");
  EXPECT_FALSE(open_envelope(wrapping, e, {"org2", "device", 3, "device_info"}));
  EXPECT_FALSE(open_envelope(wrapping, e, {"org", "device2", 3, "device_info"}));
  EXPECT_FALSE(open_envelope(wrapping, e, {"org", "device", 2, "device_info"}));
  EXPECT_FALSE(open_envelope(wrapping, e, {"org", "device", 3, "totp"}));
  EXPECT_FALSE(open_envelope(new_key(), e, place));
  // The key of another text does not fit either.
  const Envelope f = seal_envelope(wrapping, Secret("other"), place);
  EXPECT_FALSE(open_envelope(wrapping, {f.wrapped_key, e.ciphertext}, place));
}

}  // namespace
}  // namespace picket::crypto
