#include "api/body.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/strings.h"
#include "codec/json.h"

namespace picket::api {

namespace json = boost::json;

struct Changes::Impl {
  json::object values;
};

Changes::Changes() : impl_(std::make_unique<Impl>()) {}
Changes::~Changes() = default;
Changes::Changes(Changes&&) noexcept = default;
Changes& Changes::operator=(Changes&&) noexcept = default;

const json::value* Changes::value(std::string_view name) const {
  return impl_->values.if_contains(json::string_view(name.data(), name.size()));
}
bool Changes::has(std::string_view name) const {
  return value(name) != nullptr;
}
bool Changes::is_null(std::string_view name) const {
  return has(name) && value(name)->is_null();
}
bool Changes::empty() const {
  return impl_->values.empty();
}

std::string Changes::text(std::string_view name, std::string_view otherwise) const {
  const auto* found = value(name);
  if (found == nullptr || !found->is_string()) return std::string(otherwise);
  return std::string(found->get_string());
}
std::optional<bool> Changes::boolean(std::string_view name) const {
  const auto* found = value(name);
  if (found == nullptr || !found->is_bool()) return std::nullopt;
  return found->get_bool();
}
std::optional<double> Changes::number(std::string_view name) const {
  const auto* found = value(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}
std::optional<TimePoint> Changes::time(std::string_view name) const {
  const auto* found = value(name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  const auto time = parse_time_lenient(std::string(found->get_string()));
  if (!time) return std::nullopt;
  return *time;
}
std::string Changes::json(std::string_view name) const {
  const auto* found = value(name);
  return found == nullptr ? std::string() : codec::to_json(*found);
}

namespace {

std::string_view view(const json::string& text) {
  return {text.data(), text.size()};
}
std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

/// Length in code points, or nothing when `text` is no UTF-8 or holds control characters.
std::optional<std::size_t> printable_length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x20 || lead == 0x7f) return std::nullopt;
    const std::size_t length = lead < 0x80                     ? 1
                               : (lead >= 0xC2 && lead < 0xE0) ? 2
                               : (lead & 0xF0) == 0xE0         ? 3
                               : (lead >= 0xF0 && lead < 0xF5) ? 4
                                                               : 0;
    if (length == 0 || i + length > text.size()) return std::nullopt;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return std::nullopt;
    const auto second = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (lead == 0xC2 && second < 0xA0) return std::nullopt;  // C1 controls
    if (lead == 0xE2 && second == 0x80 && static_cast<unsigned char>(text[i + 2]) >= 0xA8 &&
        static_cast<unsigned char>(text[i + 2]) <= 0xAE)
      return std::nullopt;  // line and paragraph separators, direction overrides
    i += length;
  }
  return count;
}

std::string type_sentence(const Attribute& attribute) {
  switch (attribute.type) {
    case AttributeType::kString:
      return "a text";
    case AttributeType::kEnum: {
      std::string list;
      for (const auto& choice : attribute.choices) list.append(list.empty() ? "" : ", ").append(choice);
      return "one of " + list;
    }
    case AttributeType::kTime:
      return "a time such as 2026-11-22T18:55:31Z";
    case AttributeType::kBoolean:
      return "true or false";
    case AttributeType::kNumber:
      return "a number";
    case AttributeType::kObject:
      return "an object";
    case AttributeType::kArray:
      return "a list";
  }
  return "something else";
}

bool fits_type(const Attribute& attribute, const json::value& value) {
  switch (attribute.type) {
    case AttributeType::kString:
      return value.is_string();
    case AttributeType::kEnum:
      return value.is_string() && std::find(attribute.choices.begin(), attribute.choices.end(),
                                            view(value.get_string())) != attribute.choices.end();
    case AttributeType::kTime:
      return value.is_string() && parse_time_lenient(view(value.get_string())).has_value();
    case AttributeType::kBoolean:
      return value.is_bool();
    case AttributeType::kNumber:
      return value.is_number();
    case AttributeType::kObject:
      return value.is_object();
    case AttributeType::kArray:
      return value.is_array();
  }
  return false;
}

/// Whether `value` says what the row says already.
bool unchanged(const Attribute& attribute, const Row& row, const json::value& value) {
  if (!row || attribute.is(kWriteOnly)) return false;
  const Value now = attribute.get(row.get());
  if (now.is_null() || value.is_null()) return now.is_null() && value.is_null();
  if (attribute.type == AttributeType::kTime && value.is_string()) {
    const auto time = parse_time_lenient(view(value.get_string()));
    return time && now.compare(Value(*time)) == 0;
  }
  codec::JsonWriter out;
  now.write(out);
  const auto tree = codec::parse_json(out.text());
  return tree && *tree == value;
}

struct Reader {
  const ResourceType& type;
  Purpose purpose;
  const Row& current;
  std::vector<ApiError> errors;

