#include <cstdint>
#include <cstdlib>

#include "codec/yaml.h"

namespace {

std::size_t depth(const picket::codec::YamlNode& node) {
  std::size_t deepest = 0;
  for (const auto& item : node.items) deepest = std::max(deepest, depth(item));
  return 1 + deepest;
}

}  // namespace

// Any bytes are read or refused with a place; limits hold; maps have one key a value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const picket::codec::YamlLimits limits{.max_bytes = 1 << 16, .max_depth = 16, .max_nodes = 4096};
  for (const auto& document : picket::codec::parse_yaml(text, limits)) {
    if (!document) {
      if (!document.error().place || document.error().place->line < 1 || document.error().message.empty()) std::abort();
      continue;
    }
    if (depth(*document) > limits.max_depth + 1) std::abort();
    if (document->is_map() && document->keys.size() != document->items.size()) std::abort();
  }
  return 0;
}
