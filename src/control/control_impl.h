#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/fail_point.h"
#include "base/guid.h"
#include "control/control.h"
#include "control/directory.h"
#include "control/throttle.h"
#include "control/vault.h"
#include "sql/database.h"
#include "sql/pool.h"

/// The one implementation of `Control`, spread over files by area: control.cc (opening), people.cc and
/// accounts.cc, own_account.cc, sign_in.cc, sessions.cc, devices.cc (reading and making), device_changes.cc, progress.cc,
/// history.cc, rules.cc (rules and what people decided about them), signals.cc, alerts.cc.
///
/// Threads: `writer_` belongs to whoever holds `write_mutex_`; reads go to the pool. No lock is held while
/// another of this class is taken, but for `write_mutex_` before the caches' locks.
namespace picket::control {

/// The id of an event as tables hold it.
inline GuidBytes event_of(std::string_view blob) {
  PICKET_ASSERT(blob.size() == std::tuple_size_v<GuidBytes>, "the id of an event has 16 bytes");
  GuidBytes out;
  std::copy(blob.begin(), blob.end(), out.begin());
  return out;
}

/// Of the disk, for the log of control.db: some hundred sign-ins, also when no checkpoint succeeds any more.
inline constexpr std::int64_t kReservedLog = 16 << 20;

/// The open write transaction, handed to the code that changes something.
class Writing {
 public:
  Writing(sql::Database& database, TimePoint time) : db(database), at(time) {}
  sql::Database& db;
  const TimePoint at;

  /// A history row, in this transaction.
  Status history(const HistoryEntry& entry);
  /// An audit row, in this transaction. `before`, `after`: JSON object texts.
  Status audit(const std::string& organization_id, const std::string& actor_id, std::string_view what,
               const std::string& subject, std::string_view before, std::string_view after,
               const std::string& client_address = {});

 private:
  friend class ControlImpl;
  std::vector<HistoryEntry> late_;  ///< only for the planted bug
};

class ControlImpl final : public Control, public Detections {
 public:
  ControlImpl(ControlOptions options, DirectoryLock lock);
  ~ControlImpl() override;
  /// Second half of opening: database, migrations, root key.
  Status start();

  Result<Enrolment> create_organization(const std::string& name, const NewUser& administrator,
                                        const Change& change) override;
  Result<std::vector<Organization>> organizations() override;
  Result<Organization> organization(const std::string& organization_id) override;
  Result<Organization> rename_organization(const std::string& organization_id, const std::string& name,
                                           std::optional<std::int64_t> if_version,
                                           const Change& change) override;
  Result<std::vector<User>> users(const std::string& organization_id) override;
  Result<User> update_user(const std::string& organization_id, const std::string& user_id,
                           const PersonPatch& patch, std::optional<std::int64_t> if_version,
                           const Change& change) override;
  Result<std::string> preferences(const std::string& user_id) override;
  Result<std::vector<User>> all_users() override;
  Result<std::optional<User>> user_by_email(const std::string& email) override;
  Status reset_password(const std::string& user_id, const crypto::Secret& password,
                        const Change& change) override;
  Result<Enrolment> reset_factor(const std::string& user_id, const Change& change) override;
  Result<std::vector<model::Actor>> actors(const std::string& organization_id) override;
  const model::Actor& system_actor() const override { return system_actor_; }

  Result<User> authenticate(const std::string& email, const crypto::Secret& password, const std::string& code,
                            const std::string& client_address) override;
  Result<IssuedSession> create_session(const User& user, SessionKind kind, const std::string& client_address,
                                       const std::string& user_agent) override;
  Result<std::optional<Session>> session(std::string_view token) override;
  Status end_session(const std::string& session_id) override;
  Result<std::vector<SignIn>> sessions(const std::string& user_id) override;
  Status end_session_of(const std::string& user_id, const std::string& session_id,
                        const Change& change) override;
  Status change_password(const Proof& proof, const crypto::Secret& new_password,
                         const Change& change) override;
  Result<FactorOffer> begin_factor(const Proof& proof, const Change& change) override;
  Result<std::vector<std::string>> confirm_factor(const Proof& proof, const Change& change) override;
  Status housekeep() override;

