#include "onepassword_simulator/quiet_month.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "onepassword_simulator/random.h"

namespace picket::onepassword_simulator {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Office {
  const char *code, *country, *city, *address;
  int begin;  ///< hour (UTC) at which people come
  unsigned share;
};
/// A large office in one time zone makes the bursts that rules must bear: everybody behind one address.
constexpr Office kOffices[] = {{"SE", "Sweden", "Stockholm", "192.0.2.1", 7, 40}, {"SE", "Sweden", "Gothenburg", "192.0.2.2", 7, 15},
                               {"DE", "Germany", "Berlin", "203.0.113.1", 7, 15}, {"CA", "Canada", "Toronto", "198.51.100.1", 13, 20},
                               {"US", "United States", "Boston", "198.51.100.2", 13, 10}};
constexpr Office kAbroad[] = {{"FR", "France", "Paris", "203.0.113.64", 7, 0}, {"GB", "United Kingdom", "London", "203.0.113.80", 8, 0},
                              {"JP", "Japan", "Tokyo", "203.0.113.96", 0, 0}, {"BR", "Brazil", "Recife", "203.0.113.112", 11, 0},
                              {"ES", "Spain", "Valencia", "203.0.113.128", 7, 0}};
constexpr const char* kApps[] = {"1Password Browser Extension", "1Password Browser Extension", "1Password for Mac", "1Password for Windows",
                                 "1Password for iOS", "1Password for Web"};
constexpr unsigned kServiceAccounts = 12, kPipelines = 8, kVaults = 240, kItems = 40, kHelpDesk = 4;

struct Colleague {
  std::string uuid, email, home;  ///< home: the address there
  const Office* office;
  unsigned team;
  bool developer;
  int away_from = -1, away_to = -1;  ///< days of a journey: the one of leaving, the last one abroad
  const Office* abroad = nullptr;
  unsigned exports = 0;
};

/// The second thing of an audit event.
struct Aux {
  const Colleague* person = nullptr;
  std::string uuid{}, info{};
};

class Month {
 public:
  Month(const QuietMonthOptions& options, const std::function<void(StreamKind, TimePoint, std::string_view)>& event)
      : options_(options), event_(event), random_(mix(options.seed)) {
    for (unsigned i = 0; i < options.people; ++i) people_.push_back(make_colleague(i));
    for (unsigned i = 0; i < kServiceAccounts + kPipelines; ++i) {
      Colleague machine = make_colleague(1'000'000 + i);
      machine.email = fmt::format("sa{}@1passwordserviceaccounts.com", i);
      machines_.push_back(machine);
    }
    scim_ = make_colleague(2'000'000);
    scim_.email = "scim@1passwordserviceaccounts.com";
    plan_journeys();
  }

  void run() {
    for (unsigned day = 0; day < options_.days; ++day) {
      day_ = static_cast<int>(day);
      midnight_ = options_.begin + hours(24) * day;
      const bool weekend = day % 7 >= 5;
      machines();
      for (Colleague& one : people_)
        if (random_.below(100) < (weekend ? 6 : 92)) working_day(one, weekend);
      if (!weekend) administration();
      if (day == 8 || day == 22) after_a_release();
      if (day == 10) once();
      flush();
    }
  }

 private:
  struct Entry {
    TimePoint time;
    StreamKind stream;
    std::string record;
  };

  Colleague make_colleague(unsigned number) {
    Colleague one;
    append_uuid(one.uuid, mix(options_.seed * 31 + number), number, LetterCase::kUpper);
    one.email = fmt::format("person{}@quist-lind.example.test", number);
    one.home = fmt::format("2001:db8:{:x}::{:x}", number / 250 + 1, number + 1);
    unsigned at = random_.below(100);
    for (const Office& office : kOffices) {
      one.office = &office;
      if (at < office.share) break;
      at -= office.share;
    }
    one.team = number / 12;
    one.developer = number % 10 == 3;
    return one;
  }
  void plan_journeys() {
    for (Colleague& one : people_) {
      if (random_.below(100) >= 12) continue;  // one in eight goes somewhere in a month
      one.away_from = static_cast<int>(random_.below(options_.days));
      one.away_to = one.away_from + 1 + static_cast<int>(random_.below(5));
      one.abroad = &kAbroad[random_.below(std::size(kAbroad))];
    }
  }
  Colleague& anybody() { return people_[random_.below(static_cast<std::uint32_t>(people_.size()))]; }
  Colleague& help_desk() { return people_[random_.below(kHelpDesk)]; }

