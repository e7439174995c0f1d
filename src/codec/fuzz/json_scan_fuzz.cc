#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>

#include "codec/json.h"
#include "codec/json_scan.h"

// What the tree parser takes, the scanner takes; every record of a page is valid JSON by itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket::codec;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (parse_json(text) && !is_json(text)) std::abort();
  if (const auto page = scan_json_page(text, "items", {.max_bytes = 1 << 20, .max_depth = 32})) {
    for (const std::string_view record : page->records)
      if (!is_json(record)) std::abort();
    for (const auto& [key, value] : page->members)
      if (!is_json(value)) std::abort();
  }
  return 0;
}
