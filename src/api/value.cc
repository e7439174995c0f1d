#include "api/value.h"

#include <fmt/format.h>

namespace picket::api {
namespace {

template <typename T>
int order(const T& a, const T& b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace

std::optional<std::string_view> Value::text() const {
  if (const auto* view = std::get_if<std::string_view>(&data_)) return *view;
  if (const auto* owned = std::get_if<std::string>(&data_)) return *owned;
  if (const auto* json = std::get_if<JsonView>(&data_)) return json->text;
  if (const auto* json = std::get_if<JsonText>(&data_)) return json->text;
  return std::nullopt;
}

std::string Value::printed() const {
  if (const auto known = text()) return std::string(*known);
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); },
                 [](bool flag) { return std::string(flag ? "true" : "false"); },
                 [](std::int64_t number) { return fmt::to_string(number); },
                 [](double number) { return fmt::to_string(number); },
                 [](Millis time) { return format_rfc3339(time); }, [](const auto&) { return std::string(); }},
      data_);
}

int Value::compare(const Value& other) const {
  if (const auto a = text(), b = other.text(); a && b) return order(*a, *b);
  const auto number = [](const Value& v) -> std::optional<double> {
    if (const auto* whole = std::get_if<std::int64_t>(&v.data_)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&v.data_)) return *real;
    return std::nullopt;
  };
  if (const auto a = number(*this), b = number(other); a && b) return order(*a, *b);
  if (data_.index() != other.data_.index()) return order(data_.index(), other.data_.index());
  if (const auto* flag = std::get_if<bool>(&data_)) return order(*flag, std::get<bool>(other.data_));
  if (const auto* time = std::get_if<Millis>(&data_)) return order(*time, std::get<Millis>(other.data_));
  return 0;
}

void Value::write(codec::JsonWriter& out) const {
  std::visit(
      Overloaded{[&](std::monostate) { out.null(); }, [&](bool flag) { out.value(flag); },
                 [&](std::int64_t number) { out.value(number); }, [&](double number) { out.value(number); },
                 [&](Millis time) { out.value(format_rfc3339(time)); },
                 [&](std::string_view text) { out.value(text); },
                 [&](const std::string& text) { out.value(text); },
                 [&](const JsonView& json) { out.raw(json.text); },
                 [&](const JsonText& json) { out.raw(json.text); }},
      data_);
}

}  // namespace picket::api
