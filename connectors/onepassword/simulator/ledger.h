#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "onepassword_simulator/stream_kind.h"

namespace picket::onepassword_simulator {

/// The vendor's own account of what exists and what it sent, one JSON object a line, only ever appended:
///   {"kind":"event","account":0,"stream":"auditevents","position":17,"uuid":"…","sha256":"…"}
///   {"kind":"altered", …the same…}  a fault sent this record with other bytes; `sha256` is of what was sent
///   {"kind":"page","account":0,"stream":"…","version":2,"from":0,"next":1000,"count":1000,"more":true,"fault":"…"}
///   {"kind":"skipped","account":0,"stream":"…","from":5,"to":10}  a fault led the cursor past these
/// An event is in the file before any page that holds it is sent. SHA-256 is of the record's exact bytes in
/// v2. Threads: any. Failure: a write that fails ends the process: a ledger with holes proves nothing.
class Ledger {
 public:
  static Result<std::unique_ptr<Ledger>> open(const std::string& path);
  ~Ledger();

  void event(std::string_view kind, unsigned account, StreamKind stream, std::uint64_t position,
             std::string_view uuid, std::string_view record);
  void line(std::string_view text);
  void flush();

 private:
  explicit Ledger(std::FILE* file) : file_(file) {}
  std::mutex mutex_;
  std::FILE* const file_;
};

std::string sha256_hex(std::string_view bytes);

}  // namespace picket::onepassword_simulator
