#include "base/time.h"

#include <gtest/gtest.h>

namespace picket {
namespace {

TEST(Rfc3339, ReadsEveryFractionLengthAndZone) {
  const auto base = parse_rfc3339("2024-12-02T11:54:19Z").value();
  EXPECT_EQ(to_micros(base), 1'733'140'459'000'000);
  EXPECT_EQ(to_micros(parse_rfc3339("2024-12-02T11:54:19.710457472Z").value()), 1'733'140'459'710'457);
  EXPECT_EQ(to_micros(parse_rfc3339("2024-12-02T11:54:19.5Z").value()), 1'733'140'459'500'000);
  EXPECT_EQ(parse_rfc3339("2024-12-02T08:54:19-03:00").value(), base);
  EXPECT_EQ(parse_rfc3339("2024-12-02t14:54:19+03:00").value(), base);
  EXPECT_EQ(parse_rfc3339("2024-12-02 11:54:19z").value(), base);
  EXPECT_EQ(to_micros(parse_rfc3339("2016-12-31T23:59:60Z").value()) % 1'000'000, 999'999);
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text : {"", "2024-12-02", "2024-12-02T11:54:19", "2024-13-02T11:54:19Z", "2024-02-30T11:54:19Z",
                           "2024-12-02T24:00:00Z", "2024-12-02T11:54:19.Z", "2024-12-02T11:54:19Zx", "2024-12-02T11:54Z",
                           "2024-12-02T11:54:19+3:00", "２024-12-02T11:54:19Z", "2024-12-02T11:54:61Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Rfc3339, LenientTakesDatesAndNaiveTimesAsUtc) {
  EXPECT_EQ(format_rfc3339(parse_time_lenient("2024-01-01").value()), "2024-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(parse_time_lenient("2024-05-01T10:00:00.000006").value()), "2024-05-01T10:00:00.000Z");
}

TEST(Rfc3339, RoundTripsAcrossTheWholeRange) {
  for (const char* text : {"0000-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2038-01-19T03:14:08.000Z",
                           "9999-12-31T23:59:59.999Z"})
    EXPECT_EQ(format_rfc3339(parse_rfc3339(text).value()), text);
  EXPECT_EQ(format_rfc3339_seconds(from_seconds(0)), "1970-01-01T00:00:00Z");
}

TEST(Duration, ReadsLikeAPersonSaysIt) {
  EXPECT_EQ(format_duration(std::chrono::seconds(40)), "40 s");
  EXPECT_EQ(format_duration(std::chrono::minutes(25)), "25 min");
  EXPECT_EQ(format_duration(std::chrono::hours(6)), "6 h");
  EXPECT_EQ(format_duration(std::chrono::hours(72)), "3 days");
}

}  // namespace
}  // namespace picket
