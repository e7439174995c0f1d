#pragma once

#include <string>

#include "base/result.h"

namespace picket::http_client {

/// The certificates that answers are checked against: the system's, and the administrator's file beside them.
/// Kept as an anonymous file, because libcurl parses the list once for all connections only when it comes
/// from one path.
class Trust {
 public:
  /// kInvalidInput when `extra_file` cannot be read or holds no certificate; kUnavailable when there is
  /// nothing to trust.
  static Result<Trust> make(const std::string& system_file, const std::string& extra_file);
  Trust(Trust&& other) noexcept;
  Trust& operator=(Trust&&) = delete;
  ~Trust();
  const std::string& path() const { return path_; }

 private:
  Trust() = default;
  int fd_ = -1;
  std::string path_;
};

}  // namespace picket::http_client
