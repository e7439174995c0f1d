#include <algorithm>
#include <string>
#include <unordered_set>

#include "control/change_text.h"
#include "control/control_impl.h"
#include "control/rows.h"

namespace picket::control {
namespace {

constexpr std::int64_t kKeptPolls = 200;
// Old polls are looked for in pieces: four rows looked at for each one written keeps the table within a third
// of its least size, and no commit waits for more than this many.
constexpr std::int64_t kPollsBetweenSweeps = 500;
constexpr std::int64_t kRowsASweep = 4 * kPollsBetweenSweeps;

constexpr std::string_view kUpdateStream =
    "update stream set cursor = ?1, start_time = ?2, last_successful_poll_at = ?3, last_data_received_at = "
    "?4,"
    " newest_event_at = ?5, consecutive_failures = ?6, last_error_code = ?7, last_error_message = ?8, "
    "last_error_at = ?9,"
    " failing_since = ?10, backfill_from = ?11, backfill_until = ?12, backfill_reached = ?13, "
    "backfill_events = ?14,"
    " backfill_started_at = ?15, before_poll_id = iif(?16, last_poll_id, before_poll_id),"
    " last_poll_id = iif(?16, ?17, last_poll_id), poll_count = poll_count + ?16"
    " where device_id = ?18 and stream = ?19 and generation = ?20"
    " and (select epoch from device where id = ?18) = ?21"
    " returning no, poll_count, before_poll_id";

}  // namespace

Result<std::vector<StreamState>> ControlImpl::all_streams() {
  static const std::string kSql =
      "select " + std::string(kStreamColumns) +
      " from stream s join device d on d.id = s.device_id where d.deleted_at is null"
      " order by s.no";
  std::vector<StreamState> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(kSql, [&](const sql::Statement& row) { out.push_back(read_stream(row)); }));
  return out;
}

Result<std::vector<StreamState>> ControlImpl::streams(const std::string& device_id) {
  static const std::string kSql =
      "select " + std::string(kStreamColumns) + " from stream s where s.device_id = ? order by s.no";
  std::vector<StreamState> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      kSql, [&](const sql::Statement& row) { out.push_back(read_stream(row)); }, device_id));
  return out;
}

Result<std::vector<std::size_t>> ControlImpl::commit(std::span<const StreamCommit> streams,
                                                     std::span<const HealthCommit> healths, TimePoint at) {
  return write(at, [&](Writing& w) -> Result<std::vector<std::size_t>> {
    std::vector<std::size_t> left_out;
    std::unordered_set<std::string_view> stale;
    for (std::size_t i = 0; i < streams.size(); ++i) {
      PICKET_ASSIGN(const bool done, commit_stream(w, streams[i]));
      if (done) {
        PICKET_TRY(commit_matches(w, streams[i].state.device_id, streams[i].state.stream, streams[i].matches));
        continue;
      }
      left_out.push_back(i);
      stale.insert(streams[i].state.device_id);
    }
    // A verdict that rests on work which was refused is refused with it.
    for (const auto& health : healths)
      if (!stale.contains(health.device_id)) PICKET_TRY(commit_health(w, health));
    if (polls_since_sweep_ >= kPollsBetweenSweeps) PICKET_TRY(sweep_polls(w.db));
    return left_out;
  });
}

Result<bool> ControlImpl::commit_stream(Writing& w, const StreamCommit& commit) {
  const StreamState& s = commit.state;
  const auto& b = s.backfill;
  const auto of = [&](auto member) { return b ? std::optional((*b).*member) : std::nullopt; };
  const std::int64_t poll_id = next_poll_id_;
  PICKET_ASSIGN(auto update, w.db.prepare(kUpdateStream));
  update.bind_all(s.cursor, s.start_time, s.last_successful_poll_at, s.last_data_received_at,
                  s.newest_event_at, s.consecutive_failures, s.last_error_code, s.last_error_message,
                  s.last_error_at, s.failing_since, of(&Backfill::from), of(&Backfill::until),
                  of(&Backfill::reached), of(&Backfill::events), of(&Backfill::started_at),
                  commit.poll ? 1 : 0, poll_id, s.device_id, s.stream, s.generation, commit.device_epoch);
  PICKET_ASSIGN(const bool updated, update.step());
  if (!updated) return false;
  const std::int64_t no = update.integer(0), sequence = update.integer(1);
  const std::optional<std::int64_t> previous =
      update.null(2) ? std::nullopt : std::optional(update.integer(2));
  PICKET_TRY(update.run());
  if (commit.poll) {
    ++next_poll_id_;  // an id that a rolled-back transaction took is not used again; nobody minds the gap
    ++polls_since_sweep_;
    const PollRecord& p = *commit.poll;
    PICKET_TRY(
        w.db.run("insert into poll(id, stream_no, sequence, previous, started_at, duration_ms, pages, "
                 "events, new_events, bytes,"
                 " outcome, error) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                 poll_id, no, sequence, previous, p.started_at, p.duration_ms, p.pages, p.events,
                 p.new_events, p.bytes, p.outcome, p.error));
  }
  if (commit.account_uid && !commit.account_uid->empty())
    PICKET_TRY(w.db.run("update device set account_uid = ? where id = ? and account_uid = ''",
                        *commit.account_uid, s.device_id));
  return true;
}

