#include "codec/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "codec/utf8.h"

namespace picket::codec {
namespace {

namespace bj = boost::json;

enum class Refusal { kNone, kDuplicateKey, kNumber };

/// Builds the tree as Boost's own parser does and refuses what JSON texts may not mean two ways.
struct TreeHandler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  bj::value_stack stack;
  std::vector<std::set<std::string>> keys;
  std::string key;
  Refusal refusal = Refusal::kNone;

  bool refuse(Refusal why, bj::error_code& ec) {
    refusal = why;
    ec = bj::error::syntax;
    return false;
  }
  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) {
    keys.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, bj::error_code&) {
    keys.pop_back();
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(bj::error_code&) { return true; }
  bool on_array_end(std::size_t n, bj::error_code&) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) {
    key.append(s.data(), s.size());
    stack.push_chars(s);
    return true;
  }
  bool on_key(bj::string_view s, std::size_t, bj::error_code& ec) {
    key.append(s.data(), s.size());
    if (!keys.back().insert(std::exchange(key, {})).second) return refuse(Refusal::kDuplicateKey, ec);
    stack.push_key(s);
    return true;
  }
  bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) {
    stack.push_chars(s);
    return true;
  }
  bool on_string(bj::string_view s, std::size_t, bj::error_code&) {
    stack.push_string(s);
    return true;
  }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t i, bj::string_view, bj::error_code&) {
    stack.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, bj::string_view, bj::error_code&) {
    stack.push_uint64(u);
    return true;
  }
  bool on_double(double d, bj::string_view, bj::error_code& ec) {
    if (!std::isfinite(d)) return refuse(Refusal::kNumber, ec);
    stack.push_double(d);
    return true;
  }
  bool on_bool(bool b, bj::error_code&) {
    stack.push_bool(b);
    return true;
  }
  bool on_null(bj::error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }
};

std::string_view reason(const bj::error_code& ec, Refusal refusal) {
  if (refusal == Refusal::kDuplicateKey) return "the same key comes twice in one object";
  if (refusal == Refusal::kNumber || ec == bj::error::exponent_overflow) return "a number is too large";
  if (ec == bj::error::incomplete) return "it ends too early";
  if (ec == bj::error::extra_data) return "something follows behind its end";
  return "unexpected character";
}

Result<bj::value> parse(std::string_view text, const JsonLimits& limits) {
  bj::parse_options options;
  options.max_depth = limits.max_depth;
  bj::basic_parser<TreeHandler> parser(options);
  TreeHandler& handler = parser.handler();
  handler.stack.reset();
  bj::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = bj::error::extra_data;
  if (!ec) return handler.stack.release();
  if (ec == bj::error::too_deep)
    return fail(ErrorKind::kTooLarge,
                fmt::format("The JSON text is nested deeper than {} levels.", limits.max_depth));
  Error error(ErrorKind::kInvalidInput, "");
  error.place = place_of(text, used);
  error.message = fmt::format("This is not valid JSON: line {}, column {}: {}.", error.place->line,
                              error.place->column, reason(ec, handler.refusal));
  return fail(std::move(error));
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      constexpr char kHex[] = "0123456789abcdef";
      const auto u = static_cast<unsigned char>(c);
      out += "\\u00";
      out += kHex[u >> 4];
      out += kHex[u & 15];
    }
  }
}

}  // namespace

Result<bj::value> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    return fail(ErrorKind::kTooLarge, fmt::format("The JSON text is {} bytes long; at most {} are allowed.",
                                                  text.size(), limits.max_bytes));
  try {
    return parse(text, limits);
  } catch (const std::exception&) {  // Boost throws when a value is larger than its own limits
    return fail(ErrorKind::kTooLarge, "The JSON text holds a value that is too large.");
  }
}

std::string to_json(const bj::value& value) {
  return bj::serialize(value);
}

void append_json_quote(std::string& out, std::string_view text) {
  out += '"';
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = i;  // the longest stretch that is copied as it stands
    while (end < text.size()) {
      const auto u = static_cast<unsigned char>(text[end]);
      if (u < 0x20 || u == '"' || u == '\\' || u >= 0x80) break;
      ++end;
    }
    out.append(text, i, end - i);
    i = end;
    if (i == text.size()) break;
    if (static_cast<unsigned char>(text[i]) < 0x80) {
      append_escaped(out, text[i++]);
    } else if (const std::size_t length = utf8_length(text.substr(i)); length != 0) {
      out.append(text, i, length);
      i += length;
    } else {
      out += "\xef\xbf\xbd";
      ++i;
    }
  }
  out += '"';
}

std::string json_quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json_quote(out, text);
  return out;
}

}  // namespace picket::codec
