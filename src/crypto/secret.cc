#include "crypto/secret.h"

#include <sodium.h>

#include <array>
#include <bit>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "crypto/sodium_init.h"
#include "obs/log.h"

namespace picket::crypto {
namespace {

// sodium_malloc spends at least two resident pages and four mappings on each allocation; thousands of tokens
// would cost tens of megabytes and run into RLIMIT_MEMLOCK. So small secrets share guarded chunks, cut into
// blocks by size class.
constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::size_t kSmallest = 64;
constexpr std::size_t kLargestBlock = 8 * 1024;
constexpr std::size_t kClasses = 8;  // 64 … 8192

class LockedPool {
 public:
  char* take(std::size_t size) {
    if (size > kLargestBlock) return static_cast<char*>(allocate(size));
    const std::scoped_lock lock(mutex_);
    auto& free_blocks = free_[class_of(size)];
    if (free_blocks.empty()) grow(size);
    char* block = free_blocks.back();
    free_blocks.pop_back();
    return block;
  }

  void give_back(char* data, std::size_t size) {
    if (size > kLargestBlock) return sodium_free(data);  // wipes
    sodium_memzero(data, size);
    const std::scoped_lock lock(mutex_);
    free_[class_of(size)].push_back(data);
  }

 private:
  static std::size_t block_size(std::size_t size) {
    return std::bit_ceil(size < kSmallest ? kSmallest : size);
  }
  static std::size_t class_of(std::size_t size) {
    return static_cast<std::size_t>(std::countr_zero(block_size(size)) - std::countr_zero(kSmallest));
  }

  void grow(std::size_t size) {
    auto* chunk = static_cast<char*>(allocate(kChunkBytes));
    const std::size_t step = block_size(size);
    auto& free_blocks = free_[class_of(size)];
    free_blocks.reserve(free_blocks.size() + kChunkBytes / step);
    for (std::size_t at = 0; at + step <= kChunkBytes; at += step) free_blocks.push_back(chunk + at);
  }

  static void* allocate(std::size_t size) {
    void* memory = sodium_malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    // sodium_malloc does not say whether locking worked; asking a second time does.
    if (sodium_mlock(memory, size) != 0) {
      static std::once_flag told;
      std::call_once(told, [] {
        PICKET_LOG_WARN(
            "crypto",
            "Memory for secrets cannot be locked and may reach swap space. Raise the limit for locked "
            "memory (LimitMEMLOCK= in the unit, or `ulimit -l`) or switch swap off.");
      });
    }
    return memory;
  }

  std::mutex mutex_;
  std::array<std::vector<char*>, kClasses> free_;
};

LockedPool& pool() {
  ensure_sodium();
  static auto* const instance = new LockedPool;  // never destroyed: static secrets may outlive everything
  return *instance;
}

}  // namespace

Secret::Secret(std::string_view text) {
  if (text.empty()) return;
  data_ = pool().take(text.size());
  size_ = text.size();
  std::memcpy(data_, text.data(), size_);
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  Secret old(std::move(other));  // wiped here, not when the source happens to end
  return *this;
}

Secret::~Secret() {
  if (data_ != nullptr) pool().give_back(data_, size_);
}

Secret Secret::clone() const {
  return Secret(reveal());
}

std::string_view Secret::reveal() const {
  return {data_, size_};
}

bool Secret::equals(std::string_view text) const {
  return size_ == text.size() && (size_ == 0 || sodium_memcmp(data_, text.data(), size_) == 0);
}

}  // namespace picket::crypto
