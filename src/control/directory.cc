#include "control/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "base/strings.h"
#include "obs/log.h"

namespace picket::control {
namespace {

Error trouble(const std::filesystem::path& path, std::string_view what) {
  const int number = errno;
  return {number == ENOSPC ? ErrorKind::kDiskFull : ErrorKind::kUnavailable,
          fmt::format("{} {} ({}). Check that it belongs to the user that runs Picket.", path.string(), what,
                      std::strerror(number))};
}

/// Only what is Picket's own is closed to others: somebody may have named a directory by mistake.
bool is_ours(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::is_empty(directory, error) ||
         std::filesystem::exists(directory / "control.db", error);
}

}  // namespace

Status prepare_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path(), error);
  if (::mkdir(directory.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return fail(trouble(directory, "cannot be made"));
  struct stat info {};
  if (::stat(directory.c_str(), &info) != 0) return fail(trouble(directory, "cannot be looked at"));
  if (!S_ISDIR(info.st_mode))
    return fail(ErrorKind::kInvalidInput,
                fmt::format("{} is no directory. Name another data directory.", directory.string()));
  if ((info.st_mode & 077) == 0) return {};
  if (info.st_uid == ::geteuid() && is_ours(directory) && ::chmod(directory.c_str(), 0700) == 0) return {};
  PICKET_LOG_WARN("control", "Others may look into the data directory {}. Close it: chmod 700 {}",
                  directory.string(), directory.string());
  return {};
}

Result<DirectoryLock> DirectoryLock::acquire(const std::filesystem::path& directory) {
  const auto file = directory / "lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail(trouble(file, "cannot be opened"));
  DirectoryLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(trouble(file, "cannot be locked"));
    char text[32] = {};
    const auto n = ::pread(fd, text, sizeof text - 1, 0);
    const std::string_view pid = trim(std::string_view(text, n > 0 ? static_cast<std::size_t>(n) : 0));
    return fail(
        ErrorKind::kConflict,
        fmt::format("Another picket uses this directory{}. Stop it first, or name another data directory.",
                    pid.empty() ? std::string() : fmt::format(" (pid {})", pid)));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    PICKET_LOG_WARN("control", "The process id could not be written into {}.", file.string());
  return lock;
}

bool reserve_log(const std::filesystem::path& database, std::int64_t bytes) {
  // The log, never the database itself: closing a descriptor of a file drops the process's locks on it, and
  // SQLite holds none on the log.
  const int fd = ::open((database.string() + "-wal").c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return false;
  const bool done = ::fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, bytes) == 0;
  ::close(fd);
  return done;
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace picket::control
