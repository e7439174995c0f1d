// Records as OCSF documents; the table of the mapping is in README.md. Not on the hot path: documents are
// made on request.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <initializer_list>
#include <optional>
#include <string>

#include "codec/json.h"
#include "codec/json_writer.h"
#include "onepassword/actions.h"
#include "onepassword/normalise.h"
#include "onepassword/ocsf_parts.h"

namespace picket::onepassword {
namespace {

namespace bj = boost::json;
using codec::JsonWriter;

constexpr std::string_view kOcsfVersion = "1.8.0";
constexpr codec::JsonLimits kRecordLimits{.max_bytes = 8u << 20, .max_depth = 60};

std::string_view class_name(std::uint32_t class_uid) {
  switch (class_uid) {
    case kAccountChange:
      return "Account Change";
    case kAuthentication:
      return "Authentication";
    case kEntityManagement:
      return "Entity Management";
    case kUserAccess:
      return "User Access Management";
    case kGroupManagement:
      return "Group Management";
    default:
      return "API Activity";
  }
}

/// Minutes of the offset that the vendor's own spelling of the time has; nothing for Z.
std::optional<int> offset_minutes(std::string_view time) {
  if (time.size() < 6 || time[time.size() - 3] != ':') return std::nullopt;
  const std::string_view zone = time.substr(time.size() - 6);
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  const int minutes = ((zone[1] - '0') * 10 + zone[2] - '0') * 60 + (zone[4] - '0') * 10 + zone[5] - '0';
  return zone[0] == '-' ? -minutes : minutes;
}

std::int64_t millis(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// One document on its way.
struct Document {
  JsonWriter out;
  const bj::object& record;
  const model::EventView& view;
  std::string_view stream;
  std::string_view raw;

  std::string_view text(const char* key) const { return text_of(record, key); }
  const bj::object& object(const char* key) const { return object_of(record, key); }
};

void write_head(Document& d, std::string_view activity_name, std::string_view event_code) {
  const bool iam = d.view.class_uid < 4000;
  const bool failed = d.view.outcome == model::Outcome::kFailure,
             worked = d.view.outcome == model::Outcome::kSuccess;
  d.out.begin_object();
  d.out.field("activity_id", int{d.view.activity_id});
  field_if(d.out, "activity_name", activity_name);
  d.out.field("category_uid", iam ? 3 : 6)
      .field("category_name", iam ? "Identity & Access Management" : "Application Activity");
  d.out.field("class_uid", std::uint64_t{d.view.class_uid}).field("class_name", class_name(d.view.class_uid));
  d.out.field("type_uid", std::uint64_t{d.view.class_uid} * 100 + d.view.activity_id);
  d.out.field("severity_id", 1).field("severity", "Informational");
  d.out.field("status_id", static_cast<int>(d.view.outcome))
      .field("status", worked   ? "Success"
                       : failed ? "Failure"
                                : "Unknown");
  d.out.field("time", millis(d.view.time));
  if (const auto offset = offset_minutes(d.text("timestamp"))) d.out.field("timezone_offset", *offset);
  d.out.key("metadata").begin_object().field("uid", d.view.vendor_uid).field("version", kOcsfVersion);
  d.out.key("product").begin_object().field("name", "1Password").field("vendor_name", "1Password");
  d.out.key("feature").begin_object().field("name", d.stream).end_object().end_object();
  d.out.field("log_name", d.stream).field("original_time", d.text("timestamp"));
  field_if(d.out, "event_code", event_code);
  field_if(d.out, "tenant_uid", d.text("account_uuid"));
  if (d.view.class_uid == kAuthentication && d.text("category").starts_with("firewall_"))
    d.out.key("profiles").begin_array().value("security_control").end_array();
  d.out.end_object();
}

/// Everything that found no home, so that nothing is lost, and the record itself.
void write_tail(Document& d, std::initializer_list<std::string_view> homed) {
  bool any = false;
  for (const auto& member : d.record) {
    const std::string_view key = member.key();
    if (std::find(homed.begin(), homed.end(), key) != homed.end() || member.value().is_null()) continue;
    if (!any) d.out.key("unmapped").begin_object().key("onepassword").begin_object();
    any = true;
    d.out.key(key).raw(codec::to_json(member.value()));
  }
  if (any) d.out.end_object().end_object();
  d.out.field("raw_data", d.raw);
  d.out.end_object();
}

void write_sign_in_factors(Document& d) {
  const std::string_view type = d.text("type");
  const auto begins = [&](std::string_view start) { return type.starts_with(start); };
  const int factor = begins("totp_") ? 7 : begins("u2f_") ? 9 : begins("duo_") ? 5 : begins("code_") ? 8 : 0;
  if (factor != 0 || begins("mfa_")) {
    static constexpr std::pair<int, std::string_view> kNames[] = {
        {0, "Unknown"}, {5, "Push Notification"}, {7, "OTP"}, {8, "Email"}, {9, "U2F"}};
    const auto* name =
        std::find_if(std::begin(kNames), std::end(kNames), [&](const auto& n) { return n.first == factor; });
    d.out.field("is_mfa", true);  // a factor was asked; whether it was right says the status
    d.out.key("auth_factors")
        .begin_array()
        .begin_object()
        .field("factor_type_id", factor)
        .field("factor_type", name->second)
        .end_object()
        .end_array();
  }
  if (begins("platform_secret_") || type == "sso_user_mismatch" || type == "non_sso_user" ||
      type == "federated")
    d.out.field("auth_protocol_id", 99).field("auth_protocol", "SSO");
}

void write_sign_in(Document& d) {
  const std::string_view category = d.text("category");
  write_head(d, "Logon", d.text("type"));
  field_if(d.out, "status_code", category);
  field_if(d.out, "status_detail", d.text("type"));
  if (category == "firewall_failed")
    d.out.field("action_id", 2)
        .field("action", "Denied")
        .field("disposition_id", 2)
        .field("disposition", "Blocked");
  if (category == "firewall_reported_success")
    d.out.field("action_id", 1)
        .field("action", "Allowed")
        .field("disposition_id", 1)
        .field("disposition", "Allowed");
  write_sign_in_factors(d);
  d.out.key("user");
  const bj::object& user = d.object("target_user");
  if (user.empty())
    d.out.begin_object().field("uid", "unknown").field("type_id", 0).end_object();
  else
    write_person(d.out, {"", user, "", ""});
  d.out.key("service").begin_object().field("name", "1Password");
  field_if(d.out, "uid", d.text("account_uuid"));
  d.out.end_object();
  if (!d.text("session_uuid").empty())
    d.out.key("session").begin_object().field("uid", d.text("session_uuid")).end_object();
  const bj::object& client = d.object("client");
  if (const std::string_view app = text_of(client, "app_name"); !app.empty())
    d.out.key("actor").begin_object().field("app_name", app).end_object();
  write_source(d.out, d.record, client);
  write_http_request(d.out, client);
  write_tail(d, {"uuid", "timestamp", "category", "type", "session_uuid", "target_user", "account_uuid"});
}

void write_item_usage(Document& d) {
  write_head(d, d.view.action, d.view.action);
  const bj::object& client = d.object("client");
  d.out.key("actor").begin_object();
  d.out.key("user");
  const bj::object& user = d.object("user");
  if (user.empty())
    d.out.begin_object().field("uid", "unknown").field("type_id", 0).end_object();
  else
    write_person(d.out, {"", user, "", ""});
  field_if(d.out, "app_name", text_of(client, "app_name"));
  d.out.end_object();
  d.out.key("api").begin_object().field("operation", d.view.action.empty() ? "unknown" : d.view.action);
  d.out.key("service").begin_object().field("name", "1Password").end_object();
  d.out.key("request").begin_object().field("uid", d.view.vendor_uid).end_object().end_object();
  d.out.key("resources").begin_array();
  if (!d.text("item_uuid").empty()) {
    d.out.begin_object()
        .field("uid", d.text("item_uuid"))
        .field("type", "item")
        .field("role_id", 1)
        .field("role", "Target");
    if (const bj::value* version = d.record.if_contains("used_version");
        version != nullptr && version->is_number())
      d.out.field("version", codec::to_json(*version));
    d.out.end_object();
  }
  if (!d.text("vault_uuid").empty())
    d.out.begin_object()
        .field("uid", d.text("vault_uuid"))
        .field("type", "vault")
        .field("role_id", 4)
        .field("role", "Related")
        .end_object();
  d.out.end_array();
  write_source(d.out, d.record, client);
  write_http_request(d.out, client);
  write_tail(
      d, {"uuid", "timestamp", "action", "user", "item_uuid", "vault_uuid", "used_version", "account_uuid"});
}

void write_actor(Document& d) {
  const bj::object& session = d.object("session");
  const PersonSource actor{d.text("actor_uuid"), d.object("actor_details"), d.text("actor_type"),
                           d.text("actor_account_uuid")};
  d.out.key("actor").begin_object();
  if (!actor.empty()) {
    d.out.key("user");
    write_person(d.out, actor);
  }
  if (!text_of(session, "uuid").empty()) {
    d.out.key("session").begin_object().field("uid", text_of(session, "uuid"));
    if (const auto login = parse_rfc3339(text_of(session, "login_time")))
      d.out.field("created_time", millis(*login));
    d.out.end_object();
  }
  field_if(d.out, "app_name", actor.empty() && text_of(session, "uuid").empty() ? "1Password" : "");
  d.out.end_object();
}

void write_privileges(Document& d) {
  const std::string_view info = d.text("aux_info");
  d.out.key("privileges").begin_array().value(info.empty() ? std::string_view("unknown") : info).end_array();
}

void write_vault_resource(Document& d) {
  if (d.text("object_uuid").empty()) return;
  d.out.key("resources")
      .begin_array()
      .begin_object()
      .field("uid", d.text("object_uuid"))
      .field("type", "vault")
      .end_object()
      .end_array();
}

void write_affected_user(Document& d, const char* uid_key, const char* details_key) {
  const PersonSource person{d.text(uid_key), d.object(details_key), "", ""};
  d.out.key("user");
  if (person.empty())
    d.out.begin_object().field("uid", "unknown").field("type_id", 0).end_object();
  else
    write_person(d.out, person);
}

void write_group(Document& d, std::string_view uid) {
  d.out.key("group")
      .begin_object()
      .field("uid", uid.empty() ? std::string_view("unknown") : uid)
      .end_object();
}

/// What kind of thing an object type is, in OCSF's words.
struct Entity {
  int type_id;
  std::string_view type;
};
Entity entity_of(std::string_view object_type, std::string_view action) {
  const auto one_of = [&](std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), action) != list.end();
  };
  if (object_type == "sso" ||
      (object_type == "account" &&
       one_of({"updatfw", "enblduo", "disblduo", "updatduo", "enblmfa", "disblmfa", "updatmfa", "uisas"})))
    return {5, "Policy"};
  if (one_of({"vrfydmn", "uvrfydmn", "dvrfydmn"})) return {99, "domain"};
  if (object_type == "account") return {4, "Organization"};
  if (object_type == "device" || action == "deolddev" || action == "dealldev") return {1, "Device"};
  if (object_type == "user") return {2, "User"};
  if (object_type == "group") return {3, "Group"};
  if (object_type == "sa") return {99, "service account"};
  if (object_type == "satoken") return {99, "token"};
  return {99, object_type.empty() ? std::string_view("unknown") : object_type};
}

void write_entity(Document& d) {
  const Entity entity = entity_of(d.text("object_type"), d.text("action"));
  const std::string_view uid = d.text("object_uuid");
  d.out.key("entity").begin_object().field("type_id", entity.type_id).field("type", entity.type);
  field_if(d.out, "uid", uid);
  if (uid.empty()) d.out.field("name", "unknown");
  if (entity.type_id == 1 && d.text("object_type") == "device" && !uid.empty())
    d.out.key("device")
        .begin_object()
        .field("uid", uid)
        .field("type_id", 0)
        .field("type", "Unknown")
        .end_object();
  if (entity.type_id == 2) {
    d.out.key("user");
    write_person(d.out,
                 {uid.empty() ? std::string_view("unknown") : uid, d.object("object_details"), "", ""});
  }
  d.out.end_object();
}

void write_audit(Document& d) {
  const std::string_view object_type = d.text("object_type");
  const bool named = !object_type.empty() || !d.view.action.empty();
  write_head(d, d.view.action, named ? fmt::format("{}.{}", object_type, d.view.action) : "");
  write_actor(d);
  write_source(d.out, d.record, d.object("session"));
  // homed: what the class has a place for; aux_* stays beside it in `unmapped` where the class has none
  switch (d.view.class_uid) {
    case kAccountChange:
      write_affected_user(d, "object_uuid", "object_details");
      break;
    case kUserAccess:
      write_affected_user(d, "aux_uuid", "aux_details");
      write_privileges(d);
      write_vault_resource(d);
      return write_tail(d, {"uuid", "timestamp", "actor_uuid", "actor_details", "actor_type",
                            "actor_account_uuid", "account_uuid", "action", "object_type", "object_uuid",
                            "aux_uuid", "aux_details", "aux_info", "session", "location"});
    case kGroupManagement:
      if (object_type == "gva") {
        write_group(d, d.text("aux_uuid"));
        write_privileges(d);
        write_vault_resource(d);
      } else {
        write_group(d, d.text("object_uuid"));
        if (object_type == "gm") {
          write_affected_user(d, "aux_uuid", "aux_details");
          return write_tail(d, {"uuid", "timestamp", "actor_uuid", "actor_details", "actor_type",
                                "actor_account_uuid", "account_uuid", "action", "object_type", "object_uuid",
                                "aux_uuid", "aux_details", "session", "location"});
        }
      }
      break;
    default:
      write_entity(d);
  }
  write_tail(
      d, {"uuid", "timestamp", "actor_uuid", "actor_details", "actor_type", "actor_account_uuid",
          "account_uuid", "action", "object_type", "object_uuid", "object_details", "session", "location"});
}

}  // namespace

Result<std::string> ocsf_document(std::string_view stream, std::string_view record,
                                  const model::EventView& view) {
  const auto tree = codec::parse_json(record, kRecordLimits);
  if (!tree)
    return fail(ErrorKind::kInvalidInput, "The record has no OCSF document: " + tree.error().message);
  if (!tree->is_object() || view.class_uid == 0)
    return fail(ErrorKind::kInvalidInput, "There is no OCSF class for this record.");
  Document d{{}, tree->as_object(), view, stream, record};
  if (stream == "signinattempts")
    write_sign_in(d);
  else if (stream == "itemusages")
    write_item_usage(d);
  else
    write_audit(d);
  return d.out.take();
}

}  // namespace picket::onepassword
