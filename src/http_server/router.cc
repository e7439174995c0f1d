#include "http_server/router.h"

#include <algorithm>

#include "base/assert.h"

namespace picket::http_server {
namespace {

enum class Part { kLiteral, kParameter, kRest };

Part kind_of(std::string_view part) {
  if (part.size() < 3 || part.front() != '{' || part.back() != '}') return Part::kLiteral;
  return part[part.size() - 2] == '*' ? Part::kRest : Part::kParameter;
}

std::vector<std::string> split(std::string_view pattern) {
  std::vector<std::string> parts;
  while (!pattern.empty()) {
    pattern.remove_prefix(1);
    const auto end = std::min(pattern.find('/'), pattern.size());
    parts.emplace_back(pattern.substr(0, end));
    pattern.remove_prefix(end);
  }
  return parts;
}

/// Whether `a` is tried before `b`.
bool more_specific(const Route& a, const Route& b) {
  const std::size_t common = std::min(a.parts.size(), b.parts.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto ka = kind_of(a.parts[i]), kb = kind_of(b.parts[i]);
    if (ka != kb) return ka < kb;
    if (ka == Part::kLiteral && a.parts[i] != b.parts[i]) return a.parts[i] < b.parts[i];
  }
  return a.parts.size() > b.parts.size();
}

bool matches(const Route& route, const std::vector<std::string>& segments) {
  for (std::size_t i = 0; i < route.parts.size(); ++i) {
    const auto kind = kind_of(route.parts[i]);
    if (kind == Part::kRest) return true;
    if (i >= segments.size()) return false;
    if (kind == Part::kLiteral ? route.parts[i] != segments[i] : segments[i].empty()) return false;
  }
  return route.parts.size() == segments.size();
}

std::map<std::string, std::string> params_of(const Route& route, const std::vector<std::string>& segments) {
  std::map<std::string, std::string> params;
  for (std::size_t i = 0; i < route.parts.size(); ++i) {
    const auto& part = route.parts[i];
    const auto kind = kind_of(part);
    if (kind == Part::kParameter) {
      params.emplace(part.substr(1, part.size() - 2), segments[i]);
    } else if (kind == Part::kRest) {
      std::string rest;
      for (std::size_t k = i; k < segments.size(); ++k) rest.append(k > i ? "/" : "").append(segments[k]);
      params.emplace(part.substr(1, part.size() - 3), std::move(rest));
    }
  }
  return params;
}

}  // namespace

void Router::add(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  PICKET_ASSERT(pattern.starts_with('/'), "a route's pattern begins with a slash");
  PICKET_ASSERT(handler != nullptr, "a route has a handler");
  Route route{std::move(method), std::move(pattern), std::move(handler), options, {}};
  route.parts = split(route.pattern);
  for (std::size_t i = 0; i + 1 < route.parts.size(); ++i)
    PICKET_ASSERT(kind_of(route.parts[i]) != Part::kRest, "the rest is the last part of a pattern");
  for (const auto& other : routes_)
    PICKET_ASSERT(other.method != route.method || other.pattern != route.pattern, "a route is added once");
  routes_.insert(std::upper_bound(routes_.begin(), routes_.end(), route, more_specific), std::move(route));
}

Router::Match Router::find(std::string_view method, const std::vector<std::string>& segments) const {
  Match match;
  const Route* get = nullptr;
  for (const auto& route : routes_) {
    if (!matches(route, segments)) continue;
    if (route.method == method) {
      match.route = &route;
      break;
    }
    if (route.method == "GET" && get == nullptr) get = &route;
    if (std::find(match.allowed.begin(), match.allowed.end(), route.method) == match.allowed.end())
      match.allowed.push_back(route.method);
  }
  if (match.route == nullptr && method == "HEAD") match.route = get;
  if (match.route != nullptr) {
    match.params = params_of(*match.route, segments);
    match.allowed.clear();
  } else if (get != nullptr) {
    match.allowed.emplace_back("HEAD");
  }
  return match;
}

}  // namespace picket::http_server
