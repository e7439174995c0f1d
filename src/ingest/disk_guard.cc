#include "ingest/disk_guard.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace picket::ingest {
namespace {
std::string words(std::uint64_t bytes) {
  const auto mb = bytes >> 20;
  return mb >= 1024 ? fmt::format("{:.3g} GB", static_cast<double>(mb) / 1024) : fmt::format("{} MB", mb);
}
}  // namespace

Result<DiskSpace> disk_space(const std::filesystem::path& path) {
  struct statvfs fs {};
  if (statvfs(path.c_str(), &fs) != 0)
    return fail(ErrorKind::kInternal, fmt::format("The free space of {} cannot be read: {}.", path.string(), std::strerror(errno)));
  return DiskSpace{static_cast<std::uint64_t>(fs.f_bavail) * fs.f_frsize, static_cast<std::uint64_t>(fs.f_blocks) * fs.f_frsize};
}

DiskGuard::DiskGuard(std::filesystem::path path, std::optional<std::uint64_t> low_water, Probe probe)
    : path_(std::move(path)), low_water_(low_water), probe_(std::move(probe)) {}

std::string DiskGuard::check() {
  const auto space = probe_(path_);
  if (!space) return sentence_;
  const std::uint64_t mark = low_water_.value_or(std::min<std::uint64_t>(2ull << 30, space->size / 20));
  const std::uint64_t enough = mark + mark / 20;
  low_ = space->free < (low_ ? enough : mark);
  if (low_ && enough >= space->size)
    return sentence_ = fmt::format("Paused: disk_low_water_mb asks for {} free, but the data disk holds {} in all. Lower the "
                                   "setting and start Picket again; nothing is lost.", words(mark), words(space->size));
  sentence_ = low_ ? fmt::format("Paused: less than {} free on the data disk. Free some space; polling resumes by itself and "
                                 "nothing is lost.", words(mark))
                   : std::string();
  return sentence_;
}

}  // namespace picket::ingest
