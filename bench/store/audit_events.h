#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/event.h"

namespace picket::bench {

/// splitmix64: the same numbers everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t n) { return next() % n; }

 private:
  std::uint64_t state_;
};

/// Audit events in the shape of 1Password's v2 answer, about 830 bytes each: every uuid unique, time rising,
/// a few hundred people, their sessions and devices, targets partly shared and partly never seen before.
class AuditEvents {
 public:
  struct Event {
    std::string raw, uid, actor_uid, actor_email, ip, target;
    std::string_view action;
    std::int64_t time_us = 0;
  };

  explicit AuditEvents(std::uint64_t seed, std::int64_t start_s = 1'790'000'000,
                       std::int64_t step_us = 2'500'000)
      : random_(seed), account_(uid()), time_us_(start_s * 1'000'000), step_us_(step_us) {
    for (auto& p : people_) {
      const auto n = random_.below(100'000);
      p = {uid(),
           fmt::format("Person {} Number{}", kNames[n % kNames.size()], n),
           fmt::format("{}.number{}@example.test", kNames[n % kNames.size()], n),
           fmt::format("203.0.{}.{}", random_.below(256), random_.below(256)),
           uid(),
           lower(uid()),
           random_.below(kPlaces.size())};
    }
    for (auto& o : objects_) o = lower(uid());
  }

  Event next() {
    static constexpr std::array<std::string_view, 8> kActions = {"create", "join",  "update", "grant",
                                                                 "revoke", "leave", "begin",  "complete"};
    static constexpr std::array<std::string_view, 6> kObjects = {"gm",     "uva", "user",
                                                                 "device", "gva", "invite"};
    const auto& a = people_[random_.below(people_.size())];
    const auto& b = people_[random_.below(people_.size())];
    if (random_.below(40) == 0) people_[random_.below(people_.size())].session = uid();  // a new sign-in
    Event e;
    time_us_ += step_us_ / 2 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(step_us_)));
    time_us_ -= time_us_ % 1000;
    e.time_us = time_us_;
    e.uid = uid();
    e.action = kActions[random_.below(kActions.size())];
    e.target = random_.below(2) == 0 ? lower(uid()) : objects_[random_.below(objects_.size())];
    e.actor_uid = a.uid;
    e.actor_email = a.email;
    e.ip = a.ip;
    const auto aux = uid();
    e.raw = fmt::format(
        R"({{"uuid":"{}","timestamp":"{}","actor_uuid":"{}","actor_details":{{"uuid":"{}","name":"{}","email":"{}"}},)"
        R"("actor_type":"user","account_uuid":"{}","action":"{}","object_type":"{}","object_uuid":"{}",)"
        R"("aux_id":{},"aux_uuid":"{}","aux_details":{{"uuid":"{}","name":"{}","email":"{}"}},"aux_info":"A",)"
        R"("session":{{"uuid":"{}","login_time":"{}","device_uuid":"{}","ip":"{}"}},)"
        R"("location":{}}})",
        e.uid, format_rfc3339(from_micros(e.time_us)), a.uid, a.uid, a.name, a.email, account_, e.action,
        kObjects[random_.below(kObjects.size())], e.target, random_.below(10'000'000), b.uid, b.uid, b.name,
        b.email, a.session,
        format_rfc3339(from_micros(e.time_us - static_cast<std::int64_t>(random_.below(3'600'000)) * 1000)),
        a.device, a.ip, kPlaces[a.place]);
    return e;
  }

  static model::EventView view(const Event& e) {
    model::EventView v;
    // as a normaliser does: the id is a view into the record
    v.vendor_uid = std::string_view(e.raw).substr(9, e.uid.size());
    v.time = from_micros(e.time_us);
    v.class_uid = 3001;
    v.activity_id = 1;
    v.outcome = model::Outcome::kSuccess;
    v.action = e.action;
    v.actor_uid = e.actor_uid;
    v.actor_email = e.actor_email;
    v.source_ip = e.ip;
    v.target = e.target;
    return v;
  }

 private:
  struct Person {
    std::string uid, name, email, ip, session, device;
    std::size_t place = 0;
  };
  static constexpr std::array<std::string_view, 5> kNames = {"ada", "bo", "grace", "linus", "margaret"};
  static constexpr std::array<std::string_view, 5> kPlaces = {
      R"({"country":"Sweden","region":"Stockholm","city":"Stockholm","latitude":59.33,"longitude":18.06})",
      R"({"country":"Canada","region":"Ontario","city":"Toronto","latitude":43.64,"longitude":-79.43})",
      R"({"country":"Germany","region":"Bavaria","city":"Munich","latitude":48.13,"longitude":11.57})",
      R"({"country":"Japan","region":"Tokyo","city":"Tokyo","latitude":35.67,"longitude":139.65})",
      R"({"country":"Brazil","region":"Parana","city":"Curitiba","latitude":-25.42,"longitude":-49.27})"};

  std::string uid() {
    static constexpr char k32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::string out(26, 'A');
    auto a = random_.next(), b = random_.next();
    for (std::size_t i = 0; i < 13; ++i, a >>= 4, b >>= 4) {
      out[i] = k32[a & 31];
      out[i + 13] = k32[b & 31];
    }
    return out;
  }
  static std::string lower(std::string text) {
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return text;
  }

  Random random_;
  std::string account_;
  std::int64_t time_us_, step_us_;
  std::array<Person, 400> people_;
  std::array<std::string, 600> objects_;
};

}  // namespace picket::bench
