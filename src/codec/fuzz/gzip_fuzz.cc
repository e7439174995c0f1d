#include <cstdint>
#include <cstdlib>

#include "codec/gzip.h"

// The limit holds whatever comes in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto out = picket::codec::inflate(bytes, 100'000);
  if (out && out->size() > 100'000) std::abort();
  return 0;
}
