#include "codec/country.h"

#include <gtest/gtest.h>

namespace picket::codec {
namespace {

TEST(Country, NamesOfTheStandardAndOfCommonUseHaveACode) {
  EXPECT_EQ(country_code("Sweden"), "SE");
  EXPECT_EQ(country_code("United States"), "US");
  EXPECT_EQ(country_code("Canada"), "CA");
  EXPECT_EQ(country_code("Russia"), "RU");
  EXPECT_EQ(country_code("South Korea"), "KR");
  EXPECT_EQ(country_code("North Korea"), "KP");
  EXPECT_EQ(country_code("Iran"), "IR");
  EXPECT_EQ(country_code("Congo"), "CG");
  EXPECT_EQ(country_code("DR Congo"), "CD");
  EXPECT_EQ(country_code("Virgin Islands, U.S."), "VI");
  EXPECT_EQ(country_code("Côte d'Ivoire"), "CI");
}

TEST(Country, ACodeIsItself) {
  EXPECT_EQ(country_code("SE"), "SE");
  EXPECT_TRUE(is_country_code("ZZ"));
  for (const char* text : {"", "S", "se", "SWE", "S1"}) EXPECT_FALSE(is_country_code(text)) << text;
}

TEST(Country, WhatIsNoCountryHasNone) {
  for (const char* text : {"", "sweden", "Atlantis", "Virgin Islands", "Europe"})
    EXPECT_EQ(country_code(text), "") << text;
}

}  // namespace
}  // namespace picket::codec
