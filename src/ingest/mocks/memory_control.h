#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/assert.h"
#include "control/control.h"

namespace picket::ingest {

/// What a test throws out of a fake to say: the process died here.
struct Died {};

/// The part of the control plane that ingest and fleet use, in memory, with the same rules (epoch, generation, history
/// rows for changed verdicts). Everything else is not for tests of ingest and asserts. Threads: any.
class MemoryControl final : public control::Control {
 public:
  enum class Fault { kNone, kDieBefore, kDieAfter, kFull, kUnavailable, kCorrupt };
  std::function<Fault()> fault = [] { return Fault::kNone; };

  control::Device& add_device(const std::string& id, const std::vector<std::string>& streams, TimePoint start) {
    auto& row = rows_[id];
    row.id = id;
    row.organization_id = "org";
    row.name = row.location = id;
    row.plugin_slug = "toy";
    row.start_time = start;
    row.credential.emplace();
    row.credential->fingerprint = "fp-" + id;
    row.credential->replaced_at = start;
    secrets_[id] = "token-" + id;
    for (const auto& stream : streams) {
      auto& state = states_[{id, stream}];
      state.device_id = id;
      state.stream = stream;
      state.start_time = start;
    }
    return row;
  }
  control::Device& row(const std::string& id) { return rows_.at(id); }
  control::StreamState& state(const std::string& id, const std::string& stream) { return states_.at({id, stream}); }
  void set_secret(const std::string& id, std::optional<std::string> secret) {
    if (secret)
      secrets_[id] = *secret;
    else
      secrets_.erase(id);
  }
  void erase(const std::string& id) { rows_.erase(id); }
  std::vector<control::PollRecord> all_polls;
  std::vector<control::HealthCommit> health_history;
  int commits = 0;

