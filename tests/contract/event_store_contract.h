#pragma once

#include "contract/event_store_answers.h"
#include "contract/event_store_fixture.h"

/// What every driver of the event store promises: what is kept, and how it is found again (event_store_answers.h).
namespace picket::store {

TEST_P(EventStoreContract, KeepsEveryFieldAndEveryByte) {
  EventList list;
  auto& e = list.add("uid-1", kStart + Micros(123456),
                     std::string("{\"uuid\":\"uid-1\",\"x\":\"\0\xff\xc3\x28\"}", 26));
  e.view.class_uid = 3001;
  e.view.activity_id = 65535;
  e.view.outcome = model::Outcome::kFailure;
  e.action = "join";
  e.actor_uid = "ACTOR";
  e.actor_email = "Ada@Example.Test";
  e.source_ip = "2001:db8::1";
  e.country = "PT";
  e.target = std::string("t\0arget", 7);
  EXPECT_EQ(append(list).added, 1u);
  const auto found = find(all());
  ASSERT_EQ(found.events.size(), 1u);
  const auto check = [&](const StoredEvent& s) {
    EXPECT_EQ(s.key, kKey);
    EXPECT_EQ(s.time, kStart + Micros(123456));
    EXPECT_EQ(s.received_at, kArrival);
    EXPECT_EQ(s.vendor_uid, "uid-1");
    EXPECT_EQ(s.class_uid, 3001u);
    EXPECT_EQ(s.activity_id, 65535);
    EXPECT_EQ(s.outcome, model::Outcome::kFailure);
    EXPECT_FALSE(s.unreadable);
    EXPECT_EQ(s.action, "join");
    EXPECT_EQ(s.actor_uid, "ACTOR");
    EXPECT_EQ(s.actor_email, "Ada@Example.Test");
    EXPECT_EQ(s.source_ip, "2001:db8::1");
    EXPECT_EQ(s.country, "PT");
    EXPECT_EQ(s.target, e.target);
    EXPECT_EQ(s.raw, e.raw);
    EXPECT_EQ(s.versions, 1u);
    EXPECT_TRUE(is_guid(s.id)) << s.id;
  };
  check(found.events[0]);
  EXPECT_EQ(found.total, 1u);
  EXPECT_EQ(found.next, "");
  const auto got = store_->get(kKey.organization_id, found.events[0].id);
  ASSERT_TRUE(got && *got);
  check(**got);
}

TEST_P(EventStoreContract, TellsTheIdsThatAreAskedForAlsoOfEventsItKnew) {
  EventList list;
  for (int i = 0; i < 9; ++i) list.add("uid-" + std::to_string(i), kStart + std::chrono::seconds(i));
  list.add("uid-2", kStart + std::chrono::seconds(2));                        // the same again
  list.add("uid-3", kStart + std::chrono::seconds(3), "{\"another\":true}");  // a further version
  const std::vector<std::uint32_t> wanted{7, 9, 2, 10, 3};
  for (int round = 0; round < 2; ++round) {
    const auto result = store_->append(kKey, list.events(), kArrival, wanted);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_EQ(result->ids.size(), wanted.size());
    const char* uids[] = {"uid-7", "uid-2", "uid-2", "uid-3", "uid-3"};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto event = store_->get(kKey.organization_id, guid_text(result->ids[i]));
      ASSERT_TRUE(event && *event) << round << ' ' << i;
      EXPECT_EQ((*event)->vendor_uid, uids[i]);
    }
    if (GetParam().durable) reopen();
  }
}

TEST_P(EventStoreContract, RepeatingAnAppendChangesNothing) {
  EventList list;
  for (int i = 0; i < 1500; ++i) list.add("uid-" + std::to_string(i), kStart + std::chrono::seconds(i));
  const auto first = append(list);
  EXPECT_EQ(first.added, 1500u);
  EXPECT_EQ(first.newest, kStart + std::chrono::seconds(1499));
  const auto again = append(list, kKey, kArrival + std::chrono::hours(1));
  EXPECT_EQ(again.added, 0u);
  EXPECT_EQ(again.repeated, 1500u);
  EXPECT_EQ(again.newest, first.newest) << "the newest of the batch, repeated or not";
  EXPECT_EQ(count(all()), 1500u);
  if (GetParam().durable) reopen();
  EXPECT_EQ(count(all()), 1500u);
  EXPECT_EQ(append(list).repeated, 1500u);
  const auto totals = store_->totals(kKey);
  ASSERT_TRUE(totals);
  EXPECT_EQ(totals->events, 1500u);
  EXPECT_EQ(totals->oldest, kStart);
  EXPECT_EQ(totals->newest, kStart + std::chrono::seconds(1499));
}

