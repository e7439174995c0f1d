#include <fmt/format.h>

#include "base/guid.h"
#include "base/strings.h"
#include "control/change_text.h"
#include "control/control_impl.h"
#include "control/device_rules.h"
#include "control/names.h"
#include "control/rows.h"

namespace picket::control {
namespace {

std::string created_text(const Device& device) {
  ChangeText change("created");
  change.say(fmt::format("Security device \"{}\" added.", device.name));
  change.added("name", device.name);
  change.added("location", device.location);
  change.added("plugin_slug", device.plugin_slug);
  change.added_json("device_spec", device.device_spec);
  change.added_time("start_time", device.start_time);
  if (device.no_alert_threshold_hours)
    change.added_json("no_alert_threshold_hours", fmt::format("{:g}", *device.no_alert_threshold_hours));
  if (device.credential) {
    change.added("last_four", device.credential->last_four);
    change.added("fingerprint", device.credential->fingerprint);
  }
  return change.take();
}

Status insert_device(Writing& w, const Device& d) {
  return w.db.run(
      "insert into device(id, organization_id, name, name_lower, location, plugin_slug, vendor_id, "
      "device_type, task_source,"
      " device_spec, properties, no_alert_threshold_hours, paused, start_time, account_uid, health_status, "
      "health_level,"
      " health_code, health_sentence, health_since, status_updated_at, created_by, updated_by, created_at, "
      "updated_at,"
      " version, epoch) values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13, '', ?14, ?15, ?16, "
      "?17, ?18, ?19,"
      " ?20, ?20, ?21, ?21, 1, 1)",
      d.id, d.organization_id, d.name, to_lower(d.name), d.location, d.plugin_slug, d.vendor_id,
      d.device_type, d.task_source, d.device_spec, d.properties, d.no_alert_threshold_hours, d.start_time,
      d.health.status ? std::optional(to_string(*d.health.status)) : std::nullopt, to_string(d.health.level),
      d.health.code, d.health.sentence, d.health.since, d.status_updated_at, d.created_by.id, d.created_at);
}

}  // namespace

Status check_name_free(sql::Database& db, const std::string& organization_id, const std::string& name,
                       const std::string& except_id) {
  bool taken = false;
  PICKET_TRY(db.each(
      "select 1 from device where organization_id = ? and name_lower = ? and deleted_at is null and id <> ?",
      [&](const sql::Statement&) { taken = true; }, organization_id, to_lower(name), except_id));
  if (!taken) return {};
  return fail(
      Error(ErrorKind::kConflict,
            fmt::format("Another security device is named \"{}\" already. Choose a name of its own.", name))
          .with_field("name"));
}

namespace {

Status check_organization(sql::Database& db, const std::string& id) {
  bool found = false;
  PICKET_TRY(db.each(
      "select 1 from organization where id = ?", [&](const sql::Statement&) { found = true; }, id));
  if (!found) return fail(ErrorKind::kNotFound, "There is no such organization.");
  return {};
}

}  // namespace

Status check_object(const std::string& json, std::string_view field) {
  const auto value = codec::parse_json(json);
  if (value && value->is_object()) return {};
  return fail(Error(ErrorKind::kInvalidInput, fmt::format("`{}` must be a JSON object.", field))
                  .with_field(std::string(field)));
}

model::Health no_token_health(TimePoint at) {
  return {model::DeviceStatus::kUnhealthy, model::HealthLevel::kError, "no_token", "No token yet.", at};
}

Result<Device> ControlImpl::create_device(const std::string& organization_id, NewDevice input,
                                          const Change& change) {
  Device device;
  PICKET_ASSIGN(device.name, checked_name(input.name, "security device", "name"));
  PICKET_TRY(check_object(input.device_spec, "device_spec"));
  PICKET_TRY(check_object(input.properties, "properties"));
  device.id = new_guid();
  device.organization_id = organization_id;
  device.location = std::move(input.location);
  device.plugin_slug = std::move(input.plugin_slug);
  device.vendor_id = std::move(input.vendor_id);
  device.device_type = std::move(input.device_type);
  device.task_source = std::move(input.task_source);
  device.device_spec = std::move(input.device_spec);
  device.properties = std::move(input.properties);
  device.no_alert_threshold_hours = input.no_alert_threshold_hours;
  device.start_time = input.start_time;
  device.created_by = device.updated_by = change.actor;
  device.created_at = device.updated_at = change.at;
  device.health.since = change.at;
  if (!input.secrets) {
    device.health = no_token_health(change.at);
    device.status_updated_at = change.at;
  }
  return write(change.at, [&](Writing& w) -> Result<Device> {
    PICKET_TRY(check_organization(w.db, organization_id));
    PICKET_TRY(check_name_free(w.db, organization_id, device.name, device.id));
    PICKET_TRY(insert_device(w, device));
    for (const auto& stream : input.streams)
      PICKET_TRY(w.db.run("insert into stream(device_id, stream, start_time, generation) values(?, ?, ?, 1)",
                          device.id, stream, device.start_time));
    if (input.secrets) {
      device.credential = input.credential.value_or(Credential{});
      PICKET_TRY(store_secret(w, device, *input.secrets, *device.credential));
    }
    PICKET_TRY(w.history({.id = {},
                          .organization_id = organization_id,
                          .device_id = device.id,
                          .action = HistoryAction::kCreated,
                          .value = created_text(device),
                          .created_by = change.actor,
                          .created_at = change.at}));
    return find_device(w.db, organization_id, device.id);
  });
}

Status ControlImpl::store_secret(Writing& w, const Device& device, const crypto::Secret& secrets,
                                 const Credential& credential) {
  std::int64_t version = 0;
  PICKET_TRY(w.db.each(
      "select version from device_secret where device_id = ?",
      [&](const sql::Statement& row) { version = row.integer(0); }, device.id));
  ++version;
  PICKET_ASSIGN(const crypto::Envelope sealed,
                vault_->seal(w.db, {device.organization_id, device.id, version, "device_info"}, secrets));
  return w.db.run(
      "insert or replace into device_secret(device_id, version, wrapped_key, ciphertext, last_four, "
      "fingerprint, account_uid,"
      " server, features, issued_at, expires_at, replaced_at) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      device.id, version, sql::Blob{sealed.wrapped_key}, sql::Blob{sealed.ciphertext}, credential.last_four,
      credential.fingerprint, credential.account_uid, credential.server, features_json(credential.features),
      credential.issued_at, credential.expires_at, w.at);
}

Result<Device> ControlImpl::device(const std::string& organization_id, const std::string& id) {
  PICKET_ASSIGN(auto db, readers_->acquire());
  return find_device(*db, organization_id, id);
}

Result<std::vector<Device>> ControlImpl::all_devices() {
  static const std::string kSql = kSelectDevice + "where d.deleted_at is null order by d.created_at, d.id";
  std::vector<Device> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(kSql, [&](const sql::Statement& row) { out.push_back(read_device(row)); }));
  return out;
}

Result<std::optional<crypto::Secret>> ControlImpl::device_secrets(const std::string& device_id) {
  PICKET_ASSIGN(auto db, readers_->acquire());
  return open_secret(*db, device_id);
}

Result<std::optional<crypto::Secret>> ControlImpl::open_secret(sql::Database& db,
                                                               const std::string& device_id) {
  std::string organization_id;
  std::int64_t version = 0;
  crypto::Envelope sealed;
  PICKET_TRY(db.each(
      "select d.organization_id, k.version, k.wrapped_key, k.ciphertext from device_secret k"
      " join device d on d.id = k.device_id where k.device_id = ?",
      [&](const sql::Statement& row) {
        organization_id = row.text(0);
        version = row.integer(1);
        sealed = {std::string(row.blob(2)), std::string(row.blob(3))};
      },
      device_id));
  if (organization_id.empty()) return std::optional<crypto::Secret>();
  PICKET_ASSIGN(crypto::Secret secret,
                vault_->open(db, {organization_id, device_id, version, "device_info"}, sealed));
  return std::optional(std::move(secret));
}

}  // namespace picket::control
