#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>

#include "base/result.h"

namespace picket::control {

/// Makes the data directory (mode 0700) when absent and closes an existing one of ours to others.
Status prepare_directory(const std::filesystem::path& directory);

/// `<directory>/lock`, held by flock: it dies with the process, however that ends.
class DirectoryLock {
 public:
  /// kConflict when another process holds it; the sentence names its process id.
  static Result<DirectoryLock> acquire(const std::filesystem::path& directory);
  DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

/// Keeps `bytes` of the disk for the write-ahead log of a database, beyond its present end. SQLite writes
/// there before anywhere else, so small changes (a sign-in above all) still work on a disk that others have
/// filled. Harmless to repeat. False, and nothing lost, on file systems that cannot.
bool reserve_log(const std::filesystem::path& database, std::int64_t bytes);

}  // namespace picket::control