TEST_P(EventStoreContract, OneIdentityInTwoStreamsDevicesAndOrganizationsIsFourEvents) {
  const std::vector<StreamKey> keys = {kKey,
                                       {"org-1", "device-1", "itemusages"},
                                       {"org-1", "device-2", "auditevents"},
                                       {"org-2", "device-1", "auditevents"}};
  EventList list;
  list.add("same", kStart);
  for (const auto& key : keys) EXPECT_EQ(append(list, key).added, 1u);
  EXPECT_EQ(count(all()), 3u);
  auto q = all();
  q.device_ids = {"device-1"};
  EXPECT_EQ(count(q), 2u);
  q.streams = {"itemusages", "nothing"};
  EXPECT_EQ(count(q), 1u);
  q = all();
  q.without_streams = {"itemusages", "nothing"};
  EXPECT_EQ(count(q), 2u);
  q.without_device_ids = {"device-2"};
  EXPECT_EQ(count(q), 1u);
  q.device_ids = {"device-1", "device-2"};
  EXPECT_EQ(count(q), 1u) << "named and shut out: out";
  q.without_device_ids = {"device-1", "device-2"};
  EXPECT_EQ(count(q), 0u);
  q = all();
  q.device_ids = {"device-1"};
  q.organization_id = "org-2";
  ASSERT_EQ(count(q), 1u);
  const auto id = find(q).events.at(0).id;
  const auto other = store_->get("org-1", id);
  ASSERT_TRUE(other);
  EXPECT_FALSE(*other) << "no query crosses the organization";
  EXPECT_EQ(store_->versions("org-1", id)->size(), 0u);
  q.organization_id = "org-3";
  EXPECT_EQ(count(q), 0u);
  EXPECT_TRUE(find(q).events.empty());
}

TEST_P(EventStoreContract, OtherBytesUnderAKnownIdentityAreAVersion) {
  EventList first, second, both;
  first.add("uid", kStart, "first uid");
  second.add("uid", kStart + std::chrono::hours(5), "second uid");
  both.add("uid", kStart, "first uid");
  both.add("uid", kStart, "second uid");
  both.add("uid", kStart, "third uid");
  both.add("uid", kStart, "third uid");
  EXPECT_EQ(append(first).added, 1u);
  auto r = append(second, kKey, kArrival + std::chrono::seconds(9));
  EXPECT_EQ(r.added, 0u);
  EXPECT_EQ(r.versions, 1u);
  r = append(both);
  EXPECT_EQ(r.versions, 1u);
  EXPECT_EQ(r.repeated, 3u);
  if (GetParam().durable) reopen();
  EXPECT_EQ(append(second).repeated, 1u);
  ASSERT_EQ(count(all()), 1u);
  const auto e = find(all()).events.at(0);
  EXPECT_EQ(e.raw, "first uid");
  EXPECT_EQ(e.time, kStart);
  EXPECT_EQ(e.versions, 3u);
  EXPECT_EQ((*store_->get("org-1", e.id))->versions, 3u);
  const auto further = store_->versions("org-1", e.id);
  ASSERT_TRUE(further);
  ASSERT_EQ(further->size(), 2u);
  EXPECT_EQ((*further)[0].raw, "second uid");
  EXPECT_EQ((*further)[0].received_at, kArrival + std::chrono::seconds(9));
  EXPECT_EQ((*further)[1].raw, "third uid");
  EXPECT_EQ(store_->totals(kKey)->versions, 2u);
}

TEST_P(EventStoreContract, VersionsWithinOneBatchBelongToItsFirst) {
  EventList list;
  list.add("a", kStart, "a one");
  list.add("b", kStart, "b one");
  list.add("a", kStart, "a two");
  list.add("b", kStart, "b one");
  list.add("a", kStart, "a two");
  const auto r = append(list);
  EXPECT_EQ(r.added, 2u);
  EXPECT_EQ(r.versions, 1u);
  EXPECT_EQ(r.repeated, 2u);
  EXPECT_EQ(append(list).repeated, 5u);
  for (const auto& e : find(all()).events) EXPECT_EQ(e.versions, e.vendor_uid == "a" ? 2u : 1u);
}

