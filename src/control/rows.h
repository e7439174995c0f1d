#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control/types.h"
#include "sql/database.h"

/// Rows of control.db as values. Column lists and readers stand side by side so that they change together.
namespace picket::control {

inline constexpr std::string_view kOrganizationColumns =
    "o.id, o.actor_id, o.name, o.short_name, o.created_at, o.updated_at, o.version";
Organization read_organization(const sql::Statement& row);

/// From `user_account u left join user_factor f on f.user_id = u.id`.
inline constexpr std::string_view kUserColumns =
    "u.id, u.actor_id, u.organization_id, u.email, u.display_name, u.first_name, u.last_name, u.role, "
    "u.active,"
    "f.user_id is not null, u.created_at, u.updated_at, u.last_sign_in_at, u.version";
inline constexpr int kUserColumnCount = 14;
User read_user(const sql::Statement& row, int first = 0);

/// A complete select but for its where clause; the device is `d`.
extern const std::string kSelectDevice;
Device read_device(const sql::Statement& row);
/// kNotFound for a device that is not there, or is another organization's.
Result<Device> find_device(sql::Database& db, std::string_view organization_id, std::string_view id);

/// From `stream s`.
inline constexpr std::string_view kStreamColumns =
    "s.device_id, s.stream, s.cursor, s.start_time, s.generation, s.last_successful_poll_at, "
    "s.last_data_received_at,"
    "s.newest_event_at, s.consecutive_failures, s.last_error_code, s.last_error_message, s.last_error_at,"
    "s.failing_since, s.backfill_from, s.backfill_until, s.backfill_reached, s.backfill_events, "
    "s.backfill_started_at";
StreamState read_stream(const sql::Statement& row);

/// A JSON array of texts; what is none is left out.
std::vector<std::string> read_texts(const std::string& json);
std::string features_json(const std::vector<std::string>& features);

}  // namespace picket::control
