#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

#include "detect/correlator.h"
#include "detect/program.h"
#include "onepassword_simulator/quiet_month.h"
#include "shipped_rules.h"

namespace picket::connectors {
namespace {

using onepassword_simulator::StreamKind;

/// All shipped rules over a stream of events, and the alerts that people would get: one for a rule, a group (or person) and an hour.
class Watch {
 public:
  Watch() : correlator_(shipped_.rules) {
    for (std::size_t i = 0; i < onepassword_simulator::kStreams; ++i) {
      detect::ProgramOptions options;
      options.source = detect::LogSource{"", "onepassword", std::string(onepassword_simulator::kStreamNames[i])};
      options.event_fields = {"actor_uuid", "user.uuid", "target_user.uuid"};
      std::vector<detect::Problem> problems;
      matchers_.emplace_back(detect::Program::compile(*shipped_.rules, options, problems));
    }
  }

  void take(StreamKind stream, TimePoint time, std::string_view record) {
    detect::Matcher& matcher = matchers_[onepassword_simulator::index_of(stream)];
    const auto matches = matcher.match(record);
    ASSERT_TRUE(matches) << record;
    ++events_[stream];
    for (const detect::Match& match : *matches) {
      if (alerts_alone(match.rule)) alert(match.rule, time, std::string(matcher.field(static_cast<std::size_t>(stream)).value_or("")));
      if (shipped_.rules->rules()[match.rule].used_by.empty()) continue;
      detect::Signal signal{match.rule, time, number_, {}};
      for (const auto& value : matcher.captures(match)) signal.captures.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      correlator_.add(signal, firings_);
      ++signals_;
    }
    ++number_;
    for (const detect::Firing& firing : firings_) {
      std::string group;
      for (const auto& part : firing.group) group += part.value_or("-") + " ";
      ++fired_[firing.rule];
      if (!firing.withdrawn && alerts_alone(firing.rule)) alert(firing.rule, firing.time, group);
    }
    firings_.clear();
  }

  std::string told() const {
    std::string out;
    for (const auto& [rule, group, hour] : alerts_) out += "  " + shipped_.rules->rules()[rule].rule.title + ": " + group + "\n";
    return out;
  }
  std::size_t alerts() const { return alerts_.size(); }
  std::size_t events(StreamKind stream) { return events_[stream]; }
  std::size_t signals() const { return signals_; }
  detect::CorrelatorStats stats() const { return correlator_.stats(); }
  /// Correlations that fired at all: those that only feed others show that the month is not empty.
  std::size_t fired() const { return fired_.size(); }

 private:
  bool alerts_alone(std::uint32_t rule) const {
    const auto& linked = shipped_.rules->rules()[rule];
    if (linked.rule.level <= detect::Level::kInformational) return false;
    for (const std::uint32_t user : linked.used_by)
      if (!shipped_.rules->rules()[user].rule.correlation->generate) return false;
    return true;
  }
  void alert(std::uint32_t rule, TimePoint time, std::string group) {
    alerts_.insert({rule, std::move(group), std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count()});
  }

  /// Sensors report wherever a company's computers are, in offices, homes and hotels: everywhere in this month.
  ShippedRules shipped_{{"192.0.2.*", "198.51.100.*", "203.0.113.*", "2001:db8:*"}};
  std::vector<detect::Matcher> matchers_;
  detect::Correlator correlator_;
  std::vector<detect::Firing> firings_;
  std::set<std::tuple<std::uint32_t, std::string, std::int64_t>> alerts_;
  std::map<std::uint32_t, std::size_t> fired_;
  std::map<StreamKind, std::size_t> events_;
  std::uint64_t number_ = 0;
  std::size_t signals_ = 0;
};

TEST(QuietMonth, RaisesAtMostFiveAlerts) {
  const char* given = std::getenv("PICKET_QUIET_SEED");  // another month, to see how near the bar the rules are
  Watch watch;
  onepassword_simulator::quiet_month({.seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1}, [&](StreamKind stream, TimePoint time, std::string_view record) { watch.take(stream, time, record); });
  std::printf("%zu sign-ins, %zu item usages, %zu audit events, %zu signals, %zu alerts\n%s",
              watch.events(StreamKind::kSignInAttempts), watch.events(StreamKind::kItemUsages), watch.events(StreamKind::kAuditEvents), watch.signals(),
              watch.alerts(), watch.told().c_str());
  EXPECT_LE(watch.alerts(), 5u);
  EXPECT_GT(watch.alerts(), 0u) << "a month with a change of the firewall in it cannot be silent";
  EXPECT_GE(watch.fired(), 3u);
  EXPECT_EQ(watch.stats().evicted_groups + watch.stats().evicted_events + watch.stats().too_late, 0u);
  // the volume of a thousand people: 2 to 6 sign-ins and 10 to 60 fills a person and day, hundreds of changes a day
  EXPECT_GT(watch.events(StreamKind::kSignInAttempts), 60'000u);
  EXPECT_GT(watch.events(StreamKind::kItemUsages), 600'000u);
  EXPECT_GT(watch.events(StreamKind::kAuditEvents), 20'000u);
}

TEST(QuietMonth, IsAFunctionOfItsOptions) {
  const auto digest = [](std::uint64_t seed) {
    std::size_t events = 0, hash = 0;
    TimePoint last{};
    onepassword_simulator::quiet_month({.seed = seed, .people = 40, .days = 7}, [&](StreamKind, TimePoint time, std::string_view record) {
      EXPECT_GE(time, last);
      last = time;
      ++events;
      hash = hash * 31 + std::hash<std::string_view>()(record);
    });
    return std::pair(events, hash);
  };
  EXPECT_EQ(digest(1), digest(1));
  EXPECT_NE(digest(1), digest(2));
}

}  // namespace
}  // namespace picket::connectors
