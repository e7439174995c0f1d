#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "control/change_text.h"
#include "control/control_impl.h"
#include "control/device_rules.h"
#include "control/names.h"
#include "control/rows.h"
#include "obs/log.h"

namespace picket::control {
namespace {

/// The device as it is, alive and at the wanted version.
Result<Device> to_change(sql::Database& db, const std::string& organization_id, const std::string& id,
                         std::optional<std::int64_t> if_version) {
  PICKET_ASSIGN(Device device, find_device(db, organization_id, id));
  if (device.deleted_at)
    return fail(ErrorKind::kNotFound, fmt::format("The security device \"{}\" was deleted.", device.name));
  PICKET_TRY(check_version("security device", device.version, if_version));
  return device;
}

HistoryEntry entry_of(const Device& device, HistoryAction action, std::string value, const Change& change) {
  return {.id = {},
          .organization_id = device.organization_id,
          .device_id = device.id,
          .action = action,
          .value = std::move(value),
          .created_by = change.actor,
          .created_at = change.at};
}

Status touch(Writing& w, const Device& device, const Change& change, bool new_epoch) {
  return w.db.run(
      "update device set version = version + 1, epoch = epoch + ?, updated_by = ?, updated_at = ? where id = "
      "?",
      new_epoch ? 1 : 0, change.actor.id, change.at, device.id);
}

Status set_health(Writing& w, const std::string& device_id, const model::Health& health,
                  std::optional<TimePoint> status_updated_at) {
  return w.db.run(
      "update device set health_status = ?, health_level = ?, health_code = ?, health_sentence = ?, "
      "health_since = ?,"
      " status_updated_at = ? where id = ?",
      health.status ? std::optional(to_string(*health.status)) : std::nullopt, to_string(health.level),
      health.code, health.sentence, health.since, status_updated_at, device_id);
}

/// Pausing is a setting; the health that follows from it needs no row of its own in the history.
Status apply_pause(Writing& w, const Device& device, bool paused, const Change& change) {
  PICKET_TRY(w.db.run("update device set paused = ?, paused_at = ?, paused_by = ? where id = ?", paused,
                      paused ? std::optional(change.at) : std::nullopt,
                      paused ? std::optional(change.actor.id) : std::nullopt, device.id));
  model::Health health;  // verifying
  health.since = change.at;
  if (paused)
    health = {model::DeviceStatus::kHealthChecksNotSupported, model::HealthLevel::kPaused, "paused",
              fmt::format("Paused by {}.", change.actor.display_name), change.at};
  else if (!device.credential)
    health = no_token_health(change.at);
  return set_health(w, device.id, health, change.at);
}

/// Streams start again: what was read stays, what is asked for comes anew.
Status restart_streams(Writing& w, const std::string& device_id, const std::string& stream,
                       TimePoint start_time) {
  return w.db.run(
      "update stream set cursor = null, start_time = ?1, generation = generation + 1, consecutive_failures = "
      "0,"
      " last_error_code = '', last_error_message = '', last_error_at = null, failing_since = null, "
      "backfill_from = null,"
      " backfill_until = null, backfill_reached = null, backfill_events = null, backfill_started_at = null"
      " where device_id = ?2 and (?3 = '' or stream = ?3)",
      start_time, device_id, stream);
}

}  // namespace

Result<Device> ControlImpl::update_device(const std::string& organization_id, const std::string& id,
                                          const DevicePatch& patch, std::optional<std::int64_t> if_version,
                                          const Change& change) {
  return write(change.at, [&](Writing& w) -> Result<Device> {
    PICKET_ASSIGN(const Device old, to_change(w.db, organization_id, id, if_version));
    Device next = old;
    if (patch.name) {
      PICKET_ASSIGN(next.name, checked_name(*patch.name, "security device", "name"));
    }
    if (patch.location) next.location = *patch.location;
    if (patch.device_spec) next.device_spec = *patch.device_spec;
    if (patch.properties) next.properties = *patch.properties;
    if (patch.no_alert_threshold_hours) next.no_alert_threshold_hours = *patch.no_alert_threshold_hours;
    if (patch.paused) next.paused = *patch.paused;
    PICKET_TRY(check_object(next.device_spec, "device_spec"));
    PICKET_TRY(check_object(next.properties, "properties"));

    ChangeText text("settings");
    text.text("name", "Name", old.name, next.name);
    text.text("location", "Location", old.location, next.location);
    text.number("no_alert_threshold_hours", "Hours without data before a notice",
                old.no_alert_threshold_hours, next.no_alert_threshold_hours);
    ChangeText probe("settings");
    probe.object("device_spec", "", old.device_spec, next.device_spec);
    const bool other_spec = probe.changed();
    text.object("device_spec", "", old.device_spec, next.device_spec);
    text.object("properties", "Properties", old.properties, next.properties);
    text.boolean("paused", old.paused, next.paused);
    if (old.paused != next.paused) text.say(next.paused ? "Paused." : "Resumed.");
    if (!text.changed()) return old;

    PICKET_TRY(check_name_free(w.db, organization_id, next.name, id));
    PICKET_TRY(
        w.db.run("update device set name = ?, name_lower = ?, location = ?, device_spec = ?, properties = ?,"
                 " no_alert_threshold_hours = ? where id = ?",
                 next.name, to_lower(next.name), next.location, next.device_spec, next.properties,
                 next.no_alert_threshold_hours, id));
    if (old.paused != next.paused) PICKET_TRY(apply_pause(w, old, next.paused, change));
    PICKET_TRY(touch(w, old, change, other_spec || old.paused != next.paused));
    PICKET_TRY(w.history(entry_of(old, HistoryAction::kUpdated, text.take(), change)));
    return find_device(w.db, organization_id, id);
  });
}

Result<Device> ControlImpl::replace_secrets(const std::string& organization_id, const std::string& id,
                                            crypto::Secret secrets, const Credential& credential,
                                            bool keep_cursors, std::optional<std::int64_t> if_version,
                                            const Change& change) {
#ifdef PICKET_TORTURE
  if (PICKET_PLANTED("control.token_printed"))
    PICKET_LOG_DEBUG("control", "Replacing the token by {}", secrets.reveal());
#endif
  if (secrets.empty())
    return fail(
        Error(ErrorKind::kInvalidInput, "The secret is empty. Paste the whole token.").with_field("secret"));
  return write(change.at, [&](Writing& w) -> Result<Device> {
    PICKET_ASSIGN(const Device old, to_change(w.db, organization_id, id, if_version));
    PICKET_TRY(store_secret(w, old, secrets, credential));
    if (!keep_cursors) {
      PICKET_TRY(restart_streams(w, id, "", old.start_time));
      PICKET_TRY(w.db.run("update device set account_uid = '' where id = ?", id));
    }
    if (!old.credential && !old.paused) {
      model::Health verifying;
      verifying.since = change.at;
      PICKET_TRY(set_health(w, id, verifying, change.at));
    }
    PICKET_TRY(touch(w, old, change, true));
    PICKET_TRY(
        w.history(entry_of(old, HistoryAction::kUpdatedSecrets,
                           secret_change(old.credential, credential, keep_cursors, old.start_time), change)));
    return find_device(w.db, organization_id, id);
  });
}

Result<Device> ControlImpl::reread(const std::string& organization_id, const std::string& id,
                                   const std::vector<std::string>& wanted, TimePoint start_time,
                                   const Change& change) {
  return write(change.at, [&](Writing& w) -> Result<Device> {
    PICKET_ASSIGN(const Device old, to_change(w.db, organization_id, id, std::nullopt));
    std::vector<std::pair<std::string, TimePoint>> all;
    PICKET_TRY(w.db.each(
        "select stream, start_time from stream where device_id = ? order by no",
        [&](const sql::Statement& row) { all.emplace_back(row.string(0), row.time(1)); }, id));
    for (const auto& name : wanted)
      if (std::none_of(all.begin(), all.end(), [&](const auto& s) { return s.first == name; }))
        return fail(
            Error(ErrorKind::kInvalidInput, fmt::format("This security device has no stream \"{}\".", name))
                .with_field("streams"));
    const auto asked = [&](const std::string& name) {
      return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
    };
    codec::JsonWriter before, after;
    std::string names;
    before.begin_object().key("start_time").begin_object();
    after.begin_object().key("start_time").begin_object();
    std::size_t count = 0;
    for (const auto& [name, old_start] : all) {
      if (!asked(name)) continue;
      ++count;
      PICKET_TRY(restart_streams(w, id, name, start_time));
      names += (names.empty() ? "" : ", ") + name;
      before.field(name, format_rfc3339(old_start));
      after.field(name, format_rfc3339(start_time));
    }
    before.end_object().end_object();
    after.end_object().end_object();
    if (count == all.size() && start_time < old.start_time)
      PICKET_TRY(w.db.run("update device set start_time = ? where id = ?", start_time, id));
    PICKET_TRY(touch(w, old, change, false));
    codec::JsonWriter value;
    value.begin_object().field("kind", "reread");
    value.field("sentence",
                fmt::format("Reading again from {}: {}.", format_rfc3339_seconds(start_time), names));
    value.key("before").raw(before.take()).key("after").raw(after.take()).end_object();
    PICKET_TRY(w.history(entry_of(old, HistoryAction::kUpdated, value.take(), change)));
    return find_device(w.db, organization_id, id);
  });
}

Result<Device> ControlImpl::delete_device(const std::string& organization_id, const std::string& id,
                                          std::optional<std::int64_t> if_version, const Change& change) {
  return write(change.at, [&](Writing& w) -> Result<Device> {
    PICKET_ASSIGN(const Device old, to_change(w.db, organization_id, id, if_version));
    PICKET_TRY(w.db.run("delete from device_secret where device_id = ?", id));
    PICKET_TRY(w.db.run("update device set deleted_at = ? where id = ?", change.at, id));
    PICKET_TRY(touch(w, old, change, true));
    ChangeText text("deleted");
    text.say(fmt::format("Security device \"{}\" deleted.", old.name));
    text.removed("name", old.name);
    text.removed("location", old.location);
    if (old.credential) {
      text.removed("last_four", old.credential->last_four);
      text.removed("fingerprint", old.credential->fingerprint);
    }
    PICKET_TRY(w.history(entry_of(old, HistoryAction::kDeleted, text.take(), change)));
    return find_device(w.db, organization_id, id);
  });
}

}  // namespace picket::control
