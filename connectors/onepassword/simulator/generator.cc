#include "onepassword_simulator/generator.h"

#include <algorithm>

#include "onepassword_simulator/generator_tables.h"
#include "onepassword_simulator/random.h"

namespace picket::onepassword_simulator {
namespace {

void field(std::string& out, std::string_view name_with_quote, std::string_view value) {
  out += name_with_quote;
  out += value;
  out += '"';
}

void number(std::string& out, std::uint64_t value) {
  char text[20];
  char* at = text + 20;
  do {
    *--at = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  out.append(at, static_cast<std::size_t>(text + 20 - at));
}

void two(char* to, unsigned value) {
  to[0] = static_cast<char>('0' + value / 10);
  to[1] = static_cast<char>('0' + value % 10);
}

void address(std::string& out, std::string_view network, unsigned host) {
  out += network;
  out += '.';
  number(out, host);
}

}  // namespace

struct Generator::Session {
  const Person* person;
  std::uint64_t uuid_high, uuid_low;
  std::uint64_t sign_in;  ///< index of the sign-in that began it
  TimePoint login;
};

Generator::Generator(std::uint64_t seed, unsigned account, std::shared_ptr<const Timeline> timeline,
                     const Variety& variety)
    : given_seed_(seed),
      seed_(mix(seed ^ (std::uint64_t{account} << 40))),
      account_(account),
      timeline_(std::move(timeline)),
      variety_(variety) {}

const Company& Generator::company() const {
  std::call_once(once_, [this] {
    company_ = std::make_unique<const Company>(given_seed_, account_, variety_.non_ascii);
  });
  return *company_;
}

std::uint64_t Generator::salt_of(StreamKind kind, std::uint64_t index) const {
  return mix(seed_ ^ mix((index << 2) | index_of(kind)));
}

void Generator::append_event_uuid(std::string& out, StreamKind kind, std::uint64_t index) const {
  // unique by construction: `mix` is a bijection of (account, stream, index)
  append_uuid(out, mix((std::uint64_t{account_} << 46) | (std::uint64_t{index_of(kind)} << 44) | index),
              salt_of(kind, index), LetterCase::kUpper);
}

std::string Generator::uuid(StreamKind kind, std::uint64_t index) const {
  std::string out;
  append_event_uuid(out, kind, index);
  return out;
}

TimePoint Generator::timestamp(StreamKind kind, const Event& event) const {
  if (kind != StreamKind::kItemUsages || !variety_.late_item_usage) return event.arrived;
  const std::uint64_t dice = salt_of(kind, event.index) >> 7;
  if (dice % 8 != 0) return event.arrived;
  return event.arrived - std::chrono::minutes(10 + (dice >> 8) % (24 * 60 - 10));
}

void Generator::append(std::string& out, StreamKind kind, ApiVersion version, const Event& event) const {
  switch (kind) {
    case StreamKind::kAuditEvents:
      return audit_event(out, version, event);
    case StreamKind::kItemUsages:
      return item_usage(out, version, event);
    case StreamKind::kSignInAttempts:
      return sign_in_attempt(out, version, event);
  }
}

/// RFC 3339 with nanoseconds, trailing zeros trimmed, as the service writes them.
void Generator::append_time(std::string& out, StreamKind kind, std::uint64_t index, TimePoint time) const {
  const std::uint64_t dice = salt_of(kind, index);
  int offset_minutes = 0;
  unsigned digits = 9;
  if (variety_.mixed_times) {
    digits = static_cast<unsigned>((dice >> 3) % 4) * 3;
    if ((dice >> 11) % 5 == 0) offset_minutes = -180;
  }
  const auto shown = time + std::chrono::minutes(offset_minutes);
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  const std::chrono::year_month_day date(day);
  const std::int64_t us = (shown - day).count();
  const auto second = static_cast<unsigned>(us / 1'000'000);
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  char text[40] = "0000-00-00T00:00:00.";
  two(text, year / 100);
  two(text + 2, year % 100);
  two(text + 5, static_cast<unsigned>(date.month()));
  two(text + 8, static_cast<unsigned>(date.day()));
  two(text + 11, second / 3600);
  two(text + 14, second / 60 % 60);
  two(text + 17, second % 60);
  auto nanos = static_cast<unsigned>(us % 1'000'000) * 1000 + static_cast<unsigned>(dice % 1000);
  for (int i = 28; i >= 20; --i, nanos /= 10) text[i] = static_cast<char>('0' + nanos % 10);
  std::size_t length = 20 + digits;
  while (length > 20 && text[length - 1] == '0') --length;
  if (length == 20) --length;
  out.append(text, length);
  out += offset_minutes == 0 ? "Z" : "-03:00";
}

void Generator::append_user(std::string& out, const Person& person, ApiVersion version) const {
  out += version == ApiVersion::kV2 ? person.v2_json : person.v1_json;
}

void Generator::append_location(std::string& out, std::size_t place, std::uint64_t dice) const {
  if (variety_.no_location || dice % 32 == 0) {
    if (variety_.nulls) out += R"(,"location":null)";
    return;
  }
  out += R"(,"location":)";
  out += company().places[place].json;
}

void Generator::append_client(std::string& out, const Person& person, std::uint64_t dice,
                              bool attacker) const {
  const App* app = &kApps[0];
  unsigned at = static_cast<unsigned>(dice % 20);
  for (const auto& candidate : kApps) {
    app = &candidate;
    if (at < candidate.weight) break;
    at -= candidate.weight;
  }
  field(out, R"(,"client":{"app_name":")", app->name);
  field(out, R"(,"app_version":")", app->version);
  field(out, R"(,"platform_name":")",
        app->platform != nullptr ? std::string_view(app->platform) : person.computer);
  field(out, R"(,"platform_version":")", app->platform_version);
  field(out, R"(,"os_name":")", app->os);
  field(out, R"(,"os_version":")", app->os_version);
  out += R"(,"ip_address":")";
  if (attacker)
    out += "203.0.113.66";
  else
    address(out, company().places[person.place].network, person.host);
  out += "\"}";
}

