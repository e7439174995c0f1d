#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http_server/http.h"

namespace picket::http_server {

/// A request target taken apart. `segments` are the decoded pieces between slashes ("/a%2Fb/" gives "a/b",
/// ""), so that an encoded slash never makes a new level.
struct Target {
  std::string path;
  std::vector<std::string> segments;
  Fields query;
};

/// Reads origin form ("/a?b=c") and absolute form ("http://host/a?b=c") of RFC 9112, 3.2. Hostile input:
/// refuses broken percent-escapes, control characters, NUL, a backslash or dot segment ("." and ".."), and
/// more than 512 parameters.
Result<Target> parse_target(std::string_view target);

}  // namespace picket::http_server
