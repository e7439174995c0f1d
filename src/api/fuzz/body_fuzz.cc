// Bodies: JSON:API documents, sign-in forms, cookies, and the reader that decides whether a record is JSON.
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>

#include "api/auth.h"
#include "api/body.h"
#include "api/event_calls.h"
#include "base/assert.h"
#include "codec/json.h"

namespace {

using namespace picket::api;
using enum AttributeType;

struct Thing {
  std::string id = "a", name = "Foo";
};

ResourceType make_type() {
  Builder<Thing> type("things", "thing");
  type.id([](const Thing& t) { return std::string_view(t.id); });
  type.attribute(
      "name", kString, [](const Thing& t) -> Value { return t.name; }, kRequired);
  type.attribute(
      "note", kString, [](const Thing&) -> Value { return nullptr; }, kNullOk);
  type.attribute(
      "size", kNumber, [](const Thing&) -> Value { return 5; }, kSetOnce);
  type.attribute(
      "at", kTime, [](const Thing&) -> Value { return picket::from_seconds(1'700'000'000); }, kPlain);
  type.choice(
      "kind", {"A", "B"}, [](const Thing&) -> Value { return "A"; }, kPlain);
  type.attribute(
      "spec", kObject, [](const Thing&) -> Value { return JsonView{R"({"a":1})"}; }, kPlain);
  type.to_one(
      "owner", "things", [](const Thing& t) { return t.id; }, kFixed);
  type.list([](const Scope&, const Query&) -> Answer<std::vector<Row>> { return std::vector<Row>(); });
  return type.build();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ResourceType type = make_type();
  static const Row row = make_row(Thing{});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto created = read_changes(type, Purpose::kCreate, text, nullptr, {{"owner", "a"}})) {
    PICKET_ASSERT(created->has("name"), "what is required is there");
    PICKET_ASSERT(check_text("name", created->text("name"), 200, false), "and keeps its rules");
  } else {
    PICKET_ASSERT(created.error().status() >= 400 && created.error().status() < 500,
                  "bad input is the sender's");
    PICKET_ASSERT(is_json(render(created.error()).body), "and is answered in JSON");
  }
  if (const auto changed = read_changes(type, Purpose::kChange, text, row))
    PICKET_ASSERT(!changed->has("size"), "what is set once is never changed");
  picket::http_server::Fields fields;
  parse_form(text, fields);
  cookie_value(text, "picket_session");
  if (picket::codec::parse_json(text)) PICKET_ASSERT(is_json(text), "what the tree takes, the checker takes");
  return 0;
}
