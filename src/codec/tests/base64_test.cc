#include "codec/base64.h"

#include <gtest/gtest.h>

#include <random>

namespace picket::codec {
namespace {

TEST(Base64, VectorsOfRfc4648) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : cases) {
    EXPECT_EQ(base64_encode(plain), coded);
    ASSERT_TRUE(base64_decode(coded)) << coded;
    EXPECT_EQ(*base64_decode(coded), plain);
  }
}

TEST(Base64, UrlAlphabetHasNoPadding) {
  const std::string bytes = "\xfb\xff\xfe";
  EXPECT_EQ(base64url_encode(bytes), "-__-");
  EXPECT_EQ(base64_encode(bytes), "+//+");
  EXPECT_EQ(base64url_encode("f"), "Zg");
}

TEST(Base64, RoundTrip) {
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    std::string bytes(random() % 70, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)).value(), bytes);
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
  }
}

TEST(Base64, RefusesWhatHasASecondSpelling) {
  for (const char* text : {"Zh", "Zm9", "Z", "Zg==", "Zm 8", "Zm8\n", "Zm+v"})
    EXPECT_FALSE(base64url_decode(text)) << text;
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zg===", "====", "Zm-v", "Z=g="})
    EXPECT_FALSE(base64_decode(text)) << text;
}

}  // namespace
}  // namespace picket::codec
