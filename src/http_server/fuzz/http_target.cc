#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "http_server/router.h"
#include "http_server/target.h"

/// A target that is accepted never escapes upwards, and routing it does no harm.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket::http_server;
  static const Router router = [] {
    Router made;
    const Handler nothing = [](const Request&) { return Response{}; };
    made.add("GET", "/api/v2/things", nothing);
    made.add("GET", "/api/v2/things/{id}", nothing);
    made.add("GET", "/api/v2/things/{id}/{relationship}", nothing);
    made.add("GET", "/{path*}", nothing);
    return made;
  }();
  const auto target = parse_target({reinterpret_cast<const char*>(data), size});
  if (!target) return 0;
  PICKET_ASSERT(target->path.starts_with('/'), "a path begins with a slash");
  PICKET_ASSERT(target->path.find('\0') == std::string::npos, "no NUL in a path");
  for (const auto& segment : target->segments)
    PICKET_ASSERT(segment != ".." && segment != ".", "no dot segment survives");
  PICKET_ASSERT(router.find("GET", target->segments).route != nullptr, "the catch-all catches");
  return 0;
}