  Result<std::vector<control::Device>> all_devices() override {
    const std::lock_guard lock(mutex_);
    std::vector<control::Device> all;
    for (const auto& [id, row] : rows_) all.push_back(row);
    return all;
  }
  Result<std::vector<control::StreamState>> all_streams() override {
    const std::lock_guard lock(mutex_);
    std::vector<control::StreamState> all;
    for (const auto& [key, state] : states_) all.push_back(state);
    return all;
  }
  Result<std::vector<control::StreamState>> streams(const std::string& device_id) override {
    const std::lock_guard lock(mutex_);
    std::vector<control::StreamState> all;
    for (const auto& [key, state] : states_)
      if (key.first == device_id) all.push_back(state);
    return all;
  }
  Result<control::Device> device(const std::string&, const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = rows_.find(id);
    if (found == rows_.end()) return fail(ErrorKind::kNotFound, "There is no such device.");
    return found->second;
  }
  Result<std::vector<control::Organization>> organizations() override {
    control::Organization organization;
    organization.id = "org";
    return std::vector{organization};
  }
  Result<std::optional<crypto::Secret>> device_secrets(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = secrets_.find(id);
    if (found == secrets_.end()) return std::optional<crypto::Secret>();
    return std::optional<crypto::Secret>(crypto::Secret(found->second));
  }
  Result<std::vector<std::size_t>> commit(std::span<const control::StreamCommit> streams,
                                          std::span<const control::HealthCommit> healths, TimePoint at) override {
    const std::lock_guard lock(mutex_);
    const Fault what = fault();
    if (what == Fault::kDieBefore) throw Died();
    if (what == Fault::kFull) return fail(ErrorKind::kDiskFull, "The disk is full.");
    if (what == Fault::kUnavailable) return fail(ErrorKind::kUnavailable, "The database is busy.");
    if (what == Fault::kCorrupt) return fail(ErrorKind::kCorrupt, "The disk does not answer.");
    ++commits;
    std::vector<std::size_t> refused;
    for (std::size_t i = 0; i < streams.size(); ++i) {
      const auto& step = streams[i];
      const auto device = rows_.find(step.state.device_id);
      const auto state = states_.find({step.state.device_id, step.state.stream});
      if (device == rows_.end() || state == states_.end() || device->second.epoch != step.device_epoch ||
          state->second.generation != step.state.generation) {
        refused.push_back(i);
        continue;
      }
      state->second = step.state;
      if (step.poll) all_polls.push_back(*step.poll);
      if (step.account_uid && device->second.account_uid.empty()) device->second.account_uid = *step.account_uid;
    }
    for (const auto& health : healths) {
      const auto device = rows_.find(health.device_id);
      if (device == rows_.end()) continue;
      auto& now = device->second.health;
      const bool other =
          now.status != health.health.status || now.level != health.health.level || now.code != health.health.code;
      auto& credential = device->second.credential;
      const bool warns =
          health.expiry && credential && credential->expires_at == health.expiry->expires_at &&
          (credential->expiry_warned_days == 0 || health.expiry->days < credential->expiry_warned_days);
      if (warns) credential->expiry_warned_days = health.expiry->days;
      const bool says_both = other && warns && health.health.code == "token_expiring";
      if (other) health_history.push_back({health.device_id, health.health, says_both ? health.expiry : std::nullopt});
      if (warns && !says_both) health_history.push_back(health);
      if (now.status != health.health.status) device->second.status_updated_at = at;
      now = health.health;
    }
    if (what == Fault::kDieAfter) throw Died();
    return refused;
  }

#define PICKET_NOT_HERE PICKET_ASSERT(false, "this fake serves ingest and fleet only")
  using Text = const std::string&;
  Result<control::Enrolment> create_organization(Text, const control::NewUser&, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::Organization> organization(Text) override { PICKET_NOT_HERE; }
  Result<control::Organization> rename_organization(Text, Text, std::optional<std::int64_t>, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::User> update_user(Text, Text, const control::PersonPatch&, std::optional<std::int64_t>, const control::Change&) override { PICKET_NOT_HERE; }
  Result<std::string> preferences(Text) override { PICKET_NOT_HERE; }
  Result<std::vector<control::AccountHistoryEntry>> account_history(Text, Text) override { PICKET_NOT_HERE; }
  Result<std::vector<control::User>> users(Text) override { PICKET_NOT_HERE; }
  Result<std::vector<control::User>> all_users() override { PICKET_NOT_HERE; }
  Result<std::optional<control::User>> user_by_email(Text) override { PICKET_NOT_HERE; }
  Status reset_password(Text, const crypto::Secret&, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::Enrolment> reset_factor(Text, const control::Change&) override { PICKET_NOT_HERE; }
  Result<std::vector<model::Actor>> actors(Text) override { PICKET_NOT_HERE; }
  const model::Actor& system_actor() const override { return system_; }
  Result<control::User> authenticate(Text, const crypto::Secret&, Text, Text) override { PICKET_NOT_HERE; }
  Result<control::IssuedSession> create_session(const control::User&, control::SessionKind, Text, Text) override { PICKET_NOT_HERE; }
  Result<std::optional<control::Session>> session(std::string_view) override { PICKET_NOT_HERE; }
  Status end_session(Text) override { PICKET_NOT_HERE; }
  Result<std::vector<control::SignIn>> sessions(Text) override { PICKET_NOT_HERE; }
  Status end_session_of(Text, Text, const control::Change&) override { PICKET_NOT_HERE; }
  Status change_password(const control::Proof&, const crypto::Secret&, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::FactorOffer> begin_factor(const control::Proof&, const control::Change&) override { PICKET_NOT_HERE; }
  Result<std::vector<std::string>> confirm_factor(const control::Proof&, const control::Change&) override { PICKET_NOT_HERE; }
  Status housekeep() override { return {}; }
  Result<control::Device> create_device(Text, control::NewDevice, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::Device> update_device(Text, Text, const control::DevicePatch&, std::optional<std::int64_t>, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::Device> replace_secrets(Text, Text, crypto::Secret, const control::Credential&, bool, std::optional<std::int64_t>, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::Device> reread(Text, Text, const std::vector<std::string>&, TimePoint, const control::Change&) override { PICKET_NOT_HERE; }
  Result<control::Device> delete_device(Text, Text, std::optional<std::int64_t>, const control::Change&) override { PICKET_NOT_HERE; }
  Result<std::vector<control::PollRecord>> polls(Text, Text, const std::optional<std::string>&) override { PICKET_NOT_HERE; }
  Result<std::vector<control::HistoryEntry>> history(Text, Text) override { PICKET_NOT_HERE; }
  Result<std::string> vendor_id(Text) override { PICKET_NOT_HERE; }
  Result<std::vector<std::pair<std::string, std::string>>> vendors() override { PICKET_NOT_HERE; }
  control::Detections& detections() override { PICKET_NOT_HERE; }
#undef PICKET_NOT_HERE

 private:
  std::mutex mutex_;
  std::map<std::string, control::Device> rows_;
  std::map<std::pair<std::string, std::string>, control::StreamState> states_;
  std::map<std::string, std::string> secrets_;
  model::Actor system_;
};

}  // namespace picket::ingest
