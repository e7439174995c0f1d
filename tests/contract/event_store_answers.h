#pragma once

#include "contract/event_store_fixture.h"

/// What is asked of a store, and what it answers. Part of event_store_contract.h.
namespace picket::store {

TEST_P(EventStoreContract, OrderIsByTimeAndPagesMeetNoEventTwice) {
  EventList list;
  for (int i = 0; i < 700; ++i)
    list.add("uid-" + std::to_string(i), kStart + std::chrono::seconds((i * 37) % 101));
  append(list);
  for (const auto order : {Order::kNewestFirst, Order::kOldestFirst}) {
    FindOptions options;
    options.order = order;
    options.limit = 64;
    std::set<std::string> seen;
    std::optional<TimePoint> last;
    do {
      const auto page = find(all(), options);
      EXPECT_EQ(page.total, 700u);
      for (const auto& e : page.events) {
        EXPECT_TRUE(seen.insert(e.vendor_uid).second) << e.vendor_uid;
        if (last) {
          EXPECT_TRUE(order == Order::kNewestFirst ? e.time <= *last : e.time >= *last);
        }
        last = e.time;
      }
      options.after = page.next;
    } while (!options.after.empty());
    EXPECT_EQ(seen.size(), 700u);
  }
}

TEST_P(EventStoreContract, PagesHoldStillWhileOthersAppend) {
  EventList list;
  for (int i = 0; i < 300; ++i) list.add("old-" + std::to_string(i), kStart + std::chrono::seconds(i % 50));
  append(list);
  FindOptions options;
  options.limit = 7;
  std::multiset<std::string> seen;
  int round = 0;
  do {
    const auto page = find(all(), options);
    for (const auto& e : page.events) seen.insert(e.vendor_uid);
    options.after = page.next;
    EventList more;
    for (int i = 0; i < 5; ++i)
      more.add("new-" + std::to_string(round) + "-" + std::to_string(i),
               kStart + std::chrono::seconds((round * 5 + i) % 60));
    append(more);
    if (round % 7 == 0) static_cast<void>(store_->housekeep({}));
    ++round;
  } while (!options.after.empty());
  for (int i = 0; i < 300; ++i) EXPECT_EQ(seen.count("old-" + std::to_string(i)), 1u) << i;
  for (const auto& uid : seen) EXPECT_EQ(seen.count(uid), 1u) << uid;
}

TEST_P(EventStoreContract, ConditionsAreAndedAndValuesAreAlternatives) {
  EventList list;
  for (int i = 0; i < 100; ++i) {
    auto& e = list.add("uid-" + std::to_string(i), kStart + std::chrono::seconds(i));
    e.action = i % 2 == 0 ? "join" : "leave";
    e.actor_uid = "User" + std::to_string(i % 5);
    e.actor_email = "User" + std::to_string(i % 5) + "@Example.test";
    e.source_ip = "203.0.113." + std::to_string(i % 10);
    e.country = i % 10 == 9 ? "" : i % 20 < 10 ? "PT" : "Atlantis";
    e.target = i % 3 == 0 ? "" : "target-" + std::to_string(i % 3);
    e.view.outcome = static_cast<model::Outcome>(i % 3);
    e.view.class_uid = i % 4 == 0 ? 3001 : 3002;
  }
  append(list);
  EXPECT_EQ(count(with(Field::kAction, Match::kEqual, {"join"})), 50u);
  EXPECT_EQ(count(with(Field::kAction, Match::kEqual, {"Join"})), 0u) << "actions are exact";
  EXPECT_EQ(count(with(Field::kAction, Match::kNotEqual, {"join"})), 50u);
  EXPECT_EQ(count(with(Field::kAction, Match::kEqual, {"join", "leave"})), 100u);
  EXPECT_EQ(count(with(Field::kAction, Match::kNotEqual, {"join", "leave"})), 0u);
  EXPECT_EQ(count(with(Field::kAction, Match::kContains, {"EA"})), 50u) << "contains ignores case";
  EXPECT_EQ(count(with(Field::kAction, Match::kStartsWith, {"le"})), 50u);
  EXPECT_EQ(count(with(Field::kActor, Match::kEqual, {"uSER1"})), 20u) << "the uid, in any case";
  EXPECT_EQ(count(with(Field::kActor, Match::kEqual, {"user1@example.TEST"})), 20u)
      << "or the e-mail address";
  EXPECT_EQ(count(with(Field::kActor, Match::kNotEqual, {"user1"})), 80u);
  EXPECT_EQ(count(with(Field::kActorUid, Match::kEqual, {"user1"})), 0u) << "the uid alone is exact";
  EXPECT_EQ(count(with(Field::kActorEmail, Match::kEqual, {"user2@example.test"})), 20u);
  EXPECT_EQ(count(with(Field::kSourceIp, Match::kEqual, {"203.0.113.7"})), 10u);
  EXPECT_EQ(count(with(Field::kCountry, Match::kEqual, {"pt"})), 45u) << "in any case";
  EXPECT_EQ(count(with(Field::kCountry, Match::kEqual, {""})), 10u);
  EXPECT_EQ(count(with(Field::kCountry, Match::kNotEqual, {"PT", ""})), 45u);
  EXPECT_EQ(count(with(Field::kTarget, Match::kEqual, {""})), 34u) << "what the vendor did not say";
  EXPECT_EQ(count(with(Field::kOutcome, Match::kEqual, {"failure"})), 33u);
  EXPECT_EQ(count(with(Field::kClassUid, Match::kEqual, {"3001"})), 25u);
  EXPECT_EQ(count(with(Field::kUnreadable, Match::kEqual, {"false"})), 100u);
  EXPECT_EQ(count(with(Field::kVendorUid, Match::kEqual, {"uid-7", "uid-8", "uid-7", "no"})), 2u);
  EXPECT_EQ(count(with(Field::kVendorUid, Match::kStartsWith, {"uid-9"})), 11u);
  EXPECT_EQ(count(with(Field::kVendorUid, Match::kNotEqual, {"uid-9"})), 99u);
  EXPECT_EQ(count(with(Field::kAction, Match::kEqual, {})), 0u) << "none of no values";
  auto q = with(Field::kAction, Match::kEqual, {"join"});
  q.conditions.push_back({Field::kSourceIp, Match::kEqual, {"203.0.113.2", "203.0.113.3"}});
  q.time = {kStart + std::chrono::seconds(10), kStart + std::chrono::seconds(52)};
  EXPECT_EQ(count(q), 4u) << "12, 22, 32, 42; 52 is outside the half-open range";
  const auto found = find(q);
  EXPECT_EQ(uids(found), (std::vector<std::string>{"uid-42", "uid-32", "uid-22", "uid-12"}));
  EXPECT_EQ(found.total, 4u);
}

TEST_P(EventStoreContract, TextFindsLiteralsInsideOneRecordOnly) {
  EventList list;
  list.add("1", kStart, "alpha beta");
  list.add("2", kStart + Micros(1), "gamma delta");
  list.add("3", kStart + Micros(2), "beta gamma alpha");
  list.add("4", kStart + Micros(3), "");
  list.add("5", kStart + Micros(4), "Alpha");
  append(list);
  const auto texts = [&](std::vector<std::string> t) {
    auto q = all();
    q.text = std::move(t);
    const auto found = find(q);
    EXPECT_EQ(found.total, found.events.size());
    EXPECT_EQ(count(q), found.events.size());
    return uids(found);
  };
  using V = std::vector<std::string>;
  EXPECT_EQ(texts({"alpha"}), (V{"3", "1"}));
  EXPECT_EQ(texts({"alpha", "gamma"}), (V{"3"}));
  EXPECT_EQ(texts({"betagamma"}), V{}) << "the end of one record and the begin of the next are no match";
  EXPECT_EQ(texts({"betabeta"}), V{});
  EXPECT_EQ(texts({"a"}), (V{"5", "3", "2", "1"}));
  EXPECT_EQ(texts({"Alpha"}), (V{"5"}));
  EXPECT_EQ(texts({"gamma delta"}), (V{"2"}));
  EXPECT_EQ(texts({""}).size(), 5u);
}

TEST_P(EventStoreContract, SearchShowsEachMatchInOrder) {
  EventList list;
  for (int i = 0; i < 500; ++i)
    list.add("uid-" + std::to_string(i), kStart + std::chrono::seconds((i * 7) % 400),
             (i % 5 == 0 ? "needle " : "hay ") + std::to_string(i));
  append(list);
  auto q = all();
  q.text = {"needle"};
  for (const auto order : {Order::kNewestFirst, Order::kOldestFirst}) {
    std::vector<StoredEvent> rows;
    Progress last;
    const auto status = store_->search(
        q, order,
        [&](StoredEvent&& e) {
          rows.push_back(std::move(e));
          return true;
        },
        [&](const Progress& p) { last = p; }, {});
    ASSERT_TRUE(status) << status.error().message;
    FindOptions options;
    options.order = order;
    options.limit = 1000;
    const auto found = find(q, options);
    ASSERT_EQ(rows.size(), 100u);
    EXPECT_EQ(last.matched, 100u);
    for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i].id, found.events[i].id);
    EXPECT_TRUE(rows[0].raw.starts_with("needle"));
  }
  int seen = 0;
  EXPECT_TRUE(store_->search(q, Order::kNewestFirst, [&](StoredEvent&&) { return ++seen < 3; }, {}, {}));
  EXPECT_EQ(seen, 3);
  std::stop_source stop;
  stop.request_stop();
  const auto cancelled = store_->search(
      q, Order::kNewestFirst, [](StoredEvent&&) { return true; }, {}, stop.get_token());
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().kind, ErrorKind::kCancelled);
}

