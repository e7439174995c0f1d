#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "codec/json_writer.h"
#include "control/control_impl.h"
#include "control/judged.h"
#include "control/recovery_code.h"
#include "control/rows.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/totp.h"
#include "obs/log.h"

namespace picket::control {
namespace {

constexpr std::size_t kLongestInput = 1024;
constexpr std::string_view kRefused =
    "The e-mail address, the password or the code is wrong. Each code works once: after a sign-in, wait for "
    "the next.";

Error refused() {
  return {ErrorKind::kUnauthorized, std::string(kRefused)};
}

Error locked(std::chrono::seconds wait) {
  return {ErrorKind::kUnauthorized,
          fmt::format("Too many tries failed. Wait {} before the next one.", format_duration(wait))};
}

Result<ThrottleState> read_throttle(sql::Database& db, const std::string& subject) {
  ThrottleState state;
  PICKET_TRY(db.each(
      "select failures, last_at, locked_until from sign_in_failure where subject = ?",
      [&](const sql::Statement& row) {
        state = {row.integer(0), row.time(1), row.time(2)};
      },
      subject));
  return state;
}

std::string method_json(bool recovery) {
  codec::JsonWriter out;
  out.begin_object().field("code", recovery ? "recovery" : "totp").end_object();
  return out.take();
}

}  // namespace

struct ControlImpl::Subject {
  std::string id;
  const ThrottleRule* rule;
};

/// The account and the client's address. Where the user has signed in from before, the account's failures are
/// counted apart, so that a stranger's guessing does not lock its owner out.
std::vector<ControlImpl::Subject> ControlImpl::subjects(sql::Database& db, const std::string& email,
                                                        const std::string& client_address) {
  const std::string lower = to_lower(trim(email));
  std::string account = vault_->subject("account", lower);
  bool known = false;
  const auto looked = db.each(
      "select 1 from sign_in_address a join user_account u on u.id = a.user_id"
      " where u.email_lower = ? and a.address_hash = ?",
      [&](const sql::Statement&) { known = true; }, lower, vault_->subject("address", client_address));
  if (looked && known) account = vault_->subject("known", lower + "\n" + client_address);
  return {{std::move(account), &kAccountRule}, {vault_->subject("address", client_address), &kAddressRule}};
}

Status ControlImpl::check_locks(const std::string& email, const std::string& client_address) {
  PICKET_ASSIGN(auto db, readers_->acquire());
  std::chrono::seconds wait{0};
  for (const auto& subject : subjects(*db, email, client_address)) {
    PICKET_ASSIGN(const ThrottleState state, read_throttle(*db, subject.id));
    wait = std::max(wait, remaining_lock(state, *subject.rule, clock_.now()));
  }
  if (wait.count() > 0) return fail(locked(wait));
  return {};
}

Result<User> ControlImpl::authenticate(const std::string& email, const crypto::Secret& password,
                                       const std::string& code, const std::string& client_address) {
  if (email.size() > kLongestInput || password.size() > kLongestInput || code.size() > kLongestInput)
    return fail(refused());
  // The slot comes first: whoever tries in parallel meets the lock that an earlier try of theirs has set.
  const SlotGuard slot(password_slots_);
  PICKET_TRY(check_locks(email, client_address));
  const TimePoint now = clock_.now();
  PICKET_ASSIGN(const Judged judged, judge(email, password, code, now));
  if (judged.right) {
    auto accepted = accept(judged, client_address, now);
    if (accepted || accepted.error().kind != ErrorKind::kUnauthorized) {
      if (accepted && judged.rehash) {
        const auto hash = crypto::hash_password(password, options_.password_cost);
        const auto kept = !hash ? Status(tl::unexpected(hash.error())) : write(now, [&](Writing& w) {
          return w.db.run("update user_account set password_hash = ? where id = ?", *hash, accepted->id);
        });
        if (!kept)
          PICKET_LOG_WARN("control", "A password hash could not be renewed: {}", kept.error().message);
      }
      return accepted;
    }
  }
  PICKET_TRY(note_failure(judged.user, email, client_address, now, "sign_in_failed"));
  return fail(refused());
}

Result<ControlImpl::Judged> ControlImpl::judge(const std::string& email, const crypto::Secret& password,
                                               const std::string& code, TimePoint now) {
  static const std::string kSql =
      "select " + std::string(kUserColumns) +
      ", u.password_hash, f.version, f.wrapped_key, f.ciphertext, f.last_step from user_account u"
      " left join user_factor f on f.user_id = u.id where u.email_lower = ?";
  Judged out;
  std::string hash = dummy_hash_;
  std::int64_t version = 0, last_step = 0;
  crypto::Envelope sealed;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      kSql,
      [&](const sql::Statement& row) {
        out.user = read_user(row);
        hash = row.text(kUserColumnCount);
        version = row.integer(kUserColumnCount + 1);
        sealed = {std::string(row.blob(kUserColumnCount + 2)), std::string(row.blob(kUserColumnCount + 3))};
        last_step = row.integer(kUserColumnCount + 4);
      },
      to_lower(trim(email))));
  const bool password_right = crypto::verify_password(hash, password);
  out.recovery_hash = recovery_code_hash(code);
  bool code_right = false;
  if (out.user && !out.recovery_hash.empty()) {
    PICKET_TRY(db->each(
        "select 1 from recovery_code where user_id = ? and hash = ? and used_at is null",
        [&](const sql::Statement&) { code_right = true; }, out.user->id, sql::Blob{out.recovery_hash}));
  } else if (out.user && version > 0) {
    PICKET_ASSIGN(const crypto::Secret seed,
                  vault_->open(*db, {out.user->organization_id, out.user->id, version, "totp"}, sealed));
    out.step = crypto::match_totp(seed, trim(code), now);
    code_right = out.step && *out.step > last_step;
  }
  out.right = out.user && out.user->active && password_right && code_right;
  out.rehash = out.right && crypto::needs_rehash(hash, options_.password_cost);
  return out;
}

