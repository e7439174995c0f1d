#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "codec/json_writer.h"

/// Objects of OCSF 1.8.0 as 1Password's records fill them. Used by the normaliser.
namespace picket::onepassword {

/// Text of a member; empty when it is absent or of another type.
std::string_view text_of(const boost::json::object& object, const char* key);
/// The object under a key; an empty one when it is absent or of another type.
const boost::json::object& object_of(const boost::json::object& object, const char* key);

/// Of an address: the code, from the name in `location` or else from the record's own member; a name without
/// a code stays as it is.
std::string_view country_of(std::string_view named, std::string_view code);

/// A field only when there is something to say.
void field_if(codec::JsonWriter& out, std::string_view key, std::string_view text);

struct PersonSource {
  std::string_view uid;  ///< beside the details, which may be missing
  const boost::json::object& details;
  std::string_view type;         ///< "user", "external_user"; empty: what the details say
  std::string_view account_uid;  ///< empty: what the details say
  bool empty() const { return uid.empty() && details.empty(); }
};
/// The object alone, without its key.
void write_person(codec::JsonWriter& out, const PersonSource& person);

/// `src_endpoint`. `place` is the record's client or session, whichever it has.
void write_source(codec::JsonWriter& out, const boost::json::object& record,
                  const boost::json::object& place);
/// `http_request` with the application as user agent, when it is known.
void write_http_request(codec::JsonWriter& out, const boost::json::object& client);
/// Whether the platform's name is the name of a computer, as for desktop applications and the command line.
bool names_a_computer(const boost::json::object& client);

}  // namespace picket::onepassword
