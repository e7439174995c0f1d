#include "base/guid.h"
#include "control/control_impl.h"
#include "control/rows.h"
#include "crypto/digest.h"
#include "crypto/random.h"

namespace picket::control {
namespace {

constexpr std::chrono::hours kSessionLife{13};
constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kTokenSize = 43;  // base64url of 32 bytes
constexpr std::size_t kCachedSessions = 10'000;

/// Bound to the session without being stored: who holds the cookie's token can compute it, nobody else.
std::string csrf_token(std::string_view token) {
  return crypto::base64url(crypto::keyed_hash(token, "picket csrf 1"));
}

std::string_view kind_text(SessionKind kind) {
  return kind == SessionKind::kCookie ? "cookie" : "bearer";
}

}  // namespace

Result<IssuedSession> ControlImpl::create_session(const User& user, SessionKind kind,
                                                  const std::string& client_address,
                                                  const std::string& user_agent) {
  const TimePoint now = clock_.now();
  IssuedSession issued;
  issued.token = crypto::Secret(crypto::random_text(kTokenBytes));
  Session& session = issued.session;
  session.id = new_guid();
  session.kind = kind;
  session.user = user;
  session.csrf_token = csrf_token(issued.token.reveal());
  session.created_at = now;
  session.expires_at = now + kSessionLife;
  const auto stored = write(now, [&](Writing& w) -> Status {
    bool found = false;
    PICKET_TRY(w.db.each(
        "select o.name from user_account u join organization o on o.id = u.organization_id where u.id = ? "
        "and u.active",
        [&](const sql::Statement& row) {
          found = true;
          session.organization_name = row.text(0);
        },
        user.id));
    if (!found) return fail(ErrorKind::kUnauthorized, "This account cannot sign in any more.");
    PICKET_TRY(w.db.run("delete from session where expires_at <= ?", now));
    return w.db.run(
        "insert into session(id, token_hash, kind, user_id, client_address, user_agent, created_at, "
        "expires_at)"
        " values(?, ?, ?, ?, ?, ?, ?, ?)",
        session.id, sql::Blob{crypto::sha256(issued.token.reveal())}, kind_text(kind), user.id,
        client_address, std::string_view(user_agent).substr(0, 500), now, session.expires_at);
  });
  if (!stored) return fail(stored.error());
  return issued;
}

Result<std::optional<Session>> ControlImpl::session(std::string_view token) {
  if (token.size() != kTokenSize) return std::optional<Session>();
  const std::string hash = crypto::sha256(token);
  const TimePoint now = clock_.now();
  std::uint64_t epoch = 0;
  {
    const std::shared_lock lock(session_mutex_);
    epoch = session_epoch_;
    if (const auto known = sessions_.find(hash); known != sessions_.end())
      return known->second.expires_at > now ? std::optional(known->second) : std::nullopt;
  }
  static const std::string kSql = "select " + std::string(kUserColumns) +
                                  ", s.id, s.kind, s.created_at, s.expires_at, o.name from session s"
                                  " join user_account u on u.id = s.user_id and u.active"
                                  " join organization o on o.id = u.organization_id"
                                  " left join user_factor f on f.user_id = u.id where s.token_hash = ?";
  std::optional<Session> found;
  {
    PICKET_ASSIGN(auto db, readers_->acquire());
    PICKET_TRY(db->each(
        kSql,
        [&](const sql::Statement& row) {
          Session& s = found.emplace();
          s.user = read_user(row);
          s.id = row.string(kUserColumnCount);
          s.kind = row.text(kUserColumnCount + 1) == "cookie" ? SessionKind::kCookie : SessionKind::kBearer;
          s.created_at = row.time(kUserColumnCount + 2);
          s.expires_at = row.time(kUserColumnCount + 3);
          s.organization_name = row.string(kUserColumnCount + 4);
        },
        sql::Blob{hash}));
  }
  if (!found || found->expires_at <= now) return std::optional<Session>();
  found->csrf_token = csrf_token(token);
  const std::scoped_lock lock(session_mutex_);
  // Somebody revoked sessions while the row was read: this answer still stands, but is not kept.
  if (session_epoch_ == epoch) {
    if (sessions_.size() >= kCachedSessions) sessions_.clear();
    sessions_.insert_or_assign(hash, *found);
  }
  return found;
}

Status ControlImpl::end_session(const std::string& session_id) {
  const auto done = write(clock_.now(), [&](Writing& w) -> Status {
    std::string organization_id, actor_id;
    PICKET_TRY(w.db.each(
        "select u.organization_id, u.actor_id from session s join user_account u on u.id = s.user_id where "
        "s.id = ?",
        [&](const sql::Statement& row) {
          organization_id = row.text(0);
          actor_id = row.text(1);
        },
        session_id));
    if (actor_id.empty()) return {};  // ended already
    PICKET_TRY(w.db.run("delete from session where id = ?", session_id));
    return w.audit(organization_id, actor_id, "signed_out", session_id, "{}", "{}");
  });
  if (done) forget_sessions();
  return done;
}

Status ControlImpl::housekeep() {
  const TimePoint now = clock_.now();
  {
    const std::scoped_lock lock(session_mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.expires_at <= now; });
  }
  reserve_log(options_.directory / "control.db", kReservedLog);  // again, once there is room
  return write(now, [&](Writing& w) -> Status {
    PICKET_TRY(w.db.run("delete from session where expires_at <= ?", now));
    return w.db.run("delete from sign_in_failure where last_at < ?", now - kAccountRule.forgotten_after);
  });
}

void ControlImpl::forget_sessions() {
  const std::scoped_lock lock(session_mutex_);
  sessions_.clear();
  ++session_epoch_;
}

Status ControlImpl::end_sessions_of(Writing& w, const std::string& user_id) {
  return w.db.run("delete from session where user_id = ?", user_id);
}

}  // namespace picket::control