  Result<Device> create_device(const std::string& organization_id, NewDevice device,
                               const Change& change) override;
  Result<Device> update_device(const std::string& organization_id, const std::string& id,
                               const DevicePatch& patch, std::optional<std::int64_t> if_version,
                               const Change& change) override;
  Result<Device> replace_secrets(const std::string& organization_id, const std::string& id,
                                 crypto::Secret secrets, const Credential& credential, bool keep_cursors,
                                 std::optional<std::int64_t> if_version, const Change& change) override;
  Result<Device> reread(const std::string& organization_id, const std::string& id,
                        const std::vector<std::string>& streams, TimePoint start_time,
                        const Change& change) override;
  Result<Device> delete_device(const std::string& organization_id, const std::string& id,
                               std::optional<std::int64_t> if_version, const Change& change) override;
  Result<Device> device(const std::string& organization_id, const std::string& id) override;
  Result<std::vector<Device>> all_devices() override;
  Result<std::optional<crypto::Secret>> device_secrets(const std::string& device_id) override;

  Result<std::vector<StreamState>> all_streams() override;
  Result<std::vector<StreamState>> streams(const std::string& device_id) override;
  Result<std::vector<std::size_t>> commit(std::span<const StreamCommit> streams,
                                          std::span<const HealthCommit> healths, TimePoint at) override;
  Result<std::vector<PollRecord>> polls(const std::string& organization_id, const std::string& device_id,
                                        const std::optional<std::string>& stream) override;

  Detections& detections() override { return *this; }
  Result<std::vector<RuleState>> know_rules(const std::string& organization_id, std::span<const KnownRule> rules,
                                            Micros probation, TimePoint now) override;
  Result<std::vector<RuleState>> rule_states(const std::string& organization_id) override;
  Result<RuleState> switch_rule(const std::string& organization_id, const std::string& key, bool enabled,
                                const std::string& reason, std::optional<std::int64_t> if_version,
                                const Change& change) override;
  Result<RuleState> end_probation(const std::string& organization_id, const std::string& key,
                                  std::optional<std::int64_t> if_version, const Change& change) override;
  Result<std::vector<RuleHistoryEntry>> rule_history(const std::string& organization_id,
                                                     const std::string& key) override;
  Result<std::vector<OwnRule>> own_rules(const std::string& organization_id) override;
  Result<OwnRule> own_rule(const std::string& organization_id, const std::string& id) override;
  Result<OwnRule> create_own_rule(const std::string& organization_id, const std::string& text,
                                  const Change& change) override;
  Result<OwnRule> update_own_rule(const std::string& organization_id, const std::string& id, const std::string& text,
                                  std::optional<std::int64_t> if_version, const Change& change) override;
  Status delete_own_rule(const std::string& organization_id, const std::string& id,
                         std::optional<std::int64_t> if_version, const Change& change) override;
  Status add_matches(const std::string& device_id, const std::string& stream, std::span<const Match> matches, TimePoint at) override;
  Status each_signal(std::span<const std::int64_t> rule_nos, TimePoint from, TimePoint to,
                     const std::function<bool(const StoredSignal&)>& row) override;
  Result<std::vector<GuidBytes>> signal_events_at(std::span<const std::int64_t> rule_nos, TimePoint time) override;
  Result<std::vector<StoredSignal>> recent_signals(const std::string& organization_id, const std::string& key,
                                                   std::size_t limit) override;
  Result<std::vector<RuleCounts>> rule_counts(const std::string& organization_id, const std::string& device_id,
                                              TimePoint now) override;
  Result<std::vector<RuleHour>> rule_hours(const std::string& organization_id, const std::string& key,
                                           TimePoint from) override;
  Status sweep_signals(TimePoint limit) override;
  Result<std::vector<Alert>> alerts(const std::string& organization_id, const AlertFilter& filter) override;
  Result<std::size_t> count_alerts(const std::string& organization_id, const AlertFilter& filter) override;
  Result<Alert> alert(const std::string& organization_id, const std::string& id) override;
  Result<std::vector<StoredSignal>> alert_matches(const std::string& organization_id, const std::string& id,
                                                  std::size_t limit) override;

  Result<std::vector<AccountHistoryEntry>> account_history(const std::string& organization_id,
                                                           const std::string& user_id) override;
  Result<std::vector<HistoryEntry>> history(const std::string& organization_id,
                                            const std::string& device_id) override;
  Result<std::string> vendor_id(const std::string& name) override;
  Result<std::vector<std::pair<std::string, std::string>>> vendors() override;

