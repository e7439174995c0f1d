#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace picket::store {

static_assert(std::endian::native == std::endian::little,
              "the file format is little-endian and is read in place");

inline void put_varint(std::string& out, std::uint64_t v) {
  while (v >= 0x80) {
    out.push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out.push_back(static_cast<char>(v));
}

inline std::uint64_t zigzag(std::int64_t v) {
  return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
inline std::int64_t unzigzag(std::uint64_t v) {
  return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}

inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

template <typename T>
void put_fixed(std::string& out, T v) {
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}

template <typename T>
T load_fixed(const char* at) {
  T v;
  std::memcpy(&v, at, sizeof v);
  return v;
}

/// Reads what the functions above wrote, from bytes that nobody vouches for: past the end every read gives
/// zero or empty and `ok()` turns false for good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  void fail() {
    ok_ = false;
    at_ = end_;
  }

  std::uint64_t varint() {
    if (at_ != end_ && static_cast<unsigned char>(*at_) < 0x80) return static_cast<unsigned char>(*at_++);
    std::uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto b = static_cast<unsigned char>(*at_++);
      v |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return v;
    }
    fail();
    return 0;
  }

  /// A count of things that take at least one byte each: never larger than what is left.
  std::uint32_t count() {
    const auto n = varint();
    if (n > left()) {
      fail();
      return 0;
    }
    return static_cast<std::uint32_t>(n);
  }

  std::string_view bytes(std::uint64_t n) {
    if (n > left()) {
      fail();
      return {};
    }
    const std::string_view out(at_, n);
    at_ += n;
    return out;
  }

  std::string_view text() { return bytes(varint()); }

  template <typename T>
  T fixed() {
    const auto b = bytes(sizeof(T));
    return ok_ ? load_fixed<T>(b.data()) : T{};
  }

 private:
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace picket::store