void Generator::append_extra(std::string& out, std::uint64_t dice) const {
  if (variety_.unknown_fields && dice % 16 == 3)
    out += R"(,"confidence":{"level":0.75,"reasons":["new","field"]})";
}

bool Generator::signed_in(std::uint64_t index) const {
  const std::string_view category = sign_in_of(salt_of(StreamKind::kSignInAttempts, index) >> 20).category;
  return category == "success";
}

/// Which session an event belongs to: a successful sign-in shortly before it, so that `session.uuid` and
/// `login_time` of an audit event are those of a sign-in attempt that exists.
Generator::Session Generator::session_for(const Event& event) const {
  const std::uint64_t dice = salt_of(StreamKind::kAuditEvents, event.index) >> 13;
  const std::uint64_t backlog = timeline_->events();
  const std::uint64_t newest = std::min(event.index, backlog);
  std::uint64_t sign_in = newest - std::min<std::uint64_t>(newest, 1 + dice % 24);
  while (sign_in > 0 && !signed_in(sign_in)) --sign_in;
  const std::uint64_t salt = salt_of(StreamKind::kSignInAttempts, sign_in);
  const bool known = sign_in < newest && signed_in(sign_in);
  return {&company().people[(salt >> 8) % company().people.size()], mix(salt ^ 5), mix(salt ^ 6), sign_in,
          known ? timeline_->at(sign_in) : event.arrived - std::chrono::minutes(20)};
}

void Generator::audit_event(std::string& out, ApiVersion version, const Event& event) const {
  const Session session = session_for(event);
  const Person& actor = *session.person;
  Sequence random(salt_of(StreamKind::kAuditEvents, event.index) ^ mix(event.salt));
  const std::uint64_t dice = random.next();
  const Kind& kind = kKinds[kKindOf[dice % 1000]];
  const Person& other = company().people[(dice >> 20) % company().people.size()];
  const bool unknown = variety_.unknown_values && (dice >> 30) % 16 == 0;

  out += R"({"uuid":")";
  append_event_uuid(out, StreamKind::kAuditEvents, event.index);
  out += R"(","timestamp":")";
  append_time(out, StreamKind::kAuditEvents, event.index, event.arrived);
  field(out, R"(","actor_uuid":")", actor.uuid);
  out += R"(,"actor_details":)";
  append_user(out, actor, version);
  if (version == ApiVersion::kV2) {
    field(out, R"(,"actor_type":"user","actor_account_uuid":")", company().account_uuid);
    field(out, R"(,"account_uuid":")", company().account_uuid);
  }
  field(out, R"(,"action":")", unknown ? "levitate" : kind.action);
  field(out, R"(,"object_type":")", unknown ? "hologram" : kind.object_type);

  const auto thing = [&](Thing what, std::uint64_t pick) {
    switch (what) {
      case Thing::kUser:
        out += other.uuid;
        break;
      case Thing::kVault:
        out += company().vaults[pick % company().vaults.size()];
        break;
      case Thing::kGroup:
        out += company().groups[pick % company().groups.size()];
        break;
      case Thing::kItem:
        out += company().items[pick % company().items.size()];
        break;
      case Thing::kReport:
        out += company().reports[pick % company().reports.size()];
        break;
      case Thing::kDevice:
        out += other.device_uuid;
        break;
      case Thing::kAccount:
        out += company().account_uuid;
        break;
      case Thing::kSession:
        append_uuid(out, mix(pick), session.uuid_low, LetterCase::kUpper);
        break;
      case Thing::kNone:
      case Thing::kOther:
        append_uuid(out, mix(pick), mix(pick ^ 1), LetterCase::kLower);
        break;
    }
  };
  const auto null = [&](std::string_view name) {
    if (variety_.nulls) out.append(",\"").append(name).append("\":null");
  };
  out += R"(,"object_uuid":")";
  thing(kind.object, random.next());
  out += '"';
  if (kind.object == Thing::kUser) {
    out += R"(,"object_details":)";
    append_user(out, other, version);
  } else {
    null("object_details");
  }
  if (kind.aux_id) {
    out += R"(,"aux_id":)";
    number(out, 4'000'000 + dice % 3'000'000);
  } else {
    null("aux_id");
  }
  if (kind.aux != Thing::kNone) {
    out += R"(,"aux_uuid":")";
    thing(kind.aux, random.next());
    out += '"';
  } else {
    null("aux_uuid");
  }
  if (kind.aux == Thing::kUser) {
    out += R"(,"aux_details":)";
    append_user(out, other, version);
  } else {
    null("aux_details");
  }
  if (kind.info == Info::kRole) {
    field(out, R"(,"aux_info":")", (dice >> 40) % 12 == 0 ? "A" : "R");
  } else if (kind.info == Info::kCounts) {
    out += R"(,"aux_info":"{\"created\":)";
    number(out, (dice >> 41) % 3);
    out += R"(,\"updated\":)";
    number(out, 1 + (dice >> 43) % 4);
    out += R"(,\"archived\":0,\"deleted\":)";
    number(out, (dice >> 45) % 2);
    out += R"(}")";
  } else {
    null("aux_info");
  }

  out += R"(,"session":{"uuid":")";
  append_uuid(out, session.uuid_high, session.uuid_low, LetterCase::kUpper);
  out += R"(","login_time":")";
  append_time(out, StreamKind::kSignInAttempts, session.sign_in, session.login);
  field(out, R"(","device_uuid":")", actor.device_uuid);
  out += R"(,"ip":")";
  address(out, company().places[actor.place].network, actor.host);
  out += "\"}";
  append_location(out, actor.place, dice >> 50);
  append_extra(out, dice >> 33);
  out += '}';
}