TEST_P(EventStoreContract, UnreadableRecordsAreIdentifiedByTheirBytes) {
  EventList list;
  for (const char* raw : {"garbage", "{\"half\":", "garbage"}) {
    list.add("", from_seconds(0), raw).view.unreadable = true;
  }
  list.add("garbage", kStart, "its id is the other's bytes: garbage");
  auto r = append(list);
  EXPECT_EQ(r.added, 3u);
  EXPECT_EQ(r.repeated, 1u);
  EXPECT_EQ(r.unreadable, 2u);
  EXPECT_EQ(r.newest, kStart) << "unreadable records have no time of their own";
  r = append(list, kKey, kArrival + std::chrono::hours(1));
  EXPECT_EQ(r.repeated, 4u);
  EXPECT_EQ(r.unreadable, 0u);
  const auto found = find(with(Field::kUnreadable, Match::kEqual, {"true"}));
  ASSERT_EQ(found.events.size(), 2u);
  for (const auto& e : found.events) {
    EXPECT_TRUE(e.unreadable);
    EXPECT_EQ(e.time, kArrival);
    EXPECT_EQ(e.vendor_uid, "");
  }
  EXPECT_EQ(store_->totals(kKey)->unreadable, 2u);
}

TEST_P(EventStoreContract, TokensAndIdsThatAreNotOursAreRefused) {
  EventList list;
  for (int i = 0; i < 10; ++i) list.add(std::to_string(i), kStart + Micros(i));
  append(list);
  for (const std::string id :
       {"", "x", "00000000-0000-8000-8000-000000000000", "2b0b1c2e-6f1c-4a69-9d0b-0a6a0a3d2c11"}) {
    const auto got = store_->get("org-1", id);
    ASSERT_TRUE(got);
    EXPECT_FALSE(*got);
  }
  for (const std::string& token :
       {std::string("x"), std::string("00"), std::string("zz"), std::string(58, '0')}) {
    FindOptions options;
    options.after = token;
    const auto result = store_->find(all(), options, {});
    ASSERT_FALSE(result) << token;
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalidInput);
  }
}

