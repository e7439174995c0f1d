#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace picket {

/// What a caller can do about an error; never how it came about (that is the message).
enum class ErrorKind {
  kInvalidInput,        ///< the caller's value is wrong; `field` or `place` says which
  kUnauthorized,        ///< credentials missing, wrong, expired or revoked
  kForbidden,           ///< known, but not allowed
  kNotFound,
  kConflict,            ///< a duplicate, or the thing is in a state that forbids this
  kPreconditionFailed,  ///< somebody changed it meanwhile (If-Match, fencing number)
  kTooLarge,            ///< over a size, depth or count limit
  kRateLimited,         ///< ask again after `retry_after`
  kUnavailable,         ///< the other side answers 5xx or is shutting down
  kDns,                 ///< the name does not resolve
  kConnect,             ///< refused, unreachable, reset
  kTls,                 ///< certificate or handshake
  kTimeout,
  kBlocked,             ///< our own rules forbid the address or host
  kProtocol,            ///< the other side's answer is not what its protocol says
  kCorrupt,             ///< our own stored data does not check out
  kDiskFull,
  kCancelled,           ///< a stop was requested
  kInternal,            ///< our fault
};

/// Stable lower-case name of a kind, as used in logs, poll records and health codes ("rate_limited").
std::string_view to_string(ErrorKind kind);
/// The kind with that name; nothing for a name that is none.
std::optional<ErrorKind> error_kind_from(std::string_view name);

/// A place in a text that a person wrote (form, rule, query). Line and column count from 1, columns in code points.
struct TextPlace {
  int line = 0;
  int column = 0;
};

/// An expected failure. `message` is a sentence for an administrator: what happened, why, what to do. It never holds a
/// secret or a vendor's event. Value type; safe to copy between threads.
struct Error {
  Error(ErrorKind kind_in, std::string message_in) : kind(kind_in), message(std::move(message_in)) {}

  ErrorKind kind;
  std::string message;
  /// Name of the input the error is about, as a path (`device_spec.server`); empty when there is none.
  std::string field;
  std::optional<TextPlace> place;
  /// kRateLimited, kUnavailable: the other side's wish, already capped by the reader.
  std::optional<std::chrono::seconds> retry_after;
  /// HTTP status of the answer that caused it; 0 when there was no answer.
  int http_status = 0;

  Error&& with_field(std::string name) && {
    field = std::move(name);
    return std::move(*this);
  }
  Error&& with_status(int status) && {
    http_status = status;
    return std::move(*this);
  }
  Error&& with_retry_after(std::chrono::seconds wait) && {
    retry_after = wait;
    return std::move(*this);
  }
};

}  // namespace picket
