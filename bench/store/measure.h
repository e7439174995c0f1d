#pragma once

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace picket::bench {

inline double seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

/// CPU (all threads) and wall time of the pieces that ran between `start` and `stop`.
class Meter {
 public:
  void start() {
    cpu_ -= seconds(CLOCK_PROCESS_CPUTIME_ID);
    wall_ -= seconds(CLOCK_MONOTONIC);
  }
  void stop() {
    cpu_ += seconds(CLOCK_PROCESS_CPUTIME_ID);
    wall_ += seconds(CLOCK_MONOTONIC);
  }
  double cpu() const { return cpu_; }
  double wall() const { return wall_; }

 private:
  double cpu_ = 0, wall_ = 0;
};

inline double percentile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(p * static_cast<double>(values.size())))];
}

inline std::uint64_t directory_bytes(const std::filesystem::path& directory) {
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.is_regular_file()) sum += entry.file_size();
  return sum;
}

inline double peak_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace picket::bench
