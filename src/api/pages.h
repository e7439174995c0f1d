#pragma once

#include <map>
#include <string_view>

#include "api/api.h"
#include "http_server/http.h"

namespace picket::api {

/// The console's files and its deep links: whatever is no file answers index.html, which reads the address
/// itself. Threads: any. Failure: a missing file under /assets is 404, never index.html (a stale page would
/// run it as script).
class Pages {
 public:
  explicit Pages(const std::vector<Asset>& assets);
  http_server::Response get(const http_server::Request& request) const;

 private:
  http_server::Response file(const Asset& asset, const http_server::Request& request) const;
  std::map<std::string_view, const Asset*> assets_;
};

/// Whether `Accept-Encoding` takes gzip.
bool accepts_gzip(const http_server::Request& request);

}  // namespace picket::api
