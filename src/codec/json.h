#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace picket::codec {

struct JsonLimits {
  std::size_t max_bytes = 1 << 20;
  std::size_t max_depth = 32;
};

/// Small bodies (requests, settings) as a tree. Errors: kTooLarge, kInvalidInput with line and column.
/// Duplicate keys are refused, NaN and Infinity are not JSON. Include <boost/json.hpp> where the tree is
/// used. Threads: any.
Result<boost::json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

/// Compact text of a tree, UTF-8.
std::string to_json(const boost::json::value& value);

/// `text` as a JSON string with its quotes. Bytes that are no UTF-8 become U+FFFD, so the result is always
/// valid.
std::string json_quote(std::string_view text);
void append_json_quote(std::string& out, std::string_view text);

}  // namespace picket::codec
