#include "control/rows.h"

#include <boost/json.hpp>

#include "base/fail_point.h"
#include "codec/json.h"
#include "codec/json_writer.h"

namespace picket::control {
namespace {

/// Reads columns one after another.
class Reader {
 public:
  explicit Reader(const sql::Statement& row, int first = 0) : row_(row), at_(first) {}
  std::string text() { return row_.string(at_++); }
  std::int64_t integer() { return row_.integer(at_++); }
  bool boolean() { return row_.boolean(at_++); }
  TimePoint time() { return row_.time(at_++); }
  std::optional<TimePoint> maybe_time() { return row_.maybe_time(at_++); }
  std::optional<std::string> maybe_text() { return row_.maybe_string(at_++); }
  std::optional<double> maybe_real() { return row_.maybe_real(at_++); }
  model::Actor actor() {
    model::Actor out;
    out.id = text();
    out.type = model::actor_type_from(row_.text(at_++)).value_or(model::ActorType::kSystem);
    out.display_name = text();
    return out;
  }

 private:
  const sql::Statement& row_;
  int at_;
};

std::optional<Credential> read_credential(Reader& row) {
  Credential out;
  const auto last_four = row.maybe_text();
  out.fingerprint = row.text();
  out.account_uid = row.text();
  out.server = row.text();
  out.features = read_texts(row.text());
  out.issued_at = row.maybe_time();
  out.expires_at = row.maybe_time();
  out.replaced_at = row.time();
  out.expiry_warned_days = static_cast<int>(row.integer());
  if (!last_four) return std::nullopt;
  out.last_four = *last_four;
  return out;
}

model::Health read_health(Reader& row) {
  model::Health out;
  if (const auto status = row.maybe_text()) out.status = model::device_status_from(*status);
  out.level = model::health_level_from(row.text()).value_or(model::HealthLevel::kVerifying);
  out.code = row.text();
  out.sentence = row.text();
  out.since = row.time();
  return out;
}

}  // namespace

Organization read_organization(const sql::Statement& statement) {
  Reader row(statement);
  Organization out;
  out.id = row.text();
  out.actor_id = row.text();
  out.name = row.text();
  out.short_name = row.text();
  out.created_at = row.time();
  out.updated_at = row.time();
  out.version = row.integer();
  return out;
}

User read_user(const sql::Statement& statement, int first) {
  Reader row(statement, first);
  User out;
  out.id = row.text();
  out.actor_id = row.text();
  out.organization_id = row.text();
  out.email = row.text();
  out.display_name = row.text();
  out.first_name = row.text();
  out.last_name = row.text();
  out.role = row.text();
  out.active = row.boolean();
  out.factor_enrolled = row.boolean();
  out.created_at = row.time();
  out.updated_at = row.time();
  out.last_sign_in_at = row.maybe_time();
  out.version = row.integer();
  return out;
}

const std::string kSelectDevice =
    "select d.id, d.organization_id, d.name, d.location, d.plugin_slug, d.vendor_id, d.device_type, "
    "d.task_source,"
    " d.device_spec, d.properties, d.no_alert_threshold_hours, d.paused, d.paused_at, d.start_time, "
    "d.account_uid,"
    " d.health_status, d.health_level, d.health_code, d.health_sentence, d.health_since, d.status_updated_at,"
    " d.created_at, d.updated_at, d.deleted_at, d.version, d.epoch,"
    " p.id, p.type, p.display_name, c.id, c.type, c.display_name, u.id, u.type, u.display_name,"
    " k.last_four, k.fingerprint, k.account_uid, k.server, k.features, k.issued_at, k.expires_at, "
    "k.replaced_at, k.expiry_warned"
    " from device d join actor c on c.id = d.created_by join actor u on u.id = d.updated_by"
    " left join actor p on p.id = d.paused_by left join device_secret k on k.device_id = d.id ";

Device read_device(const sql::Statement& statement) {
  Reader row(statement);
  Device out;
  out.id = row.text();
  out.organization_id = row.text();
  out.name = row.text();
  out.location = row.text();
  out.plugin_slug = row.text();
  out.vendor_id = row.text();
  out.device_type = row.text();
  out.task_source = row.text();
  out.device_spec = row.text();
  out.properties = row.text();
  out.no_alert_threshold_hours = row.maybe_real();
  out.paused = row.boolean();
  out.paused_at = row.maybe_time();
  out.start_time = row.time();
  out.account_uid = row.text();
  out.health = read_health(row);
  out.status_updated_at = row.maybe_time();
  out.created_at = row.time();
  out.updated_at = row.time();
  out.deleted_at = row.maybe_time();
  out.version = row.integer();
  out.epoch = row.integer();
  out.paused_by = row.actor();
  out.created_by = row.actor();
  out.updated_by = row.actor();
  out.credential = read_credential(row);
  return out;
}

Result<Device> find_device(sql::Database& db, std::string_view organization_id, std::string_view id) {
  static const std::string kOwn = kSelectDevice + "where d.id = ?1 and d.organization_id = ?2";
  static const std::string kAnyones = kSelectDevice + "where d.id = ?1 and ?2 is not null";
  std::optional<Device> found;
  PICKET_TRY(db.each(
      PICKET_PLANTED("control.tenant_filter_missing") ? kAnyones : kOwn,
      [&](const sql::Statement& row) { found = read_device(row); }, id, organization_id));
  if (!found) return fail(ErrorKind::kNotFound, "There is no such security device.");
  return std::move(*found);
}

StreamState read_stream(const sql::Statement& statement) {
  Reader row(statement);
  StreamState out;
  out.device_id = row.text();
  out.stream = row.text();
  out.cursor = row.maybe_text();
  out.start_time = row.time();
  out.generation = row.integer();
  out.last_successful_poll_at = row.maybe_time();
  out.last_data_received_at = row.maybe_time();
  out.newest_event_at = row.maybe_time();
  out.consecutive_failures = static_cast<std::uint32_t>(row.integer());
  out.last_error_code = row.text();
  out.last_error_message = row.text();
  out.last_error_at = row.maybe_time();
  out.failing_since = row.maybe_time();
  const auto from = row.maybe_time();
  if (!from) return out;
  Backfill& backfill = out.backfill.emplace();
  backfill.from = *from;
  backfill.until = row.time();
  backfill.reached = row.time();
  backfill.events = static_cast<std::uint64_t>(row.integer());
  backfill.started_at = row.time();
  return out;
}

std::vector<std::string> read_texts(const std::string& json) {
  std::vector<std::string> out;
  const auto value = codec::parse_json(json);
  if (!value || !value->is_array()) return out;
  for (const auto& item : value->get_array())
    if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

std::string features_json(const std::vector<std::string>& features) {
  codec::JsonWriter out;
  out.begin_array();
  for (const auto& feature : features) out.value(feature);
  out.end_array();
  return out.take();
}

}  // namespace picket::control