Status ControlImpl::commit_health(Writing& w, const HealthCommit& commit) {
  std::string organization_id;
  bool paused = false;
  model::Health old;
  std::optional<TimePoint> status_updated_at, expires_at;
  std::int64_t warned = 0;
  PICKET_TRY(w.db.each(
      "select organization_id, paused, health_status, health_level, health_code, health_sentence, "
      "health_since,"
      " status_updated_at, k.expires_at, k.expiry_warned from device d"
      " left join device_secret k on k.device_id = d.id where d.id = ? and deleted_at is null",
      [&](const sql::Statement& row) {
        organization_id = row.text(0);
        paused = row.boolean(1);
        if (!row.null(2)) old.status = model::device_status_from(row.text(2));
        old.level = model::health_level_from(row.text(3)).value_or(model::HealthLevel::kVerifying);
        old.code = row.text(4);
        old.sentence = row.text(5);
        old.since = row.time(6);
        status_updated_at = row.maybe_time(7);
        expires_at = row.maybe_time(8);
        warned = row.integer(9);
      },
      commit.device_id));
  const model::Health& health = commit.health;
  if (organization_id.empty()) return {};
  // Judged before somebody paused or resumed it: the setting says otherwise by now.
  if ((health.level == model::HealthLevel::kPaused) != paused) return {};
  const bool other = old.status != health.status || old.level != health.level || old.code != health.code;
  // A warning of a credential that was replaced meanwhile is nobody's any more.
  const auto& expiry = commit.expiry;
  const bool warns = expiry && expires_at == expiry->expires_at && (warned == 0 || expiry->days < warned);
  if (!other && !warns && old.sentence == health.sentence && old.since == health.since) return {};
  if (old.status != health.status) status_updated_at = w.at;
  PICKET_TRY(w.db.run(
      "update device set health_status = ?, health_level = ?, health_code = ?, health_sentence = ?, "
      "health_since = ?,"
      " status_updated_at = ? where id = ?",
      health.status ? std::optional(to_string(*health.status)) : std::nullopt, to_string(health.level),
      health.code, health.sentence, health.since, status_updated_at, commit.device_id));
  const auto row = [&](std::string value) {
    return w.history({.id = {},
                      .organization_id = organization_id,
                      .device_id = commit.device_id,
                      .action = HistoryAction::kUpdated,
                      .value = std::move(value),
                      .created_by = system_actor_,
                      .created_at = w.at});
  };
  if (other) PICKET_TRY(row(health_change(old, health)));
  if (!warns) return {};
  PICKET_TRY(w.db.run("update device_secret set expiry_warned = ? where device_id = ?", expiry->days,
                      commit.device_id));
  if (other && health.code == "token_expiring") return {};
  return row(expiry_warning(*expiry));
}

Status ControlImpl::sweep_polls(sql::Database& db) {
  polls_since_sweep_ = 0;
  std::int64_t rows = 0, last = 0;
  PICKET_TRY(db.each(
      "select count(*), max(id) from (select id from poll where id > ? order by id limit ?)",
      [&](const sql::Statement& row) {
        rows = row.integer(0);
        last = row.integer(1);
      },
      swept_poll_id_, kRowsASweep));
  PICKET_TRY(
      db.run("delete from poll where id > ?1 and id <= ?2"
             " and sequence <= (select poll_count from stream where no = poll.stream_no) - ?3",
             swept_poll_id_, last, kKeptPolls));
  swept_poll_id_ = rows < kRowsASweep ? 0 : last;  // at the end: from the start next time
  return {};
}

Result<std::vector<PollRecord>> ControlImpl::polls(const std::string& organization_id,
                                                   const std::string& device_id,
                                                   const std::optional<std::string>& stream) {
  // Each stream's chain from its newest poll backwards, cut at the number that is kept.
  static constexpr std::string_view kSql =
      "with recursive chain(id, left) as ("
      "  select s.last_poll_id, ?4 from stream s join device d on d.id = s.device_id"
      "   where s.device_id = ?1 and d.organization_id = ?2 and (?3 is null or s.stream = ?3)"
      "   and s.last_poll_id is not null"
      "  union all select p.previous, chain.left - 1 from chain join poll p on p.id = chain.id"
      "   where chain.left > 1 and p.previous is not null)"
      " select p.id, s.stream, p.started_at, p.duration_ms, p.pages, p.events, p.new_events, p.bytes, "
      "p.outcome, p.error"
      " from chain join poll p on p.id = chain.id join stream s on s.no = p.stream_no order by p.id desc";
  std::vector<PollRecord> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_ASSIGN(const Device known, find_device(*db, organization_id, device_id));
  PICKET_TRY(db->each(
      kSql,
      [&](const sql::Statement& row) {
        PollRecord& p = out.emplace_back();
        p.id = row.integer(0);
        p.device_id = known.id;
        p.stream = row.string(1);
        p.started_at = row.time(2);
        p.duration_ms = static_cast<std::uint64_t>(row.integer(3));
        p.pages = static_cast<std::uint64_t>(row.integer(4));
        p.events = static_cast<std::uint64_t>(row.integer(5));
        p.new_events = static_cast<std::uint64_t>(row.integer(6));
        p.bytes = static_cast<std::uint64_t>(row.integer(7));
        p.outcome = row.string(8);
        p.error = row.string(9);
      },
      device_id, organization_id, stream, kKeptPolls));
  return out;
}

}  // namespace picket::control
