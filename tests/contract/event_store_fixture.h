#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <thread>

#include "base/guid.h"
#include "contract/event_list.h"
#include "store/event_store.h"

/// What every driver of the event store promises. A driver instantiates it:
///
///   INSTANTIATE_TEST_SUITE_P(Sqlite, EventStoreContract, testing::Values(StoreUnderTest{...}));
namespace picket::store {

struct StoreUnderTest {
  std::string name;
  /// A fresh, empty place; `reopen` gives a store on the same place again after the last one was destroyed.
  std::function<std::shared_ptr<void>()> make_place;
  std::function<std::unique_ptr<EventStore>(void* place)> open;
  bool durable = true;
  bool large = true;  ///< false: leave out what takes very long here
};
inline void PrintTo(const StoreUnderTest& s, std::ostream* out) {
  *out << s.name;
}

class EventStoreContract : public testing::TestWithParam<StoreUnderTest> {
 protected:
  void SetUp() override {
    place_ = GetParam().make_place();
    store_ = GetParam().open(place_.get());
    ASSERT_NE(store_, nullptr);
  }
  void reopen() {
    store_.reset();
    store_ = GetParam().open(place_.get());
    ASSERT_NE(store_, nullptr);
  }
  AppendResult append(EventList& list, const StreamKey& key = kKey, TimePoint received = kArrival) {
    const auto result = store_->append(key, list.events(), received);
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
    return result.value_or(AppendResult{});
  }
  FindResult find(const Query& query, const FindOptions& options = {}) {
    auto result = store_->find(query, options, {});
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
    return result ? std::move(*result) : FindResult{};
  }
  std::vector<std::string> uids(const FindResult& result) {
    std::vector<std::string> out;
    for (const auto& e : result.events) out.push_back(e.vendor_uid);
    return out;
  }
  std::uint64_t count(const Query& query) {
    const auto n = store_->count(query, {});
    EXPECT_TRUE(n.has_value());
    return n.value_or(~0ull);
  }
  static Query all() {
    Query q;
    q.organization_id = kKey.organization_id;
    return q;
  }
  static Query with(Field field, Match match, std::vector<std::string> values) {
    auto q = all();
    q.conditions.push_back({field, match, std::move(values)});
    return q;
  }

  static inline const StreamKey kKey{"org-1", "device-1", "auditevents"};
  static constexpr TimePoint kStart = from_seconds(1'790'000'000);
  static constexpr TimePoint kArrival = from_seconds(1'790'100'000);
  std::shared_ptr<void> place_;
  std::unique_ptr<EventStore> store_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(EventStoreContract);

}  // namespace picket::store
