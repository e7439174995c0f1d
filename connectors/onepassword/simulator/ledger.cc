#include "onepassword_simulator/ledger.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace picket::onepassword_simulator {

std::string sha256_hex(std::string_view bytes) {
  unsigned char hash[32];
  unsigned int size = 0;
  PICKET_ASSERT(EVP_Digest(bytes.data(), bytes.size(), hash, &size, EVP_sha256(), nullptr) == 1,
                "SHA-256 works");
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(64);
  for (const unsigned char byte : hash) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "ae");
  if (file == nullptr)
    return fail(ErrorKind::kUnavailable,
                fmt::format("The ledger \"{}\" cannot be written: {}.", path, std::strerror(errno)));
  std::setvbuf(file, nullptr, _IOFBF, 1 << 20);
  return std::unique_ptr<Ledger>(new Ledger(file));
}

Ledger::~Ledger() {
  std::fclose(file_);
}

void Ledger::event(std::string_view kind, unsigned account, StreamKind stream, std::uint64_t position,
                   std::string_view uuid, std::string_view record) {
  line(fmt::format(R"({{"kind":"{}","account":{},"stream":"{}","position":{},"uuid":"{}","sha256":"{}"}})",
                   kind, account, name_of(stream), position, uuid, sha256_hex(record)));
}

void Ledger::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const bool written =
      std::fwrite(text.data(), 1, text.size(), file_) == text.size() && std::fputc('\n', file_) != EOF;
  PICKET_ASSERT(written, "the ledger can be written");
}

void Ledger::flush() {
  const std::lock_guard lock(mutex_);
  PICKET_ASSERT(std::fflush(file_) == 0, "the ledger can be written");
}

}  // namespace picket::onepassword_simulator
