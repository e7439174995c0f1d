#include "store/literal_search.h"

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace picket::store {

namespace {

/// How common a byte is in event records, roughly; a wrong guess costs time only.
int commonness(unsigned char c) {
  static constexpr std::string_view kVery = "\"e:,ato_isnr", kOften = "dcuml{}-.1203 p4";
  const auto ch = static_cast<char>(c);
  if (kVery.find(ch) != std::string_view::npos) return 3;
  if (kOften.find(ch) != std::string_view::npos) return 2;
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ? 1 : 0;
}

}  // namespace

LiteralSearch::LiteralSearch(std::string_view literal) : literal_(literal) {
  if (literal_.size() < 2) return;
  const auto rank = [&](std::size_t i) { return commonness(static_cast<unsigned char>(literal_[i])); };
  for (std::size_t i = 1; i < literal_.size(); ++i)
    if (rank(i) < rank(first_)) first_ = i;
  second_ = first_ == 0 ? 1 : 0;
  for (std::size_t i = 0; i < literal_.size(); ++i)
    if (i != first_ &&
        (rank(i) < rank(second_) || (literal_[second_] == literal_[first_] &&
                                     literal_[i] != literal_[first_] && rank(i) == rank(second_))))
      second_ = i;
}

std::size_t LiteralSearch::find(std::string_view text, std::size_t from) const {
  const auto n = literal_.size();
  if (from > text.size() || text.size() - from < n) return std::string_view::npos;
  if (n == 0) return from;
  if (n == 1) return text.find(literal_[0], from);
  const std::size_t last = text.size() - n;  // last place where it could begin
  std::size_t at = from;
#ifdef __SSE2__
  const __m128i a = _mm_set1_epi8(literal_[first_]), b = _mm_set1_epi8(literal_[second_]);
  const auto far = first_ > second_ ? first_ : second_;
  const char* base = text.data();
  while (at + far + 16 <= text.size() && at <= last) {
    const auto x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(base + at + first_));
    const auto y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(base + at + second_));
    auto mask =
        static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(x, a), _mm_cmpeq_epi8(y, b))));
    for (; mask != 0; mask &= mask - 1) {
      const auto place = at + static_cast<std::size_t>(std::countr_zero(mask));
      if (place > last) return std::string_view::npos;
      if (std::memcmp(base + place, literal_.data(), n) == 0) return place;
    }
    at += 16;
  }
  if (at > last) return std::string_view::npos;
#endif
  return text.find(literal_, at);
}

}  // namespace picket::store
