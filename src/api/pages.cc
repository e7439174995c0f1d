#include "api/pages.h"

#include <algorithm>

#include "base/strings.h"

namespace picket::api {
namespace {

using http_server::Request;
using http_server::Response;

constexpr std::string_view kHashed = "/assets/";
constexpr std::string_view kIndex = "/index.html";
constexpr std::string_view kNoConsole = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Picket</title></head>
<body><p>This Picket was built without its console. The API answers at /api/v2; docs/api.md describes it.</p></body></html>
)";

}  // namespace

http_server::Fields security_headers(bool https) {
  http_server::Fields headers = {
      {"content-security-policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
       "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
       "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"},
      {"x-content-type-options", "nosniff"},
      {"referrer-policy", "no-referrer"},
      {"cross-origin-opener-policy", "same-origin"},
      {"cross-origin-resource-policy", "same-origin"},
      {"permissions-policy", "camera=(), microphone=(), geolocation=()"},
  };
  if (https) headers.emplace_back("strict-transport-security", "max-age=31536000");
  return headers;
}

bool accepts_gzip(const Request& request) {
  const auto* header = request.header("accept-encoding");
  if (header == nullptr) return false;
  std::string_view rest = *header;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto item = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto name = trim(item.substr(0, item.find(';')));
    if (!equals_ignoring_case(name, "gzip") && name != "*") continue;
    const auto q = item.find("q=");
    // Only zeros and a point after q=: not wanted
    return q == std::string_view::npos || item.find_first_of("123456789", q) != std::string_view::npos;
  }
  return false;
}

Pages::Pages(const std::vector<Asset>& assets) {
  for (const auto& asset : assets) assets_.emplace(asset.path, &asset);
}

Response Pages::file(const Asset& asset, const Request& request) const {
  Response response;
  const bool gzip = !asset.gzip_bytes.empty() && accepts_gzip(request);
  // A strong tag names exact bytes; packed ones are others
  const std::string etag = gzip ? "W/" + std::string(asset.etag) : std::string(asset.etag);
  response.headers = {{"etag", etag},
                      {"cache-control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"vary", "accept-encoding"}};
  const auto* known = request.header("if-none-match");
  if (known != nullptr && !asset.etag.empty() && known->find(asset.etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  response.headers.emplace_back("content-type", std::string(asset.content_type));
  if (gzip) response.headers.emplace_back("content-encoding", "gzip");
  response.static_body = gzip ? asset.gzip_bytes : asset.bytes;
  return response;
}

Response Pages::get(const Request& request) const {
  if (const auto found = assets_.find(request.path); found != assets_.end())
    return file(*found->second, request);
  if (std::string_view(request.path).starts_with(kHashed))
    return http_server::json_error(
        404, "not_found", "The console has no such file. Reload the page: a newer version may be running.");
  if (const auto index = assets_.find(kIndex); index != assets_.end()) return file(*index->second, request);
  Response response;
  response.headers = {{"content-type", "text/html; charset=utf-8"}, {"cache-control", "no-cache"}};
  response.static_body = kNoConsole;
  return response;
}

}  // namespace picket::api