TEST_P(EventStoreContract, HostileRecordsAreStoredFaithfully) {
  EventList list;
  list.add(std::string(1 << 20, 'u'), kStart, "a huge id stands apart");
  list.add("huge", kStart, std::string(20 << 20, 'r'));
  list.add("empty", kStart).raw = "";
  list.add(std::string("nul\0id", 6), kStart, std::string("nul\0body", 8));
  list.add("\xff\xfe", kStart, "\xc3\x28\xed\xa0\x80");
  list.add("year 0", *parse_rfc3339("0000-01-01T00:00:00Z"), "y0");
  list.add("year 9999", *parse_rfc3339("9999-12-31T23:59:59.999999Z"), "y9");
  auto& e = list.add("fields", kStart, "f");
  e.action = std::string(100'000, 'a');
  e.target = std::string("\0\0", 2);
  const auto r = append(list);
  EXPECT_EQ(r.added, 8u);
  if (GetParam().durable) reopen();
  EXPECT_EQ(append(list).repeated, 8u);
  const auto found = find(all());
  ASSERT_EQ(found.events.size(), 8u);
  for (int i = 0; i < 8; ++i) {
    const auto at = std::find_if(found.events.begin(), found.events.end(), [&](const StoredEvent& s) {
      return s.vendor_uid == list[static_cast<std::size_t>(i)].uid;
    });
    ASSERT_NE(at, found.events.end()) << i;
    EXPECT_TRUE(at->raw == list[static_cast<std::size_t>(i)].raw) << i;
    EXPECT_EQ(at->time, list[static_cast<std::size_t>(i)].view.time) << i;
    EXPECT_TRUE(at->action == list[static_cast<std::size_t>(i)].action &&
                at->target == list[static_cast<std::size_t>(i)].target)
        << i;
  }
  const auto days = store_->histogram(all(), Width::kDay, GroupBy::kNothing, {});
  ASSERT_TRUE(days);
  EXPECT_EQ(days->at("").size(), 3u);
}

TEST_P(EventStoreContract, ALargeBatchAtOneMomentIsOneAppend) {
  const int n = GetParam().large ? 100'000 : 4'000;
  const auto stored = static_cast<std::uint64_t>(n);
  EventList list;
  for (int i = 0; i < n; ++i) list.add("id" + std::to_string(i), kStart, "r" + std::to_string(i));
  EXPECT_EQ(append(list).added, stored);
  EXPECT_EQ(append(list).repeated, stored);
  FindOptions options;
  options.limit = 1000;
  options.with_total = false;
  std::set<std::string> seen;
  do {
    const auto page = find(all(), options);
    EXPECT_FALSE(page.total.has_value());
    for (const auto& e : page.events) seen.insert(e.id);
    options.after = page.next;
  } while (!options.after.empty() && seen.size() < 20'000);
  EXPECT_EQ(seen.size(), std::min<std::uint64_t>(stored, 20'000));
  EXPECT_EQ(count(all()), stored);
}

TEST_P(EventStoreContract, MergingChangesNoAnswer) {
  for (int i = 0; i < 200; ++i) {
    EventList list;
    for (int k = 0; k < 1 + i % 4; ++k)
      list.add(std::to_string(i) + "." + std::to_string(k), kStart + std::chrono::seconds(i));
    append(list, kKey, kArrival + std::chrono::seconds(i));
  }
  FindOptions options;
  options.limit = 1000;
  const auto before = find(all(), options);
  ASSERT_EQ(before.events.size(), 500u);
  for (;;) {
    const auto more = store_->housekeep({});
    ASSERT_TRUE(more) << more.error().message;
    if (!*more) break;
  }
  const auto check = [&] {
    const auto after = find(all(), options);
    ASSERT_EQ(after.events.size(), 500u);
    for (std::size_t i = 0; i < 500; ++i) {
      EXPECT_EQ(after.events[i].id, before.events[i].id);
      EXPECT_EQ(after.events[i].raw, before.events[i].raw);
      EXPECT_EQ(after.events[i].received_at, before.events[i].received_at);
    }
    EXPECT_EQ((*store_->get("org-1", before.events[250].id))->vendor_uid, before.events[250].vendor_uid);
  };
  check();
  EventList again;
  for (int i = 0; i < 200; ++i)
    for (int k = 0; k < 1 + i % 4; ++k)
      again.add(std::to_string(i) + "." + std::to_string(k), kStart + std::chrono::seconds(i), "other bytes");
  EXPECT_EQ(append(again).versions, 500u) << "identities survive";
}

TEST_P(EventStoreContract, OldEventsAreDroppedAndNeverYoungOnes) {
  EventList old, young;
  for (int i = 0; i < 50; ++i) old.add("old" + std::to_string(i), kStart + std::chrono::seconds(i));
  for (int i = 0; i < 50; ++i)
    young.add("young" + std::to_string(i), kStart + std::chrono::days(90) + std::chrono::seconds(i));
  append(old, kKey, kStart + std::chrono::minutes(1));
  append(young, kKey, kStart + std::chrono::days(91));
  FindOptions options;
  options.order = Order::kOldestFirst;
  const auto id = find(all(), options).events.at(0).id;
  EXPECT_EQ(*store_->drop_before(kStart - std::chrono::days(1)), 0u);
  EXPECT_EQ(*store_->drop_before(kStart + std::chrono::days(40)), 50u);
  EXPECT_EQ(count(all()), 50u);
  EXPECT_FALSE(*store_->get("org-1", id));
  EXPECT_EQ(store_->totals(kKey)->events, 50u);
  EXPECT_EQ(store_->totals(kKey)->oldest, kStart + std::chrono::days(90));
  EXPECT_EQ(*store_->drop_before(kStart + std::chrono::days(200)), 50u);
  EXPECT_EQ(count(all()), 0u);
  if (GetParam().durable) reopen();
  EXPECT_EQ(append(young, kKey, kStart + std::chrono::days(91)).added, 50u);
  EXPECT_FALSE(*store_->get("org-1", id)) << "an id is never given again";
}

TEST_P(EventStoreContract, ReadersAndWritersAtOnce) {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> acknowledged{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < 2; ++w) {
    threads.emplace_back([&, w] {
      for (int i = 0; i < 60; ++i) {
        EventList list;
        for (int k = 0; k < 5; ++k)
          list.add(std::to_string(w) + "-" + std::to_string(i) + "-" + std::to_string(k),
                   kStart + std::chrono::seconds(i));
        const auto r =
            store_->append({"org-1", "device-" + std::to_string(w), "auditevents"}, list.events(), kArrival);
        EXPECT_TRUE(r && r->added == 5);
        acknowledged += 5;
      }
    });
  }
  for (int r = 0; r < 2; ++r) {
    threads.emplace_back([&] {
      while (!stop) {
        const auto before = acknowledged.load();
        const auto n = store_->count(all(), {});
        ASSERT_TRUE(n) << n.error().message;
        EXPECT_GE(*n, before) << "what was acknowledged is visible";
        EXPECT_EQ(*n % 5, 0u) << "an append is seen whole or not at all";
        const auto page = store_->find(all(), {}, {});
        ASSERT_TRUE(page) << page.error().message;
        static_cast<void>(store_->last_24h({"org-1", "device-0", "auditevents"}, kArrival));
        static_cast<void>(store_->totals({"org-1", "device-1", "auditevents"}));
      }
    });
  }
  threads.emplace_back([&] {
    while (!stop) EXPECT_TRUE(store_->housekeep({}));
  });
  threads[0].join();
  threads[1].join();
  stop = true;
  for (std::size_t i = 2; i < threads.size(); ++i) threads[i].join();
  EXPECT_EQ(count(all()), 600u);
}

}  // namespace picket::store
