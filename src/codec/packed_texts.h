#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A few texts, some of them absent, as bytes that the program keeps for itself: of each its length and one (LEB128; 0: absent), then
/// itself. Threads: any.
namespace picket::codec {

inline void append_packed(std::string& out, std::optional<std::string_view> text) {
  std::uint64_t left = text ? std::uint64_t{text->size()} + 1 : 0;
  for (; left >= 0x80; left >>= 7) out += static_cast<char>(left | 0x80);
  out += static_cast<char>(left);
  if (text) out += *text;
}

/// Reads what `append_packed` wrote. Views are of the bytes given.
class PackedTexts {
 public:
  explicit PackedTexts(std::string_view bytes) : rest_(bytes) {}

  /// False: there is no further one, or the bytes are not of this kind (then `ended` is false).
  bool next(std::optional<std::string_view>& text) {
    std::uint64_t size = 0;
    std::size_t at = 0;
    for (int shift = 0;; shift += 7) {
      if (at == rest_.size() || shift > 56) return false;
      const auto byte = static_cast<unsigned char>(rest_[at++]);
      size |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    if (size > rest_.size() - at + 1) return false;
    text = size == 0 ? std::nullopt : std::optional(rest_.substr(at, size - 1));
    rest_.remove_prefix(at + (size == 0 ? 0 : size - 1));
    return true;
  }
  bool ended() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace picket::codec
