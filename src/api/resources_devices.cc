#include <charconv>
#include <cmath>

#include "api/resources.h"
#include "base/fail_point.h"
#include "base/guid.h"
#include "base/strings.h"

namespace picket::api {
namespace {

using control::HistoryEntry;
using fleet::DeviceView;
using enum AttributeType;

struct PollRow {
  std::string id;  ///< <device id>-<number>
  control::PollRecord poll;
};

void time_field(codec::JsonWriter& out, std::string_view name, const std::optional<TimePoint>& time) {
  out.key(name);
  if (time)
    out.value(format_rfc3339(*time));
  else
    out.null();
}

void write_backfill(codec::JsonWriter& out, const fleet::StreamView& stream) {
  out.key("backfill");
  const auto& backfill = stream.state.backfill;
  if (!backfill) {
    out.null();
    return;
  }
  out.begin_object()
      .field("from", format_rfc3339(backfill->from))
      .field("reached", format_rfc3339(backfill->reached));
  out.field("percent", stream.backfill_percent.value_or(0.0));
  out.field("events_per_second", stream.backfill_events_per_second.value_or(0.0));
  out.key("seconds_left");
  if (stream.backfill_left)
    out.value(static_cast<std::int64_t>(stream.backfill_left->count()));
  else
    out.null();
  out.end_object();
}

void write_stream(codec::JsonWriter& out, const fleet::StreamView& stream) {
  const auto& state = stream.state;
  out.begin_object().field("stream", state.stream).field("title", stream.title);
  out.field("level", model::to_string(stream.health.level)).field("code", stream.health.code);
  out.field("sentence", stream.health.sentence);
  time_field(out, "last_successful_poll_at", state.last_successful_poll_at);
  time_field(out, "last_data_received_at", state.last_data_received_at);
  time_field(out, "newest_event_at", state.newest_event_at);
  time_field(out, "next_poll_at", stream.next_poll_at);
  out.field("events_24h", stream.events_24h).field("events_total", stream.events_total);
  out.field("events_unreadable", stream.events_unreadable);
  out.field("consecutive_failures", static_cast<std::uint64_t>(state.consecutive_failures));
  out.key("last_error");
  if (state.last_error_code.empty()) {
    out.null();
  } else {
    out.begin_object().field("code", state.last_error_code).field("message", state.last_error_message);
    time_field(out, "at", state.last_error_at);
    out.end_object();
  }
  write_backfill(out, stream);
  out.field("start_time", format_rfc3339(state.start_time)).end_object();
}

Value status_details(const DeviceView& view) {
  if (view.device.deleted_at) return nullptr;
  codec::JsonWriter out;
  const auto& health = view.device.health;
  out.begin_object().field("level", model::to_string(health.level)).field("code", health.code);
  out.field("sentence", health.sentence);
  time_field(out, "since", health.since == TimePoint{} ? view.device.created_at : health.since);
  out.key("streams").begin_array();
  for (const auto& stream : view.streams) write_stream(out, stream);
  out.end_array().end_object();
  return JsonText{out.take()};
}

Value credential(const DeviceView& view) {
  const auto& known = view.device.credential;
  if (!known) return nullptr;
  codec::JsonWriter out;
  const auto text = [&](std::string_view name, const std::string& value) {
    out.key(name);
    or_null(value).write(out);
  };
  out.begin_object();
  text("last_four", known->last_four);
  text("fingerprint", known->fingerprint);
  time_field(out, "expires_at", known->expires_at);
  time_field(out, "issued_at", known->issued_at);
  out.key("features").begin_array();
  for (const auto& feature : known->features) out.value(feature);
  out.end_array();
  text("account_uuid", known->account_uid);
  text("server", known->server);
  out.field("replaced_at", format_rfc3339(known->replaced_at)).end_object();
  return JsonText{out.take()};
}

Value status(const DeviceView& view) {
  if (view.verifying || !view.device.health.status) return nullptr;
  return model::to_string(*view.device.health.status);
}

/// What is known of a device that the fleet does not hold: a deleted one.
fleet::DeviceViewPtr stored_view(control::Device device) {
  auto view = std::make_shared<DeviceView>();
  view->verifying = !device.deleted_at.has_value();
  view->device = std::move(device);
  return view;
}

/// Deleted devices are few and asked for seldom: the history knows them.
Answer<void> append_deleted(const Parts& parts, const Scope& scope, std::vector<Row>& rows) {
  API_ASSIGN(const std::vector<HistoryEntry> history, parts.control.history(scope.organization_id, ""));
  for (const auto& entry : history) {
    if (entry.action != control::HistoryAction::kDeleted) continue;
    auto device = parts.control.device(scope.organization_id, entry.device_id);
    if (device && device->deleted_at) rows.push_back(as_row(stored_view(std::move(*device))));
  }
  return {};
}

Answer<std::vector<Row>> list_devices(const Parts& parts, const Scope& scope, const Query& query) {
  std::vector<Row> rows;
  auto views = parts.ingest.fleet().devices(scope.organization_id);
  rows.reserve(views.size());
  for (auto& view : views) rows.push_back(as_row(std::move(view)));
  if (query.filters_on("deleted_at")) API_TRY(append_deleted(parts, scope, rows));
  return rows;
}

void device_attributes(Builder<DeviceView>& type) {
  using D = DeviceView;
  type.attribute("bytes_total", kNumber, [](const D& d) -> Value { return d.bytes_total; });
  type.attribute("created_at", kTime, [](const D& d) -> Value { return d.device.created_at; });
  type.attribute("credential", kObject, credential, kReadOnly | kNullOk | kNoSort);
  type.attribute(
      "deleted_at", kTime, [](const D& d) -> Value { return d.device.deleted_at; }, kReadOnly | kNullOk);
  type.attribute(
      "device_spec", kObject, [](const D& d) -> Value { return JsonView{d.device.device_spec}; },
      kNoSort | kNullOk | kRequired);
  type.choice(
      "device_type", {"ENDPOINT", "NETWORK", "SIEM", "OTHER", "CLOUD"},
      [](const D& d) -> Value { return d.device.device_type; }, kSetOnce);
  type.attribute("events_24h", kNumber, [](const D& d) -> Value { return d.events_24h; });
  type.attribute("has_console_credentials", kBoolean, [](const D&) -> Value { return false; });
  type.attribute("has_two_factor_secret", kBoolean, [](const D&) -> Value { return false; });
  type.attribute("is_verifying_status", kBoolean, [](const D& d) -> Value { return d.verifying; });
  type.attribute(
      "last_data_received_at", kTime, [](const D& d) -> Value { return d.last_data_received_at; },
      kReadOnly | kNullOk);
  type.attribute(
      "last_successful_poll_at", kTime, [](const D& d) -> Value { return d.last_successful_poll_at; },
      kReadOnly | kNullOk);
  type.attribute(
      "location", kString, [](const D& d) { return or_null(d.device.location); }, kNullOk | kRequired);
  type.sort_by([](const D& d) -> Value { return d.device.location.empty() ? Value() : Value(reading_key(d.device.location)); });
  type.attribute(
      "name", kString, [](const D& d) -> Value { return d.device.name; }, kRequired);
  type.sort_by([](const D& d) -> Value { return reading_key(d.device.name); });
  type.attribute(
      "newest_event_at", kTime, [](const D& d) -> Value { return d.newest_event_at; }, kReadOnly | kNullOk);
  type.attribute(
      "next_poll_at", kTime, [](const D& d) -> Value { return d.next_poll_at; }, kReadOnly | kNullOk);
  type.attribute(
      "no_alert_threshold_hours", kNumber,
      [](const D& d) -> Value { return d.device.no_alert_threshold_hours; }, kNullOk);
  type.attribute(
      "paused", kBoolean, [](const D& d) -> Value { return d.device.paused; }, kPlain);
  type.attribute(
      "plugin_slug", kString, [](const D& d) -> Value { return d.device.plugin_slug; }, kSetOnce | kRequired);
  type.attribute(
      "properties", kObject, [](const D& d) -> Value { return JsonView{d.device.properties}; }, kNoSort);
  type.attribute(
      "secrets", kObject, [](const D&) -> Value { return nullptr; },
      kSetOnce | kWriteOnly | kNullOk | kNoSort | kNoFilter);
  type.attribute(
      "start_time", kTime, [](const D& d) -> Value { return d.device.start_time; }, kSetOnce);
  type.choice("status", {"healthy", "unhealthy", "health_checks_not_supported"}, status, kReadOnly | kNullOk);
  type.attribute("status_details", kObject, status_details, kReadOnly | kNullOk | kNoSort);
  type.attribute(
      "status_updated_at", kTime, [](const D& d) -> Value { return d.device.status_updated_at; },
      kReadOnly | kNullOk);
  type.choice(
      "task_source", {"CUSTOMER_PREMISE", "EXPEL_TASKPOOL"},
      [](const D& d) -> Value { return d.device.task_source; }, kSetOnce);
  type.attribute("updated_at", kTime, [](const D& d) -> Value { return d.device.updated_at; });
  type.attribute(
      "usual_24h", kNumber,
      [](const D& d) -> Value {
        if (!d.usual_24h) return nullptr;
        return std::round(*d.usual_24h * 10) / 10;  // a mean over weeks: more digits would only look exact
      },
      kReadOnly | kNullOk);
}

ResourceType security_devices(const Parts& parts) {
  using D = DeviceView;
  Builder<D> type("security_devices", "security device");
  type.id([](const D& d) { return std::string_view(d.device.id); });
  type.version([](const D& d) { return d.device.version; });
  device_attributes(type);
  type.to_one("created_by", "actors", [](const D& d) { return d.device.created_by.id; });
  type.to_one(
      "organization", "organizations", [](const D& d) { return d.device.organization_id; }, kFixed);
  type.to_one("updated_by", "actors", [](const D& d) { return d.device.updated_by.id; });
  type.to_one("vendor", "vendors", [](const D& d) { return d.device.vendor_id; });
  type.no_one({"assembler", "parent_security_device"});
  type.to_many("polls", "polls", "security_device");
  type.to_many("security_device_histories", "security_device_histories", "security_device");
  type.none({"child_security_devices", "investigative_actions", "organization_contacts",
             "remediation_action_asset_histories", "remediation_action_assets",
             "remediation_action_histories", "remediation_action_setting_list_source_histories",
             "remediation_action_setting_list_sources", "remediation_action_settings", "remediation_actions",
             "security_device_counts", "vendor_alerts"});
  type.list([parts](const Scope& scope, const Query& query) { return list_devices(parts, scope, query); });
  type.get([parts](const Scope& scope, const std::string& id) -> Answer<Row> {
    API_ASSIGN(auto view, find_device(parts, scope, id));
    return as_row(std::move(view));
  });
  type.refresh([parts](const Row& row) {
    const auto view = std::static_pointer_cast<const D>(row);
    if (view->device.deleted_at) return row;
    const auto now = parts.ingest.fleet().refreshed(view);
    return now ? as_row(now) : row;
  });
  return type.build();
}

/// As control writes it, the kind stands first.
std::string_view kind_of(std::string_view value) {
  constexpr std::string_view kStart = R"({"kind":")";
  if (!value.starts_with(kStart)) return {};
  value.remove_prefix(kStart.size());
  return value.substr(0, value.find('"'));
}

ResourceType histories(const Parts& parts) {
  using H = HistoryEntry;
  Builder<H> type("security_device_histories", "entry in a security device's history");
  type.id([](const H& h) { return std::string_view(h.id); });
  type.choice("action", {"CREATED", "UPDATED", "UPDATED_SECRETS", "DELETED"},
              [](const H& h) -> Value { return control::to_string(h.action); });
  type.attribute("created_at", kTime, [](const H& h) -> Value { return h.created_at; });
  type.choice(
      "kind", {"created", "settings", "secret", "health", "reread", "deleted"},
      [](const H& h) -> Value { return std::string(kind_of(h.value)); }, kReadOnly | kNoSort | kFilterOnly);
  type.attribute(
      "value", kObject,
      [](const H& h) -> Value {
        if (h.value.empty()) return nullptr;
        return JsonView{h.value};
      },
      kReadOnly | kNullOk | kNoSort);
  type.to_one("created_by", "actors", [](const H& h) { return h.created_by.id; });
  type.to_one("organization", "organizations", [](const H& h) { return h.organization_id; });
  type.to_one("security_device", "security_devices", [](const H& h) { return h.device_id; });
  type.ordered();
  type.list([&control = parts.control](const Scope& scope, const Query& query) -> Answer<std::vector<Row>> {
    const auto device = query.equal_to({"security_device", "id"});
    API_ASSIGN(std::vector<H> entries, control.history(scope.organization_id, device.value_or("")));
    std::vector<Row> rows;
    rows.reserve(entries.size());
    for (auto& entry : entries) rows.push_back(make_row(std::move(entry)));
    return rows;
  });
  return type.build();
}

Answer<std::vector<Row>> list_polls(const Parts& parts, const Scope& scope, const std::string& device_id) {
  auto polls = parts.control.polls(scope.organization_id, device_id, std::nullopt);
  if (!polls && polls.error().kind == ErrorKind::kNotFound) return std::vector<Row>();
  if (!polls) return refuse(Problem(polls.error()));
  std::vector<Row> rows;
  for (auto& poll : *polls)
    rows.push_back(make_row(PollRow{device_id + "-" + std::to_string(poll.id), std::move(poll)}));
  return rows;
}

ResourceType polls(const Parts& parts) {
  using P = PollRow;
  Builder<P> type("polls", "poll");
  type.id([](const P& p) { return std::string_view(p.id); });
  type.attribute("bytes", kNumber, [](const P& p) -> Value { return p.poll.bytes; });
  type.attribute("duration_ms", kNumber, [](const P& p) -> Value { return p.poll.duration_ms; });
  type.attribute(
      "error", kString, [](const P& p) { return or_null(p.poll.error); }, kReadOnly | kNullOk);
  type.attribute("events", kNumber, [](const P& p) -> Value { return p.poll.events; });
  type.attribute("new_events", kNumber, [](const P& p) -> Value { return p.poll.new_events; });
  type.attribute("outcome", kString, [](const P& p) -> Value { return p.poll.outcome; });
  type.attribute("pages", kNumber, [](const P& p) -> Value { return p.poll.pages; });
  type.attribute("started_at", kTime, [](const P& p) -> Value { return p.poll.started_at; });
  type.attribute("stream", kString, [](const P& p) -> Value { return p.poll.stream; });
  type.to_one("security_device", "security_devices", [](const P& p) { return p.poll.device_id; });
  type.default_sort({{"started_at", true}});
  type.list([parts](const Scope& scope, const Query& query) -> Answer<std::vector<Row>> {
    const auto device = query.equal_to({"security_device", "id"});
    if (!device)
      return refuse_parameter("filter[security_device][id]",
                              "Polls are listed for one device: give filter[security_device][id].");
    return list_polls(parts, scope, *device);
  });
  type.get([parts](const Scope& scope, const std::string& id) -> Answer<Row> {
    const auto dash = id.rfind('-');
    if (dash == std::string::npos || !is_guid(id.substr(0, dash))) return Row();
    API_ASSIGN(const std::vector<Row> rows, list_polls(parts, scope, id.substr(0, dash)));
    for (const auto& row : rows)
      if (static_cast<const P*>(row.get())->id == id) return row;
    return Row();
  });
  return type.build();
}

ResourceType secrets(const Parts& parts) {
  using S = SecretRow;
  Builder<S> type("secrets", "secret");
  type.id([](const S& s) { return std::string_view(s.id); });
  type.version([](const S& s) { return s.version; });
  type.attribute(
      "accept_other_account", kBoolean, [](const S&) -> Value { return nullptr; }, kWriteOnly | kNullOk);
  type.attribute(
      "secret", kObject, [](const S&) -> Value { return nullptr; }, kNullOk | kNoSort | kNoFilter);
  type.to_one("organization", "organizations", [](const S& s) { return s.organization_id; });
  type.list([](const Scope&, const Query&) -> Answer<std::vector<Row>> { return std::vector<Row>(); });
  type.get([parts](const Scope& scope, const std::string& id) -> Answer<Row> {
    constexpr std::string_view kPrefix = "security_device-";
    if (!id.starts_with(kPrefix)) return Row();
    API_ASSIGN(const auto view, find_device(parts, scope, id.substr(kPrefix.size())));
    if (!view || view->device.deleted_at) return Row();
    return make_row(S{id, view->device.organization_id, view->device.version});
  });
  return type.build();
}

}  // namespace

Answer<fleet::DeviceViewPtr> find_device(const Parts& parts, const Scope& scope, const std::string& id) {
  auto view = parts.ingest.fleet().device(scope.organization_id, id);
  if (!view && PICKET_PLANTED("api.tenant_filter_missing")) {
    API_ASSIGN(const auto everybody, parts.control.organizations());
    for (const auto& other : everybody)
      if (!view) view = parts.ingest.fleet().device(other.id, id);
  }
  if (view || !is_guid(id)) return view;
  auto device = parts.control.device(scope.organization_id, id);
  if (device) return stored_view(std::move(*device));
  if (device.error().kind == ErrorKind::kNotFound) return fleet::DeviceViewPtr();
  return refuse(Problem(device.error()));
}

void add_devices(Catalogue& catalogue, const Parts& parts) {
  catalogue.add(security_devices(parts));
  catalogue.add(histories(parts));
  catalogue.add(polls(parts));
  catalogue.add(secrets(parts));
}

}  // namespace picket::api
