#include "control/root_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "crypto/seal.h"

namespace picket::control {
namespace {

constexpr std::size_t kDigits = 2 * crypto::kKeyBytes;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::filesystem::path credential_path() {
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  return directory == nullptr || *directory == '\0' ? std::filesystem::path()
                                                    : std::filesystem::path(directory) / "picket-root-key";
}

/// systemd grants the service's user access through an ACL, whose mask shows as group permission.
mode_t forbidden_bits(const std::filesystem::path& file) {
  return file == credential_path() ? 007 : 077;
}

void wipe(char* data, std::size_t size) {
  ::explicit_bzero(data, size);
}

Error trouble(const std::filesystem::path& file, std::string_view what) {
  const int number = errno;
  return {number == ENOSPC ? ErrorKind::kDiskFull : ErrorKind::kUnavailable,
          fmt::format("The vault's root key {} {} ({}).", file.string(), what, std::strerror(number))};
}

}  // namespace

std::filesystem::path root_key_path(const std::filesystem::path& named,
                                    const std::filesystem::path& directory) {
  if (!named.empty()) return named;
  const auto credential = credential_path();
  std::error_code ignored;
  if (!credential.empty() && std::filesystem::exists(credential, ignored)) return credential;
  return directory / "root.key";
}

Result<crypto::Secret> read_root_key(const std::filesystem::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT)
      return fail(
          ErrorKind::kNotFound,
          fmt::format(
              "There is no root key {}. Without it the vault's secrets cannot be read; put the file back "
              "from your backup, or name its place in PICKET_ROOT_KEY_FILE.",
              path.string()));
    return fail(trouble(path, "cannot be opened"));
  }
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0) return fail(trouble(path, "cannot be looked at"));
  if ((info.st_mode & forbidden_bits(path)) != 0)
    return fail(
        ErrorKind::kForbidden,
        fmt::format("Others may read the vault's root key {} (mode {:04o}). Close it with: chmod 600 {}",
                    path.string(), info.st_mode & 07777, path.string()));
  std::array<char, kDigits + 16> text{};
  const auto got = ::read(file.fd(), text.data(), text.size());
  if (got < 0) return fail(trouble(path, "cannot be read"));
  auto size = static_cast<std::size_t>(got);
  while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r' || text[size - 1] == ' ')) --size;
  std::array<char, crypto::kKeyBytes> key{};
  bool right = size == kDigits;
  for (std::size_t i = 0; right && i < key.size(); ++i) {
    const int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
    right = high >= 0 && low >= 0;
    key[i] = static_cast<char>((high << 4 | low) & 0xff);
  }
  crypto::Secret out(right ? std::string_view(key.data(), key.size()) : std::string_view());
  wipe(text.data(), text.size());
  wipe(key.data(), key.size());
  if (!right)
    return fail(
        ErrorKind::kCorrupt,
        fmt::format(
            "{} is no root key of Picket: {} hexadecimal digits are expected. Put the file back from your "
            "backup.",
            path.string(), kDigits));
  return out;
}

Result<crypto::Secret> make_root_key(const std::filesystem::path& path) {
  crypto::Secret key = crypto::new_key();
  static constexpr char kHex[] = "0123456789abcdef";
  std::array<char, kDigits + 1> text;
  for (std::size_t i = 0; i < key.size(); ++i) {
    text[2 * i] = kHex[static_cast<unsigned char>(key.reveal()[i]) >> 4];
    text[2 * i + 1] = kHex[static_cast<unsigned char>(key.reveal()[i]) & 15];
  }
  text[kDigits] = '\n';
  // Written aside and linked into place: a crash leaves a whole key or none, and an existing one is never
  // replaced.
  const std::string aside = path.string() + ".new";
  ::unlink(aside.c_str());
  const File file(::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.fd() < 0) return fail(trouble(path, "cannot be made"));
  const bool written = ::write(file.fd(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(file.fd()) == 0;
  wipe(text.data(), text.size());
  if (!written) {
    auto error = trouble(path, "cannot be written");
    ::unlink(aside.c_str());
    return fail(std::move(error));
  }
  const int linked = ::link(aside.c_str(), path.c_str());
  const int why = errno;
  ::unlink(aside.c_str());
  errno = why;
  if (linked != 0) {
    if (why == EEXIST)
      return fail(ErrorKind::kConflict, fmt::format("The root key {} exists already.", path.string()));
    return fail(trouble(path, "cannot be put into place"));
  }
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const File directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.fd() < 0 || ::fsync(directory.fd()) != 0)
    return fail(trouble(path, "cannot be made durable"));
  return key;
}

}  // namespace picket::control
