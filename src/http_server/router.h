#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http_server/http.h"

namespace picket::http_server {

struct RouteOptions {
  std::size_t body_limit = 1024 * 1024;  ///< bytes; more is answered with 413 before it is read
};

struct Route {
  std::string method;
  std::string pattern;
  Handler handler;
  RouteOptions options;
  std::vector<std::string> parts;  ///< the pattern's segments, for the router's own use
};

/// Which handler answers which method and path. A pattern is made of literal segments, `{name}` for one
/// non-empty segment, and as its last part `{name*}` for all the rest, slashes included, possibly nothing. A
/// literal beats a parameter, a parameter beats a rest, decided from the left. Place: filled at start, then
/// handed to the server. Threads: `find` from any once filled. Failure: a malformed or doubled pattern is our
/// own fault (assertion).
class Router {
 public:
  void add(std::string method, std::string pattern, Handler handler, RouteOptions options = {});

  struct Match {
    const Route* route = nullptr;  ///< null: see `allowed`
    std::map<std::string, std::string> params;
    /// Methods that the path would take, for 405; empty means there is no such path (404).
    std::vector<std::string> allowed;
  };
  /// `segments` are the decoded pieces of the path. HEAD finds the route of GET when it has none of its own.
  Match find(std::string_view method, const std::vector<std::string>& segments) const;

  /// All routes, in the order in which they are tried. For the test that holds them against the API
  /// description.
  const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace picket::http_server
