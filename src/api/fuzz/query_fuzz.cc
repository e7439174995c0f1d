// Query strings as they come from a client, against a type with every kind of attribute and against the
// events.
#include <cstddef>
#include <cstdint>

#include "api/engine.h"
#include "api/event_calls.h"
#include "base/assert.h"
#include "http_server/target.h"

namespace {

using namespace picket::api;
using enum AttributeType;

struct Thing {
  std::string id, name;
};

Catalogue make_catalogue() {
  Builder<Thing> type("things", "thing");
  type.id([](const Thing& t) { return std::string_view(t.id); });
  type.attribute("name", kString, [](const Thing& t) -> Value { return t.name; });
  type.attribute(
      "size", kNumber, [](const Thing&) -> Value { return 5; }, kReadOnly | kNullOk);
  type.attribute("created_at", kTime,
                 [](const Thing&) -> Value { return picket::from_seconds(1'700'000'000); });
  type.attribute("good", kBoolean, [](const Thing&) -> Value { return nullptr; });
  type.to_one("owner", "things", [](const Thing& t) { return t.id; });
  type.to_many("others", "things", "owner");
  type.none({"none"});
  type.list([](const Scope&, const Query&) -> Answer<std::vector<Row>> {
    return std::vector<Row>{make_row(Thing{"a", "Foo"}), make_row(Thing{"b", "bar"})};
  });
  Catalogue out;
  out.add(type.build());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Catalogue catalogue = make_catalogue();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = picket::http_server::parse_target(std::string("/api/v2/things?").append(text));
  if (!target) return 0;
  picket::http_server::Request request;
  request.path = target->path;
  request.query = target->query;
  const Scope scope{"org", {}, {}};
  const Engine engine(catalogue);
  if (const auto answer = engine.list(*catalogue.find("things"), scope, request))
    PICKET_ASSERT(is_json(answer->body), "every list is JSON");
  else
    PICKET_ASSERT(is_json(render(answer.error()).body), "every refusal is JSON");
  if (const auto events = read_event_query(request.query, scope))
    PICKET_ASSERT(events->query.organization_id == "org", "no query leaves its organization");
  return 0;
}
