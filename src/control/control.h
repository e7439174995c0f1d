#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/detections.h"
#include "control/types.h"
#include "crypto/password.h"
#include "crypto/secret.h"

/// The control plane: organizations, users, sessions, devices, vault, stream progress, history. One SQLite database (WAL,
/// synchronous=FULL, one writing connection). Every change writes its history rows in the same transaction.
///
/// Threads: every method from any thread. Failure: a method that returns an error changed nothing. Every method that
/// takes an organization id sees only that organization; kNotFound for what belongs to another.
namespace picket::control {

struct ControlOptions {
  std::filesystem::path directory;  ///< the data directory
  /// Where the vault's root key is: this file (mode 0600), else $CREDENTIALS_DIRECTORY/picket-root-key, else
  /// <directory>/root.key.
  std::filesystem::path root_key_file;
  Clock* clock = nullptr;  ///< null: the machine's
  /// What a password guess costs; tests choose the cheapest.
  crypto::PasswordCost password_cost{};
};

struct NewUser {
  std::string email, display_name;
  crypto::Secret password;
};

/// What `Control::create_organization` would refuse for its form alone, told without a data directory. Errors: kInvalidInput.
Status check_new_organization(const std::string& name, const NewUser& administrator);

/// Parts that stay as they are: nullopt. Given first and last names alone also make the display name; a given display name
/// alone also makes first and last names.
struct PersonPatch {
  std::optional<std::string> display_name = {}, first_name = {}, last_name = {};
  std::optional<std::string> preferences = {};  ///< JSON object text, at most 32 KiB and 8 levels; replaces the old one
};

/// What a person who is signed in proves anew before the account itself changes.
struct Proof {
  std::string email;
  std::string session_id;  ///< must still be good when the change is made
  crypto::Secret password;
  crypto::Secret code;  ///< as for `authenticate`: time-based or recovery code, spent when all is right
  std::string client_address;
};

/// A second factor that is shown once and not in force before `confirm_factor`.
struct FactorOffer {
  std::string totp_secret;  ///< base32
  std::string otpauth_url;
  TimePoint expires_at{};
};

/// What `init` hands out once.
struct Enrolment {
  Organization organization;
  User user;
  std::string totp_secret;  ///< base32
  std::string otpauth_url;
  std::vector<std::string> recovery_codes;
};

struct IssuedSession {
  crypto::Secret token;  ///< opaque, 256 bits; stored hashed
  Session session;
};

struct NewDevice {
  std::string name, location, plugin_slug, vendor_id, device_type, task_source, device_spec = "{}", properties = "{}";
  std::optional<double> no_alert_threshold_hours;
  TimePoint start_time{};
  std::vector<std::string> streams;
  std::optional<crypto::Secret> secrets;  ///< JSON object text of device_info
  std::optional<Credential> credential;
};

struct DevicePatch {
  std::optional<std::string> name, location, device_spec, properties;
  std::optional<std::optional<double>> no_alert_threshold_hours;
  std::optional<bool> paused;
};

/// One stream's step, committed together with others in one transaction.
struct StreamCommit {
  StreamState state;                     ///< as it shall be; `generation` must be the stored one
  std::int64_t device_epoch = 0;         ///< must be the stored one
  std::optional<PollRecord> poll;        ///< appended; the last 200 of a stream are kept
  std::optional<std::string> account_uid;  ///< set once, when the vendor first says it
  std::vector<Match> matches = {};       ///< what rules say of the page's events
};

/// A verdict that differs from the last in status, level or code becomes a history row (kind `health`, by the system). So
/// does a warning that is nearer to the end than the last one of the same credential; a verdict `token_expiring` says it
/// already and is the one row for both.
struct HealthCommit {
  std::string device_id;
  model::Health health;
  std::optional<ExpiryWarning> expiry = {};
};

class Control {
 public:
  /// Makes the database when absent, migrates it under a lock. kConflict when another process holds the directory.
  static Result<std::unique_ptr<Control>> open(const ControlOptions& options);
  virtual ~Control() = default;

  // Organizations and people
  /// A new organization with its first administrator, whose second factor counts as enrolled. kConflict: e-mail in use.
  virtual Result<Enrolment> create_organization(const std::string& name, const NewUser& administrator, const Change& change) = 0;
  virtual Result<std::vector<Organization>> organizations() = 0;
  virtual Result<Organization> organization(const std::string& organization_id) = 0;
  virtual Result<Organization> rename_organization(const std::string& organization_id, const std::string& name,
                                                   std::optional<std::int64_t> if_version, const Change& change) = 0;
  virtual Result<std::vector<User>> users(const std::string& organization_id) = 0;
  /// What a person is called and keeps. An audit row and nothing else when it changed; history names them anew at once.
  virtual Result<User> update_user(const std::string& organization_id, const std::string& user_id, const PersonPatch& patch,
                                   std::optional<std::int64_t> if_version, const Change& change) = 0;
  /// JSON object text: what the console keeps for a person.
  virtual Result<std::string> preferences(const std::string& user_id) = 0;
  virtual Result<std::vector<User>> all_users() = 0;
  virtual Result<std::optional<User>> user_by_email(const std::string& email) = 0;
  virtual Status reset_password(const std::string& user_id, const crypto::Secret& password, const Change& change) = 0;
  /// A new factor and new recovery codes; ends every session of the user.
  virtual Result<Enrolment> reset_factor(const std::string& user_id, const Change& change) = 0;
  /// Every actor of the organization, and the system.
  virtual Result<std::vector<model::Actor>> actors(const std::string& organization_id) = 0;
  virtual const model::Actor& system_actor() const = 0;  ///< "Picket"

