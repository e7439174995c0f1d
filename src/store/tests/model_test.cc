// The driver against the in-memory model: the same random calls, the same answers, with reopening, merging
// and new event files in between.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "contract/event_list.h"
#include "store/mocks/memory_event_store.h"
#include "store/open_store.h"
#include "store/tests/temporary_directory.h"

namespace picket::store {
namespace {

constexpr std::int64_t kBase = 1'790'000'000;

/// Everything of an event but its id, which each store makes as it likes.
std::string text_of(const StoredEvent& e) {
  return e.key.organization_id + "/" + e.key.device_id + "/" + e.key.stream + " " + format_rfc3339(e.time) +
         " " + format_rfc3339(e.received_at) + " " + e.vendor_uid + "|" + std::to_string(e.class_uid) + "|" +
         e.action + "|" + std::string(model::to_string(e.outcome)) + "|" + e.actor_uid + "|" + e.actor_email +
         "|" + e.source_ip + "|" + e.target + "|" + (e.unreadable ? "u" : "r") + "|" + e.raw + "|" +
         std::to_string(e.versions);
}

rc::Gen<Query> any_query() {
  return rc::gen::exec([] {
    Query q;
    q.organization_id = *rc::gen::element<std::string>("o1", "o1", "o2");
    if (*rc::gen::arbitrary<bool>())
      q.device_ids =
          *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("d1", "d2", "none"));
    if (*rc::gen::arbitrary<bool>()) q.streams = {*rc::gen::element<std::string>("s1", "s2")};
    if (*rc::gen::arbitrary<bool>()) q.time.from = from_seconds(kBase + *rc::gen::inRange(0, 400'000));
    if (*rc::gen::arbitrary<bool>()) q.time.to = from_seconds(kBase + *rc::gen::inRange(0, 400'000));
    const int conditions = *rc::gen::inRange(0, 3);
    for (int i = 0; i < conditions; ++i) {
      Condition c;
      c.field = static_cast<Field>(*rc::gen::inRange(0, 10));
      c.match = static_cast<Match>(*rc::gen::inRange(0, 4));
      c.values = *rc::gen::container<std::vector<std::string>>(
          rc::gen::element<std::string>("a", "A", "b", "", "e1", "e2", "failure", "1", "true", "1.1", "x@Y"));
      q.conditions.push_back(std::move(c));
    }
    if (*rc::gen::inRange(0, 4) == 0)
      q.text = *rc::gen::container<std::vector<std::string>>(
          rc::gen::element<std::string>("e1", "v2", "a", "\"}", "{"));
    return q;
  });
}

struct Pair {
  TemporaryDirectory directory;
  Tuning tuning;
  std::unique_ptr<EventStore> store;
  MemoryEventStore model;
  std::int64_t arrival = kBase + 500'000;

  void open() {
    store.reset();
    auto opened = open_tuned_store({.directory = directory.path()}, tuning);
    RC_ASSERT(opened.has_value());
    store = std::move(*opened);
  }

  void append() {
    const StreamKey key{*rc::gen::element<std::string>("o1", "o2"),
                        *rc::gen::element<std::string>("d1", "d2"),
                        *rc::gen::element<std::string>("s1", "s2")};
    const auto word = rc::gen::element<std::string>("", "a", "A", "b", "1.1", "x@y");
    EventList list;
    const int n = *rc::gen::inRange(1, 30);
    for (int i = 0; i < n; ++i) {
      const auto uid = "e" + std::to_string(*rc::gen::inRange(0, 60));
      const int version = *rc::gen::element(1, 1, 1, 1, 2, 3);
      // what the vendor says of an event does not change when it says it again; times do not decide identity
      auto& e = list.add(uid, from_seconds(kBase + *rc::gen::inRange(0, 400'000)),
                         "{\"" + uid + "\":\"v" + std::to_string(version) + "\"}");
      e.action = *word;
      e.actor_uid = *word;
      e.actor_email = *word;
      e.source_ip = *word;
      e.target = *word;
      e.view.outcome = static_cast<model::Outcome>(*rc::gen::inRange(0, 3));
      e.view.class_uid = *rc::gen::element(0u, 1u);
      if (*rc::gen::inRange(0, 12) == 0) {
        e.uid.clear();
        e.view.unreadable = true;
        e.raw = "broken " + std::to_string(*rc::gen::inRange(0, 5));
      }
    }
    arrival += *rc::gen::element(1, 60, 86'400 * 20);
    const auto ours = store->append(key, list.events(), from_seconds(arrival));
    const auto theirs = model.append(key, list.events(), from_seconds(arrival), {});
    RC_ASSERT(ours.has_value());
    RC_ASSERT(ours->added == theirs->added);
    RC_ASSERT(ours->repeated == theirs->repeated);
    RC_ASSERT(ours->versions == theirs->versions);
    RC_ASSERT(ours->unreadable == theirs->unreadable);
    RC_ASSERT(ours->newest == theirs->newest);
    const auto a = store->totals(key).value(), b = model.totals(key).value();
    RC_ASSERT(a.events == b.events);
    RC_ASSERT(a.versions == b.versions);
    RC_ASSERT(a.raw_bytes == b.raw_bytes);
    RC_ASSERT(a.unreadable == b.unreadable);
    RC_ASSERT(a.oldest == b.oldest);
    RC_ASSERT(a.newest == b.newest);
    const auto now = from_seconds(kBase + *rc::gen::inRange(0, 500'000));
    RC_ASSERT(store->last_24h(key, now) == model.last_24h(key, now));
  }

  /// Equal times may come in another order: each store has its own second key. So texts are compared time by
  /// time.
  void compare() {
    const auto query = *any_query();
    const auto order = *rc::gen::element(Order::kNewestFirst, Order::kOldestFirst);
    FindOptions options;
    options.order = order;
    options.limit = static_cast<std::size_t>(*rc::gen::element(1, 3, 20, 1000));
    options.with_total = *rc::gen::arbitrary<bool>();
    const auto whole = [&](const EventStore& s) {
      std::vector<std::string> texts;
      auto page = options;
      std::optional<TimePoint> last;
      for (;;) {
        const auto found = s.find(query, page, {});
        RC_ASSERT(found.has_value());
        if (page.with_total) RC_ASSERT(found->total == model.count(query, {}).value());
        for (const auto& e : found->events) {
          RC_ASSERT(!last || (order == Order::kNewestFirst ? e.time <= *last : e.time >= *last));
          last = e.time;
          texts.push_back(text_of(e));
        }
        if (found->next.empty()) break;
        page.after = found->next;
      }
      std::sort(texts.begin(), texts.end());
      return texts;
    };
    const auto ours = whole(*store), theirs = whole(model);
    RC_ASSERT(ours == theirs);
    RC_ASSERT(store->count(query, {}).value() == theirs.size());
    for (const auto width : {Width::kHour, Width::kDay})
      for (const auto group : {GroupBy::kNothing, GroupBy::kStream, GroupBy::kDevice})
        RC_ASSERT(store->histogram(query, width, group, {}).value() ==
                  model.histogram(query, width, group, {}).value());
    std::vector<std::string> searched;
    std::optional<TimePoint> last;
    RC_ASSERT(store
                  ->search(query, order,
                           [&](StoredEvent&& e) {
                             RC_ASSERT(!last ||
                                       (order == Order::kNewestFirst ? e.time <= *last : e.time >= *last));
                             last = e.time;
                             searched.push_back(text_of(e));
                             return true;
                           },
                           {}, {})
                  .has_value());
    std::sort(searched.begin(), searched.end());
    RC_ASSERT(searched == theirs);
  }
};

RC_GTEST_PROP(StoreModel, AnswersAsTheModelDoes, ()) {
  Pair pair;
  pair.tuning.partition_events = *rc::gen::element<std::uint64_t>(40, 1'000'000);
  pair.tuning.filter_budget = *rc::gen::element<std::size_t>(1, 1 << 20);
  pair.tuning.hash_mask = *rc::gen::element<std::uint64_t>(~0ull, 0x7ull << 60);
  pair.tuning.merge_fan_in = 2;
  pair.tuning.checkpoint_pages = *rc::gen::element(1, 1000);
  pair.open();
  const int steps = *rc::gen::inRange(1, 25);
  for (int i = 0; i < steps; ++i) {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
        pair.open();
        break;
      case 1:
        RC_ASSERT(pair.store->housekeep({}).has_value());
        break;
      case 2:
      case 3:
        pair.compare();
        break;
      default:
        pair.append();
    }
  }
  pair.compare();
}

}  // namespace
}  // namespace picket::store
