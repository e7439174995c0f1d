#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace picket::store {

/// Finds one literal again and again: compares the two bytes of it that are rarest in JSON at sixteen places
/// at once, then the rest. Threads: any (immutable).
class LiteralSearch {
 public:
  explicit LiteralSearch(std::string_view literal);
  /// Place of the first occurrence at or after `from`; npos: none. An empty literal is everywhere.
  std::size_t find(std::string_view text, std::size_t from) const;
  const std::string& literal() const { return literal_; }

 private:
  std::string literal_;
  std::size_t first_ = 0, second_ = 0;  // places in the literal of the bytes that are looked for
};

}  // namespace picket::store