 private:
  struct Judged;
  struct Subject;
  /// Runs `change(Writing&)` (a Result) in one transaction: its error, or a failed commit, leaves nothing
  /// behind.
  template <typename F>
  auto write(TimePoint at, F&& change) -> std::invoke_result_t<F, Writing&> {
    const std::scoped_lock lock(write_mutex_);
    PICKET_ASSIGN(auto transaction, sql::Transaction::begin(*writer_));
    Writing writing(*writer_, at);
    auto result = change(writing);
    if (!result) return result;
    PICKET_FAIL_POINT("control.before_commit");
    PICKET_TRY(transaction.commit());
    PICKET_FAIL_POINT("control.after_commit");
    for (const auto& entry : writing.late_) PICKET_TRY(write_history_row(*writer_, entry));
    return result;
  }
  static Status write_history_row(sql::Database& db, const HistoryEntry& entry);
  friend class Writing;

  // control.cc
  Status load_root_key();
  Status ensure_system_actor();
  // people.cc
  Result<std::vector<User>> read_users(std::string_view where, std::string_view value);
  // accounts.cc
  Result<Enrolment> enrol(Writing& w, const User& user);
  /// Puts `seed` in force; codes up to `last_step` are spent.
  Status store_factor(Writing& w, const User& user, const crypto::Secret& seed, std::int64_t last_step);
  static Result<std::vector<std::string>> new_recovery_codes(Writing& w, const std::string& user_id);
  // own_account.cc
  Result<Judged> prove(const Proof& proof);
  Status note_wrong_proof(const std::optional<User>& user, const Proof& proof);
  Status end_other_sessions(Writing& w, const std::string& user_id, const std::string& session_id);
  struct Offered;
  Result<std::optional<Offered>> offered(sql::Database& db, const User& user, const Proof& proof);
  // sign_in.cc
  std::vector<Subject> subjects(sql::Database& db, const std::string& email,
                                const std::string& client_address);
  Status check_locks(const std::string& email, const std::string& client_address);
  Result<Judged> judge(const std::string& email, const crypto::Secret& password, const std::string& code,
                       TimePoint now);
  Result<User> accept(const Judged& judged, const std::string& client_address, TimePoint now);
  /// The code is used up and the account's failures are forgotten; kUnauthorized when somebody was faster.
  Status spend(Writing& w, const Judged& judged, const std::string& client_address);
  Status note_failure(const std::optional<User>& user, const std::string& email,
                      const std::string& client_address, TimePoint now, std::string_view what);
  // sessions.cc
  void forget_sessions();  ///< every cached one; the rows decide again
  Status end_sessions_of(Writing& w, const std::string& user_id);
  // devices.cc, device_changes.cc
  Status store_secret(Writing& w, const Device& device, const crypto::Secret& secrets,
                      const Credential& credential);
  Result<std::optional<crypto::Secret>> open_secret(sql::Database& db, const std::string& device_id);
  // progress.cc
  Result<bool> commit_stream(Writing& w, const StreamCommit& commit);
  Status commit_health(Writing& w, const HealthCommit& commit);
  Status sweep_polls(sql::Database& db);
  // signals.cc
  Status commit_matches(Writing& w, const std::string& device_id, const std::string& stream, std::span<const Match> matches);
  // rules.cc
  static Result<RuleState> find_rule(sql::Database& db, const std::string& organization_id, const std::string& key);

  const ControlOptions options_;
  Clock& clock_;
  const DirectoryLock lock_;
  model::Actor system_actor_;
  std::unique_ptr<Vault> vault_;
  std::string dummy_hash_;  ///< verified for unknown e-mail addresses, so that they take as long

  std::mutex write_mutex_;
  std::unique_ptr<sql::Database> writer_;
  std::unique_ptr<sql::ReadPool> readers_;
  std::int64_t next_poll_id_ = 1;   ///< guarded by write_mutex_
  std::int64_t swept_poll_id_ = 0;  ///< guarded by write_mutex_
  std::int64_t polls_since_sweep_ = 0;

  std::counting_semaphore<2> password_slots_{2};  ///< bounds the memory of Argon2id

  std::shared_mutex session_mutex_;
  /// When a session was used last. Noted on every request without a lock of its own; rows follow hourly.
  struct Use {
    std::atomic<std::int64_t> at_us{0};
    std::int64_t written_us = 0;  ///< guarded by write_mutex_
  };
  using UsePointer = std::shared_ptr<Use>;
  Status write_uses(Writing& w);
  struct KnownSession {
    Session session;
    UsePointer use;
  };
  std::unordered_map<std::string, KnownSession> sessions_;  ///< by token hash; guarded by session_mutex_
  std::unordered_map<std::string, UsePointer> uses_;        ///< by session id; guarded by session_mutex_
  std::uint64_t session_epoch_ = 0;  ///< grows with every revocation; guarded by session_mutex_
};

}  // namespace picket::control
