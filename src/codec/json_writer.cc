#include "codec/json_writer.h"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <utility>

#include "base/assert.h"
#include "codec/json.h"

namespace picket::codec {

void JsonWriter::comma() {
  if (std::exchange(after_key_, false)) return;
  const std::uint64_t bit = std::uint64_t{1} << depth_;
  if ((first_ & bit) == 0) {
    PICKET_ASSERT(depth_ > 0, "a JSON text is one value");
    out_ += ',';
  }
  first_ &= ~bit;
}

JsonWriter& JsonWriter::begin_object() {
  comma();
  PICKET_ASSERT(depth_ < 63, "JSON is written at most 63 levels deep");
  first_ |= std::uint64_t{1} << ++depth_;
  out_ += '{';
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  PICKET_ASSERT(depth_ > 0 && !after_key_, "every end has its begin and every key its value");
  --depth_;
  out_ += '}';
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  comma();
  PICKET_ASSERT(depth_ < 63, "JSON is written at most 63 levels deep");
  first_ |= std::uint64_t{1} << ++depth_;
  out_ += '[';
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  PICKET_ASSERT(depth_ > 0 && !after_key_, "every end has its begin");
  --depth_;
  out_ += ']';
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  PICKET_ASSERT(depth_ > 0 && !after_key_, "a key stands in an object and is followed by its value");
  comma();
  append_json_quote(out_, name);
  out_ += ':';
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  comma();
  append_json_quote(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  comma();
  fmt::format_to(std::back_inserter(out_), FMT_COMPILE("{}"), number);
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  comma();
  fmt::format_to(std::back_inserter(out_), FMT_COMPILE("{}"), number);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  comma();
  fmt::format_to(std::back_inserter(out_), FMT_COMPILE("{}"), number);
  return *this;
}

JsonWriter& JsonWriter::value(bool flag) {
  return raw(flag ? "true" : "false");
}
JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  comma();
  out_ += json;
  return *this;
}

std::string JsonWriter::take() {
  PICKET_ASSERT(depth_ == 0 && !after_key_, "what is taken is a whole JSON text");
  first_ = 1;
  return std::exchange(out_, {});
}

}  // namespace picket::codec
