#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.h"
#include "codec/json_writer.h"

namespace picket::api {

/// JSON text that is valid already. The view lives as long as the row it was taken from.
struct JsonView {
  std::string_view text;
};
struct JsonText {
  std::string text;
};

/// An attribute's value as it is filtered, sorted and printed. Texts may be views into the row they were read
/// from.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}                                                   // NOLINT
  Value(bool flag) : data_(flag) {}                                          // NOLINT
  Value(double number) : data_(number) {}                                    // NOLINT
  Value(std::int64_t number) : data_(number) {}                              // NOLINT
  Value(std::uint64_t number) : data_(static_cast<std::int64_t>(number)) {}  // NOLINT
  Value(int number) : data_(static_cast<std::int64_t>(number)) {}            // NOLINT
  Value(std::string_view text) : data_(text) {}                              // NOLINT
  Value(const char* text) : data_(std::string_view(text)) {}                 // NOLINT
  Value(const std::string& text) : data_(std::string_view(text)) {}          // NOLINT
  Value(std::string&& text) : data_(std::move(text)) {}                      // NOLINT
  Value(JsonView json) : data_(json) {}                                      // NOLINT
  Value(JsonText json) : data_(std::move(json)) {}                           // NOLINT
  /// Cut to the milliseconds that are printed, so that what a client saw is what its next filter compares
  /// with.
  Value(TimePoint time) : data_(std::chrono::floor<std::chrono::milliseconds>(time)) {}  // NOLINT
  template <typename T>
  Value(const std::optional<T>& maybe) {  // NOLINT
    if (maybe) *this = Value(*maybe);
  }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_json() const {
    return std::holds_alternative<JsonView>(data_) || std::holds_alternative<JsonText>(data_);
  }
  /// The text of a text or JSON value; nothing for others.
  std::optional<std::string_view> text() const;
  /// What `:` and `^` look at: texts as they are, everything else as printed.
  std::string printed() const;

  /// Less than 0, 0, more than 0. Null comes before everything. Values of unlike kinds compare by kind.
  int compare(const Value& other) const;
  void write(codec::JsonWriter& out) const;

 private:
  using Millis = std::chrono::sys_time<std::chrono::milliseconds>;
  std::variant<std::monostate, bool, std::int64_t, double, Millis, std::string_view, std::string, JsonView,
               JsonText>
      data_;
};

/// "" as null: many texts of the control plane are empty where the API says null.
inline Value or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

}  // namespace picket::api
