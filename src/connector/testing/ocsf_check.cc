#include "connector/testing/ocsf_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "codec/json.h"

namespace picket::connector {
namespace {

namespace bj = boost::json;

class Checker {
 public:
  explicit Checker(const bj::object& schema) : schema_(schema) {}

  std::vector<std::string> check(const bj::object& document) {
    const bj::value* class_uid = document.if_contains("class_uid");
    if (class_uid == nullptr || !class_uid->is_int64()) return {"class_uid is missing"};
    const bj::value* found =
        schema_.at("classes").as_object().if_contains(std::to_string(class_uid->as_int64()));
    if (found == nullptr) return {fmt::format("class {} is not in the schema", class_uid->as_int64())};
    const bj::object& event_class = found->as_object();
    bj::object attributes = schema_.at("base").as_object();
    for (const auto& member : event_class.at("attributes").as_object())
      attributes[member.key()] = member.value();
    object("", document, attributes, event_class);
    if (!problems_.empty()) return problems_;
    const std::int64_t activity = document.at("activity_id").as_int64();
    if (!contains(event_class.at("activities").as_array(), activity))
      say("activity_id", "is none of the class");
    if (document.at("category_uid") != event_class.at("category_uid"))
      say("category_uid", "is not the class's");
    if (document.at("type_uid").as_int64() != class_uid->as_int64() * 100 + activity)
      say("type_uid", "is not class_uid * 100 + activity_id");
    if (document.at("metadata").as_object().at("version") != schema_.at("version"))
      say("metadata.version", "is not the schema's");
    return problems_;
  }

 private:
  void say(const std::string& where, std::string_view what) {
    problems_.push_back(fmt::format("{} {}", where, what));
  }

  static bool contains(const bj::array& list, std::int64_t number) {
    return std::any_of(list.begin(), list.end(), [&](const bj::value& v) { return v.as_int64() == number; });
  }

  void object(const std::string& where, const bj::object& value, const bj::object& attributes,
              const bj::object& rules) {
    for (const auto& member : value) {
      const std::string name = (where.empty() ? "" : where + ".") + std::string(member.key());
      const bj::value* attribute = attributes.if_contains(member.key());
      if (attribute == nullptr)
        say(name, "is no attribute here");
      else
        one(name, member.value(), attribute->as_object());
    }
    for (const auto& member : attributes)
      if (member.value().as_object().contains("required") && !value.contains(member.key()))
        say((where.empty() ? "" : where + ".") + std::string(member.key()), "is missing");
    if (const bj::value* groups = rules.if_contains("at_least_one"))
      for (const bj::value& group : groups->as_array())
        if (std::none_of(group.as_array().begin(), group.as_array().end(),
                         [&](const bj::value& name) { return value.contains(name.as_string()); }))
          say(where.empty() ? "event" : where, "has none of " + codec::to_json(group));
  }

  void one(const std::string& where, const bj::value& value, const bj::object& attribute) {
    if (!attribute.contains("array")) return scalar(where, value, attribute);
    if (!value.is_array()) return say(where, "is no list");
    for (const bj::value& entry : value.as_array()) scalar(where + "[]", entry, attribute);
  }

  void scalar(const std::string& where, const bj::value& value, const bj::object& attribute) {
    const std::string_view type = attribute.at("type").as_string();
    if (type == "json") return;
    if (type == "string")
      return value.is_string() && !value.as_string().empty() ? void() : say(where, "is no text");
    if (type == "bool") return value.is_bool() ? void() : say(where, "is neither true nor false");
    if (type == "double") return value.is_number() ? void() : say(where, "is no number");
    if (type == "country") return country(where, value);
    if (type == "int" || type == "long") {
      if (!value.is_int64()) return say(where, "is no whole number");
      const bj::value* list = attribute.if_contains("enum");
      if (list != nullptr && !contains(list->as_array(), value.as_int64()))
        say(where, "is none of its enumeration");
      return;
    }
    if (!value.is_object()) return say(where, "is no object");
    const bj::object& rules = schema_.at("objects").as_object().at(type).as_object();
    object(where, value.as_object(), rules.at("attributes").as_object(), rules);
  }

  void country(const std::string& where, const bj::value& value) {
    const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (!value.is_string() || value.as_string().size() != 2 || !upper(value.as_string()[0]) ||
        !upper(value.as_string()[1]))
      say(where, "is no two-letter country");
  }

  const bj::object& schema_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check_ocsf(std::string_view schema_json, std::string_view document_json) {
  const auto schema = codec::parse_json(schema_json),
             document = codec::parse_json(document_json, {.max_bytes = 8u << 20, .max_depth = 32});
  if (!schema) return {"the schema is no JSON: " + schema.error().message};
  if (!document || !document->is_object()) return {"the document is no JSON object"};
  return Checker(schema->as_object()).check(document->as_object());
}

}  // namespace picket::connector
