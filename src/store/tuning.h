#pragma once

#include <cstddef>
#include <cstdint>

namespace picket::store {

/// Measured defaults (README.md, "Why these numbers"). Tests change them to reach rare paths with little
/// data.
struct Tuning {
  int compression_level = 1;
  int page_size = 8192;
  std::uint64_t partition_events = 16'000'000;  ///< a partition is closed after so many, even within a month
  std::size_t filter_budget = std::size_t{48} << 20;  ///< bytes of Bloom filters held in memory
  std::uint64_t hash_mask = ~std::uint64_t{0};        ///< tests: fewer bits make identity hashes collide
  int checkpoint_pages = 1024;
  std::uint32_t small_block = 512;  ///< blocks below are merged by housekeeping
  std::uint32_t merge_fan_in = 8;
  int scan_threads = 2;
};

}  // namespace picket::store
