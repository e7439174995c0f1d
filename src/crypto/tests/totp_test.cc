#include "crypto/totp.h"

#include <gtest/gtest.h>

namespace picket::crypto {
namespace {

// RFC 6238 appendix B (SHA-1, 8 digits; seed in ASCII).
const char* const kRfcSeed = "12345678901234567890";

TEST(Totp, VectorsOfTheRfc) {
  const Secret seed(kRfcSeed);
  const std::pair<std::int64_t, const char*> cases[] = {{59, "94287082"},         {1111111109, "07081804"},
                                                        {1111111111, "14050471"}, {1234567890, "89005924"},
                                                        {2000000000, "69279037"}, {20000000000, "65353130"}};
  for (const auto& [second, code] : cases) {
    EXPECT_EQ(totp_code(seed, totp_step(from_seconds(second)), 8), code);
    EXPECT_EQ(totp_code(seed, totp_step(from_seconds(second))), std::string(code).substr(2));
  }
}

TEST(Totp, OneStepEitherSide) {
  const Secret seed(kRfcSeed);
  const TimePoint now = from_seconds(1'795'000'015);
  const std::int64_t step = totp_step(now);
  for (std::int64_t d = -3; d <= 3; ++d) {
    const auto got = match_totp(seed, totp_code(seed, step + d), now);
    if (d >= -1 && d <= 1)
      EXPECT_EQ(got, step + d);
    else
      EXPECT_FALSE(got);
  }
}

TEST(Totp, TypedAsPeopleDo) {
  const Secret seed(kRfcSeed);
  const TimePoint now = from_seconds(59);
  EXPECT_TRUE(match_totp(seed, "287 082", now));
  EXPECT_FALSE(match_totp(seed, "28708", now));
  EXPECT_FALSE(match_totp(seed, "", now));
  EXPECT_FALSE(match_totp(seed, "94287082", now)) << "six digits, not eight";
}

TEST(Totp, UrlForAuthenticators) {
  EXPECT_EQ(otpauth_url(Secret("foobar"), "ada@example.com"),
            "otpauth://totp/"
            "Picket:ada%40example.com?secret=MZXW6YTBOI&issuer=Picket&algorithm=SHA1&digits=6&period=30");
  EXPECT_EQ(new_totp_seed().size(), 20u);
}

}  // namespace
}  // namespace picket::crypto
