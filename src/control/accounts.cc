#include "base/guid.h"
#include "base/strings.h"
#include "codec/json_writer.h"
#include "control/control_impl.h"
#include "control/names.h"
#include "control/recovery_code.h"
#include "control/rows.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/totp.h"

namespace picket::control {
namespace {

constexpr std::size_t kRecoveryCodes = 10;
constexpr std::string_view kNothing = "{}";

std::string person_json(const User& user) {
  codec::JsonWriter out;
  out.begin_object()
      .field("email", user.email)
      .field("display_name", user.display_name)
      .field("role", user.role)
      .end_object();
  return out.take();
}

Status insert_organization(Writing& w, const Organization& organization) {
  PICKET_TRY(
      w.db.run("insert into actor(id, type, display_name, organization_id) values(?, 'organization', ?, ?)",
               organization.actor_id, organization.name, organization.id));
  return w.db.run(
      "insert into organization(id, actor_id, name, short_name, created_at, updated_at, version) values(?, "
      "?, ?, ?, ?, ?, 1)",
      organization.id, organization.actor_id, organization.name, organization.short_name, w.at, w.at);
}

Status insert_user(Writing& w, const User& user, const std::string& password_hash) {
  PICKET_TRY(w.db.run("insert into actor(id, type, display_name, organization_id) values(?, 'user', ?, ?)",
                      user.actor_id, user.display_name, user.organization_id));
  return w.db.run(
      "insert into user_account(id, actor_id, organization_id, email, email_lower, display_name, first_name, "
      "last_name,"
      " role, active, password_hash, created_at, updated_at, version) values(?, ?, ?, ?, ?, ?, ?, ?, ?, 1, "
      "?, ?, ?, 1)",
      user.id, user.actor_id, user.organization_id, user.email, to_lower(user.email), user.display_name,
      user.first_name, user.last_name, user.role, password_hash, w.at, w.at);
}

Result<User> find_user(sql::Database& db, const std::string& id) {
  static const std::string kSql =
      "select " + std::string(kUserColumns) +
      " from user_account u left join user_factor f on f.user_id = u.id where u.id = ?";
  std::optional<User> found;
  PICKET_TRY(db.each(
      kSql, [&](const sql::Statement& row) { found = read_user(row); }, id));
  if (!found) return fail(ErrorKind::kNotFound, "There is no such user.");
  return std::move(*found);
}

}  // namespace

Status check_new_organization(const std::string& name, const NewUser& administrator) {
  PICKET_TRY(checked_name(name, "organization", "name").map([](auto&&) {}));
  PICKET_TRY(checked_email(administrator.email).map([](auto&&) {}));
  PICKET_TRY(checked_name_part(administrator.display_name, "display_name").map([](auto&&) {}));
  return checked_password_size(administrator.password.size());
}

Result<Enrolment> ControlImpl::create_organization(const std::string& name, const NewUser& administrator,
                                                   const Change& change) {
  Organization organization;
  User user;
  PICKET_TRY(check_new_organization(name, administrator));
  PICKET_ASSIGN(organization.name, checked_name(name, "organization", "name"));
  PICKET_ASSIGN(user.email, checked_email(administrator.email));
  PICKET_ASSIGN(const std::string hash,
                crypto::hash_password(administrator.password, options_.password_cost));
  organization.id = new_guid();
  organization.actor_id = new_guid();
  organization.short_name = short_name_of(organization.name);
  user.id = new_guid();
  user.actor_id = new_guid();
  user.organization_id = organization.id;
  user.display_name = std::string(trim(administrator.display_name));
  if (user.display_name.empty()) user.display_name = user.email.substr(0, user.email.find('@'));
  std::tie(user.first_name, user.last_name) = first_and_last(user.display_name);
  user.role = "organization_admin";

  return write(change.at, [&](Writing& w) -> Result<Enrolment> {
    bool taken = false;
    PICKET_TRY(w.db.each(
        "select 1 from user_account where email_lower = ?", [&](const sql::Statement&) { taken = true; },
        to_lower(user.email)));
    if (taken)
      return fail(Error(ErrorKind::kConflict,
                        "This e-mail address is in use already. An account belongs to one "
                        "organization; use another address.")
                      .with_field("email"));
    PICKET_TRY(insert_organization(w, organization));
    PICKET_TRY(vault_->add_organization(w.db, organization.id));
    PICKET_TRY(insert_user(w, user, hash));
    codec::JsonWriter made;
    made.begin_object().field("name", organization.name).end_object();
    PICKET_TRY(w.audit(organization.id, change.actor.id, "organization_created", organization.id, kNothing,
                       made.text()));
    PICKET_TRY(
        w.audit(organization.id, change.actor.id, "user_created", user.id, kNothing, person_json(user)));
    PICKET_ASSIGN(Enrolment enrolment, enrol(w, user));
    organization.created_at = organization.updated_at = w.at;
    enrolment.organization = organization;
    return enrolment;
  });
}

Status ControlImpl::store_factor(Writing& w, const User& user, const crypto::Secret& seed,
                                 std::int64_t last_step) {
  std::int64_t version = 0;
  PICKET_TRY(w.db.each(
      "select version from user_factor where user_id = ?",
      [&](const sql::Statement& row) { version = row.integer(0); }, user.id));
  ++version;
  PICKET_ASSIGN(const crypto::Envelope sealed,
                vault_->seal(w.db, {user.organization_id, user.id, version, "totp"}, seed));
  PICKET_TRY(w.db.run("delete from factor_renewal where user_id = ?", user.id));
  return w.db.run(
      "insert or replace into user_factor(user_id, version, wrapped_key, ciphertext, last_step, enrolled_at)"
      " values(?, ?, ?, ?, ?, ?)",
      user.id, version, sql::Blob{sealed.wrapped_key}, sql::Blob{sealed.ciphertext}, last_step, w.at);
}

Result<std::vector<std::string>> ControlImpl::new_recovery_codes(Writing& w, const std::string& user_id) {
  std::vector<std::string> codes;
  PICKET_TRY(w.db.run("delete from recovery_code where user_id = ?", user_id));
  for (std::size_t i = 0; i < kRecoveryCodes; ++i) {
    codes.push_back(new_recovery_code());
    PICKET_TRY(w.db.run("insert into recovery_code(user_id, hash) values(?, ?)", user_id,
                        sql::Blob{recovery_code_hash(codes.back())}));
  }
  return codes;
}

Result<Enrolment> ControlImpl::enrol(Writing& w, const User& user) {
  const crypto::Secret seed = crypto::new_totp_seed();
  PICKET_TRY(store_factor(w, user, seed, 0));
  Enrolment out;
  PICKET_ASSIGN(out.recovery_codes, new_recovery_codes(w, user.id));
  PICKET_ASSIGN(out.user, find_user(w.db, user.id));
  out.totp_secret = crypto::base32(seed.reveal());
  out.otpauth_url = crypto::otpauth_url(seed, user.email);
  return out;
}

Status ControlImpl::reset_password(const std::string& user_id, const crypto::Secret& password,
                                   const Change& change) {
  PICKET_TRY(checked_password_size(password.size()));
  PICKET_ASSIGN(const std::string hash, crypto::hash_password(password, options_.password_cost));
  const auto done = write(change.at, [&](Writing& w) -> Status {
    PICKET_ASSIGN(const User user, find_user(w.db, user_id));
    PICKET_TRY(w.db.run(
        "update user_account set password_hash = ?, updated_at = ?, version = version + 1 where id = ?", hash,
        w.at, user_id));
    PICKET_TRY(w.db.run("delete from sign_in_failure where subject = ?",
                        vault_->subject("account", to_lower(user.email))));
    PICKET_TRY(w.db.run("delete from factor_renewal where user_id = ?", user_id));
    PICKET_TRY(end_sessions_of(w, user_id));
    return w.audit(user.organization_id, change.actor.id, "password_reset", user_id, kNothing, kNothing);
  });
  if (done) forget_sessions();
  return done;
}

Result<Enrolment> ControlImpl::reset_factor(const std::string& user_id, const Change& change) {
  auto made = write(change.at, [&](Writing& w) -> Result<Enrolment> {
    PICKET_ASSIGN(const User user, find_user(w.db, user_id));
    PICKET_TRY(w.db.run("update user_account set updated_at = ?, version = version + 1 where id = ?", w.at,
                        user_id));
    PICKET_TRY(w.db.run("delete from sign_in_failure where subject = ?",
                        vault_->subject("account", to_lower(user.email))));
    PICKET_TRY(end_sessions_of(w, user_id));
    PICKET_TRY(w.audit(user.organization_id, change.actor.id, "factor_reset", user_id, kNothing, kNothing));
    PICKET_ASSIGN(Enrolment enrolment, enrol(w, user));
    std::optional<Organization> organization;
    static const std::string kSql =
        "select " + std::string(kOrganizationColumns) + " from organization o where o.id = ?";
    PICKET_TRY(w.db.each(
        kSql, [&](const sql::Statement& row) { organization = read_organization(row); },
        user.organization_id));
    if (organization) enrolment.organization = std::move(*organization);
    return enrolment;
  });
  if (made) forget_sessions();
  return made;
}

}  // namespace picket::control
