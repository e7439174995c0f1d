#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "onepassword/onepassword.h"
#include "onepassword/reader.h"

// What is quoted from a vendor's error is short, printable and on one line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const std::string said = picket::onepassword::vendor_message(body);
  if (said.size() > 120) std::abort();
  for (const char c : said)
    if (c < 0x20 || c > 0x7e) std::abort();
  static_cast<void>(picket::onepassword::parse_introspection(body));
  return 0;
}
