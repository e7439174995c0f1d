#include "onepassword/normalise.h"

#include <simdjson.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
#include <deque>
#include <string>

#include "codec/json.h"
#include "onepassword/actions.h"
#include "onepassword/ocsf_parts.h"

namespace picket::onepassword {
namespace {

namespace od = simdjson::ondemand;

constexpr std::size_t kMaxUid = 256;    // the vendor's are 26 characters; a longer one is no id
constexpr std::size_t kMaxText = 1024;  // of what people filter by; the raw record keeps the whole

enum class Stream { kAudit, kItemUsage, kSignIn, kUnknown };

Stream stream_of(std::string_view name) {
  if (name == "auditevents") return Stream::kAudit;
  if (name == "itemusages") return Stream::kItemUsage;
  if (name == "signinattempts") return Stream::kSignIn;
  return Stream::kUnknown;
}

/// At most `kMaxText` bytes, not cut inside a character.
std::string_view clip(std::string_view text) {
  if (text.size() <= kMaxText) return text;
  std::size_t end = kMaxText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

/// What is picked out of a record before it is judged.
struct Fields {
  std::string_view uuid, timestamp, action, object_type, object_uuid, item_uuid, category;
  std::string_view actor_uuid, person_uuid, person_email, address, old_address, country, country_named;
};

}  // namespace

struct EventNormaliser::Impl {
  od::parser parser;
  std::string scratch;      // the record, with room behind it for the parser
  std::string_view record;  // where views point to
  std::deque<std::string> unescaped;

  std::string_view original(const char* at, std::size_t size) const {
    return record.substr(static_cast<std::size_t>(at - scratch.data()), size);
  }

  /// Text of a JSON string: a view into the record, or into `unescaped` when it has escapes. Other types:
  /// empty.
  std::string_view text(od::value value) {
    od::raw_json_string raw;
    if (value.get(raw) != simdjson::SUCCESS) return {};
    const char* const start = raw.raw();
    const char* end = start;
    while (*end != '"' && *end != '\\') ++end;
    if (*end == '"') return original(start, static_cast<std::size_t>(end - start));
    while (*end != '"') end += *end == '\\' ? 2 : 1;
    const std::string_view quoted(start - 1, static_cast<std::size_t>(end - start) + 2);
    const auto tree = codec::parse_json(quoted, {.max_bytes = quoted.size(), .max_depth = 1});
    if (!tree || !tree->is_string()) return {};
    return unescaped.emplace_back(tree->as_string().c_str(), tree->as_string().size());
  }

  static std::string_view key_of(od::field& field) {
    const char* const start = field.key().raw();
    const char* end = start;
    while (*end != '"') ++end;
    return {start, static_cast<std::size_t>(end - start)};
  }

  template <typename F>
  static bool members(od::object object, F&& f) {
    for (auto member : object) {
      od::field field;
      if (std::move(member).get(field) != simdjson::SUCCESS) return false;
      f(key_of(field), field.value());
    }
    return true;
  }

  void person(od::value value, Fields& out) {
    od::object object;
    if (value.get(object) != simdjson::SUCCESS) return;
    members(object, [&](std::string_view key, od::value inner) {
      if (key == "uuid")
        out.person_uuid = text(inner);
      else if (key == "email")
        out.person_email = text(inner);
    });
  }

  void place(od::value value, Fields& out) {
    od::object object;
    if (value.get(object) != simdjson::SUCCESS) return;
    members(object, [&](std::string_view key, od::value inner) {
      if (key == "ip_address")
        out.address = text(inner);
      else if (key == "ip")
        out.old_address = text(inner);  // sessions, and clients of old
    });
  }

  void location(od::value value, Fields& out) {
    od::object object;
    if (value.get(object) != simdjson::SUCCESS) return;
    members(object, [&](std::string_view key, od::value inner) {
      if (key == "country") out.country_named = text(inner);
    });
  }

