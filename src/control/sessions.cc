#include <algorithm>
#include <set>
#include <tuple>

#include "base/guid.h"
#include "control/control_impl.h"
#include "control/rows.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "obs/log.h"

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

/// When sessions were used last is only kept hourly; an orderly end keeps the rest. What fails here is no loss.
ControlImpl::~ControlImpl() {
  if (!writer_ || uses_.empty()) return;
  const Status kept = write(clock_.now(), [&](Writing& w) { return write_uses(w); });
  if (!kept)
    PICKET_LOG_WARN("control", "When sessions were used last could not be kept: {}", kept.error().message);
}

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
        client_address, user_agent, now, session.expires_at);
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
    if (const auto known = sessions_.find(hash); known != sessions_.end()) {
      if (known->second.session.expires_at <= now) return std::optional<Session>();
      known->second.use->at_us.store(to_micros(now), std::memory_order_relaxed);
      return std::optional(known->second.session);
    }
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
    auto& use = uses_[found->id];
    if (!use) use = std::make_shared<Use>();
    use->at_us.store(to_micros(now), std::memory_order_relaxed);
    sessions_.insert_or_assign(hash, KnownSession{*found, use});
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
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.session.expires_at <= now; });
  }
  reserve_log(options_.directory / "control.db", kReservedLog);  // again, once there is room
  return write(now, [&](Writing& w) -> Status {
    PICKET_TRY(w.db.run("delete from session where expires_at <= ?", now));
    PICKET_TRY(w.db.run("delete from factor_renewal where expires_at <= ?", now));
    PICKET_TRY(write_uses(w));
    return w.db.run("delete from sign_in_failure where last_at < ?", now - kAccountRule.forgotten_after);
  });
}

/// Sessions that are gone are forgotten, the others' last use becomes a row's.
Status ControlImpl::write_uses(Writing& w) {
  std::set<std::string> live;
  PICKET_TRY(w.db.each("select id from session",
                       [&](const sql::Statement& row) { live.insert(row.string(0)); }));
  std::vector<std::pair<std::string, UsePointer>> uses;
  {
    const std::scoped_lock lock(session_mutex_);
    std::erase_if(uses_, [&](const auto& entry) { return !live.contains(entry.first); });
    uses.assign(uses_.begin(), uses_.end());
  }
  for (const auto& [id, use] : uses) {
    const auto at = use->at_us.load(std::memory_order_relaxed);
    if (at == use->written_us) continue;
    PICKET_TRY(w.db.run("update session set last_used_at = ? where id = ?", at, id));
    use->written_us = at;
  }
  return {};
}

Result<std::vector<SignIn>> ControlImpl::sessions(const std::string& user_id) {
  std::vector<SignIn> out;
  const TimePoint now = clock_.now();
  {
    PICKET_ASSIGN(auto db, readers_->acquire());
    PICKET_TRY(db->each(
        "select id, kind, user_id, client_address, user_agent, created_at, expires_at, last_used_at from session"
        " where user_id = ? and expires_at > ?",
        [&](const sql::Statement& row) {
          SignIn& s = out.emplace_back();
          s.id = row.string(0);
          s.kind = row.text(1) == "cookie" ? SessionKind::kCookie : SessionKind::kBearer;
          s.user_id = row.string(2);
          s.client_address = row.string(3);
          s.user_agent = row.string(4);
          s.created_at = row.time(5);
          s.expires_at = row.time(6);
          s.last_used_at = std::max(s.created_at, row.time(7));
        },
        user_id, now));
  }
  {
    const std::shared_lock lock(session_mutex_);
    for (auto& s : out)
      if (const auto use = uses_.find(s.id); use != uses_.end())
        s.last_used_at = std::max(s.last_used_at, from_micros(use->second->at_us.load()));
  }
  std::sort(out.begin(), out.end(), [](const SignIn& a, const SignIn& b) {
    return std::tie(b.last_used_at, a.id) < std::tie(a.last_used_at, b.id);
  });
  return out;
}

Status ControlImpl::end_session_of(const std::string& user_id, const std::string& session_id,
                                   const Change& change) {
  const auto done = write(change.at, [&](Writing& w) -> Status {
    std::string organization_id;
    PICKET_TRY(w.db.each(
        "select u.organization_id from session s join user_account u on u.id = s.user_id"
        " where s.id = ? and s.user_id = ? and s.expires_at > ?",
        [&](const sql::Statement& row) { organization_id = row.text(0); }, session_id, user_id, w.at));
    if (organization_id.empty()) return fail(ErrorKind::kNotFound, "There is no such sign-in any more.");
    PICKET_TRY(w.db.run("delete from session where id = ?", session_id));
    return w.audit(organization_id, change.actor.id, "session_ended", session_id, "{}", "{}");
  });
  if (done) forget_sessions();
  return done;
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
