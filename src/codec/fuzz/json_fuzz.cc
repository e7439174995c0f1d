#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>

#include "codec/json.h"

// Whatever is read can be written and read again; whatever is quoted is JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto value = picket::codec::parse_json(text)) {
    const std::string once = picket::codec::to_json(*value);
    const auto again = picket::codec::parse_json(once, {.max_bytes = 64 << 20, .max_depth = 32});
    if (!again) std::abort();
    // Boost's numbers with fractions or exponents may differ in their last digit after a round
    const bool exact = once.find_first_of(".E") == std::string::npos;
    if (exact && picket::codec::to_json(*again) != once) std::abort();
  }
  if (!picket::codec::parse_json(picket::codec::json_quote(text), {.max_bytes = 64 << 20, .max_depth = 1}))
    std::abort();
  return 0;
}
