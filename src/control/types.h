#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/device.h"

/// Rows of the control plane as values. Text ids are GUIDs. `version` grows by one with every change a person can see and
/// is what ETag and If-Match carry.
namespace picket::control {

/// Who changes something, and when. The time is the server's.
struct Change {
  model::Actor actor;
  TimePoint at{};
};

struct Organization {
  std::string id;
  std::string actor_id;
  std::string name;
  std::string short_name;
  TimePoint created_at{}, updated_at{};
  std::int64_t version = 1;
};

struct User {
  std::string id;
  std::string actor_id;
  std::string organization_id;
  std::string email;  ///< as given; compared without case
  std::string display_name, first_name, last_name;
  std::string role;   ///< organization_admin
  bool active = true;
  bool factor_enrolled = false;
  TimePoint created_at{}, updated_at{};
  std::optional<TimePoint> last_sign_in_at;
  std::int64_t version = 1;
};

enum class SessionKind { kBearer, kCookie };

struct Session {
  std::string id;
  SessionKind kind = SessionKind::kBearer;
  User user;
  std::string organization_name;
  std::string csrf_token;
  TimePoint created_at{}, expires_at{};
};

/// A session as its owner sees it.
struct SignIn {
  std::string id;
  SessionKind kind = SessionKind::kBearer;
  std::string user_id, client_address, user_agent;
  TimePoint created_at{}, expires_at{};
  TimePoint last_used_at{};  ///< after a crash up to an hour old
};

/// What may be shown of a stored credential.
struct Credential {
  std::string last_four, fingerprint, account_uid, server;
  std::vector<std::string> features;
  std::optional<TimePoint> issued_at, expires_at;
  TimePoint replaced_at{};
  int expiry_warned_days = 0;  ///< of the last warning in the history, see ExpiryWarning; 0: none yet
};

/// That a credential's end came nearer than `days` (30, 7, 1). Stands in the history once each.
struct ExpiryWarning {
  int days = 0;
  TimePoint expires_at{};  ///< of the credential that is meant
  std::string sentence;
};

struct Device {
  std::string id;
  std::string organization_id;
  std::string name, location;
  std::string plugin_slug, vendor_id, device_type, task_source;
  std::string device_spec = "{}";  ///< JSON object text, never a secret
  std::string properties = "{}";
  std::optional<double> no_alert_threshold_hours;
  bool paused = false;
  std::optional<TimePoint> paused_at;
  model::Actor paused_by;
  TimePoint start_time{};  ///< how far back was asked for
  std::optional<Credential> credential;
  /// The account that the streams' cursors belong to; empty until the vendor said it.
  std::string account_uid;
  model::Health health;
  std::optional<TimePoint> status_updated_at;
  model::Actor created_by, updated_by;
  TimePoint created_at{}, updated_at{};
  std::optional<TimePoint> deleted_at;
  std::int64_t version = 1;
  /// Grows whenever work begun before must not be committed any more: pause, delete, other settings, other secret.
  std::int64_t epoch = 1;
};

struct Backfill {
  TimePoint from{};      ///< where reading began
  TimePoint until{};     ///< "now" when it began; done when events newer than that arrive or the vendor has no more
  TimePoint reached{};   ///< newest event time so far
  std::uint64_t events = 0;
  TimePoint started_at{};
};

/// Progress of one stream: cursor, the three clocks, failures.
struct StreamState {
  std::string device_id;
  std::string stream;
  std::optional<std::string> cursor;
  TimePoint start_time{};
  std::int64_t generation = 1;  ///< grows with every re-read; a commit of an older one is refused
  std::optional<TimePoint> last_successful_poll_at, last_data_received_at, newest_event_at;
  std::uint32_t consecutive_failures = 0;
  std::string last_error_code, last_error_message;
  std::optional<TimePoint> last_error_at;
  std::optional<TimePoint> failing_since;
  std::optional<Backfill> backfill;
};

/// One poll: from the first request to the page that has no more, or to the failure.
struct PollRecord {
  std::int64_t id = 0;
  std::string device_id, stream;
  TimePoint started_at{};
  std::uint64_t duration_ms = 0, pages = 0, events = 0, new_events = 0, bytes = 0;
  std::string outcome;  ///< "ok" or an error code
  std::string error;    ///< sentence; empty when ok
};

enum class HistoryAction { kCreated, kUpdated, kUpdatedSecrets, kDeleted };
std::string_view to_string(HistoryAction action);  ///< CREATED, UPDATED, UPDATED_SECRETS, DELETED
HistoryAction history_action_from(std::string_view text);  ///< kUpdated for what is none

/// A change of an account: made, renamed, its password or second factor changed. Never a secret; signing in is none.
struct AccountHistoryEntry {
  std::string id;
  std::string organization_id, user_id;
  HistoryAction action = HistoryAction::kUpdated;  ///< never kDeleted
  std::string value;  ///< JSON object text: kind (created, name, password, factor), sentence, before, after
  model::Actor created_by;
  TimePoint created_at{};
};

struct HistoryEntry {
  std::string id;
  std::string organization_id, device_id;
  HistoryAction action = HistoryAction::kUpdated;
  std::string value;  ///< JSON object text: kind, sentence, before, after
  model::Actor created_by;
  TimePoint created_at{};
};

}  // namespace picket::control