void Generator::item_usage(std::string& out, ApiVersion version, const Event& event) const {
  Sequence random(salt_of(StreamKind::kItemUsages, event.index) ^ mix(event.salt));
  const std::uint64_t dice = random.next();
  const Person& user = company().people[(dice >> 8) % company().people.size()];
  const auto item = static_cast<std::size_t>((dice >> 24) % company().items.size());
  const bool unknown = variety_.unknown_values && (dice >> 30) % 16 == 0;
  out += R"({"uuid":")";
  append_event_uuid(out, StreamKind::kItemUsages, event.index);
  out += R"(","timestamp":")";
  append_time(out, StreamKind::kItemUsages, event.index, timestamp(StreamKind::kItemUsages, event));
  out += R"(","used_version":)";
  number(out, 1 + (dice >> 40) % 9);
  field(out, R"(,"vault_uuid":")", company().vaults[item % company().vaults.size()]);
  field(out, R"(,"item_uuid":")", company().items[item]);
  field(out, R"(,"action":")", unknown ? "teleport" : kItemActions[(dice >> 44) % std::size(kItemActions)]);
  out += R"(,"user":)";
  append_user(out, user, version);
  append_client(out, user, random.next(), false);
  append_location(out, user.place, dice >> 50);
  if (version == ApiVersion::kV2) field(out, R"(,"account_uuid":")", company().account_uuid);
  append_extra(out, dice >> 33);
  out += '}';
}

void Generator::sign_in_attempt(std::string& out, ApiVersion version, const Event& event) const {
  const std::uint64_t salt = salt_of(StreamKind::kSignInAttempts, event.index);
  Sequence random(salt ^ mix(event.salt));
  const std::uint64_t dice = random.next();
  const SignIn& kind = event.salt == 0 ? sign_in_of(salt >> 20) : sign_in_of(dice);
  const Person& user = company().people[(salt >> 8) % company().people.size()];
  const bool blocked = kind.detail != nullptr;
  const bool unknown = variety_.unknown_values && (dice >> 30) % 16 == 0;
  const bool federated_in_v1 = version == ApiVersion::kV1 && std::string_view(kind.type) == "federated";
  out += R"({"uuid":")";
  append_event_uuid(out, StreamKind::kSignInAttempts, event.index);
  out += R"(","session_uuid":")";
  append_uuid(out, mix(salt ^ 5), mix(salt ^ 6), LetterCase::kUpper);
  out += R"(","timestamp":")";
  append_time(out, StreamKind::kSignInAttempts, event.index, event.arrived);
  field(out, R"(","country":")", blocked ? "BR" : std::string_view(company().places[user.place].country));
  field(out, R"(,"category":")", unknown ? "astral_failed" : kind.category);
  field(out, R"(,"type":")", federated_in_v1 ? "credentials_ok" : kind.type);
  if (blocked) {
    field(out, R"(,"details":{"value":")", kind.detail);
    out += '}';
  } else {
    out += R"(,"details":null)";
  }
  out += R"(,"target_user":)";
  append_user(out, user, version);
  append_client(out, user, random.next(), blocked);
  if (blocked)
    out += variety_.nulls ? R"(,"location":null)" : "";
  else
    append_location(out, user.place, dice >> 50);
  if (version == ApiVersion::kV2) field(out, R"(,"account_uuid":")", company().account_uuid);
  append_extra(out, dice >> 33);
  out += '}';
}

}  // namespace picket::onepassword_simulator
