#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "codec/json.h"

namespace picket::codec {

/// A page of records, taken apart without being copied. All views point into the text.
struct JsonPage {
  std::vector<std::string_view>
      records;             ///< elements of the array, exact bytes without surrounding white space
  bool has_array = false;  ///< the key is there and holds an array (null or absent: no records)
  /// The other members of the object: key as written between its quotes, value as written.
  std::vector<std::pair<std::string_view, std::string_view>> members;

  /// The value of a member, empty when there is none; of repeated keys the last.
  std::string_view member(std::string_view key) const;
};

/// Checks that `text` is one JSON object, whole and in every part (grammar, UTF-8, depth), and cuts the array
/// under `array_key` into its elements. Numbers are checked for their form and not for their size, objects
/// inside may repeat a key, and \u may spell half of a surrogate pair, as the grammar of JSON allows: what is
/// odd in one record must not cost the page. About one pass over memory. Errors: kInvalidInput (not JSON, no
/// object, the array key twice or of another type), kTooLarge. Threads: any.
Result<JsonPage> scan_json_page(std::string_view text, std::string_view array_key, const JsonLimits& limits);

/// Whether `text` is one JSON value, whole and valid, under the same rules.
bool is_json(std::string_view text, std::size_t max_depth = 63);

}  // namespace picket::codec
