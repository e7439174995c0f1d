#include "onepassword_simulator/generator.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

namespace picket::onepassword_simulator {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kEvents = 20'000;
const TimePoint kEnd = from_seconds(1'795'000'000);

std::shared_ptr<const Timeline> timeline() {
  return std::make_shared<const Timeline>(1, kEvents, kEnd, std::chrono::hours(28 * 24));
}

std::string text_of(const Generator& generator, StreamKind kind, std::uint64_t index) {
  std::string text;
  generator.append(text, kind, ApiVersion::kV2, {index, generator.timeline().at(index), 0});
  return text;
}

json::object event(const Generator& generator, StreamKind kind, std::uint64_t index) {
  return json::parse(text_of(generator, kind, index)).as_object();
}

TEST(Timeline, RisesStaysInsideItsHistoryAndKnowsDayAndNight) {
  const auto times = timeline();
  TimePoint last = kEnd - std::chrono::hours(28 * 24);
  int night = 0, day = 0, weekend = 0;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    const TimePoint at = times->at(i);
    ASSERT_GE(at, last);
    last = at;
    const auto midnight = std::chrono::floor<std::chrono::days>(at);
    const auto hour = std::chrono::duration_cast<std::chrono::hours>(at - midnight).count();
    (hour >= 8 && hour < 18 ? day : night) += 1;
    weekend += std::chrono::weekday(midnight).iso_encoding() >= 6;
  }
  EXPECT_LE(last, kEnd);
  EXPECT_GT(day, 2 * night);
  EXPECT_LT(weekend, static_cast<int>(kEvents) / 10);
  EXPECT_EQ(times->first_from(kEnd), kEvents);
  EXPECT_EQ(times->at(times->first_from(times->at(7'000))), times->at(7'000));
}

TEST(Generator, AuditEventsHaveTheDocumentedShapeAndSize) {
  const Generator generator(1, 0, timeline(), {});
  std::size_t bytes = 0;
  std::map<std::string, int> actions;
  for (std::uint64_t i = 0; i < 5'000; ++i) {
    const auto text = text_of(generator, StreamKind::kAuditEvents, i);
    bytes += text.size();
    const auto record = json::parse(text).as_object();
    ASSERT_EQ(record.at("uuid").as_string().size(), 26u);
    ASSERT_TRUE(parse_rfc3339(record.at("timestamp").as_string()));
    for (const char* field : {"actor_uuid", "actor_details", "actor_type", "account_uuid", "object_type",
                              "object_uuid", "session"})
      ASSERT_TRUE(record.contains(field)) << field;
    ASSERT_FALSE(record.contains("client"));
    ASSERT_TRUE(record.at("session").as_object().contains("ip"));
    ++actions[std::string(record.at("action").as_string())];
  }
  const double mean = static_cast<double>(bytes) / 5'000;
  EXPECT_GT(mean, 780);
  EXPECT_LT(mean, 880);
  EXPECT_GT(actions["dlgsess"] + actions["ssotknv"], 2'500);
  EXPECT_GT(actions.size(), 20u);
}

TEST(Generator, SessionsOfAuditEventsAreSignInsThatHappened) {
  const Generator generator(1, 0, timeline(), {});
  std::map<std::string, std::string> logins;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    const auto record = event(generator, StreamKind::kSignInAttempts, i);
    logins[std::string(record.at("session_uuid").as_string())] =
        std::string(record.at("timestamp").as_string());
  }
  int joined = 0;
  for (std::uint64_t i = 100; i < 3'000; ++i) {
    const auto session = event(generator, StreamKind::kAuditEvents, i).at("session").as_object();
    const auto login = logins.find(std::string(session.at("uuid").as_string()));
    joined += login != logins.end() && login->second == std::string(session.at("login_time").as_string());
  }
  EXPECT_EQ(joined, 2'900);
}

TEST(Generator, UuidsAreUniqueAcrossStreamsAndAccounts) {
  std::set<std::string> seen;
  for (const unsigned account : {0u, 1u}) {
    const Generator generator(1, account, timeline(), {});
    for (const auto kind : {StreamKind::kAuditEvents, StreamKind::kItemUsages, StreamKind::kSignInAttempts})
      for (std::uint64_t i = 0; i < 20'000; ++i) ASSERT_TRUE(seen.insert(generator.uuid(kind, i)).second);
  }
}

TEST(Generator, SignInsAreMostlyGoodAndAgreeWithThemselves) {
  const Generator generator(1, 0, timeline(), {});
  int good = 0;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    const auto record = event(generator, StreamKind::kSignInAttempts, i);
    const auto category = record.at("category").as_string();
    good += category == "success";
    EXPECT_EQ(record.at("details").is_object(), category.starts_with("firewall"));
    EXPECT_TRUE(record.at("client").as_object().contains("ip_address"));
  }
  EXPECT_GT(good, 1'600);
  EXPECT_LT(good, 1'950);
}

TEST(Generator, EverySwitchStillGivesValidRecords) {
  const Variety everything{.nulls = true,
                           .mixed_times = true,
                           .unknown_values = true,
                           .unknown_fields = true,
                           .non_ascii = true,
                           .late_item_usage = true};
  const Generator generator(1, 0, timeline(), everything);
  std::set<std::size_t> lengths;
  bool null = false, strange = false, late = false, offset = false, unknown_field = false;
  for (const auto kind : {StreamKind::kAuditEvents, StreamKind::kItemUsages, StreamKind::kSignInAttempts})
    for (std::uint64_t i = 0; i < 2'000; ++i) {
      const auto record = event(generator, kind, i);
      const std::string time(record.at("timestamp").as_string());
      const auto parsed = parse_rfc3339(time);
      ASSERT_TRUE(parsed) << time;
      late |=
          kind == StreamKind::kItemUsages && *parsed + std::chrono::minutes(9) < generator.timeline().at(i);
      offset |= time.ends_with("-03:00");
      lengths.insert(time.size());
      unknown_field |= record.contains("confidence");
      for (const auto& [key, value] : record) null |= value.is_null() && key != "details";
      if (const auto* action = record.if_contains("action"))
        strange |= *action == "levitate" || *action == "teleport";
    }
  EXPECT_TRUE(null && strange && late && offset && unknown_field);
  EXPECT_GE(lengths.size(), 4u);
}

}  // namespace
}  // namespace picket::onepassword_simulator
