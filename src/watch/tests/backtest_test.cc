#include "watch/backtest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/mocks/memory_event_store.h"
#include "watch/tests/fixture.h"

namespace picket::watch {
namespace {
using namespace std::chrono_literals;
using testing::ElementsAre;

class BacktestTest : public WatchFixture {
 protected:
  TimePoint at(int minutes) { return from_seconds(1'795'000'000) + std::chrono::minutes(minutes); }
  void keep(const std::vector<Event>& events, const std::string& stream = "entries") {
    std::vector<std::string> raws;
    for (const Event& e : events) raws.push_back("{\"kind\":\"" + e.kind + "\",\"who\":\"" + e.who + "\"}");
    std::vector<store::NewEvent> page;
    for (std::size_t i = 0; i < events.size(); ++i) {
      model::EventView view;
      view.vendor_uid = events[i].uid;
      view.time = events[i].time;
      page.push_back({view, raws[i]});
    }
    auto to = key();
    to.stream = stream;
    ASSERT_TRUE(store_.append(to, page, clock_.now(), {}));
  }
  BacktestRequest asked(const std::vector<std::string>& keys) {
    BacktestRequest out;
    out.organization_id = organization_;
    out.book = watch_->ruling(organization_)->book;
    for (const auto& key : keys) out.rules.push_back(*out.book->find(key));
    out.from = at(0);
    out.to = at(1000);
    return out;
  }
  Result<BacktestReport> run(const BacktestRequest& request, std::stop_token stop = {}) {
    shown_.clear();
    const Backtest::Sink sink{[&](std::span<const BacktestMatch> matches) { shown_.insert(shown_.end(), matches.begin(), matches.end()); },
                              [&](const BacktestReport& report) { last_ = report.progress; }};
    return Backtest({store_, *control_, *registry_}).run(request, sink, stop);
  }
  static std::uint64_t sum(const std::vector<std::uint64_t>& of) {
    std::uint64_t out = 0;
    for (const auto n : of) out += n;
    return out;
  }
  static inline const std::string kForcedKey = "10000000-0000-4000-8000-000000000001", kWrongKey = "10000000-0000-4000-8000-000000000002",
                                  kThreeKey = "10000000-0000-4000-8000-000000000003";
  store::MemoryEventStore store_;
  std::vector<BacktestMatch> shown_;
  store::Progress last_;
};

TEST_F(BacktestTest, CountsMatchesOfThePeriodInBuckets) {
  keep({{"a", "forced", "ada", at(-1)}, {"b", "forced", "ada", at(0)}, {"c", "open", "ada", at(5)}, {"d", "forced", "bo", at(999)}, {"e", "forced", "bo", at(1000)}});
  const auto report = run(asked({kForcedKey}));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->rules, ElementsAre(2u));
  EXPECT_EQ(report->progress.matched, 2u);
  EXPECT_EQ(sum(report->buckets), 2u);
  EXPECT_EQ(report->buckets.front(), 1u);
  EXPECT_EQ(report->width, 10min);
  EXPECT_EQ(report->progress.scanned, 3u);
  ASSERT_EQ(shown_.size(), 2u);
  EXPECT_EQ(shown_[0].time, at(0));
  EXPECT_EQ((*store_.get(organization_, shown_[1].event_id))->vendor_uid, "d");
}

TEST_F(BacktestTest, ACorrelationIsTriedWithItsPartsAndTellsAloneWhatTheLiveWayTells) {
  std::vector<Event> events;
  for (int i = 0; i < 60; ++i) events.push_back({"e" + std::to_string(i), i % 7 == 0 ? "open" : "wrong", i % 3 == 0 ? "ada" : "bo", at((i * 37) % 60)});
  keep(events);
  const auto report = run(asked({kThreeKey}));
  ASSERT_TRUE(report) << report.error().message;
  page(events);
  const auto live = control_->detections().recent_signals(organization_, kThreeKey, 1000);
  ASSERT_GT(live->size(), 5u);
  EXPECT_EQ(report->rules[0], live->size());
  EXPECT_EQ(shown_.size(), live->size());
  EXPECT_EQ(report->missed, 0u);
  for (const auto& match : shown_) EXPECT_EQ((*store_.get(organization_, match.event_id))->time, match.time);
  const auto both = run(asked({kThreeKey, kWrongKey}));
  EXPECT_THAT(both->rules, ElementsAre(live->size(), 51u));
}

TEST_F(BacktestTest, OnlyTheOldestMatchesAreShownAndAllAreCounted) {
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) events.push_back({"e" + std::to_string(i), "forced", "ada", at((i * 7) % 300)});
  keep(events);
  auto request = asked({kForcedKey});
  request.samples = 20;
  const auto report = run(request);
  EXPECT_EQ(report->rules[0], 300u);
  ASSERT_EQ(shown_.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(shown_[static_cast<std::size_t>(i)].time, at(i));
}

TEST_F(BacktestTest, OnlyStreamsOfTheRulesSourcesAreLookedAt) {
  keep({{"a", "forced", "ada", at(1)}});
  keep({{"b", "forced", "ada", at(1)}}, "elsewhere");
  EXPECT_EQ(run(asked({kForcedKey}))->progress.of, 1u);
  auto request = asked({kForcedKey});
  request.product = "window";
  EXPECT_EQ(run(request)->progress.of, 0u);
  request.product = "door";
  request.service = "entries";
  EXPECT_EQ(run(request)->rules[0], 1u);
  EXPECT_THAT(run(asked({}))->rules, ElementsAre());
}

TEST_F(BacktestTest, OcsfNamesMeanWhatTheyMeanLive) {
  open_watch({{"ocsf.yml", "title: Ada\nid: 10000000-0000-4000-8000-000000000009\nlogsource: {product: door}\ndetection:\n    a: {actor.user.name: ada, class_uid: 6005}\n    condition: a\n"}});
  std::vector<std::string> raws{R"({"kind":"open","who":"ada"})", R"({"kind":"open","who":"bo"})", R"({"kind":"shut","who":"ada"})"};
  std::vector<store::NewEvent> page;
  for (std::size_t i = 0; i < raws.size(); ++i) {
    model::EventView view;
    view.time = at(static_cast<int>(i));
    view.class_uid = i == 2 ? 3002 : 6005;
    page.push_back({view, raws[i]});
  }
  ASSERT_TRUE(store_.append(key(), page, clock_.now(), {}));
  const Sight live = watch_->look(eye_, organization_, *registry_->all()[0], "entries", page);
  ASSERT_EQ(live.hits.size(), 1u);
  EXPECT_EQ(live.hits[0].event, 0u);
  const auto report = run(asked({"10000000-0000-4000-8000-000000000009"}));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->rules, ElementsAre(1u));
  ASSERT_EQ(shown_.size(), 1u);
  EXPECT_EQ(shown_[0].time, at(0));
}

TEST_F(BacktestTest, AStopIsHeardInTheMiddle) {
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) events.push_back({"e" + std::to_string(i), "forced", "ada", at(i)});
  keep(events);
  std::stop_source stop;
  const Backtest::Sink sink{[&](std::span<const BacktestMatch>) { stop.request_stop(); }, {}};
  const auto report = Backtest({store_, *control_, *registry_}).run(asked({kForcedKey}), sink, stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kCancelled);
  auto request = asked({kForcedKey});
  request.to = request.from;
  EXPECT_EQ(run(request).error().kind, ErrorKind::kInvalidInput);
}

TEST(BucketWidth, IsAboutAHundredthOfThePeriod) {
  for (const auto period : {Micros(1h), Micros(24h), Micros(24h * 7), Micros(24h * 30), Micros(24h * 365)}) {
    EXPECT_LE(period / bucket_width(period), 120) << period.count();
    EXPECT_GE(period / bucket_width(period), 24) << period.count();
  }
}

}  // namespace
}  // namespace picket::watch
