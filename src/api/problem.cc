#include "api/problem.h"

#include <fmt/format.h>

#include <algorithm>

#include "codec/json_writer.h"
#include "obs/log.h"

namespace picket::api {
namespace {

std::string pointer_of(std::string_view base, std::string field) {
  if (field.empty()) return {};
  std::replace(field.begin(), field.end(), '.', '/');
  return fmt::format("{}/{}", base, field);
}

/// What the server's own stores say names its files. That is for the log; a client gets the sentence without them.
std::string told(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kDiskFull:
      return "The server's data disk is full, so nothing was changed. Free some space there; work goes on by itself then.";
    case ErrorKind::kCorrupt:
    case ErrorKind::kInternal:
      return "The server could not do this through no fault of the request. Its log says why; ask its administrator.";
    default:
      return error.message;
  }
}

}  // namespace

int http_status(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidInput:
      return 400;
    case ErrorKind::kUnauthorized:
      return 401;
    case ErrorKind::kForbidden:
      return 403;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kConflict:
      return 409;
    case ErrorKind::kPreconditionFailed:
      return 412;
    case ErrorKind::kTooLarge:
      return 413;
    case ErrorKind::kRateLimited:
      return 429;
    case ErrorKind::kUnavailable:
    case ErrorKind::kCancelled:
      return 503;
    case ErrorKind::kTimeout:
      return 504;
    case ErrorKind::kDiskFull:
      return 507;
    default:
      return 500;
  }
}

Problem::Problem(const Error& error, std::string_view pointer_base) {
  const int status = http_status(error.kind);
  if (status == 500 || status == 507) PICKET_LOG_ERROR("api", "A request failed: {}", error.message);
  errors_.push_back(
      {status, std::string(to_string(error.kind)), told(error), pointer_of(pointer_base, error.field), {}});
}

tl::unexpected<Problem> refuse_field(std::string pointer, std::string detail) {
  return refuse(ApiError{400, "invalid_input", std::move(detail), std::move(pointer), {}});
}

tl::unexpected<Problem> refuse_parameter(std::string parameter, std::string detail) {
  return refuse(ApiError{400, "invalid_input", std::move(detail), {}, std::move(parameter)});
}

tl::unexpected<Problem> refuse_missing(std::string_view called, std::string_view id) {
  constexpr std::size_t kShown = 80;
  const auto shown = id.substr(0, kShown);
  return refuse(404, "not_found",
                fmt::format("There is no {} with the id \"{}\" in your organization.", called, shown));
}

http_server::Response render(const Problem& problem) {
  codec::JsonWriter out;
  out.begin_object().key("errors").begin_array();
  for (const auto& error : problem.errors()) {
    out.begin_object().field("status", std::to_string(error.status)).field("code", error.code);
    out.field("title", http_server::reason_phrase(error.status)).field("detail", error.detail);
    if (!error.pointer.empty() || !error.parameter.empty()) {
      out.key("source").begin_object();
      if (!error.pointer.empty()) out.field("pointer", error.pointer);
      if (!error.parameter.empty()) out.field("parameter", error.parameter);
      out.end_object();
    }
    if (error.place)
      out.key("meta").begin_object().field("line", error.place->line).field("column", error.place->column).end_object();
    out.end_object();
  }
  out.end_array().end_object();
  http_server::Response response;
  response.status = problem.status();
  response.headers = {{"content-type", "application/json"}};
  response.body = out.take();
  return response;
}

}  // namespace picket::api
