#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace picket::ingest {

struct DiskSpace {
  std::uint64_t free = 0;  ///< what we may still write
  std::uint64_t size = 0;
};
/// Of the file system that holds `path`.
Result<DiskSpace> disk_space(const std::filesystem::path& path);

/// Says when polling must stop, before the store can fail, and when it may go on: a twentieth above the mark, so that it
/// does not flutter. Not thread-safe.
class DiskGuard {
 public:
  using Probe = std::function<Result<DiskSpace>(const std::filesystem::path&)>;
  /// The mark is `low_water` bytes, taken as given; without one 2 GiB, or a twentieth of a smaller disk.
  DiskGuard(std::filesystem::path path, std::optional<std::uint64_t> low_water, Probe probe = disk_space);
  /// The sentence that people read while it is too full; empty when there is room. A probe that fails changes nothing.
  std::string check();

 private:
  const std::filesystem::path path_;
  const std::optional<std::uint64_t> low_water_;
  const Probe probe_;
  bool low_ = false;
  std::string sentence_;
};

}  // namespace picket::ingest
