#include "http_client/trust.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

namespace picket::http_client {
namespace {

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) return std::nullopt;
  return std::move(text).str();
}

int count_certificates(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  int count = 0;
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    X509_free(certificate);
    ++count;
  }
  ERR_clear_error();
  return count;
}

bool write_all(int fd, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

Result<Trust> Trust::make(const std::string& system_file, const std::string& extra_file) {
  std::string pem;
  if (!system_file.empty()) pem = read_file(system_file).value_or("");
  if (!extra_file.empty()) {
    const auto extra = read_file(extra_file);
    if (!extra)
      return fail(
          Error(ErrorKind::kInvalidInput, fmt::format("The certificate file {} cannot be read.", extra_file))
              .with_field("ca_file"));
    if (count_certificates(*extra) == 0)
      return fail(Error(ErrorKind::kInvalidInput,
                        fmt::format("The file {} holds no certificate. It must be in PEM form.", extra_file))
                      .with_field("ca_file"));
    pem += "\n" + *extra;
  }
  if (pem.empty())
    return fail(ErrorKind::kUnavailable,
                "There are no trusted certificates on this machine. Install the package ca-certificates, or "
                "name a file "
                "with --ca-file.");
  Trust trust;
  trust.fd_ = memfd_create("picket-trust", MFD_CLOEXEC);
  if (trust.fd_ < 0 || !write_all(trust.fd_, pem))
    return fail(ErrorKind::kInternal, "The list of trusted certificates cannot be kept in memory.");
  trust.path_ = fmt::format("/proc/self/fd/{}", trust.fd_);
  return trust;
}

Trust::Trust(Trust&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

Trust::~Trust() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace picket::http_client
