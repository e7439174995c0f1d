#include "onepassword/ocsf_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <string>
#include <utility>

#include "codec/country.h"

namespace picket::onepassword {
namespace {

namespace bj = boost::json;
using codec::JsonWriter;

struct System {
  std::string_view word;
  int type_id;
  std::string_view type;
};
constexpr System kSystems[] = {{"Windows", 100, "Windows"}, {"Linux", 200, "Linux"},
                               {"Android", 201, "Android"}, {"MacOSX", 300, "macOS"},
                               {"macOS", 300, "macOS"},     {"iOS", 301, "iOS"}};

void write_os(JsonWriter& out, const bj::object& client) {
  const std::string_view name = text_of(client, "os_name");
  if (name.empty()) return;
  const auto* system =
      std::find_if(std::begin(kSystems), std::end(kSystems), [&](const System& s) { return s.word == name; });
  const bool known = system != std::end(kSystems);
  out.key("os").begin_object().field("name", name);
  out.field("type_id", known ? system->type_id : 0).field("type", known ? system->type : "Unknown");
  field_if(out, "version", text_of(client, "os_version"));
  out.end_object();
}

void number_if(JsonWriter& out, std::string_view key, const bj::object& object, const char* name) {
  const bj::value* value = object.if_contains(name);
  if (value != nullptr && value->is_number()) out.field(key, value->to_number<double>());
}

/// OCSF wants two-letter countries; the vendor often gives names, which go into the description.
void write_location(JsonWriter& out, const bj::object& record) {
  const bj::object& location = object_of(record, "location");
  const std::string_view named = text_of(location, "country"),
                         code = codec::country_code(country_of(named, text_of(record, "country")));
  if (location.empty() && code.empty()) return;
  out.key("location").begin_object();
  field_if(out, "country", code);
  field_if(out, "region", text_of(location, "region"));
  field_if(out, "city", text_of(location, "city"));
  number_if(out, "lat", location, "latitude");
  number_if(out, "long", location, "longitude");
  std::string description;
  for (const std::string_view part : {text_of(location, "city"), text_of(location, "region"), named})
    if (!part.empty()) description += (description.empty() ? "" : ", ") + std::string(part);
  field_if(out, "desc", description);
  out.end_object();
}

}  // namespace

std::string_view country_of(std::string_view named, std::string_view code) {
  if (const auto known = codec::country_code(named); !known.empty()) return known;
  return named.empty() || codec::is_country_code(code) ? code : named;
}

std::string_view text_of(const bj::object& object, const char* key) {
  const bj::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->as_string()) : std::string_view();
}

const bj::object& object_of(const bj::object& object, const char* key) {
  static const bj::object kEmpty;
  const bj::value* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? value->as_object() : kEmpty;
}

void field_if(JsonWriter& out, std::string_view key, std::string_view text) {
  if (!text.empty()) out.field(key, text);
}

void write_person(JsonWriter& out, const PersonSource& person) {
  const std::string_view email = text_of(person.details, "email"), name = text_of(person.details, "name");
  const std::string_view type = person.type.empty() ? text_of(person.details, "user_type") : person.type;
  const std::string_view account =
      person.account_uid.empty() ? text_of(person.details, "user_account_uuid") : person.account_uid;
  out.begin_object();
  field_if(out, "uid", person.uid.empty() ? text_of(person.details, "uuid") : person.uid);
  field_if(out, "name", name.empty() ? email : name);
  field_if(out, "email_addr", email);
  if (email.ends_with("@1passwordserviceaccounts.com")) {
    out.field("type_id", 4).field("type", "Service");
  } else if (type == "user" || (type.empty() && !(email.empty() && name.empty()))) {
    out.field("type_id", 1).field("type", "User");
  } else {
    out.field("type_id", type.empty() ? 0 : 99)
        .field("type", type.empty() ? std::string_view("Unknown") : type);
  }
  if (!account.empty()) out.key("account").begin_object().field("uid", account).end_object();
  out.end_object();
}

bool names_a_computer(const bj::object& client) {
  const std::string_view app = text_of(client, "app_name");
  return app == "1Password for Windows" || app == "1Password for Mac" || app == "1Password for Linux" ||
         app == "1Password CLI";
}

void write_source(JsonWriter& out, const bj::object& record, const bj::object& place) {
  const std::string_view ip =
      text_of(place, "ip_address").empty() ? text_of(place, "ip") : text_of(place, "ip_address");
  const std::string_view device = text_of(place, "device_uuid");
  const std::string_view name =
      names_a_computer(place) ? text_of(place, "platform_name") : std::string_view();
  out.key("src_endpoint").begin_object();
  field_if(out, "ip", ip);
  field_if(out, "instance_uid", device);
  // the class wants one of these even when the vendor says nothing
  field_if(out, "name", ip.empty() && device.empty() && name.empty() ? "unknown" : name);
  write_os(out, place);
  write_location(out, record);
  out.end_object();
}

void write_http_request(JsonWriter& out, const bj::object& client) {
  const std::string_view app = text_of(client, "app_name"), version = text_of(client, "app_version");
  if (app.empty()) return;
  out.key("http_request")
      .begin_object()
      .field("user_agent", version.empty() ? std::string(app) : fmt::format("{}/{}", app, version))
      .end_object();
}

}  // namespace picket::onepassword