TEST_P(EventStoreContract, AScanShowsEachMatchAndSaysWhatIsStillToCome) {
  const StreamKey other{kKey.organization_id, "device-2", "itemusages"};
  EventList list, more, foreign;
  for (int i = 0; i < 5000; ++i) list.add("uid-" + std::to_string(i), kStart + std::chrono::seconds((i * 7) % 4000));
  for (int i = 0; i < 3000; ++i) {
    auto& view = more.add("other-" + std::to_string(i), kStart + std::chrono::seconds(i * 2)).view;
    view.class_uid = 3000 + static_cast<std::uint32_t>(i % 7);
    view.activity_id = static_cast<std::uint16_t>(i % 5);
    view.outcome = static_cast<model::Outcome>(i % 3);
  }
  foreign.add("foreign", kStart);
  auto& odd = list.add("", kStart, "no json");
  odd.view.unreadable = true;
  append(list);
  append(more, other);
  append(foreign, {"org-2", "device-1", "auditevents"});
  auto q = all();
  q.time = {kStart + std::chrono::seconds(100), kStart + std::chrono::seconds(200'000)};
  std::set<std::string> ids;
  std::size_t unreadable = 0;
  Progress last;
  std::optional<TimePoint> settled = kStart;
  const auto status = store_->scan(
      q,
      [&](const RecordBatch& batch) {
        EXPECT_TRUE(batch.key() == kKey || batch.key() == other);
        for (std::size_t i = 0; i < batch.records().size(); ++i) {
          const auto& record = batch.records()[i];
          EXPECT_TRUE(settled && record.time >= *settled) << "older than what was said to be over";
          EXPECT_TRUE(ids.insert(batch.id(i)).second);
          unreadable += record.unreadable;
          if (ids.size() % 100 != 0) continue;
          const auto event = store_->get(kKey.organization_id, batch.id(i));
          EXPECT_TRUE(event && *event);
          if (!event || !*event) return false;
          EXPECT_EQ((*event)->raw, record.raw);
          EXPECT_EQ((*event)->time, record.time);
          EXPECT_EQ((*event)->key, batch.key());
          EXPECT_EQ((*event)->class_uid, record.class_uid);
          EXPECT_EQ((*event)->activity_id, record.activity_id);
          EXPECT_EQ((*event)->outcome, record.outcome);
        }
        settled = batch.settled();
        return true;
      },
      [&](const Progress& p) { last = p; }, {});
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(settled, std::nullopt) << "nothing is left behind the last batch";
  EXPECT_EQ(ids.size(), count(q));
  EXPECT_EQ(unreadable, 1u);
  EXPECT_EQ(last.matched, ids.size());
  EXPECT_EQ(last.scanned, last.of);
  std::size_t batches = 0;
  EXPECT_TRUE(store_->scan(q, [&](const RecordBatch&) { return ++batches < 2; }, {}, {}));
  EXPECT_EQ(batches, 2u);
  std::stop_source stop;
  stop.request_stop();
  const auto cancelled = store_->scan(q, [](const RecordBatch&) { return true; }, {}, stop.get_token());
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().kind, ErrorKind::kCancelled);
}

TEST_P(EventStoreContract, HistogramsAreExactAlsoAtCutEnds) {
  const StreamKey other{"org-1", "device-2", "signinattempts"};
  EventList a, b;
  for (int i = 0; i < 400; ++i) a.add("a" + std::to_string(i), kStart + std::chrono::minutes(i * 13));
  for (int i = 0; i < 100; ++i) b.add("b" + std::to_string(i), kStart - std::chrono::minutes(i * 29));
  append(a);
  append(b, other);
  const auto naive = [&](const Query& q, Width width, GroupBy group) {
    std::map<std::string, std::map<TimePoint, std::uint64_t>> counts;
    FindOptions options;
    options.limit = 10'000;
    for (const auto& e : find(q, options).events) {
      const auto start = width == Width::kMinute ? TimePoint(std::chrono::floor<std::chrono::minutes>(e.time))
                         : width == Width::kHour ? TimePoint(std::chrono::floor<std::chrono::hours>(e.time))
                                                 : TimePoint(std::chrono::floor<std::chrono::days>(e.time));
      ++counts[group == GroupBy::kStream   ? e.key.stream
               : group == GroupBy::kDevice ? e.key.device_id
                                           : ""][start];
    }
    std::map<std::string, std::vector<Bucket>> out;
    if (group == GroupBy::kNothing) out[""];
    for (const auto& [name, buckets] : counts)
      for (const auto& [start, n] : buckets) out[name].push_back({start, n});
    return out;
  };
  std::vector<TimeRange> ranges = {{},
                                   {kStart, {}},
                                   {{}, kStart + std::chrono::hours(20)},
                                   {kStart - std::chrono::minutes(31), kStart + std::chrono::hours(30)},
                                   {kStart + std::chrono::minutes(1), kStart + std::chrono::minutes(17)},
                                   {kStart, kStart}};
  for (const auto& range : ranges) {
    for (const auto width : {Width::kMinute, Width::kHour, Width::kDay}) {
      for (const auto group : {GroupBy::kNothing, GroupBy::kStream, GroupBy::kDevice}) {
        auto q = all();
        q.time = range;
        const auto got = store_->histogram(q, width, group, {});
        ASSERT_TRUE(got) << got.error().message;
        EXPECT_EQ(*got, naive(q, width, group));
        q.conditions.push_back({Field::kVendorUid, Match::kContains, {"a1"}});
        EXPECT_EQ(*store_->histogram(q, width, group, {}), naive(q, width, group));
      }
    }
  }
}

TEST_P(EventStoreContract, Last24hFollowsTheClock) {
  const auto now = kArrival;
  EventList list;
  for (int i = 0; i < 48; ++i)
    list.add("h" + std::to_string(i), now - std::chrono::hours(i) - std::chrono::minutes(7));
  list.add("soon", now + std::chrono::hours(2));
  append(list);
  EXPECT_EQ(store_->last_24h(kKey, now), 24u);
  EXPECT_EQ(store_->last_24h(kKey, now + std::chrono::hours(3)), 22u)
      << "three have left, the one from the future has come";
  EXPECT_EQ(store_->last_24h(kKey, now + std::chrono::hours(50)), 0u);
  EXPECT_EQ(store_->last_24h(kKey, now), 24u);
  EventList more;
  more.add("more", now - std::chrono::minutes(1));
  append(more);
  EXPECT_EQ(store_->last_24h(kKey, now), 25u);
  if (GetParam().durable) reopen();
  EXPECT_EQ(store_->last_24h(kKey, now), 25u);
  EXPECT_EQ(store_->last_24h({"org-1", "none", "none"}, now), 0u);
}

}  // namespace picket::store
