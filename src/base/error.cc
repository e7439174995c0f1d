#include "base/error.h"

#include <array>
#include <utility>

namespace picket {
namespace {
constexpr std::array<std::pair<ErrorKind, std::string_view>, 19> kNames{{
    {ErrorKind::kInvalidInput, "invalid_input"},
    {ErrorKind::kUnauthorized, "unauthorized"},
    {ErrorKind::kForbidden, "forbidden"},
    {ErrorKind::kNotFound, "not_found"},
    {ErrorKind::kConflict, "conflict"},
    {ErrorKind::kPreconditionFailed, "precondition_failed"},
    {ErrorKind::kTooLarge, "too_large"},
    {ErrorKind::kRateLimited, "rate_limited"},
    {ErrorKind::kUnavailable, "unavailable"},
    {ErrorKind::kDns, "dns"},
    {ErrorKind::kConnect, "connect"},
    {ErrorKind::kTls, "tls"},
    {ErrorKind::kTimeout, "timeout"},
    {ErrorKind::kBlocked, "blocked"},
    {ErrorKind::kProtocol, "protocol"},
    {ErrorKind::kCorrupt, "corrupt"},
    {ErrorKind::kDiskFull, "disk_full"},
    {ErrorKind::kCancelled, "cancelled"},
    {ErrorKind::kInternal, "internal"},
}};
}  // namespace

std::string_view to_string(ErrorKind kind) {
  for (const auto& [k, name] : kNames)
    if (k == kind) return name;
  return "internal";
}

std::optional<ErrorKind> error_kind_from(std::string_view name) {
  for (const auto& [k, n] : kNames)
    if (n == name) return k;
  return std::nullopt;
}

}  // namespace picket