Status ControlImpl::spend(Writing& w, const Judged& judged, const std::string& client_address) {
  const User& user = *judged.user;
  // Two requests with one code: the row decides which was first.
  if (judged.by_recovery_code()) {
    PICKET_TRY(
        w.db.run("update recovery_code set used_at = ? where user_id = ? and hash = ? and used_at is null",
                 w.at, user.id, sql::Blob{judged.recovery_hash}));
  } else {
    PICKET_TRY(w.db.run("update user_factor set last_step = ?1 where user_id = ?2 and last_step < ?1",
                        *judged.step, user.id));
  }
  if (w.db.changes() != 1) return fail(refused());
  for (const auto& subject : subjects(w.db, user.email, client_address))
    if (subject.rule == &kAccountRule)
      PICKET_TRY(w.db.run("delete from sign_in_failure where subject = ?", subject.id));
  return {};
}

Result<User> ControlImpl::accept(const Judged& judged, const std::string& client_address, TimePoint now) {
  User user = *judged.user;
  const bool recovery = judged.by_recovery_code();
  const auto done = write(now, [&](Writing& w) -> Status {
    PICKET_TRY(spend(w, judged, client_address));
    if (recovery) PICKET_TRY(end_sessions_of(w, user.id));
    PICKET_TRY(
        w.db.run("insert or replace into sign_in_address(user_id, address_hash, last_at) values(?, ?, ?)",
                 user.id, vault_->subject("address", client_address), now));
    PICKET_TRY(w.db.run("update user_account set last_sign_in_at = ? where id = ?", now, user.id));
    return w.audit(user.organization_id, user.actor_id, "signed_in", user.id, "{}", method_json(recovery),
                   client_address);
  });
  if (!done) return fail(done.error());
  if (recovery) {
    forget_sessions();
    PICKET_LOG_WARN("control",
                    "A recovery code was used to sign in (user {}). Their other sessions were ended.",
                    user.id);
  }
  user.last_sign_in_at = now;
  return user;
}

Status ControlImpl::note_failure(const std::optional<User>& user, const std::string& email,
                                 const std::string& client_address, TimePoint now,
                                 std::string_view what) {
  return write(now, [&](Writing& w) -> Status {
    PICKET_TRY(w.db.run("delete from sign_in_failure where last_at < ?", now - kAccountRule.forgotten_after));
    for (const auto& subject : subjects(w.db, email, client_address)) {
      PICKET_ASSIGN(ThrottleState state, read_throttle(w.db, subject.id));
      state = after_failure(state, *subject.rule, now);
      PICKET_TRY(
          w.db.run("insert or replace into sign_in_failure(subject, failures, last_at, locked_until) "
                   "values(?, ?, ?, ?)",
                   subject.id, state.failures, state.last_at, state.locked_until));
    }
    // Of an unknown address nothing is kept: people type passwords into that field.
    return w.audit(user ? user->organization_id : std::string(), system_actor_.id, what,
                   user ? user->id : std::string(), "{}", "{}", client_address);
  });
}

}  // namespace picket::control
