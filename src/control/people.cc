#include <fmt/format.h>

#include "base/strings.h"
#include "codec/json_writer.h"
#include "control/control_impl.h"
#include "control/names.h"
#include "control/rows.h"

namespace picket::control {
namespace {

std::string select_organizations(std::string_view rest) {
  return fmt::format("select {} from organization o {}", kOrganizationColumns, rest);
}

Result<Organization> find_organization(sql::Database& db, const std::string& id) {
  static const std::string kSql = select_organizations("where o.id = ?");
  std::optional<Organization> found;
  PICKET_TRY(db.each(
      kSql, [&](const sql::Statement& row) { found = read_organization(row); }, id));
  if (!found) return fail(ErrorKind::kNotFound, "There is no such organization.");
  return std::move(*found);
}

Result<User> find_user(sql::Database& db, const std::string& organization_id, const std::string& id) {
  static const std::string kSql = fmt::format(
      "select {} from user_account u left join user_factor f on f.user_id = u.id"
      " where u.organization_id = ? and u.id = ?",
      kUserColumns);
  std::optional<User> found;
  PICKET_TRY(db.each(
      kSql, [&](const sql::Statement& row) { found = read_user(row); }, organization_id, id));
  if (!found) return fail(ErrorKind::kNotFound, "There is no such user.");
  return std::move(*found);
}

/// Clients send whole objects back, so a part counts as given when it differs from what is stored.
Result<User> with_name(const User& old, const PersonPatch& name) {
  const auto given = [](const std::optional<std::string>& part, const std::string& now) {
    return part && trim(*part) != now;
  };
  const bool first = given(name.first_name, old.first_name), last = given(name.last_name, old.last_name);
  const bool display = given(name.display_name, old.display_name);
  User next = old;
  PICKET_ASSIGN(next.first_name, checked_name_part(name.first_name.value_or(old.first_name), "first_name"));
  PICKET_ASSIGN(next.last_name, checked_name_part(name.last_name.value_or(old.last_name), "last_name"));
  if (display)
    next.display_name = *name.display_name;
  else if (first || last)
    next.display_name = next.first_name + " " + next.last_name;
  PICKET_ASSIGN(next.display_name, checked_name(next.display_name, "account", "display_name"));
  if (display && !first && !last)
    std::tie(next.first_name, next.last_name) = first_and_last(next.display_name);
  return next;
}

std::string person_name_json(const User& user) {
  codec::JsonWriter out;
  out.begin_object().field("display_name", user.display_name);
  out.field("first_name", user.first_name).field("last_name", user.last_name).end_object();
  return out.take();
}

Result<std::string> read_preferences(sql::Database& db, const std::string& user_id) {
  std::optional<std::string> found;
  PICKET_TRY(db.each(
      "select preferences from user_account where id = ?",
      [&](const sql::Statement& row) { found = row.string(0); }, user_id));
  if (!found) return fail(ErrorKind::kNotFound, "There is no such user.");
  return std::move(*found);
}

std::string name_json(const std::string& name) {
  codec::JsonWriter out;
  out.begin_object().field("name", name).end_object();
  return out.take();
}

}  // namespace

Result<std::vector<Organization>> ControlImpl::organizations() {
  static const std::string kSql = select_organizations("order by o.created_at, o.id");
  std::vector<Organization> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(kSql, [&](const sql::Statement& row) { out.push_back(read_organization(row)); }));
  return out;
}

Result<Organization> ControlImpl::organization(const std::string& organization_id) {
  PICKET_ASSIGN(auto db, readers_->acquire());
  return find_organization(*db, organization_id);
}