  /// Mostly mornings and afternoons of the office.
  TimePoint office_time(const Colleague& one) {
    const unsigned hour = random_.below(10), dip = random_.below(10);
    return midnight_ + hours(one.office->begin + (hour == 5 && dip < 6 ? 3 : static_cast<int>(hour))) + seconds(random_.below(3600));
  }

  // --- records

  void add(StreamKind stream, TimePoint time, std::string rest) {
    std::string record = R"({"uuid":")";
    ++count_;
    append_uuid(record, mix(count_ ^ (options_.seed << 40)), count_, LetterCase::kUpper);
    fmt::format_to(std::back_inserter(record), R"(","timestamp":"{}",{}}})", format_rfc3339_seconds(time), rest);
    today_.push_back({time, stream, std::move(record)});
  }
  static std::string user(const Colleague& one) { return fmt::format(R"({{"uuid":"{}","name":"","email":"{}"}})", one.uuid, one.email); }

  struct Where {
    const Office* place;
    std::string address;
  };
  Where where(const Colleague& one, TimePoint time) {
    const int day = static_cast<int>((time - options_.begin) / hours(24));
    if (one.abroad != nullptr && day > one.away_from && day <= one.away_to) {
      const bool roaming = random_.below(3) == 0;  // a phone abroad keeps an address of home
      return roaming ? Where{one.office, "198.51.100." + std::to_string(100 + random_.below(100))} : Where{one.abroad, one.abroad->address};
    }
    if (random_.below(10) < 3) return {one.office, one.home};
    return {one.office, one.office->address};
  }
  void sign_in(const Colleague& one, TimePoint time, const Where& at, const char* category, const char* type) {
    add(StreamKind::kSignInAttempts, time,
        fmt::format(R"("session_uuid":"S{}","country":"{}","category":"{}","type":"{}","details":null,"target_user":{},"client":{{"app_name":"{}",)"
                    R"("platform_name":"pc","os_name":"MacOSX","ip_address":"{}"}},"location":{{"country":"{}","city":"{}"}})",
                    count_, at.place->code, category, type, user(one), kApps[random_.below(std::size(kApps))], at.address, at.place->country, at.place->city));
  }
  void use(const Colleague& one, TimePoint time, const char* action, unsigned vault, unsigned item, const char* app, const Where& at) {
    add(StreamKind::kItemUsages, time,
        fmt::format(R"("used_version":1,"vault_uuid":"vault{}","item_uuid":"item{}x{}","action":"{}","user":{},"client":{{"app_name":"{}","platform_name":"pc",)"
                    R"("os_name":"MacOSX","ip_address":"{}"}},"location":{{"country":"{}","city":"{}"}})",
                    vault, vault, item, action, user(one), app, at.address, at.place->country, at.place->city));
  }
  void audit(const Colleague& actor, TimePoint time, const char* action, const char* type, const std::string& object, const Aux& aux = {}) {
    std::string more;
    if (aux.person != nullptr) more = fmt::format(R"("aux_uuid":"{}","aux_details":{},)", aux.person->uuid, user(*aux.person));
    if (!aux.uuid.empty()) more = fmt::format(R"("aux_uuid":"{}",)", aux.uuid);
    if (!aux.info.empty()) more += fmt::format(R"("aux_info":"{}",)", aux.info);
    add(StreamKind::kAuditEvents, time,
        fmt::format(R"("actor_uuid":"{}","actor_details":{},"actor_type":"user","action":"{}","object_type":"{}","object_uuid":"{}",{})"
                    R"("session":{{"uuid":"S","ip":"{}"}},"location":{{"country":"{}","city":"{}"}})",
                    actor.uuid, user(actor), action, type, object, more, actor.office->address, actor.office->country, actor.office->city));
  }
  std::string vault_name(unsigned number) { return "vault" + std::to_string(number); }

  // --- people

  void working_day(Colleague& one, bool weekend) {
    const bool stops_over = one.away_from == day_ && random_.below(8) == 0;
    if (stops_over) stop_over(one);
    const unsigned sign_ins = stops_over ? 0 : weekend ? 1 : 2 + random_.below(5);
    for (unsigned i = 0; i < sign_ins; ++i) sign_in_with_errors(one, office_time(one));
    const unsigned fills = weekend ? random_.below(6) : 10 + random_.below(random_.below(4) == 0 ? 51 : 26);
    for (unsigned i = 0; i < fills; ++i) use_one(one, "fill", kApps[0]);
    const unsigned bursts = weekend ? 0 : random_.below(4);
    for (unsigned i = 0; i < bursts; ++i) look_up(one);
    if (random_.below(100) < 45) use_one(one, random_.below(2) == 0 ? "enter-item-edit-mode" : "server-update", kApps[2]);
    if (random_.below(100) < 15) use_one(one, "server-create", kApps[2]);
    if ((one.developer && !weekend) || random_.below(400) == 0) command_line(one);  // now and then somebody tries it
    for (unsigned i = random_.below(4); i > 0; --i) audit(one, office_time(one), random_.below(2) == 0 ? "dlgsess" : "ssotknv", "dlgdsess", "d");
    if (random_.below(100) < 30) audit(one, office_time(one), "patch", "items", vault_name(own_vault(one)));
    if (random_.below(1000) < 12) share(one, office_time(one));
    if (random_.below(1000) < 8) new_device(one);
    if (random_.below(1000) < 3) audit(one, office_time(one), "changemp", "user", one.uuid);
    if (random_.below(10000) < 3) audit(one, office_time(one), "changesk", "user", one.uuid);
    if (one.away_from == day_) audit(one, office_time(one), "trvlaway", "user", one.uuid);
    if (one.away_to == day_) audit(one, office_time(one), "trvlback", "user", one.uuid);
  }
  void share(const Colleague& one, TimePoint time) {
    audit(one, time, "share", "item", "item", {nullptr, vault_name(own_vault(one))});
    use(one, time, "share", own_vault(one), random_.below(kItems), kApps[2], where(one, time));
  }
  /// A person signs in on it at once; a phone or computer on which an app is installed again is authorised again instead.
  void new_device(const Colleague& one) {
    const TimePoint time = office_time(one);
    audit(one, time, random_.below(4) == 0 ? "reauth" : "create", "device", "device", {&one});
    sign_in(one, time, where(one, time), "success", "credentials_ok");
    if (random_.below(3) == 0) audit(one, time + hours(1), "delete", "device", "old", {&one});
  }
  unsigned own_vault(const Colleague& one) { return (one.team * 3 + random_.below(3)) % kVaults; }
  void use_one(const Colleague& one, const char* action, const char* app) {
    const TimePoint time = office_time(one);
    use(one, time, action, own_vault(one), random_.below(kItems), app, where(one, time));
  }
  /// One to five items shown or copied; now and then somebody sets a machine up and needs a dozen.
  void look_up(const Colleague& one) {
    const TimePoint time = office_time(one);
    const Where at = where(one, time);
    const unsigned vault = own_vault(one), items = random_.below(200) == 0 ? 8 + random_.below(8) : 1 + random_.below(5);
    for (unsigned i = 0; i < items; ++i)
      use(one, time + seconds(20 * i + random_.below(15)), random_.below(2) == 0 ? "reveal" : "secure-copy", vault, random_.below(kItems), kApps[2], at);
  }
  void command_line(const Colleague& one) {
    const TimePoint time = office_time(one);
    const Where at = where(one, time);
    const unsigned vault = own_vault(one), items = random_.below(20) == 0 ? 30 : 1 + random_.below(12);
    for (unsigned i = 0; i < items; ++i) use(one, time + seconds(i), "server-fetch", vault, i % kItems, "1Password CLI", at);
  }
  void sign_in_with_errors(Colleague& one, TimePoint time) {
    const Where at = where(one, time);
    const unsigned dice = random_.below(10'000);
    if (dice < 5) {  // forgotten: many tries, then it comes back to mind, or the help desk
      const unsigned tries = 4 + random_.below(5);
      for (unsigned i = 0; i < tries; ++i) sign_in(one, time + seconds(40 * i), at, "credentials_failed", "password_secret_bad");
      time += minutes(7);
      if (dice < 2) {
        const Colleague& helper = help_desk();
        audit(helper, time, "beginr", "user", one.uuid);
        time += minutes(15 + random_.below(60));
        audit(one, time, "changesk", "user", one.uuid);
        audit(one, time, "changemp", "user", one.uuid);
        audit(helper, time + minutes(3), "completr", "user", one.uuid);
        time += minutes(5);
      }
    } else if (dice < 230) {  // a typing error, or two
      for (unsigned i = random_.below(10) < 7 ? 1 : 2; i > 0; --i) sign_in(one, time - seconds(25 * i), at, "credentials_failed", "password_secret_bad");
    } else if (dice < 255) {  // a code that came too late
      for (unsigned i = random_.below(10) < 7 ? 1 : random_.below(10) < 8 ? 2 : 3; i > 0; --i) sign_in(one, time - seconds(31 * i), at, "mfa_failed", random_.below(2) == 0 ? "totp_bad" : "duo_timeout");
    } else if (dice < 257) {
      sign_in(one, time - seconds(40), at, "sso_failed", "sso_user_mismatch");
    } else if (dice < 258) {  // a client that keeps an old password
      for (unsigned i = 0; i < 18; ++i) sign_in(one, time + minutes(10 * i), at, "credentials_failed", "password_secret_bad");
      return;
    }
    const unsigned kind = random_.below(10);
    if (kind < 5) sign_in(one, time, at, "success", "credentials_ok");
    if (kind >= 4 && kind < 8) sign_in(one, time + seconds(8), at, "success", "mfa_ok");
    if (kind >= 8) sign_in(one, time, at, "success", "federated");
  }
  /// Home in the morning, an airport in a third country, the journey's end later that day.
  void stop_over(const Colleague& one) {
    const TimePoint start = midnight_ + hours(5);
    const Office& airport = kAbroad[random_.below(2)];
    sign_in(one, start, {one.office, one.home}, "success", "credentials_ok");
    const TimePoint stop = start + minutes(150 + random_.below(90));
    sign_in(one, stop, {&airport, "203.0.113.200"}, "success", "credentials_ok");
    const TimePoint arrival = stop + minutes(150 + random_.below(300));
    sign_in(one, arrival, {one.abroad, one.abroad->address}, "success", "credentials_ok");
    sign_in(one, arrival + minutes(10), {one.office, "198.51.100.150"}, "success", "mfa_ok");  // the phone, which roams
  }
  void after_a_release() {
    for (Colleague& one : people_) {
      if (random_.below(100) >= 5) continue;
      const TimePoint time = office_time(one);
      for (unsigned i = 1 + random_.below(3); i > 0; --i) sign_in(one, time + minutes(i), where(one, time), "modern_version_failed", "modern_version_old");
    }
  }

  // --- machines: a fixed cadence, one address, the same items again and again

  void machines() {
    for (unsigned i = 0; i < kServiceAccounts; ++i)
      for (unsigned run = 0; run < 144; ++run)
        for (unsigned item = 0; item < 4; ++item)
          use(machines_[i], midnight_ + minutes(10 * run) + seconds(i * 7 + item), "server-fetch", i, item, i % 4 == 0 ? "1Password Connect Server" : "1Password SDK",
              {&kOffices[0], "192.0.2.200"});
    for (unsigned i = 0; i < kPipelines && day_ % 7 < 5; ++i)  // runners come and go, in one region
      for (unsigned run = 20 + random_.below(40); run > 0; --run) {
        const TimePoint time = midnight_ + hours(7) + seconds(random_.below(12 * 3600));
        const std::string runner = "198.51.100." + std::to_string(200 + random_.below(50));
        for (unsigned item = 0; item < 6; ++item) use(machines_[kServiceAccounts + i], time + seconds(item), "server-fetch", 20 + i, item, "1Password CLI", {&kOffices[4], runner});
      }
  }

  // --- what administrators, provisioning and owners of vaults do

  void administration() {
    const TimePoint morning = midnight_ + hours(8);
    const auto some_time = [&] { return morning + minutes(random_.below(8 * 60)); };
    const unsigned newcomers = day_ % 7 == 0 ? 6 + random_.below(12) : random_.below(2);
    for (unsigned i = 0; i < newcomers; ++i) welcome(morning + minutes(2 * i));
    for (unsigned i = random_.below(3); i > 0; --i) audit(scim_, some_time(), "suspend", "user", people_[kHelpDesk + random_.below(static_cast<unsigned>(people_.size()) - kHelpDesk)].uuid + "left");
    if (day_ == 28 || day_ == 25)
      for (unsigned i = 0; i < 20; ++i) audit(scim_, morning + seconds(9 * i), "delete", "user", fmt::format("left{}", i));
    if (random_.below(5) == 0) leave_and_return();
    for (unsigned i = 2 + random_.below(6); i > 0; --i) new_vault(anybody(), some_time());
    for (unsigned i = 10 + random_.below(20); i > 0; --i) audit(anybody(), some_time(), random_.below(4) == 0 ? "update" : "grant", "uva", vault_name(random_.below(kVaults)), {&anybody()});
    for (unsigned i = random_.below(4); i > 0; --i) audit(help_desk(), some_time(), "grant", "gva", vault_name(random_.below(kVaults)), {nullptr, fmt::format("group{}", random_.below(40))});
    if (random_.below(4) == 0) new_team(some_time());
    if (random_.below(3) == 0) audit(help_desk(), some_time(), "role", "gm", "group", {&anybody(), "", "A"});
    for (unsigned i = random_.below(4); i > 0; --i) new_phone(some_time());
    if (random_.below(5) == 0) audit(help_desk(), some_time(), "dealldev", "user", anybody().uuid);
    for (unsigned i = random_.below(4); i > 0; --i) audit(anybody(), some_time(), "view", "report", "report");
    if (random_.below(3) == 0) contractors(some_time());
    if (random_.below(3) == 0) export_a_vault(anybody(), some_time());
    if (random_.below(4) == 0) audit(anybody(), some_time(), "create", "satoken", "integration");
    if (random_.below(6) == 0) new_pipeline(anybody(), some_time());
    if (random_.below(3) == 0) tidy_up(anybody(), some_time());
    if (random_.below(4) == 0) audit(anybody(), some_time(), "purge", "items", vault_name(random_.below(kVaults)));
    if (random_.below(6) == 0) hand_over(anybody(), some_time());
  }
  void welcome(TimePoint time) {
    Colleague one = make_colleague(10'000 + static_cast<unsigned>(count_ % 1'000'000));
    audit(scim_, time, "create", "invite", one.uuid);
    audit(scim_, time + seconds(5), "provsn", "user", one.uuid);
    audit(scim_, time + seconds(6), "join", "gm", "everybody", {&one, "", "R"});
    audit(scim_, time + seconds(7), "join", "gm", "office", {&one, "", "R"});
    const TimePoint first = time + minutes(40 + random_.below(180));
    audit(one, first, "activate", "user", one.uuid);
    audit(one, first + minutes(1), "changemp", "user", one.uuid);
    for (int i = 0; i < 3; ++i) audit(one, first + minutes(3 * i + 2), "create", "device", "device", {&one});
    sign_in(one, first + minutes(2), {one.office, one.office->address}, "success", "credentials_ok");
    audit(help_desk(), first + hours(1), "grant", "uva", vault_name(one.team % kVaults), {&one});
    for (unsigned i = 0; i < 15; ++i) use(one, first + minutes(5 + 4 * i), "reveal", one.team % kVaults, i, kApps[2], {one.office, one.office->address});
  }
  void leave_and_return() {
    const Colleague& one = anybody();
    const TimePoint time = midnight_ + hours(9);
    audit(scim_, time, "suspend", "user", one.uuid);
    audit(help_desk(), time + minutes(5), "reactive", "user", one.uuid);  // back from leave, or suspended by mistake
  }
  void new_vault(const Colleague& one, TimePoint time) {
    const std::string vault = fmt::format("new{}", count_);
    audit(one, time, "create", "vault", vault);
    audit(one, time + seconds(1), "grant", "uva", vault, {&one});
    for (unsigned i = random_.below(6); i > 0; --i) audit(one, time + seconds(30 * i), "grant", "uva", vault, {&anybody()});
  }
  void new_team(TimePoint time) {
    const Colleague& one = help_desk();
    const std::string group = fmt::format("team{}", count_);
    audit(one, time, "create", "group", group);
    audit(one, time + seconds(1), "join", "gm", group, {&one, "", "A"});
    for (unsigned i = 0; i < 9; ++i) audit(one, time + seconds(20 + 4 * i), "join", "gm", group, {&anybody(), "", "R"});
    for (unsigned i = 0; i < 5; ++i) audit(one, time + minutes(3) + seconds(15 * i), "grant", "gva", vault_name(random_.below(kVaults)), {nullptr, group});
  }
  void new_phone(TimePoint time) {
    Colleague& one = anybody();
    audit(help_desk(), time, "disblmfa", "user", one.uuid);
    audit(one, time + minutes(12), "enblmfa", "user", one.uuid);
    audit(one, time + minutes(10), "create", "device", "device", {&one});
  }
  void contractors(TimePoint time) {
    const Colleague& one = help_desk();
    for (unsigned i = 1 + random_.below(5); i > 0; --i) audit(one, time + minutes(2 * i), "create", "invite", "invite");
  }
  void export_a_vault(const Colleague& one, TimePoint time) {
    const unsigned vault = own_vault(one), items = 3 + random_.below(kItems - 3);
    audit(one, time, "export", "vault", vault_name(vault));
    for (unsigned i = 0; i < items; ++i) use(one, time + seconds(1), "export", vault, i, kApps[2], {one.office, one.office->address});
  }
  void new_pipeline(const Colleague& one, TimePoint time) {
    Colleague machine = make_colleague(3'000'000 + static_cast<unsigned>(count_ % 1'000'000));
    machine.email = fmt::format("new{}@1passwordserviceaccounts.com", count_);
    audit(one, time, "create", "sa", machine.uuid);
    audit(one, time + seconds(2), "create", "satoken", machine.uuid);
    for (unsigned i = 0; i < 40; ++i) use(machine, time + minutes(5 + i), "server-fetch", 30, i % 5, "1Password CLI", {&kOffices[4], "198.51.100.220"});
  }
  void tidy_up(const Colleague& one, TimePoint time) {
    for (unsigned i = 1 + random_.below(2); i > 0; --i) audit(one, time + minutes(3 * i), "delete", "vault", fmt::format("old{}", count_));
  }
  void hand_over(const Colleague& one, TimePoint time) {
    for (unsigned i = 2 + random_.below(4); i > 0; --i) audit(one, time + minutes(i), "share", "item", fmt::format("item{}", count_), {nullptr, "vault1"});
  }
  /// What happens once in a month somewhere: a planned change of the firewall; the vault of a colleague who left is taken over.
  void once() {
    const TimePoint time = midnight_ + hours(11);
    audit(people_[0], time, "updatfw", "account", "account");
    audit(people_[1], time + hours(2), "grant", "uva", vault_name(77), {&people_[1]});
    use(people_[1], time + hours(2) + minutes(10), "reveal", 77, 3, kApps[2], {people_[1].office, people_[1].office->address});
  }

  void flush() {
    std::stable_sort(today_.begin(), today_.end(), [](const Entry& a, const Entry& b) { return a.time < b.time; });
    // what runs past midnight waits for its day
    const TimePoint end = midnight_ + hours(24);
    auto stop = std::find_if(today_.begin(), today_.end(), [&](const Entry& entry) { return entry.time >= end; });
    for (auto entry = today_.begin(); entry != stop; ++entry) event_(entry->stream, entry->time, entry->record);
    today_.erase(today_.begin(), stop);
  }

  const QuietMonthOptions options_;
  const std::function<void(StreamKind, TimePoint, std::string_view)>& event_;
  Sequence random_;
  std::vector<Colleague> people_, machines_;
  Colleague scim_;
  std::vector<Entry> today_;
  std::uint64_t count_ = 0;
  int day_ = 0;
  TimePoint midnight_{};
};

}  // namespace

void quiet_month(const QuietMonthOptions& options, const std::function<void(StreamKind, TimePoint, std::string_view)>& event) {
  Month(options, event).run();
}

}  // namespace picket::onepassword_simulator
