#pragma once

#include <tl/expected.hpp>

#include "base/error.h"

namespace picket {

/// A value, or the `Error` that prevented it. Expected trouble is a value in this house; exceptions stay inside the
/// third-party rims that throw them.
template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

/// `return fail(ErrorKind::kTimeout, "...")` from any function that returns a `Result`.
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return tl::unexpected<Error>(Error(kind, std::move(message)));
}

}  // namespace picket

#define PICKET_CONCAT_INNER(a, b) a##b
#define PICKET_CONCAT(a, b) PICKET_CONCAT_INNER(a, b)

/// Returns the error of a `Status` expression from the enclosing function.
#define PICKET_TRY(expression)                                                      \
  do {                                                                              \
    auto picket_try_status = (expression);                                          \
    if (!picket_try_status) return tl::unexpected(std::move(picket_try_status).error()); \
  } while (false)

/// `PICKET_ASSIGN(auto page, fetch(request));` declares `page` or returns the error from the enclosing function.
#define PICKET_ASSIGN(declaration, expression) \
  PICKET_ASSIGN_INNER(PICKET_CONCAT(picket_assign_, __LINE__), declaration, expression)
#define PICKET_ASSIGN_INNER(result, declaration, expression)      \
  auto result = (expression);                                     \
  if (!result) return tl::unexpected(std::move(result).error());  \
  declaration = std::move(*result)
