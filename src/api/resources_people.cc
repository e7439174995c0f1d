#include <algorithm>

#include "api/resources.h"

namespace picket::api {
namespace {

using control::Organization;
using control::User;
using enum AttributeType;

struct ActorRow {
  model::Actor actor;
  std::optional<TimePoint> created_at;
  std::string user_id;
  std::string organization_id;
};

struct SessionRow {
  control::SignIn signin;
  bool current = false;
};

struct VendorRow {
  std::string id, name;
};

template <typename T>
std::vector<Row> rows_of(std::vector<T> values) {
  std::vector<Row> out;
  out.reserve(values.size());
  for (auto& value : values) out.push_back(make_row(std::move(value)));
  return out;
}

ResourceType organizations(const Parts& parts) {
  Builder<Organization> type("organizations", "organization");
  type.id([](const Organization& o) { return std::string_view(o.id); });
  type.version([](const Organization& o) { return o.version; });
  type.nulls(kString, {"address_1", "address_2", "city", "country_code", "hq_city", "hq_utc_offset",
                       "industry", "o365_tos_id", "organization_type", "postal_code", "region"});
  type.nulls(kTime, {"deleted_at", "service_end_at", "service_renewal_at", "service_start_at"});
  type.nulls(kNumber, {"nodes_count", "users_count"});
  type.attribute("created_at", kTime, [](const Organization& o) -> Value { return o.created_at; });
  type.attribute("is_surge", kBoolean, [](const Organization&) -> Value { return false; });
  type.attribute("is_testing_organization", kBoolean, [](const Organization&) -> Value { return false; });
  type.attribute(
      "name", kString, [](const Organization& o) -> Value { return o.name; }, kPlain);
  type.attribute(
      "onboarding_preferences", kObject, [](const Organization&) -> Value { return JsonView{"{}"}; },
      kReadOnly | kNoSort);
  type.attribute(
      "short_name", kString, [](const Organization& o) { return or_null(o.short_name); },
      kReadOnly | kNullOk);
  type.attribute("updated_at", kTime, [](const Organization& o) -> Value { return o.updated_at; });
  type.to_one("actor", "actors", [](const Organization& o) { return o.actor_id; });
  type.no_one({"created_by", "engagement_manager", "entitlement", "organization_status",
               "parent_organization_actor", "saml_identity_provider", "tacs_confirmed_actor", "updated_by"});
  type.to_many("organization_user_account_roles", "user_account_roles", "organization");
  type.to_many("security_device_histories", "security_device_histories", "organization");
  type.to_many("security_devices", "security_devices", "organization");
  type.to_many("user_accounts", "user_accounts", "primary_organization");
  type.to_many("user_accounts_with_roles", "user_accounts", "primary_organization");
  type.none({"analysis_assigned_investigative_actions",
             "api_keys",
             "assemblers",
             "assignables",
             "assigned_expel_alerts",
             "assigned_investigations",
             "assigned_investigative_actions",
             "assigned_organization_resilience_actions",
             "assigned_organization_resilience_actions_list",
             "assigned_remediation_actions",
             "automate_opt_in_for_remediation_action_setting",
             "comments",
             "configurations",
             "context_categories",
             "context_label_tags",
             "context_labels",
             "context_variables",
             "current_assigned_investigative_actions_classification",
             "expel_alert_histories",
             "expel_alerts",
             "files",
             "integrations",
             "investigation_histories",
             "investigations",
             "investigative_actions",
             "nist_subcategory_scores",
             "note_histories",
             "notes",
             "notification_preferences",
             "organization_contacts",
             "organization_resilience_action_groups",
             "organization_resilience_actions",
             "remediation_action_setting_histories",
             "remediation_action_settings",
             "review_summaries",
             "security_device_counts",
             "skus",
             "suggestions",
             "user_tasks",
             "vendor_alerts"});
  type.list([&control = parts.control](const Scope& scope, const Query&) -> Answer<std::vector<Row>> {
    API_ASSIGN(Organization own, control.organization(scope.organization_id));
    return std::vector<Row>{make_row(std::move(own))};
  });
  return type.build();
}

ResourceType user_accounts(const Parts& parts) {
  Builder<AccountRow> type("user_accounts", "user account");
  type.id([](const AccountRow& u) { return std::string_view(u.id); });
  type.version([](const AccountRow& u) { return u.version; });
  type.attribute(
      "active", kBoolean, [](const AccountRow& u) -> Value { return u.active; }, kReadOnly | kNullOk);
  type.choice(
      "active_status",
      {"ACTIVE", "LOCKED", "LOCKED_INVITED", "LOCKED_EXPIRED", "ACTIVE_INVITED", "ACTIVE_EXPIRED"},
      [](const AccountRow& u) -> Value { return u.active ? "ACTIVE" : "LOCKED"; }, kReadOnly | kNoFilter | kNoSort);
  type.attribute("assignable", kBoolean, [](const AccountRow& u) -> Value { return u.active; });
  type.attribute("created_at", kTime, [](const AccountRow& u) -> Value { return u.created_at; });
  type.choice("default_filter", {"ALL", "MDR", "PHISHING"}, [](const AccountRow&) -> Value { return "ALL"; });
  type.attribute(
      "display_name", kString, [](const AccountRow& u) { return or_null(u.display_name); }, kPlain);
  type.attribute("email", kString, [](const AccountRow& u) -> Value { return u.email; });
  type.attribute("engagement_manager", kBoolean, [](const AccountRow&) -> Value { return false; });
  type.attribute(
      "first_name", kString, [](const AccountRow& u) -> Value { return u.first_name; }, kNullOk);
  type.attribute(
      "homepage_preferences", kObject, [](const AccountRow&) -> Value { return nullptr; },
      kReadOnly | kNullOk | kNoSort);
  type.attribute(
      "last_name", kString, [](const AccountRow& u) -> Value { return u.last_name; }, kNullOk);
  type.attribute(
      "last_sign_in_at", kTime, [](const AccountRow& u) -> Value { return u.last_sign_in_at; },
      kReadOnly | kNullOk);
  type.nulls(kString, {"language", "locale", "pagerduty_id", "phone_number", "timezone"});
  type.attribute(
      "preferences", kObject,
      [](const AccountRow& u) -> Value {
        if (!u.preferences) return nullptr;
        return JsonView{*u.preferences};
      },
      kNullOk | kNoFilter | kNoSort);
  type.attribute("show_highlighting", kBoolean, [](const AccountRow&) -> Value { return false; });
  type.attribute("show_new_nav", kBoolean, [](const AccountRow&) -> Value { return false; });
  type.attribute("updated_at", kTime, [](const AccountRow& u) -> Value { return u.updated_at; });
  type.to_one("actor", "actors", [](const AccountRow& u) { return u.actor_id; });
  type.to_one("primary_organization", "organizations", [](const AccountRow& u) { return u.organization_id; });
  type.to_one("primary_user_account_role", "user_account_roles", [](const AccountRow& u) { return u.id; });
  type.no_one({"created_by", "updated_by", "user_account_status"});
  type.to_many("histories", "user_account_histories", "user_account");
  type.to_many("user_account_roles", "user_account_roles", "user_account");
  type.none({"analysis_assigned_investigative_actions", "assigned_expel_alerts", "assigned_investigations",
             "assigned_investigative_actions", "assigned_organization_resilience_actions",
             "assigned_organization_resilience_actions_list", "assigned_remediation_actions",
             "automate_opt_in_for_remediation_action_setting",
             "current_assigned_investigative_actions_classification", "notification_preferences",
             "organizations"});
  type.list([parts](const Scope& scope, const Query&) -> Answer<std::vector<Row>> {
    API_ASSIGN(std::vector<User> users, parts.control.users(scope.organization_id));
    std::vector<Row> rows;
    for (auto& user : users) {
      API_ASSIGN(Row row, account_row(parts, scope, std::move(user)));
      rows.push_back(std::move(row));
    }
    return rows;
  });
  return type.build();
}

ResourceType user_account_histories(const Parts& parts) {
  using H = control::AccountHistoryEntry;
  Builder<H> type("user_account_histories", "entry in a user account's history");
  type.id([](const H& h) { return std::string_view(h.id); });
  type.choice("action", {"CREATED", "UPDATED", "UPDATED_SECRETS"},
              [](const H& h) -> Value { return control::to_string(h.action); });
  type.attribute("created_at", kTime, [](const H& h) -> Value { return h.created_at; });
  type.attribute(
      "value", kObject, [](const H& h) -> Value { return JsonView{h.value}; }, kReadOnly | kNoSort);
  type.to_one("created_by", "actors", [](const H& h) { return h.created_by.id; });
  type.to_one("organization", "organizations", [](const H& h) { return h.organization_id; });
  type.to_one("user_account", "user_accounts", [](const H& h) { return h.user_id; });
  type.ordered();
  type.list([&control = parts.control](const Scope& scope, const Query& query) -> Answer<std::vector<Row>> {
    const auto user = query.equal_to({"user_account", "id"});
    API_ASSIGN(std::vector<H> entries, control.account_history(scope.organization_id, user.value_or("")));
    return rows_of(std::move(entries));
  });
  return type.build();
}

/// One's own alone, also for administrators: where people sign in from is their affair.
ResourceType user_sessions(const Parts& parts) {
  Builder<SessionRow> type("user_sessions", "sign-in");
  type.id([](const SessionRow& s) { return std::string_view(s.signin.id); });
  type.attribute(
      "client_address", kString, [](const SessionRow& s) { return or_null(s.signin.client_address); },
      kReadOnly | kNullOk);
  type.attribute("created_at", kTime, [](const SessionRow& s) -> Value { return s.signin.created_at; });
  type.attribute("current", kBoolean, [](const SessionRow& s) -> Value { return s.current; });
  type.attribute("expires_at", kTime, [](const SessionRow& s) -> Value { return s.signin.expires_at; });
  type.choice("kind", {"browser", "api"}, [](const SessionRow& s) -> Value {
    return s.signin.kind == control::SessionKind::kCookie ? "browser" : "api";
  });
  type.attribute("last_used_at", kTime, [](const SessionRow& s) -> Value { return s.signin.last_used_at; });
  type.attribute(
      "user_agent", kString, [](const SessionRow& s) { return or_null(s.signin.user_agent); },
      kReadOnly | kNullOk);
  type.to_one("user_account", "user_accounts", [](const SessionRow& s) { return s.signin.user_id; });
  type.default_sort({{"current", true}, {"last_used_at", true}});
  type.list([&control = parts.control](const Scope& scope, const Query&) -> Answer<std::vector<Row>> {
    API_ASSIGN(std::vector<control::SignIn> signins, control.sessions(scope.user_id));
    std::vector<Row> rows;
    for (auto& one : signins) {
      const bool current = one.id == scope.session_id;
      rows.push_back(make_row(SessionRow{std::move(one), current}));
    }
    return rows;
  });
  return type.build();
}

/// A user has one role, in his organization; it carries his id.
ResourceType user_account_roles(const Parts& parts) {
  Builder<User> type("user_account_roles", "role of a user account");
  type.id([](const User& u) { return std::string_view(u.id); });
  type.version([](const User& u) { return u.version; });
  type.attribute("active", kBoolean, [](const User& u) -> Value { return u.active; });
  type.attribute("assignable", kBoolean, [](const User& u) -> Value { return u.active; });
  type.attribute("created_at", kTime, [](const User& u) -> Value { return u.created_at; });
  type.choice("role",
              {"expel_admin", "expel_analyst", "organization_admin", "organization_analyst", "system",
               "anonymous", "restricted"},
              [](const User& u) -> Value { return u.role; });
  type.attribute("updated_at", kTime, [](const User& u) -> Value { return u.updated_at; });
  type.to_one("organization", "organizations", [](const User& u) { return u.organization_id; });
  type.to_one("user_account", "user_accounts", [](const User& u) { return u.id; });
  type.no_one({"created_by", "updated_by"});
  type.list([&control = parts.control](const Scope& scope, const Query&) -> Answer<std::vector<Row>> {
    API_ASSIGN(std::vector<User> users, control.users(scope.organization_id));
    return rows_of(std::move(users));
  });
  return type.build();
}

Answer<std::vector<Row>> list_actors(control::Control& control, const Scope& scope) {
  API_ASSIGN(const std::vector<model::Actor> actors, control.actors(scope.organization_id));
  API_ASSIGN(const std::vector<User> users, control.users(scope.organization_id));
  API_ASSIGN(const Organization own, control.organization(scope.organization_id));
  std::vector<Row> rows;
  for (const auto& actor : actors) {
    ActorRow row{actor, std::nullopt, {}, {}};
    if (actor.type != model::ActorType::kSystem) row.organization_id = own.id;
    if (actor.id == own.actor_id) row.created_at = own.created_at;
    for (const auto& user : users) {
      if (user.actor_id != actor.id) continue;
      row.created_at = user.created_at;
      row.user_id = user.id;
    }
    rows.push_back(make_row(std::move(row)));
  }
  return rows;
}

ResourceType actors(const Parts& parts) {
  Builder<ActorRow> type("actors", "actor");
  type.id([](const ActorRow& a) { return std::string_view(a.actor.id); });
  type.choice("actor_type", {"system", "user", "organization", "api", "service"},
              [](const ActorRow& a) -> Value { return model::to_string(a.actor.type); });
  type.attribute(
      "created_at", kTime, [](const ActorRow& a) -> Value { return a.created_at; }, kReadOnly | kNullOk);
  type.attribute(
      "display_name", kString, [](const ActorRow& a) { return or_null(a.actor.display_name); },
      kReadOnly | kNullOk);
  type.attribute(
      "is_expel", kBoolean, [](const ActorRow&) -> Value { return false; }, kReadOnly | kNoFilter | kNoSort);
  type.attribute(
      "updated_at", kTime, [](const ActorRow& a) -> Value { return a.created_at; }, kReadOnly | kNullOk);
  type.to_one("organization", "organizations", [](const ActorRow& a) { return a.organization_id; });
  type.to_one("user_account", "user_accounts", [](const ActorRow& a) { return a.user_id; });
  type.no_one({"created_by", "parent_actor", "updated_by"});
  type.none({"analysis_assigned_investigative_actions", "assigned_expel_alerts", "assigned_investigations",
             "assigned_investigative_actions", "assigned_organization_resilience_actions",
             "assigned_organization_resilience_actions_list", "assigned_remediation_actions",
             "automate_opt_in_for_remediation_action_setting", "child_actors", "child_organizations",
             "current_assigned_investigative_actions_classification", "notification_preferences"});
  type.list(
      [&control = parts.control](const Scope& scope, const Query&) { return list_actors(control, scope); });
  return type.build();
}

ResourceType vendors(const Parts& parts) {
  Builder<VendorRow> type("vendors", "vendor");
  type.id([](const VendorRow& v) { return std::string_view(v.id); });
  type.nulls(kTime, {"created_at", "updated_at"});
  type.nulls(kString, {"icon"});
  type.attribute(
      "name", kString, [](const VendorRow& v) -> Value { return v.name; }, kReadOnly | kNullOk);
  type.no_one({"created_by", "updated_by"});
  type.to_many("security_devices", "security_devices", "vendor");
  type.none({"expel_alerts", "vendor_alerts"});
  type.default_sort({{"name", false}});
  type.list([&control = parts.control](const Scope&, const Query&) -> Answer<std::vector<Row>> {
    API_ASSIGN(const auto known, control.vendors());
    std::vector<Row> rows;
    for (const auto& [id, name] : known) rows.push_back(make_row(VendorRow{id, name}));
    return rows;
  });
  return type.build();
}

}  // namespace

Answer<Row> account_row(const Parts& parts, const Scope& scope, control::User user) {
  AccountRow row{std::move(user)};
  if (row.id == scope.user_id) {
    API_ASSIGN(row.preferences, parts.control.preferences(row.id));
  }
  return make_row(std::move(row));
}

void add_people(Catalogue& catalogue, const Parts& parts) {
  catalogue.add(organizations(parts));
  catalogue.add(user_accounts(parts));
  catalogue.add(user_account_roles(parts));
  catalogue.add(user_account_histories(parts));
  catalogue.add(user_sessions(parts));
  catalogue.add(actors(parts));
  catalogue.add(vendors(parts));
}

}  // namespace picket::api
