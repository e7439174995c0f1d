#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.h"
#include "http_server/http.h"

namespace picket::api {

/// Comparisons that a filter's value begins with: nothing, `!`, `:`, `^`, `>`, `<`, and the one character
/// U+2400 with `true` or `false`. `>=` is an extension of ours.
enum class Operator {
  kEqual,
  kNotEqual,
  kContains,
  kStartsWith,
  kGreater,
  kGreaterOrEqual,
  kLess,
  kIsNull,
  kNotNull
};

/// One `filter[a][b]=op value` as it came: what `a` and `b` are is for the resource to say.
struct FilterTerm {
  std::vector<std::string> path;
  Operator op = Operator::kEqual;
  std::string value;
  std::string literal;    ///< the value as it came, operator included
  std::string parameter;  ///< "filter[a][b]", for errors
};

struct SortTerm {
  std::string field;
  bool descending = false;
};

/// How much one request may ask for.
struct QueryLimits {
  std::size_t filters = 64;
  std::size_t page = 1000;         ///< page[limit] at most
  std::size_t page_unasked = 50;  ///< page[limit] when there is none
};

/// What a request under /api/v2 asks for, apart from its path.
struct Query {
  static constexpr std::size_t kDefaultLimit = 50;
  static constexpr std::size_t kMaxLimit = 1000;

  std::vector<FilterTerm> filters;
  std::vector<SortTerm> sort;
  std::size_t limit = kDefaultLimit;  ///< 0: count only
  std::size_t offset = 0;
  std::string after;
  std::vector<std::vector<std::string>> include;        ///< paths, parts between dots
  std::map<std::string, std::set<std::string>> fields;  ///< sparse fieldsets by type
  std::map<std::string, std::string> flags;

  bool flag(const std::string& name, bool otherwise = false) const;
  /// Whether any filter's path begins with `name`.
  bool filters_on(std::string_view name) const;
  /// The one value of an equality filter on exactly this path, if there is one.
  std::optional<std::string> equal_to(const std::vector<std::string>& path) const;
};

/// Reads the parameters of JSON:API in any order. Unknown families are ignored (clients of the original send
/// some of their own), malformed ones are refused by name. Hostile input; sizes are bounded by the HTTP
/// layer.
Answer<Query> parse_query(const http_server::Fields& parameters, const QueryLimits& limits = {});

/// The request's parameters with `name` set to `value` (dropped where it was), as a query string: for
/// `links.next`.
std::string query_with(const http_server::Fields& parameters, std::string_view name, std::string_view value);

/// Percent-encoding for query strings and path segments (RFC 3986 unreserved stay).
std::string percent_encode(std::string_view text);

}  // namespace picket::api
