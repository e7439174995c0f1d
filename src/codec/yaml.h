#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace picket::codec {

struct YamlLimits {
  std::size_t max_bytes = 1 << 20;   ///< of the whole text, all documents together
  std::size_t max_depth = 64;        ///< maps and sequences inside each other
  std::size_t max_nodes = 200'000;   ///< scalars, maps and sequences of one document
};

/// What a node is, after the core schema of YAML 1.2 (yaml.org/spec/1.2.2, section 10.3.2): only `true`/`false` are
/// booleans, only `~`/`null`/nothing is null, dates are strings. A quoted or block scalar is always a string.
enum class YamlType { kNull, kBool, kInteger, kFloat, kString, kSequence, kMap };

struct YamlKey {
  std::string text;
  TextPlace place;
};

/// A document as a tree. Value type.
struct YamlNode {
  YamlType type = YamlType::kNull;
  bool plain = false;  ///< a scalar written without quotes
  std::string text;    ///< a scalar as written, escapes and folding resolved
  TextPlace place;
  std::vector<YamlNode> items;  ///< elements of a sequence, or values of a map in the order written
  std::vector<YamlKey> keys;    ///< of a map, one an item

  bool is_scalar() const { return type != YamlType::kSequence && type != YamlType::kMap; }
  bool is_map() const { return type == YamlType::kMap; }
  bool is_sequence() const { return type == YamlType::kSequence; }
  /// Value under `key` of a map; null when there is none, or this is no map.
  const YamlNode* find(std::string_view key) const;
};

/// Every document of a text. A `---` at the start of a line always begins a new document, so an error costs its own
/// document only: the others are read. Errors carry line and column of the whole text: kInvalidInput (not YAML, not
/// UTF-8, the same key twice in a map, a key that is no scalar, an anchor, an alias, a tag other than `!!str`), kTooLarge.
/// Documents of nothing but comments are left out. Threads: any.
std::vector<Result<YamlNode>> parse_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace picket::codec
