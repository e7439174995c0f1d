#include "crypto/digest.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/random.h"

namespace picket::crypto {
namespace {

TEST(Digest, KnownAnswers) {
  // FIPS 180-4 example; RFC 4231 case 2.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(keyed_hash("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Digest, AShortDigestIsTheSameInEveryVersion) {
  // what is stored is compared with what comes later
  EXPECT_EQ(short_digest("1Password for Mac"), 15791359232372978163u);  // as an implementation of the published algorithm says
  EXPECT_NE(short_digest("1Password for Mac"), short_digest("1Password for iOS"));
}

TEST(Digest, Base32IsThatOfTheRfc) {
  // RFC 4648 section 10, without padding.
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "MY"},
                                                       {"fo", "MZXQ"},
                                                       {"foo", "MZXW6"},
                                                       {"foob", "MZXW6YQ"},
                                                       {"fooba", "MZXW6YTB"},
                                                       {"foobar", "MZXW6YTBOI"}};
  for (const auto& [plain, text] : cases) {
    EXPECT_EQ(base32(plain), text);
    EXPECT_EQ(base32_decode(text), plain);
  }
  EXPECT_EQ(base32_decode("mzxw 6ytb-oi======"), "foobar");
  EXPECT_FALSE(base32_decode("MZXW1"));
  EXPECT_FALSE(base32_decode("MZ=XW"));
}

TEST(Digest, Base64UrlHasNoPaddingAndNoSlash) {
  EXPECT_EQ(base64url("\xff\xff\xfe"), "___-");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url(""), "");
}

TEST(Digest, ConstantTimeEqual) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

TEST(Random, NoTwoAlike) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_text(32));
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(seen.begin()->size(), 43u);
}

}  // namespace
}  // namespace picket::crypto