  void fault(std::string_view name, std::string detail, int status = 400,
             std::string code = "invalid_input") {
    errors.push_back(
        {status, std::move(code), std::move(detail), fmt::format("/data/attributes/{}", name), {}});
  }

  /// True when the attribute is to be taken over.
  bool attribute(std::string_view name, const json::value& value) {
    const auto* known = type.attribute(name);
    if (known == nullptr) {
      fault(name.substr(0, 80), fmt::format("{} have no attribute \"{}\".", type.name, name.substr(0, 80)));
      return false;
    }
    const bool writable = !known->is(kReadOnly) && (purpose == Purpose::kCreate || !known->is(kSetOnce));
    if (!writable) {
      const bool harmless = purpose == Purpose::kCreate ? value.is_null() : unchanged(*known, current, value);
      if (!harmless)
        fault(name, known->is(kSetOnce) ? fmt::format("{} is set at creation and cannot be changed.", name)
                                        : fmt::format("{} is read-only.", name));
      return false;
    }
    if (value.is_null()) {
      if (purpose == Purpose::kCreate) return false;  // as if left out
      if (known->is(kNullOk)) return true;
      fault(name, fmt::format("{} may not be null.", name));
      return false;
    }
    if (!fits_type(*known, value)) {
      fault(name, fmt::format("{} must be {}.", name, type_sentence(*known)));
      return false;
    }
    if (known->is(kManyLines)) {
      if (value.get_string().size() <= known->max_length) return true;
      fault(name, fmt::format("{} is too long: at most {} bytes are allowed.", name, known->max_length));
      return false;
    }
    if (known->type == AttributeType::kString) {
      const auto status = check_text(name, view(value.get_string()), known->max_length, known->is(kNullOk));
      if (!status) fault(name, status.error().message);
      return status.has_value();
    }
    return true;
  }

