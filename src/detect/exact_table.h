#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace picket::detect {

/// Whole texts of one field -> the predicates that hold for them. One look-up answers every equality of every rule.
/// Immutable once built.
class ExactTable {
 public:
  void add(std::string_view text, std::uint32_t predicate);
  void finish();

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  /// Whether a text of that length can be found; spares folding and hashing the others.
  bool knows_length(std::size_t length) const { return (lengths_ >> (length < 63 ? length : 63) & 1) != 0; }
  bool knows_map() const { return knows_map_; }
  std::span<const std::uint32_t> find(std::string_view text) const;

 private:
  struct Entry {
    std::string text;
    std::vector<std::uint32_t> predicates;
  };
  struct Cell {
    std::uint32_t hash = 0, entry = 0;  ///< entry 0: empty, else its number from 1
  };
  static std::uint32_t hash(std::string_view text);

  std::vector<Entry> entries_;
  std::vector<Cell> cells_;
  std::uint64_t lengths_ = 0;
  bool knows_map_ = false;  ///< a text that could be the compact text of a map
};

}  // namespace picket::detect
