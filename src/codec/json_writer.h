#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace picket::codec {

/// Writes JSON in one pass into a string it owns, without a tree. Commas are its business; balance is the
/// caller's (asserted). Depth at most 63. Not thread-safe.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(double number);  ///< not finite: null
  JsonWriter& value(bool flag);
  JsonWriter& null();
  /// Text that is JSON already.
  JsonWriter& raw(std::string_view json);
  template <typename T>
  JsonWriter& field(std::string_view name, const T& v) {
    key(name);
    return value(v);
  }
  /// Moves the text out; the writer is empty again.
  std::string take();
  const std::string& text() const { return out_; }

 private:
  void comma();
  std::string out_;
  std::uint64_t first_ = 1;  // one bit a level: nothing written there yet
  int depth_ = 0;
  bool after_key_ = false;
};

}  // namespace picket::codec
