#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "http_server/http.h"

namespace picket::api {

/// One entry of an answer's `errors`. `detail` is a sentence for people; `pointer` names the member of the
/// body it is about (JSON pointer), `parameter` the query parameter; both may be empty.
struct ApiError {
  int status = 400;
  std::string code = "invalid_input";
  std::string detail;
  std::string pointer;
  std::string parameter;
  std::optional<TextPlace> place = {};  ///< in a text of rules that the request carried
};

/// Why a request is refused: one error or several of the same kind (a form with three wrong fields). Never
/// empty.
class Problem {
 public:
  Problem(ApiError error) {
    errors_.push_back(std::move(error));
  }  // NOLINT: a problem may be made of one error
  explicit Problem(std::vector<ApiError> errors) : errors_(std::move(errors)) {}
  /// `pointer_base` is put before the error's field: "/data/attributes" and "device_spec.server" give
  /// "/data/attributes/device_spec/server".
  Problem(const Error& error, std::string_view pointer_base = "/data/attributes");  // NOLINT

  const std::vector<ApiError>& errors() const { return errors_; }
  int status() const { return errors_.front().status; }

 private:
  std::vector<ApiError> errors_;
};

template <typename T>
using Answer = tl::expected<T, Problem>;

inline tl::unexpected<Problem> refuse(Problem problem) {
  return tl::unexpected<Problem>(std::move(problem));
}
inline tl::unexpected<Problem> refuse(int status, std::string code, std::string detail) {
  return refuse(ApiError{status, std::move(code), std::move(detail), {}, {}});
}
/// 400 about a member of the body.
tl::unexpected<Problem> refuse_field(std::string pointer, std::string detail);
/// 400 about a query parameter.
tl::unexpected<Problem> refuse_parameter(std::string parameter, std::string detail);
/// 404 that says the same for what does not exist and for what belongs to another organization. `called`: as
/// people call one of its type, "security device".
tl::unexpected<Problem> refuse_missing(std::string_view called, std::string_view id);

http_server::Response render(const Problem& problem);

/// HTTP status of an error that came out of a module below.
int http_status(ErrorKind kind);

}  // namespace picket::api

/// As PICKET_TRY and PICKET_ASSIGN, for functions that return an `Answer`; turns an `Error` into a `Problem`.
#define API_TRY(expression)                                                                            \
  do {                                                                                                 \
    auto api_try_status = (expression);                                                                \
    if (!api_try_status) return ::picket::api::refuse(::picket::api::Problem(api_try_status.error())); \
  } while (false)
#define API_ASSIGN(declaration, expression) \
  API_ASSIGN_INNER(PICKET_CONCAT(api_assign_, __LINE__), declaration, expression)
#define API_ASSIGN_INNER(result, declaration, expression)                              \
  auto result = (expression);                                                          \
  if (!result) return ::picket::api::refuse(::picket::api::Problem((result).error())); \
  declaration = std::move(*result)
