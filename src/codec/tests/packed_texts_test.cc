#include "codec/packed_texts.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace picket::codec {
namespace {

using Texts = std::vector<std::optional<std::string>>;

std::string pack(const Texts& texts) {
  std::string out;
  for (const auto& text : texts) append_packed(out, text);
  return out;
}

TEST(PackedTexts, ComeBackAsTheyWere) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Texts texts(random() % 5);
    for (auto& text : texts) {
      if (random() % 4 == 0) continue;
      text.emplace(random() % 3 == 0 ? random() % 400 : random() % 30, '\0');
      for (char& c : *text) c = static_cast<char>(random());
    }
    const std::string bytes = pack(texts);
    PackedTexts in(bytes);
    Texts back;
    std::optional<std::string_view> text;
    while (in.next(text)) back.emplace_back(text);
    EXPECT_TRUE(in.ended());
    EXPECT_EQ(back, texts);
  }
}

TEST(PackedTexts, WhatIsCutOffOrTooLongIsNotRead) {
  const std::string bytes = pack({"somebody", std::string(300, 'x')});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    PackedTexts in(std::string_view(bytes).substr(0, size));
    std::size_t read = 0;
    std::optional<std::string_view> text;
    while (in.next(text)) ++read;
    EXPECT_LT(read, 2u);
    EXPECT_EQ(in.ended(), size == 9) << size;  // there the first one ends
  }
  std::optional<std::string_view> text;
  EXPECT_FALSE(PackedTexts("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").next(text));
  EXPECT_FALSE(PackedTexts("\xff\xff\xff\xff\xff\xff\xff\x7f").next(text));
}

}  // namespace
}  // namespace picket::codec
