#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace picket::detect {

/// Bytes that live until the next reset. Blocks are kept, so a matcher in its stride allocates nothing. Not thread-safe.
class Arena {
 public:
  char* allocate(std::size_t size) {
    if (size > room_) grow(size);
    char* out = next_;
    next_ += size;
    room_ -= size;
    return out;
  }
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {"", 0};
    char* out = allocate(text.size());
    text.copy(out, text.size());
    return {out, text.size()};
  }
  /// Forgets everything. What a huge event needed beyond the first block is given back.
  void reset() {
    if (blocks_.empty()) return;
    blocks_.resize(1);
    next_ = blocks_.front().get();
    room_ = kBlock;
  }

 private:
  static constexpr std::size_t kBlock = 64 * 1024;
  void grow(std::size_t size) {
    const std::size_t block = blocks_.empty() || size < kBlock ? kBlock : size;
    if (blocks_.empty() && size > kBlock) blocks_.push_back(std::make_unique<char[]>(kBlock));
    blocks_.push_back(std::make_unique<char[]>(block > size ? block : size));
    next_ = blocks_.back().get();
    room_ = block > size ? block : size;
  }
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  std::size_t room_ = 0;
};

}  // namespace picket::detect
