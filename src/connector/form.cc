#include "connector/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "base/time.h"
#include "codec/json.h"
#include "connector/pattern.h"

namespace picket::connector {
namespace {

namespace bj = boost::json;

tl::unexpected<Error> bad(std::string where, std::string_view why) {
  return fail(Error(ErrorKind::kInvalidInput, fmt::format("The form is wrong at {}: {}.", where, why))
                  .with_field(where));
}

Status read_text(const bj::object& object, const char* key, std::string& out, const std::string& where) {
  const bj::value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (!value->is_string()) return bad(where, fmt::format("\"{}\" is no text", key));
  out = std::string(value->as_string());
  return {};
}

Status read_flag(const bj::object& object, const char* key, bool& out, const std::string& where) {
  const bj::value* value = object.if_contains(key);
  if (value == nullptr) return {};
  if (!value->is_bool()) return bad(where, fmt::format("\"{}\" is neither true nor false", key));
  out = value->as_bool();
  return {};
}

Status only_keys(const bj::object& object, std::initializer_list<std::string_view> known,
                 const std::string& where) {
  for (const auto& member : object)
    if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
      return bad(where, fmt::format("\"{}\" is not part of the dialect", std::string_view(member.key())));
  return {};
}

Status read_choices(const bj::object& object, FormField& field, const std::string& where) {
  const bj::value* list = object.if_contains("choices");
  if (field.type != "choice")
    return list == nullptr ? Status{} : Status(bad(where, "only a choice has choices"));
  if (list == nullptr || !list->is_array() || list->as_array().empty())
    return bad(where, "a choice needs choices");
  for (const bj::value& entry : list->as_array()) {
    if (!entry.is_object()) return bad(where, "a choice is an object with value and label");
    std::string value, label;
    PICKET_TRY(only_keys(entry.as_object(), {"value", "label"}, where));
    PICKET_TRY(read_text(entry.as_object(), "value", value, where));
    PICKET_TRY(read_text(entry.as_object(), "label", label, where));
    if (value.empty() || label.empty()) return bad(where, "a choice needs value and label");
    field.choices.emplace_back(std::move(value), std::move(label));
  }
  return {};
}

Result<FormField> read_field(const bj::value& value, const std::string& where) {
  if (!value.is_object()) return bad(where, "a field is an object");
  const bj::object& object = value.as_object();
  PICKET_TRY(only_keys(object,
                       {"name", "path", "label", "type", "required", "help", "placeholder", "pattern",
                        "pattern_message", "choices", "default", "inspect"},
                       where));
  FormField field;
  const std::pair<const char*, std::string*> texts[] = {{"name", &field.name},
                                                        {"path", &field.path},
                                                        {"label", &field.label},
                                                        {"help", &field.help},
                                                        {"type", &field.type},
                                                        {"placeholder", &field.placeholder},
                                                        {"pattern", &field.pattern},
                                                        {"pattern_message", &field.pattern_message},
                                                        {"default", &field.default_value}};
  for (const auto& [key, out] : texts) PICKET_TRY(read_text(object, key, *out, where));
  PICKET_TRY(read_flag(object, "required", field.required, where));
  PICKET_TRY(read_flag(object, "inspect", field.inspect, where));
  PICKET_TRY(read_choices(object, field, where));
  if (field.name.empty() || field.path.empty()) return bad(where, "a field needs name and path");
  if (field.label.empty() || field.help.empty()) return bad(where, "a field needs a label and a help text");
  if (field.type != "secret" && field.type != "choice" && field.type != "text" && field.type != "date")
    return bad(where, "the type is none of secret, choice, text, date");
  if (!field.path.starts_with(field.secret() ? "secrets.device_info." : "device_spec."))
    return bad(where, "secrets live under secrets.device_info, everything else under device_spec");
  if (!field.pattern.empty() && field.pattern_message.empty())
    return bad(where, "a pattern needs a pattern_message");
  if (!field.pattern.empty() && !readable_pattern(field.pattern))
    return bad(where, "the pattern is no regular expression");
  return field;
}

bool is_date(std::string_view text) {
  return text.size() == 10 && parse_time_lenient(text).has_value();
}

Status check_guide(const bj::object& form) {
  const bj::value* guide = form.if_contains("guide");
  if (guide == nullptr || !guide->is_object()) return bad("guide", "it is missing");
  PICKET_TRY(only_keys(guide->as_object(), {"title", "before", "steps"}, "guide"));
  const bj::value* steps = guide->as_object().if_contains("steps");
  if (steps == nullptr || !steps->is_array() || steps->as_array().empty())
    return bad("guide", "it has no steps");
  for (const bj::value& step : steps->as_array()) {
    if (!step.is_object()) return bad("guide", "a step is an object with text");
    PICKET_TRY(only_keys(step.as_object(), {"text", "items"}, "guide"));
    std::string text;
    PICKET_TRY(read_text(step.as_object(), "text", text, "guide"));
    if (text.empty()) return bad("guide", "a step needs a text");
  }
  return {};
}

Status read_backfill(const bj::object& object, Form& form) {
  const bj::value* backfill = object.if_contains("backfill");
  if (backfill == nullptr || !backfill->is_object()) return bad("backfill", "it is missing");
  PICKET_TRY(only_keys(backfill->as_object(), {"default_days", "max_days"}, "backfill"));
  const auto days = [&](const char* key) {
    const bj::value* value = backfill->as_object().if_contains(key);
    return value != nullptr && value->is_int64() && value->as_int64() < 10'000
               ? static_cast<int>(value->as_int64())
               : 0;
  };
  form.backfill_default_days = days("default_days");
  form.backfill_max_days = days("max_days");
  if (form.backfill_default_days < 1 || form.backfill_max_days < form.backfill_default_days)
    return bad("backfill", "default_days and max_days make no sense");
  return {};
}

}  // namespace

Result<Form> parse_form(std::string_view json) {
  PICKET_ASSIGN(const bj::value tree, codec::parse_json(json));
  if (!tree.is_object()) return bad("form", "it is no object");
  const bj::object& object = tree.as_object();
  PICKET_TRY(only_keys(object, {"fields", "guide", "backfill"}, "form"));
  const bj::value* fields = object.if_contains("fields");
  if (fields == nullptr || !fields->is_array() || fields->as_array().empty())
    return bad("fields", "there are none");
  Form form;
  std::set<std::string> names, paths;
  for (const bj::value& value : fields->as_array()) {
    PICKET_ASSIGN(FormField field, read_field(value, fmt::format("fields[{}]", form.fields.size())));
    if (!names.insert(field.name).second || !paths.insert(field.path).second)
      return bad("fields." + field.name, "name or path comes twice");
    form.fields.push_back(std::move(field));
  }
  PICKET_TRY(check_guide(object));
  PICKET_TRY(read_backfill(object, form));
  return form;
}

Status check_device_spec(const Form& form, std::string_view device_spec,
                         std::span<const std::string> extra_choices) {
  const auto tree = codec::parse_json(device_spec.empty() ? "{}" : device_spec);
  if (!tree || !tree->is_object())
    return fail(Error(ErrorKind::kInvalidInput, "The settings of the device must be a JSON object.")
                    .with_field("device_spec"));
  const bj::object& object = tree->as_object();
  for (const auto& member : object) {
    const std::string path = fmt::format("device_spec.{}", std::string_view(member.key()));
    const bool known = std::any_of(form.fields.begin(), form.fields.end(),
                                   [&](const FormField& f) { return f.path == path; });
    if (!known)
      return fail(Error(ErrorKind::kInvalidInput, fmt::format("\"{}\" is not a setting of this technology.",
                                                              std::string_view(member.key())))
                      .with_field(path));
  }
  for (const FormField& field : form.fields) {
    if (field.secret()) continue;
    const auto refuse = [&](std::string why) {
      return fail(Error(ErrorKind::kInvalidInput, std::move(why)).with_field(field.path));
    };
    const bj::value* value =
        object.if_contains(std::string_view(field.path).substr(sizeof "device_spec." - 1));
    if (value == nullptr || value->is_null() || (value->is_string() && value->as_string().empty())) {
      if (field.required) return refuse(fmt::format("{} is missing.", field.label));
      continue;
    }
    if (!value->is_string()) return refuse(fmt::format("{} must be a text.", field.label));
    const std::string_view text = value->as_string();
    if (text.size() > 2000) return refuse(fmt::format("{} is longer than 2000 characters.", field.label));
    if (field.type == "date" && !is_date(text))
      return refuse(fmt::format("{} must be a date such as 2026-11-22.", field.label));
    if (!field.pattern.empty() && !fits_pattern(field.pattern, text)) return refuse(field.pattern_message);
    if (field.type != "choice") continue;
    const bool listed = std::any_of(field.choices.begin(), field.choices.end(),
                                    [&](const auto& c) { return c.first == text; }) ||
                        std::find(extra_choices.begin(), extra_choices.end(), text) != extra_choices.end();
    if (!listed) return refuse(fmt::format("{} must be one of the list.", field.label));
  }
  return {};
}

}  // namespace picket::connector
