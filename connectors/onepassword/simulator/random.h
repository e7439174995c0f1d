#pragma once

#include <cstdint>
#include <string>

namespace picket::onepassword_simulator {

/// splitmix64's finaliser: a bijection of 64 bits that looks random.
constexpr std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// A sequence of numbers that is a function of its seed. Not for secrets.
class Sequence {
 public:
  explicit constexpr Sequence(std::uint64_t seed) : state_(seed) {}
  constexpr std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }
  /// 0 to bound-1.
  constexpr std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * bound) >> 32);
  }
  /// 0 to 1, without 1.
  constexpr double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

 private:
  std::uint64_t state_;
};

enum class LetterCase { kUpper, kLower };

/// 1Password's identifiers: 26 characters of base32. Two calls with different `high` never give the same.
inline void append_uuid(std::string& out, std::uint64_t high, std::uint64_t low, LetterCase letters) {
  const char* alphabet =
      letters == LetterCase::kUpper ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" : "abcdefghijklmnopqrstuvwxyz234567";
  char text[26];
  for (int i = 0; i < 13; ++i) {
    text[i] = alphabet[high & 31];
    high >>= 5;
    text[13 + i] = alphabet[low & 31];
    low >>= 5;
  }
  out.append(text, 26);
}

inline std::string make_uuid(std::uint64_t seed, LetterCase letters) {
  std::string out;
  append_uuid(out, mix(seed), mix(~seed), letters);
  return out;
}

}  // namespace picket::onepassword_simulator
