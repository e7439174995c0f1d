#include <gtest/gtest.h>

#include "detect/encodings.h"
#include "detect/regex.h"
#include "detect/event.h"
#include "detect/literal_finder.h"
#include "detect/pattern.h"
#include "detect/text.h"

// Values: escapes, wildcards, folding, encodings, addresses, times.
namespace picket::detect {
namespace {

TEST(Folding, IsSimpleUnicodeFolding) {
  EXPECT_EQ(fold_case("ABCxyz[\\]_@`{"), "abcxyz[\\]_@`{");
  EXPECT_EQ(fold_case("ÀÉÎ Ünicode ЖЩ ΣΑΣ"), "àéî ünicode жщ σασ");
  EXPECT_EQ(fold_case("ς"), "σ");           // final sigma
  EXPECT_EQ(fold_case("\xe2\x84\xaa"), "k");  // the sign for kelvin
  EXPECT_EQ(fold_case("ẞ"), "ß");
  EXPECT_EQ(fold_case("İ"), "İ");           // has no simple folding
  EXPECT_EQ(fold_case("\xff" "A"), "\xff" "a");
}

TEST(Folding, EveryAsciiByteAtEveryPlaceOfAWord) {
  for (int c = 0; c < 128; ++c)
    for (std::size_t place = 0; place < 9; ++place) {
      std::string text(9, '-'), expected(9, '-');
      text[place] = static_cast<char>(c);
      expected[place] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
      EXPECT_EQ(fold_case(text), expected);
    }
}

struct Escape {
  std::string_view written, matches;
  bool wildcard;
};

TEST(PatternText, EscapesAsTheSpecificationSays) {
  const Escape kCases[] = {
      {R"(a\b)", R"(a\b)", false},      {R"(a\\b)", R"(a\b)", false},     {R"(a\*b)", "a*b", false},        {R"(a\?b)", "a?b", false},
      {R"(a\\*b)", R"(a\xxb)", true},   {R"(a\\\*b)", R"(a\*b)", false},  {R"(a\\\b)", R"(a\\b)", false},   {R"(a\\\\b)", R"(a\\b)", false},
      {R"(abc\)", R"(abc\)", false},    {R"(\\host\share)", R"(\host\share)", false},                       {R"(\\\\host)", R"(\\host)", false}};
  for (const Escape& c : kCases) {
    const Pattern pattern = Pattern::parse(c.written);
    EXPECT_TRUE(pattern.matches(c.matches)) << c.written;
    EXPECT_EQ(pattern.has_wildcards(), c.wildcard) << c.written;
    if (!c.wildcard) {
      EXPECT_EQ(pattern.text(), c.matches);
    }
  }
}

TEST(PatternText, WildcardsTakeCharactersAndLineEnds) {
  const auto matches = [](std::string_view pattern, std::string_view text) { return Pattern::parse(pattern).matches(text); };
  EXPECT_TRUE(matches("a*c", "a\n\nc"));
  EXPECT_TRUE(matches("a?c", "a\nc"));
  EXPECT_TRUE(matches("a?c", "aéc"));
  EXPECT_FALSE(matches("a??c", "aéc"));
  EXPECT_TRUE(matches("*?", "é"));
  EXPECT_TRUE(matches("*??", "é€"));
  EXPECT_FALSE(matches("*??", "é"));
  EXPECT_TRUE(matches("*é?", "xéz"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("*ab*ab", "abab"));
  EXPECT_FALSE(matches("*ab*ab", "ab"));
  EXPECT_TRUE(matches("a*b?d*e", "axxbbcbcde"));
  EXPECT_FALSE(matches("a*a", "a"));
  EXPECT_TRUE(matches("*a?a*", "xaaba"));
}

TEST(Encodings, Base64OffsetsAreThoseOfTheFactSheet) {
  EXPECT_EQ(base64_offsets("foobar"), (std::array<std::string, 3>{"Zm9vYmFy", "Zvb2Jhc", "mb29iYX"}));
}

TEST(Encodings, Utf16HasTheByteOrderThatWasAskedFor) {
  using namespace std::string_literals;
  EXPECT_EQ(to_utf16("Aé", Utf16::kLittleEndian), "A\0\xe9\0"s);
  EXPECT_EQ(to_utf16("A", Utf16::kBigEndian), "\0A"s);
  EXPECT_EQ(to_utf16("A", Utf16::kWithMark), "\xff\xfe" "A\0"s);
  EXPECT_EQ(to_utf16("\xf0\x9f\x98\x80", Utf16::kLittleEndian), "\x3d\xd8\x00\xde"s);
}

TEST(Encodings, WindashKnowsWhereAWordBegins) {
  EXPECT_EQ(dash_variants("-a-b", 100).size(), 5u);  // the second dash is inside a word
  EXPECT_EQ(dash_variants(" -c ", 100).size(), 5u);
  EXPECT_EQ(dash_variants("-a /b", 100).size(), 25u);
  EXPECT_EQ(dash_variants("a-b - ", 100), std::vector<std::string>{"a-b - "});
  EXPECT_TRUE(dash_variants("-a -a -a", 100).empty());
  EXPECT_EQ(dash_variants("-a", 5)[3], "\xe2\x80\x94" "a");
}

bool in_network(std::string_view network, std::string_view address) {
  const auto parsed = parse_network(network);
  EXPECT_TRUE(parsed) << network;
  return parsed && contains(*parsed, address);
}

TEST(Networks, EveryPrefixOfBothFamilies) {
  EXPECT_TRUE(in_network("10.0.0.0/8", "10.255.1.2"));
  EXPECT_FALSE(in_network("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(in_network("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(in_network("0.0.0.0/0", "::1"));
  EXPECT_FALSE(in_network("::/0", "1.2.3.4"));
  EXPECT_TRUE(in_network("10.0.0.2/31", "10.0.0.3"));
  EXPECT_FALSE(in_network("10.0.0.2/31", "10.0.0.4"));
  EXPECT_TRUE(in_network("10.0.0.2", "10.0.0.2"));
  EXPECT_TRUE(in_network("2001:db8::/32", "2001:db8:1::"));
  EXPECT_TRUE(in_network("2001:db8::1/128", "2001:db8::1"));
  EXPECT_FALSE(in_network("2001:db8::1/128", "2001:db8::2"));
  EXPECT_TRUE(in_network("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_TRUE(in_network("::ffff:10.0.0.0/104", "10.1.1.1"));
  for (const std::string_view bad : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "x", "", "2001:db8::1/32", "10.0.0/8", "::/129"})
    EXPECT_FALSE(parse_network(bad)) << bad;
  EXPECT_FALSE(in_network("10.0.0.0/8", "10.0.0.1:80"));
  EXPECT_FALSE(in_network("10.0.0.0/8", std::string("10.0.0.1\0", 9)));
}

TEST(Times, PartsAreReadAsWritten) {
  EXPECT_EQ(time_part("2026-11-22T18:55:31+05:00", TimePart::kHour), 18);
  EXPECT_EQ(time_part("2026-11-22 18:55", TimePart::kMinute), 55);
  EXPECT_EQ(time_part("2026-11-22", TimePart::kHour), std::nullopt);
  EXPECT_EQ(time_part("2026-11-22", TimePart::kWeek), 47);
  EXPECT_EQ(time_part("2021-01-03", TimePart::kWeek), 53);
  EXPECT_EQ(time_part("2024-12-30", TimePart::kWeek), 1);
  EXPECT_EQ(time_part("1700000000", TimePart::kHour), 22);
  EXPECT_EQ(time_part("1700000000000", TimePart::kYear), 2023);
  for (const std::string_view bad : {"", "now", "2026-13-01", "2026-02-30", "2026-11-22T25:00", "2026-11-22X10:00", "-5"})
    EXPECT_EQ(time_part(bad, TimePart::kYear), std::nullopt) << bad;
}

TEST(Regexes, WhatLiesBehindTheirReachIsNotTheEnd) {
  const Regex ends("a+$"), anywhere("ab"), whole("^$");
  EXPECT_TRUE(ends.search("aaa", 3));
  EXPECT_FALSE(ends.search("aaab", 3));
  EXPECT_FALSE(ends.search("aaa", 2));
  EXPECT_TRUE(anywhere.search("xaby", 3));
  EXPECT_FALSE(anywhere.search("xaby", 2));
  EXPECT_TRUE(whole.search(""));
  EXPECT_FALSE(whole.search("x", 0));
  EXPECT_GE(Regex("(a|b)*a(a|b){900}c").reach(), 4096u);
  EXPECT_GE(Regex("(?i)powershell.*(invoke|iex).*[0-9]{3,}").reach(), 256u << 10);
}

TEST(Texts, AreFoundWhereverTheyAre) {
  const std::string text = std::string(100'000, 'a') + "b" + std::string(100, 'a'), part = std::string(5000, 'a') + "b";
  EXPECT_EQ(find_text(text, part), text.find(part));
  EXPECT_EQ(find_text(text, part, 95'000), 95'000u);
  EXPECT_EQ(find_text(text, part, 95'001), std::string::npos);
  EXPECT_EQ(find_text(text, part, text.size() + 1), std::string::npos);
  EXPECT_EQ(find_text(text, ""), 0u);
}

TEST(Numbers, AreDecimalAndFinite) {
  EXPECT_EQ(parse_number("12.5"), 12.5);
  EXPECT_EQ(parse_number("-1e3"), -1000);
  for (const std::string_view bad : {"", "inf", "nan", "-", "0x1", "1 ", " 1", "1e999", "--1"}) EXPECT_FALSE(parse_number(bad)) << bad;
  EXPECT_EQ(number_text(1), "1.0");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(100000), "100000.0");
  EXPECT_EQ(number_text(-1e6), "-1000000.0");
  EXPECT_EQ(number_text(0.0001), "0.0001");
  EXPECT_EQ(number_text(-0.0), "0.0");
  EXPECT_EQ(number_text(1e20), "100000000000000000000.0");
  EXPECT_EQ(number_text(1e21), "1e+21");
  EXPECT_EQ(number_text(1e-8), "1e-08");
}

TEST(Numbers, AreInOrderAlsoWhereADoubleCannotTellThemApart) {
  // each is less than the next
  constexpr std::string_view kRising[] = {"-1e300", "-18446744073709551616", "-18446744073709551615", "-9223372036854775809", "-9007199254740993", "-9007199254740992.0", "-1.5", "-1", "0",
                                          "0.5", "1", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e300"};
  for (std::size_t a = 0; a < std::size(kRising); ++a)
    for (std::size_t b = 0; b < std::size(kRising); ++b) {
      const auto first = parse_exact_number(kRising[a]), second = parse_exact_number(kRising[b]);
      ASSERT_TRUE(first && second);
      EXPECT_TRUE(compare(*first, *second) == a <=> b) << kRising[a] << " " << kRising[b];
    }
  for (const std::string_view same : {"4625", "+4625", "4625.0", "4.625e3", "04625"}) EXPECT_TRUE(compare(*parse_exact_number(same), *parse_exact_number("4625")) == 0) << same;
  EXPECT_TRUE(compare(*parse_exact_number("-0"), *parse_exact_number("0")) == 0);
  EXPECT_TRUE(compare(*parse_exact_number("-0.0"), *parse_exact_number("0")) == 0);
  for (const std::string_view bad : {"", "+", "-", "inf", "0x1", "1 ", "1e999"}) EXPECT_FALSE(parse_exact_number(bad)) << bad;
}

TEST(Mending, MakesOddJsonPlainAndLeavesTheRest) {
  EXPECT_EQ(mend_json(R"({"a":123456789012345678901234567890,"b":-1.5e9,"c":1e999})", 10), R"({"a":"123456789012345678901234567890","b":-1.5e9,"c":"1e999"})");
  EXPECT_EQ(mend_json(R"({"a":"x\ud800y\ude00","b":"\ud83d\ude00\\ud800\u0041"})", 10), R"({"a":"x\ufffdy\ufffd","b":"\ud83d\ude00\\ud800\u0041"})");
  EXPECT_EQ(mend_json(R"({"a":1)", 10), std::nullopt);
  EXPECT_EQ(mend_json("[[[1]]]", 2), std::nullopt);
}

TEST(Literals, FindsEveryOneThatEndsAnywhere) {
  LiteralFinder finder;
  const std::vector<std::string> literals{"he", "she", "his", "hers", "e", "s", "shers", "x"};
  for (std::uint32_t i = 0; i < literals.size(); ++i) finder.add(literals[i], i);
  for (char c = 'a'; c <= 'p'; ++c) finder.add(std::string("s") + c + "q", 100);  // makes a state with a full row
  finder.finish();
  const std::string text = "ushershisxsaq";
  std::vector<std::pair<std::uint32_t, std::size_t>> hits, expected;
  finder.scan(text, [&](std::uint32_t id, std::size_t end) { hits.emplace_back(id, end); });
  for (std::size_t end = 1; end <= text.size(); ++end)
    for (std::uint32_t i = 0; i < literals.size(); ++i)
      if (text.substr(0, end).ends_with(literals[i])) expected.emplace_back(i, end);
  expected.emplace_back(100, 13);
  std::sort(hits.begin(), hits.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(hits, expected);
}

}  // namespace
}  // namespace picket::detect
