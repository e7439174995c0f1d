#include "watch/cost.h"

#include <gtest/gtest.h>

#include <future>

#include "store/mocks/memory_event_store.h"
#include "watch/tests/fixture.h"

namespace picket::watch {
namespace {

class CostTest : public WatchFixture {
 protected:
  void keep(int n) {
    std::vector<std::string> raws;
    for (int i = 0; i < n; ++i) raws.push_back("{\"kind\":\"open\",\"who\":\"ada\",\"n\":" + std::to_string(i) + ",\"note\":\"" + std::string(300, 'x') + "\"}");
    std::vector<store::NewEvent> page;
    for (int i = 0; i < n; ++i) {
      model::EventView view;
      view.time = clock_.now();
      page.push_back({view, raws[static_cast<std::size_t>(i)]});
    }
    ASSERT_TRUE(store_.append(key(), page, clock_.now(), {}));
  }
  static std::string heavy() {
    std::string out = "title: Heavy\nid: 20000000-0000-4000-8000-000000000001\nlogsource: {product: door}\ndetection:\n    s:\n        note|re:\n";
    for (int i = 0; i < 60; ++i) out += "            - 'x[a-z]+" + std::to_string(i) + "$'\n";
    return out + "    condition: s\n";
  }
  store::MemoryEventStore store_;
};

TEST_F(CostTest, WhatARuleCostsIsMeasuredOverStoredEvents) {
  open_watch({{"forced.yml", kForced}, {"failures.yml", kFailures}, {"heavy.yml", heavy()}});
  keep(200);
  std::promise<std::string> told;
  CostMeter meter({store_, *control_, *registry_}, [&](const std::string& organization) { told.set_value(organization); });
  const auto book = watch_->ruling(organization_)->book;
  for (const auto& entry : book->entries()) EXPECT_EQ(meter.known(organization_, entry), std::nullopt);
  meter.want(organization_, book);
  auto news = told.get_future();
  ASSERT_EQ(news.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_EQ(news.get(), organization_);
  std::map<std::string, std::optional<double>> costs;
  for (std::size_t i = 0; i < book->entries().size(); ++i) costs[book->rules().rules()[i].rule.title] = meter.known(organization_, book->entries()[i]);
  EXPECT_EQ(costs["Three wrong codes"], std::nullopt) << "a correlation looks at matches, not at events";
  ASSERT_TRUE(costs["Heavy"] && costs["Door forced"]);
  EXPECT_GT(*costs["Heavy"], *costs["Door forced"]) << "sixty expressions over 300 characters against one word";
  EXPECT_GT(*costs["Heavy"], 1000.0);
  EXPECT_EQ(meter.known("another organization", book->entries()[0]), std::nullopt);
}

TEST_F(CostTest, WithoutEventsNothingIsKnown) {
  keep(5);
  CostMeter meter({store_, *control_, *registry_}, [](const std::string&) { ADD_FAILURE() << "there is nothing to tell"; });
  const auto book = watch_->ruling(organization_)->book;
  for (int i = 0; i < 50; ++i) {
    meter.want(organization_, book);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  meter.stop();
  EXPECT_EQ(meter.known(organization_, book->entries()[0]), std::nullopt);
}

}  // namespace
}  // namespace picket::watch