  // Signing in
  /// Password and code judged together, in constant time for unknown users. The code is a TOTP (each works once) or a
  /// recovery code. kUnauthorized with a sentence for people (also when too many tries locked the account for a while).
  virtual Result<User> authenticate(const std::string& email, const crypto::Secret& password, const std::string& code,
                                    const std::string& client_address) = 0;
  virtual Result<IssuedSession> create_session(const User& user, SessionKind kind, const std::string& client_address,
                                               const std::string& user_agent) = 0;
  /// nullopt: unknown, expired or revoked. Served from memory after the first time.
  virtual Result<std::optional<Session>> session(std::string_view token) = 0;
  virtual Status end_session(const std::string& session_id) = 0;
  /// The person's sessions that are good, newest use first.
  virtual Result<std::vector<SignIn>> sessions(const std::string& user_id) = 0;
  /// One of the person's sessions, at once. kNotFound for what is not theirs.
  virtual Status end_session_of(const std::string& user_id, const std::string& session_id, const Change& change) = 0;

  // One's own account. Wrong proofs count as failed sign-ins do and are kUnauthorized; every other session of the person
  // ends with the change, the one it came by stays.
  virtual Status change_password(const Proof& proof, const crypto::Secret& new_password, const Change& change) = 0;
  /// Makes a new factor, to be proved by one of its codes within ten minutes; until then nothing changes. Another call
  /// replaces the offer.
  virtual Result<FactorOffer> begin_factor(const Proof& proof, const Change& change) = 0;
  /// Puts the offered factor in force; answers the new recovery codes. Of `proof` the password is not asked again.
  /// kConflict: nothing was begun in this sign-in, or too long ago.
  virtual Result<std::vector<std::string>> confirm_factor(const Proof& proof, const Change& change) = 0;

  /// Drops what is over: expired sessions and forgotten failures to sign in; keeps when sessions were used last. The audit
  /// stays. For a timer, about hourly.
  virtual Status housekeep() = 0;

  // Devices
  virtual Result<Device> create_device(const std::string& organization_id, NewDevice device, const Change& change) = 0;
  virtual Result<Device> update_device(const std::string& organization_id, const std::string& id, const DevicePatch& patch,
                                       std::optional<std::int64_t> if_version, const Change& change) = 0;
  /// `keep_cursors` false: every stream starts again from the device's start time (another account).
  virtual Result<Device> replace_secrets(const std::string& organization_id, const std::string& id, crypto::Secret secrets,
                                         const Credential& credential, bool keep_cursors,
                                         std::optional<std::int64_t> if_version, const Change& change) = 0;
  /// Streams (empty: all) read again from `start_time`; their cursors are dropped, their clocks stay.
  virtual Result<Device> reread(const std::string& organization_id, const std::string& id,
                                const std::vector<std::string>& streams, TimePoint start_time, const Change& change) = 0;
  /// Soft: the row stays with `deleted_at`; the secret is erased.
  virtual Result<Device> delete_device(const std::string& organization_id, const std::string& id,
                                       std::optional<std::int64_t> if_version, const Change& change) = 0;
  virtual Result<Device> device(const std::string& organization_id, const std::string& id) = 0;
  /// Of every organization, deleted ones left out; for the fleet at start.
  virtual Result<std::vector<Device>> all_devices() = 0;
  /// For the poll worker alone. nullopt: none stored.
  virtual Result<std::optional<crypto::Secret>> device_secrets(const std::string& device_id) = 0;

  // Progress
  virtual Result<std::vector<StreamState>> all_streams() = 0;
  virtual Result<std::vector<StreamState>> streams(const std::string& device_id) = 0;
  /// All in one durable transaction. A commit whose generation or device epoch is no longer the stored one is left out
  /// and its index returned (somebody paused, deleted, re-read or changed meanwhile).
  virtual Result<std::vector<std::size_t>> commit(std::span<const StreamCommit> streams,
                                                  std::span<const HealthCommit> healths, TimePoint at) = 0;
  virtual Result<std::vector<PollRecord>> polls(const std::string& organization_id, const std::string& device_id,
                                                const std::optional<std::string>& stream) = 0;

  // History
  /// Oldest first; `device_id` empty: the whole organization.
  virtual Result<std::vector<HistoryEntry>> history(const std::string& organization_id, const std::string& device_id) = 0;
  /// What became of accounts, from the audit. Oldest first; `user_id` empty: everybody of the organization.
  virtual Result<std::vector<AccountHistoryEntry>> account_history(const std::string& organization_id,
                                                                   const std::string& user_id) = 0;

  /// Rules, signals and alerts.
  virtual Detections& detections() = 0;

  /// Vendors known to the installation: (id, name), ids stable for ever.
  virtual Result<std::string> vendor_id(const std::string& name) = 0;
  virtual Result<std::vector<std::pair<std::string, std::string>>> vendors() = 0;
};

}  // namespace picket::control
