#pragma once

#include <cstddef>
#include <string_view>

namespace picket::crypto {

/// A secret text: in memory that is locked and kept out of core dumps, wiped at the end. It has no stream
/// operator, no formatter, no JSON conversion and no implicit conversion, so printing one does not compile.
/// `reveal()` is the one way to the text; every call of it is a place to review.
/// Threads: immutable after construction. Moves; does not copy (use `clone`).
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text);
  Secret(Secret&&) noexcept;
  Secret& operator=(Secret&&) noexcept;
  ~Secret();

  Secret clone() const;
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::string_view reveal() const;
  /// Constant-time comparison.
  bool equals(std::string_view text) const;

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace picket::crypto