  bool read(Stream stream, Fields& out) {
    scratch.clear();
    scratch.reserve(record.size() + simdjson::SIMDJSON_PADDING);
    scratch.append(record);
    od::document document;
    od::object object;
    if (parser.iterate(scratch.data(), scratch.size(), scratch.capacity()).get(document) != simdjson::SUCCESS)
      return false;
    if (document.get_object().get(object) != simdjson::SUCCESS) return false;
    const std::string_view who = stream == Stream::kAudit    ? "actor_details"
                                 : stream == Stream::kSignIn ? "target_user"
                                                             : "user";
    const std::string_view where = stream == Stream::kAudit ? "session" : "client";
    return members(object, [&](std::string_view key, od::value value) {
      if (key == "uuid")
        out.uuid = text(value);
      else if (key == "timestamp")
        out.timestamp = text(value);
      else if (key == who)
        person(value, out);
      else if (key == where)
        place(value, out);
      else if (key == "location")
        location(value, out);
      else if (key == "country")
        out.country = text(value);
      else if (key == "action")
        out.action = text(value);
      else if (key == "object_type")
        out.object_type = text(value);
      else if (key == "object_uuid")
        out.object_uuid = text(value);
      else if (key == "item_uuid")
        out.item_uuid = text(value);
      else if (key == "category")
        out.category = text(value);
      else if (key == "actor_uuid")
        out.actor_uuid = text(value);
    });
  }
};

EventNormaliser::EventNormaliser() : impl_(std::make_unique<Impl>()) {}
EventNormaliser::~EventNormaliser() = default;

void EventNormaliser::reset() {
  impl_->unescaped.clear();
}

model::EventView EventNormaliser::normalise(std::string_view stream_name, std::string_view record,
                                            TimePoint received_at) {
  model::EventView view;
  view.time = received_at;
  view.unreadable = true;
  const Stream stream = stream_of(stream_name);
  Fields fields;
  impl_->record = record;
  if (!impl_->read(stream, fields)) return view;
  if (fields.uuid.empty() || fields.uuid.size() > kMaxUid) return view;
  view.vendor_uid = fields.uuid;  // also without a time: the identity is the vendor's
  auto time = parse_rfc3339(fields.timestamp);
  if (!time)
    time = parse_time_lenient(
        fields.timestamp);  // copies of events that went through other products lose the zone
  if (!time) return view;

  view.unreadable = false;
  view.time = *time;
  view.actor_uid =
      clip(stream == Stream::kAudit && !fields.actor_uuid.empty() ? fields.actor_uuid : fields.person_uuid);
  view.actor_email = clip(fields.person_email);
  view.source_ip =
      clip(stream == Stream::kAudit || fields.address.empty() ? fields.old_address : fields.address);
  view.country = clip(country_of(fields.country_named, fields.country));
  view.outcome = model::Outcome::kSuccess;  // audit and item usage report only what happened
  Classification classification;
  switch (stream) {
    case Stream::kAudit:
      classification = classify_audit(fields.object_type, fields.action);
      view.action = clip(fields.action);
      view.target = clip(fields.object_uuid);
      break;
    case Stream::kItemUsage:
      classification = classify_item_usage(fields.action);
      view.action = clip(fields.action);
      view.target = clip(fields.item_uuid);
      break;
    case Stream::kSignIn:
      classification = {kAuthentication, 1};
      view.action = clip(fields.category);
      view.outcome = outcome_of_category(fields.category);
      break;
    case Stream::kUnknown:
      view.outcome = model::Outcome::kUnknown;
      break;
  }
  view.class_uid = classification.class_uid;
  view.activity_id = classification.activity_id;
  return view;
}

Result<std::string> EventNormaliser::to_ocsf(std::string_view stream, std::string_view record) {
  const model::EventView view = normalise(stream, record, TimePoint{});
  if (view.unreadable)
    return fail(ErrorKind::kInvalidInput, "The record cannot be read (it needs a uuid and a timestamp), so there is no OCSF document of it.");
  return ocsf_document(stream, record, view);
}

}  // namespace picket::onepassword
