// What people change of their own account: password and second factor, each after a fresh proof.
#include "control/control_impl.h"
#include "control/judged.h"
#include "control/names.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/totp.h"

namespace picket::control {
namespace {

constexpr std::chrono::minutes kOfferLife{10};
constexpr std::size_t kLongestInput = 1024;
constexpr std::string_view kPurpose = "totp renewal";  // an offer cannot be passed off as a factor
constexpr std::string_view kNothing = "{}";

Error refused() {
  return {ErrorKind::kUnauthorized,
          "The password or the code is wrong. Each code works once: after a sign-in, wait for the next."};
}

Error wrong_code() {
  return {ErrorKind::kUnauthorized,
          "The code is wrong. Enter the code that the authenticator app shows for the new entry; the clock of its "
          "device must be right."};
}

Error nothing_offered() {
  return {ErrorKind::kConflict,
          "No new second factor was begun in this sign-in during the last ten minutes. Begin again."};
}

/// The session may have been ended while its request was on the way.
Status check_session(Writing& w, const std::string& user_id, const std::string& session_id) {
  bool good = false;
  PICKET_TRY(w.db.each(
      "select 1 from session where id = ? and user_id = ? and expires_at > ?",
      [&](const sql::Statement&) { good = true; }, session_id, user_id, w.at));
  if (!good) return fail(ErrorKind::kUnauthorized, "This sign-in has ended. Sign in again.");
  return {};
}

std::string code_json(bool recovery) {
  return recovery ? R"({"code":"recovery"})" : R"({"code":"totp"})";
}

}  // namespace

struct ControlImpl::Offered {
  crypto::Secret seed;
};

/// Password and code right, nothing spent yet. The caller holds a password slot.
Result<ControlImpl::Judged> ControlImpl::prove(const Proof& proof) {
  if (proof.password.size() > kLongestInput || proof.code.size() > kLongestInput) return fail(refused());
  PICKET_TRY(check_locks(proof.email, proof.client_address));
  const std::string code(proof.code.reveal());
  PICKET_ASSIGN(Judged judged, judge(proof.email, proof.password, code, clock_.now()));
  if (judged.right) return judged;
  PICKET_TRY(note_wrong_proof(judged.user, proof));
  return fail(refused());
}

Status ControlImpl::note_wrong_proof(const std::optional<User>& user, const Proof& proof) {
  return note_failure(user, proof.email, proof.client_address, clock_.now(), "proof_failed");
}

Status ControlImpl::end_other_sessions(Writing& w, const std::string& user_id,
                                       const std::string& session_id) {
  return w.db.run("delete from session where user_id = ? and id <> ?", user_id, session_id);
}

Status ControlImpl::change_password(const Proof& proof, const crypto::Secret& new_password,
                                    const Change& change) {
  const auto wrong = [](std::string sentence) {
    return fail(Error(ErrorKind::kInvalidInput, std::move(sentence)).with_field("new_password"));
  };
  if (const auto size = checked_password_size(new_password.size()); !size) return wrong(size.error().message);
  if (new_password.equals(proof.password.reveal()))
    return wrong("The new password is the one you have. Choose another one.");
  const SlotGuard slot(password_slots_);
  PICKET_ASSIGN(const Judged judged, prove(proof));
  PICKET_ASSIGN(const std::string hash, crypto::hash_password(new_password, options_.password_cost));
  const User& user = *judged.user;
  const auto done = write(change.at, [&](Writing& w) -> Status {
    PICKET_TRY(check_session(w, user.id, proof.session_id));
    PICKET_TRY(spend(w, judged, proof.client_address));
    PICKET_TRY(w.db.run(
        "update user_account set password_hash = ?, updated_at = ?, version = version + 1 where id = ?", hash,
        w.at, user.id));
    PICKET_TRY(w.db.run("delete from factor_renewal where user_id = ?", user.id));
    PICKET_TRY(end_other_sessions(w, user.id, proof.session_id));
    return w.audit(user.organization_id, change.actor.id, "password_changed", user.id, kNothing,
                   code_json(judged.by_recovery_code()), proof.client_address);
  });
  if (done) forget_sessions();
  return done;
}

Result<FactorOffer> ControlImpl::begin_factor(const Proof& proof, const Change& change) {
  const SlotGuard slot(password_slots_);
  PICKET_ASSIGN(const Judged judged, prove(proof));
  const User& user = *judged.user;
  const crypto::Secret seed = crypto::new_totp_seed();
  FactorOffer offer;
  offer.expires_at = change.at + kOfferLife;
  const auto done = write(change.at, [&](Writing& w) -> Status {
    PICKET_TRY(check_session(w, user.id, proof.session_id));
    PICKET_TRY(spend(w, judged, proof.client_address));
    std::int64_t version = 0;
    PICKET_TRY(w.db.each(
        "select version from user_factor where user_id = ?",
        [&](const sql::Statement& row) { version = row.integer(0) + 1; }, user.id));
    PICKET_ASSIGN(
        const crypto::Envelope sealed,
        vault_->seal(w.db, {user.organization_id, user.id, version, kPurpose}, seed));
    PICKET_TRY(w.db.run(
        "insert or replace into factor_renewal(user_id, session_id, version, wrapped_key, ciphertext, expires_at)"
        " values(?, ?, ?, ?, ?, ?)",
        user.id, proof.session_id, version, sql::Blob{sealed.wrapped_key}, sql::Blob{sealed.ciphertext},
        offer.expires_at));
    return w.audit(user.organization_id, change.actor.id, "factor_renewal_begun", user.id, kNothing,
                   code_json(judged.by_recovery_code()), proof.client_address);
  });
  if (!done) return fail(done.error());
  offer.totp_secret = crypto::base32(seed.reveal());
  offer.otpauth_url = crypto::otpauth_url(seed, user.email);
  return offer;
}

Result<std::optional<ControlImpl::Offered>> ControlImpl::offered(sql::Database& db, const User& user,
                                                                 const Proof& proof) {
  std::int64_t version = 0;
  crypto::Envelope sealed;
  PICKET_TRY(db.each(
      "select version, wrapped_key, ciphertext from factor_renewal where user_id = ? and session_id = ?"
      " and expires_at > ?",
      [&](const sql::Statement& row) {
        version = row.integer(0);
        sealed = {std::string(row.blob(1)), std::string(row.blob(2))};
      },
      user.id, proof.session_id, clock_.now()));
  if (version == 0) return std::optional<Offered>();
  Offered out;
  PICKET_ASSIGN(out.seed, vault_->open(db, {user.organization_id, user.id, version, kPurpose}, sealed));
  return std::optional<Offered>(std::move(out));
}

Result<std::vector<std::string>> ControlImpl::confirm_factor(const Proof& proof, const Change& change) {
  if (proof.code.size() > kLongestInput) return fail(wrong_code());
  const SlotGuard slot(password_slots_);  // so that tries in parallel meet the lock that earlier ones have set
  PICKET_TRY(check_locks(proof.email, proof.client_address));
  PICKET_ASSIGN(auto user, user_by_email(proof.email));
  if (!user) return fail(nothing_offered());
  bool wrong = false;
  auto made = write(change.at, [&](Writing& w) -> Result<std::vector<std::string>> {
    PICKET_TRY(check_session(w, user->id, proof.session_id));
    // Read where it is changed: two confirmations at once cannot both win
    PICKET_ASSIGN(const auto offer, offered(w.db, *user, proof));
    if (!offer) return fail(nothing_offered());
    const std::string code(proof.code.reveal());
    const auto step = crypto::match_totp(offer->seed, code, clock_.now());
    wrong = !step;
    if (wrong) return fail(wrong_code());
    PICKET_TRY(store_factor(w, *user, offer->seed, *step));
    PICKET_TRY(w.db.run("update user_account set updated_at = ?, version = version + 1 where id = ?", w.at,
                        user->id));
    PICKET_TRY(end_other_sessions(w, user->id, proof.session_id));
    PICKET_TRY(w.audit(user->organization_id, change.actor.id, "factor_renewed", user->id, kNothing, kNothing,
                       proof.client_address));
    return new_recovery_codes(w, user->id);
  });
  if (wrong) PICKET_TRY(note_wrong_proof(user, proof));
  if (made) forget_sessions();
  return made;
}

}  // namespace picket::control