  void relationship(std::string_view name, const json::value& value,
                    const std::map<std::string, std::string>& fixed) {
    const auto pointer = fmt::format("/data/relationships/{}", name.substr(0, 80));
    const auto* known = type.relationship(name);
    if (known == nullptr) {
      errors.push_back({400,
                        "invalid_input",
                        fmt::format("{} have no relationship \"{}\".", type.name, name.substr(0, 80)),
                        pointer,
                        {}});
      return;
    }
    if (!known->is(kFixed) || known->to_many) return;  // read-only: ignored, whatever it says
    const auto* object = value.if_object();
    const auto* data = object != nullptr ? object->if_contains("data") : nullptr;
    if (data == nullptr || data->is_null()) return;
    const auto* linkage = data->if_object();
    const auto* id = linkage != nullptr ? linkage->if_contains("id") : nullptr;
    if (id == nullptr || !id->is_string()) {
      errors.push_back({400,
                        "invalid_input",
                        fmt::format("{} must be {{\"data\":{{\"type\",\"id\"}}}}.", name),
                        pointer,
                        {}});
      return;
    }
    const auto expected = fixed.find(std::string(name));
    const std::string now = current                   ? known->id(current.get())
                            : expected != fixed.end() ? expected->second
                                                      : "";
    if (now == view(id->get_string())) return;
    // The same words whether the other one exists or not
    errors.push_back({purpose == Purpose::kCreate ? 404 : 409,
                      purpose == Purpose::kCreate ? "not_found" : "conflict",
                      purpose == Purpose::kCreate
                          ? fmt::format("There is no {} with that id that this could belong to.", name)
                          : fmt::format("{} cannot be changed.", name),
                      pointer,
                      {}});
  }
};

/// The name of an attribute as a sentence begins with it: a person reads it below a field.
std::string at_the_beginning(std::string_view name) {
  std::string words(name);
  std::replace(words.begin(), words.end(), '_', ' ');
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

}  // namespace

Status check_text(std::string_view name, std::string_view text, std::size_t max, bool may_be_empty) {
  const auto length = printable_length(text);
  if (!length)
    return fail(
        ErrorKind::kInvalidInput,
        fmt::format("{} may not hold control characters, and must be valid UTF-8.", at_the_beginning(name)));
  if (*length > max)
    return fail(ErrorKind::kInvalidInput,
                fmt::format("{} is too long: {} characters, at most {} are allowed.", at_the_beginning(name),
                            *length, max));
  if (trim(text).empty() && !may_be_empty)
    return fail(ErrorKind::kInvalidInput, fmt::format("{} may not be empty.", at_the_beginning(name)));
  return {};
}

Answer<Changes> read_changes(const ResourceType& type, Purpose purpose, std::string_view body,
                             const Row& current, const std::map<std::string, std::string>& fixed) {
  API_ASSIGN(const json::value tree, codec::parse_json(body));
  const auto* top = tree.if_object();
  const auto* data = top != nullptr ? top->if_contains("data") : nullptr;
  const auto* object = data != nullptr ? data->if_object() : nullptr;
  if (object == nullptr)
    return refuse_field("/data", "The body must be an object with a member \"data\" that is an object.");
  if (const auto* name = object->if_contains("type");
      name != nullptr && !name->is_null() && *name != json::string_view(type.name))
    return refuse(ApiError{409,
                           "conflict",
                           fmt::format("This address takes objects of the type {}.", type.name),
                           "/data/type",
                           {}});

  if (const auto* id = object->if_contains("id");
      id != nullptr && purpose == Purpose::kChange && *id != json::string_view(type.id(current.get())))
    return refuse(
        ApiError{409, "conflict", "The body names another object than the address does.", "/data/id", {}});

  static const json::object kNone;
  const auto section = [&](json::string_view name) -> const json::object* {
    const auto* member = object->if_contains(name);
    return member == nullptr || member->is_null() ? &kNone : member->if_object();
  };
  const auto* attributes = section("attributes");
  const auto* relationships = section("relationships");
  if (attributes == nullptr) return refuse_field("/data/attributes", "attributes must be an object.");
  if (relationships == nullptr)
    return refuse_field("/data/relationships", "relationships must be an object.");

  Changes changes;
  Reader reader{type, purpose, current, {}};
  for (const auto& [name, value] : *attributes)
    if (reader.attribute(view(name), value)) changes.impl_->values.emplace(name, value);
  for (const auto& [name, value] : *relationships) reader.relationship(view(name), value, fixed);
  if (purpose == Purpose::kCreate)
    for (const auto& attribute : type.attributes)
      if (const auto* sent = attributes->if_contains(attribute.name);
          attribute.is(kRequired) && (sent == nullptr || sent->is_null()))
        reader.fault(attribute.name, fmt::format("{} is missing.", attribute.name));
  if (!reader.errors.empty()) return refuse(Problem(std::move(reader.errors)));
  return changes;
}

Answer<json::object> read_object(std::string_view body) {
  if (trim(body).empty()) return json::object();
  API_ASSIGN(json::value tree, codec::parse_json(body));
  if (!tree.is_object()) return refuse_field("", "The body must be a JSON object.");
  return std::move(tree.get_object());
}

Answer<std::optional<std::int64_t>> if_match(const http_server::Request& request) {
  const auto* header = request.header("if-match");
  if (header == nullptr) return std::optional<std::int64_t>();
  auto text = trim(*header);
  if (text == "*") return std::optional<std::int64_t>();
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc() || end != text.data() + text.size() || text.empty())
    return refuse(412, "precondition_failed",
                  "If-Match names no version of this object. Read it again and repeat the change.");
  return std::optional<std::int64_t>(version);
}

}  // namespace picket::api
