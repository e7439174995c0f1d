#include "api/event_calls.h"

#include <fmt/format.h>

#include <set>

#include "obs/log.h"

namespace picket::api {
namespace {

using http_server::Request;
using http_server::Response;
using store::StoredEvent;

constexpr std::size_t kExportsAtOnce = 2;

/// Of one answer of counts: about 20 MB of JSON.
constexpr std::size_t kMostCounts = 200'000;

void write_or_null(codec::JsonWriter& out, std::string_view name, const std::string& text) {
  out.key(name);
  or_null(text).write(out);
}

}  // namespace

EventCalls::EventCalls(const Parts& parts, const Plugins& plugins, const Catalogue& catalogue)
    : parts_(parts),
      plugins_(plugins),
      catalogue_(catalogue),
      export_slots_(std::make_shared<std::counting_semaphore<>>(kExportsAtOnce)),
      searches_({"search", 4, 64}),
      exports_({"export", kExportsAtOnce, 2 * kExportsAtOnce}) {}

void EventCalls::stop() {
  stopping_.request_stop();
  searches_.stop();
  exports_.stop();
}

Value EventCalls::ocsf_of(const StoredEvent& event) const {
  const auto device = parts_.control.device(event.key.organization_id, event.key.device_id);
  const auto plugin = device ? plugins_.find(device->plugin_slug) : nullptr;
  if (!plugin || event.unreadable) return nullptr;
  auto document = plugin->connector->normaliser()->to_ocsf(event.key.stream, event.raw);
  if (!document) return nullptr;
  return JsonText{std::move(*document)};
}

void EventCalls::write_event(codec::JsonWriter& out, const StoredEvent& event, EventParts parts) const {
  out.begin_object().field("type", "events").field("id", event.id).key("attributes").begin_object();
  out.field("time", format_rfc3339(event.time)).field("received_at", format_rfc3339(event.received_at));
  out.field("stream", event.key.stream).field("vendor_uid", event.vendor_uid);
  out.field("class_uid", static_cast<std::uint64_t>(event.class_uid))
      .field("activity_id", static_cast<std::uint64_t>(event.activity_id));
  write_or_null(out, "action", event.action);
  out.field("outcome", model::to_string(event.outcome));
  write_or_null(out, "actor_uid", event.actor_uid);
  write_or_null(out, "actor_email", event.actor_email);
  write_or_null(out, "source_ip", event.source_ip);
  write_or_null(out, "country", event.country);
  write_or_null(out, "target", event.target);
  out.key("raw");
  // The record's own bytes; what is no JSON is shown as text
  if (!parts.raw)
    out.null();
  else if (is_json(event.raw))
    out.raw(event.raw);
  else
    out.value(event.raw);
  out.field("versions", static_cast<std::uint64_t>(event.versions)).field("unreadable", event.unreadable);
  if (parts.ocsf) {
    out.key("ocsf");
    ocsf_of(event).write(out);
  }
  out.end_object().key("relationships").begin_object().key("security_device").begin_object();
  out.key("links")
      .begin_object()
      .field("related", fmt::format("/api/v2/events/{}/security_device", event.id))
      .end_object();
  out.key("data")
      .begin_object()
      .field("type", "security_devices")
      .field("id", event.key.device_id)
      .end_object();
  out.key("meta").begin_object().field("readOnly", true).end_object().end_object().end_object();
  out.key("meta").begin_object().field("version", 1).end_object().end_object();
}

Answer<void> EventCalls::write_devices(codec::JsonWriter& out, const Scope& scope,
                                       const std::vector<StoredEvent>& events) const {
  std::set<std::string> ids;
  for (const auto& event : events) ids.insert(event.key.device_id);
  out.key("included").begin_array();
  for (const auto& id : ids) {
    API_ASSIGN(const auto view, find_device(parts_, scope, id));
    if (view) Engine::write_object(out, *catalogue_.find("security_devices"), as_row(view));
  }
  out.end_array();
  return {};
}

EventCalls::Reply EventCalls::list(const Caller& caller, const Request& request) {
  API_ASSIGN(EventQuery asked, read_event_query(request.query, caller.scope));
  store::FindResult found;
  if (asked.nothing) {
    found.total = 0;
  } else if (asked.find.limit == 0) {
    API_ASSIGN(found.total, parts_.store.count(asked.query, request.cancelled));
  } else {
    API_ASSIGN(found, parts_.store.find(asked.query, asked.find, request.cancelled));
  }
  codec::JsonWriter out;
  out.begin_object().key("data").begin_array();
  for (const auto& event : found.events) write_event(out, event, asked.parts);
  out.end_array();
  if (asked.with_device) API_TRY(write_devices(out, caller.scope, found.events));
  out.key("meta").begin_object().key("page").begin_object().field(
      "limit", static_cast<std::uint64_t>(asked.find.limit));
  if (found.total) out.field("total", *found.total);
  out.end_object().end_object().key("links").begin_object();
  if (!found.next.empty())
    out.field("next", "/api/v2/events" + query_with(request.query, "page[after]", found.next));
  out.end_object().end_object();
  return json_response(out.take());
}

Answer<StoredEvent> EventCalls::event_of(const Caller& caller, const Request& request) const {
  const auto& id = request.params.at("id");
  API_ASSIGN(std::optional<StoredEvent> event, parts_.store.get(caller.scope.organization_id, id));
  if (!event) return refuse_missing("event", id);
  return std::move(*event);
}

EventCalls::Reply EventCalls::get(const Caller& caller, const Request& request) {
  API_ASSIGN(const Query query, parse_query(request.query));
  API_ASSIGN(const StoredEvent event, event_of(caller, request));
  codec::JsonWriter out;
  out.begin_object().key("data");
  write_event(out, event, {query.flag("ocsf"), query.flag("raw", true)});
  if (!query.include.empty()) API_TRY(write_devices(out, caller.scope, {event}));
  out.end_object();
  auto response = json_response(out.take());
  response.headers.emplace_back("etag", "\"1\"");
  return response;
}

EventCalls::Reply EventCalls::raw(const Caller& caller, const Request& request) {
  API_ASSIGN(StoredEvent event, event_of(caller, request));
  Response response;
  response.headers = {{"content-type", is_json(event.raw) ? "application/json" : "application/octet-stream"}};
  response.body = std::move(event.raw);
  return response;
}

EventCalls::Reply EventCalls::versions(const Caller& caller, const Request& request) {
  API_ASSIGN(const StoredEvent event, event_of(caller, request));
  API_ASSIGN(const auto further, parts_.store.versions(caller.scope.organization_id, event.id));
  codec::JsonWriter out;
  const auto write = [&](TimePoint at, const std::string& bytes) {
    out.begin_object().field("received_at", format_rfc3339(at)).key("raw");
    if (is_json(bytes))
      out.raw(bytes);
    else
      out.value(bytes);
    out.end_object();
  };
  out.begin_object().key("data").begin_array();
  write(event.received_at, event.raw);
  for (const auto& version : further) write(version.received_at, version.raw);
  out.end_array().end_object();
  return json_response(out.take());
}

EventCalls::Reply EventCalls::device(const Caller& caller, const Request& request) {
  API_ASSIGN(const StoredEvent event, event_of(caller, request));
  API_ASSIGN(const auto view, find_device(parts_, caller.scope, event.key.device_id));
  if (!view) return json_response(R"({"data":null})");
  codec::JsonWriter out;
  out.begin_object().key("data");
  Engine::write_object(out, *catalogue_.find("security_devices"), as_row(view));
  out.end_object();
  return json_response(out.take());
}

EventCalls::Reply EventCalls::counts(const Caller& caller, const Request& request) {
  API_ASSIGN(const EventQuery asked, read_event_query(request.query, caller.scope));
  const auto* width = request.query_value("width");
  const std::string unit = width != nullptr ? *width : "day";
  static const std::map<std::string_view, store::Width> kWidths = {
      {"minute", store::Width::kMinute}, {"hour", store::Width::kHour}, {"day", store::Width::kDay}};
  const auto bucket_width = kWidths.find(unit);
  if (bucket_width == kWidths.end()) return refuse_parameter("width", "width is minute, hour or day.");
  const auto& span = asked.query.time;
  // an hour of grace: "the last 24 hours" of a person's clock are a little more here
  if (bucket_width->second == store::Width::kMinute &&
      (!span.from || span.to.value_or(parts_.clock.now()) - *span.from > std::chrono::hours(25)))
    return refuse_parameter(
        "width", "Minutes are counted over at most 24 hours: give filter[time] a start and an end.");
  const auto* group = request.query_value("group");
  const bool by_device = group != nullptr && *group == "security_device";
  if (group != nullptr && *group != "stream" && !by_device)
    return refuse_parameter("group", "group is stream or security_device.");
  if (by_device && asked.query.device_ids.empty())
    return refuse_parameter("filter[security_device][id]",
                            "With group=security_device, name the devices: up to 200 of "
                            "filter[security_device][id].");
  std::map<std::string, std::vector<store::Bucket>> series;
  if (!asked.nothing) {
    API_ASSIGN(series, parts_.store.histogram(asked.query, bucket_width->second,
                                              by_device          ? store::GroupBy::kDevice
                                              : group != nullptr ? store::GroupBy::kStream
                                                                 : store::GroupBy::kNothing,
                                              request.cancelled));
  }
  std::size_t entries = 0;
  for (const auto& [name, buckets] : series) entries += buckets.size();
  if (entries > kMostCounts)
    return refuse_parameter("width", fmt::format("This asks for {} counts, at most {} are answered. Ask for "
                                                 "a shorter time, a wider bucket or fewer devices.",
                                                 entries, kMostCounts));
  std::uint64_t total = 0;
  codec::JsonWriter out;
  out.begin_object().key("data").begin_array();
  for (const auto& [name, buckets] : series) {
    for (const auto& bucket : buckets) {
      out.begin_object();
      if (group != nullptr) out.field(by_device ? "security_device_id" : "stream", name);
      out.field("start", format_rfc3339(bucket.start)).field("count", bucket.count).end_object();
      total += bucket.count;
    }
  }
  out.end_array()
      .key("meta")
      .begin_object()
      .field("total", total)
      .field("width", unit)
      .end_object()
      .end_object();
  return json_response(out.take());
}

EventCalls::Reply EventCalls::search(const Caller& caller, const Request& request) {
  API_ASSIGN(EventQuery asked, read_event_query(request.query, caller.scope));
  if (request.query_value("page[limit]") == nullptr) asked.find.limit = Query::kMaxLimit;
  Response response;
  response.headers = {{"content-type", "text/event-stream"}, {"x-accel-buffering", "no"}};
  response.stream = [this, asked = std::move(asked),
                     cancelled = request.cancelled](std::shared_ptr<http_server::Stream> stream) {
    const bool taken =
        searches_.try_post([this, asked, cancelled, stream] { run_search(asked, stream, cancelled); });
    if (taken) return;
    stream->write(http_server::sse_event(
        "error",
        R"({"code":"unavailable","detail":"Too many searches are running. Try again in a moment."})"));
    stream->close();
  };
  return response;
}

}  // namespace picket::api