Result<Organization> ControlImpl::rename_organization(const std::string& organization_id,
                                                      const std::string& name,
                                                      std::optional<std::int64_t> if_version,
                                                      const Change& change) {
  PICKET_ASSIGN(const std::string new_name, checked_name(name, "organization", "name"));
  auto renamed = write(change.at, [&](Writing& w) -> Result<Organization> {
    PICKET_ASSIGN(const Organization old, find_organization(w.db, organization_id));
    PICKET_TRY(check_version("organization", old.version, if_version));
    if (old.name == new_name) return old;
    PICKET_TRY(
        w.db.run("update organization set name = ?, short_name = ?, updated_at = ?, version = version + 1 "
                 "where id = ?",
                 new_name, short_name_of(new_name), w.at, organization_id));
    PICKET_TRY(w.db.run("update actor set display_name = ? where id = ?", new_name, old.actor_id));
    PICKET_TRY(w.audit(organization_id, change.actor.id, "organization_renamed", organization_id,
                       name_json(old.name), name_json(new_name)));
    return find_organization(w.db, organization_id);
  });
  if (renamed) forget_sessions();  // they carry the name
  return renamed;
}

Result<User> ControlImpl::update_user(const std::string& organization_id, const std::string& user_id,
                                      const PersonPatch& patch, std::optional<std::int64_t> if_version,
                                      const Change& change) {
  std::optional<std::string> wanted;
  if (patch.preferences) {
    PICKET_ASSIGN(wanted, checked_preferences(*patch.preferences));
  }
  auto updated = write(change.at, [&](Writing& w) -> Result<User> {
    PICKET_ASSIGN(const User old, find_user(w.db, organization_id, user_id));
    PICKET_TRY(check_version("account", old.version, if_version));
    PICKET_ASSIGN(const User next, with_name(old, patch));
    PICKET_ASSIGN(const std::string kept, read_preferences(w.db, user_id));
    const bool renamed = next.display_name != old.display_name || next.first_name != old.first_name ||
                         next.last_name != old.last_name;
    const bool preferred = wanted && *wanted != kept;
    if (!renamed && !preferred) return old;
    PICKET_TRY(w.db.run(
        "update user_account set display_name = ?, first_name = ?, last_name = ?, preferences = ?,"
        " updated_at = ?, version = version + 1 where id = ?",
        next.display_name, next.first_name, next.last_name, wanted ? *wanted : kept, w.at, user_id));
    if (renamed) {
      PICKET_TRY(
          w.db.run("update actor set display_name = ? where id = ?", next.display_name, old.actor_id));
      PICKET_TRY(w.audit(organization_id, change.actor.id, "user_renamed", user_id, person_name_json(old),
                         person_name_json(next)));
    }
    // That they changed, not how: the audit is kept for ever, and a theme is nobody else's business
    if (preferred)
      PICKET_TRY(w.audit(organization_id, change.actor.id, "preferences_changed", user_id, "{}", "{}"));
    return find_user(w.db, organization_id, user_id);
  });
  if (updated) forget_sessions();  // they carry the name
  return updated;
}

Result<std::string> ControlImpl::preferences(const std::string& user_id) {
  PICKET_ASSIGN(auto db, readers_->acquire());
  return read_preferences(*db, user_id);
}

Result<std::vector<User>> ControlImpl::read_users(std::string_view where, std::string_view value) {
  const std::string text = fmt::format(
      "select {} from user_account u left join user_factor f on f.user_id = u.id where {} = ? order by "
      "u.created_at, u.id",
      kUserColumns, where);
  std::vector<User> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      text, [&](const sql::Statement& row) { out.push_back(read_user(row)); }, value));
  return out;
}

Result<std::vector<User>> ControlImpl::users(const std::string& organization_id) {
  return read_users("u.organization_id", organization_id);
}

Result<std::vector<User>> ControlImpl::all_users() {
  return read_users("''", "");
}

Result<std::optional<User>> ControlImpl::user_by_email(const std::string& email) {
  PICKET_ASSIGN(auto found, read_users("u.email_lower", to_lower(trim(email))));
  return found.empty() ? std::optional<User>() : std::optional(std::move(found.front()));
}

Result<std::vector<model::Actor>> ControlImpl::actors(const std::string& organization_id) {
  std::vector<model::Actor> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      "select id, type, display_name from actor where organization_id = ? or type = 'system' order by type, "
      "display_name, id",
      [&](const sql::Statement& row) {
        out.push_back({row.string(0), model::actor_type_from(row.text(1)).value_or(model::ActorType::kSystem),
                       row.string(2)});
      },
      organization_id));
  return out;
}

}  // namespace picket::control
