#include "codec/json_scan.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace picket::codec {
namespace {

enum class Fault { kNone, kSyntax, kEnd, kDepth };

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Walks over JSON text and checks its grammar. UTF-8 is checked beforehand.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : p_(text.data()), end_(p_ + text.size()) {}

  Fault fault() const { return fault_; }
  const char* position() const { return p_; }
  void skip_space() {
    while (p_ != end_ && is_space(*p_)) ++p_;
  }
  bool at_end() const { return p_ == end_; }
  char peek() const { return p_ == end_ ? '\0' : *p_; }

  bool take(char c) {
    if (p_ == end_) return stop(Fault::kEnd);
    if (*p_ != c) return stop(Fault::kSyntax);
    ++p_;
    return true;
  }

  /// A string with its quotes; the text between them.
  bool string(std::string_view& inside) {
    if (!take('"')) return false;
    const char* start = p_;
    while (true) {
      skip_plain();
      if (p_ == end_) return stop(Fault::kEnd);
      if (*p_ == '"') {
        inside = {start, static_cast<std::size_t>(p_ - start)};
        ++p_;
        return true;
      }
      if (*p_ != '\\') return stop(Fault::kSyntax);  // a control character
      if (!escape()) return false;
    }
  }

  /// Any value, from its first character on, at most `levels` deep.
  bool value(std::size_t levels) {
    std::uint64_t objects = 0;  // one bit a level: 1 for an object
    std::size_t depth = 0;
    while (true) {
      const char c = peek();
      if (c == '{' || c == '[') {
        if (depth == std::min<std::size_t>(levels, 63)) return stop(Fault::kDepth);
        ++depth;
        ++p_;
        skip_space();
        const bool object = c == '{';
        objects = (objects & ~(std::uint64_t{1} << depth)) | std::uint64_t{object} << depth;
        if (peek() != (object ? '}' : ']')) {
          if (object && !key()) return false;
          continue;  // the first value inside
        }
        ++p_;
        --depth;
      } else if (!scalar(c)) {
        return false;
      }
      if (!close(depth, objects)) return fault_ == Fault::kNone;
    }
  }

  bool key() {
    std::string_view ignored;
    return key(ignored);
  }
  bool key(std::string_view& name) {
    if (!string(name)) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    return true;
  }
  bool stop(Fault fault) {
    fault_ = fault;
    return false;
  }

 private:
  /// After a value: closes what ends here and steps to the next value. False when the outermost value is
  /// whole, or wrong.
  bool close(std::size_t& depth, std::uint64_t objects) {
    while (depth > 0) {
      const bool object = (objects >> depth & 1) != 0;
      skip_space();
      if (p_ == end_) return stop(Fault::kEnd);
      if (*p_ == ',') {
        ++p_;
        skip_space();
        return !object || key();
      }
      if (!take(object ? '}' : ']')) return false;
      --depth;
    }
    return false;
  }

  bool scalar(char c) {
    if (c == '"') {
      std::string_view ignored;
      return string(ignored);
    }
    if (c == '-' || is_digit(c)) return number();
    if (c == 't') return word("true");
    if (c == 'f') return word("false");
    if (c == 'n') return word("null");
    return stop(p_ == end_ ? Fault::kEnd : Fault::kSyntax);
  }

  bool word(std::string_view text) {
    if (static_cast<std::size_t>(end_ - p_) < text.size()) return stop(Fault::kEnd);
    if (std::string_view(p_, text.size()) != text) return stop(Fault::kSyntax);
    p_ += text.size();
    return true;
  }

  bool digits() {
    if (!is_digit(peek())) return stop(p_ == end_ ? Fault::kEnd : Fault::kSyntax);
    while (p_ != end_ && is_digit(*p_)) ++p_;
    return true;
  }

  bool number() {
    if (peek() == '-') ++p_;
    if (peek() == '0') {
      ++p_;
      if (is_digit(peek())) return stop(Fault::kSyntax);
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.') {
      ++p_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++p_;
      if (peek() == '+' || peek() == '-') ++p_;
      if (!digits()) return false;
    }
    return true;
  }

  bool escape() {
    if (end_ - p_ < 2) return stop(Fault::kEnd);
    const char c = p_[1];
    if (c != 'u') {
      if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return stop(Fault::kSyntax);
      p_ += 2;
      return true;
    }
    if (end_ - p_ < 6) return stop(Fault::kEnd);
    if (!is_hex(p_[2]) || !is_hex(p_[3]) || !is_hex(p_[4]) || !is_hex(p_[5])) return stop(Fault::kSyntax);
    p_ += 6;
    return true;
  }

  /// To the next quote, backslash or control character.
  void skip_plain() {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'),
                  last_control = _mm_set1_epi8(0x1f);
    while (end_ - p_ >= 16) {
      const __m128i chunk = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p_));
      const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(chunk, last_control), chunk);
      const __m128i hit =
          _mm_or_si128(control, _mm_or_si128(_mm_cmpeq_epi8(chunk, quote), _mm_cmpeq_epi8(chunk, backslash)));
      const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
      if (mask != 0) {
        p_ += std::countr_zero(mask);
        return;
      }
      p_ += 16;
    }
#endif
    while (p_ != end_ && *p_ != '"' && *p_ != '\\' && static_cast<unsigned char>(*p_) >= 0x20) ++p_;
  }

  const char* p_;
  const char* end_;
  Fault fault_ = Fault::kNone;
};

tl::unexpected<Error> refuse(Fault fault, std::size_t offset) {
  switch (fault) {
    case Fault::kDepth:
      return fail(ErrorKind::kTooLarge, "The JSON text is nested too deep.");
    case Fault::kEnd:
      return fail(ErrorKind::kInvalidInput, "The JSON text ends too early.");
    default:
      break;
  }
  return fail(ErrorKind::kInvalidInput, fmt::format("The text is not JSON from its byte {} on.", offset));
}

bool read_array(Scanner& in, std::vector<std::string_view>& records, std::size_t levels) {
  if (!in.take('[')) return false;
  in.skip_space();
  if (in.peek() == ']') return in.take(']');
  while (true) {
    const char* start = in.position();
    if (!in.value(levels)) return false;
    records.emplace_back(start, static_cast<std::size_t>(in.position() - start));
    in.skip_space();
    if (in.peek() != ',') return in.take(']');
    in.take(',');
    in.skip_space();
  }
}

}  // namespace

std::string_view JsonPage::member(std::string_view key) const {
  std::string_view found;
  for (const auto& [name, value] : members)
    if (name == key) found = value;
  return found;
}

Result<JsonPage> scan_json_page(std::string_view text, std::string_view array_key, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) return fail(ErrorKind::kTooLarge, "The JSON text is too long.");
  if (!simdjson::validate_utf8(text.data(), text.size()))
    return fail(ErrorKind::kInvalidInput, "The text holds bytes that are not UTF-8.");
  JsonPage page;
  Scanner in(text);
  const auto wrong = [&] {
    return refuse(in.fault(), static_cast<std::size_t>(in.position() - text.data()));
  };
  bool seen = false;
  in.skip_space();
  if (!in.take('{')) return wrong();
  in.skip_space();
  if (in.peek() == '}') {
    in.take('}');
  } else {
    while (true) {
      std::string_view name;
      if (!in.key(name)) return wrong();
      const char* start = in.position();
      if (name == array_key) {
        if (std::exchange(seen, true))
          return fail(ErrorKind::kInvalidInput, "The list of records comes twice.");
        page.has_array = in.peek() == '[';
        if (!page.has_array && in.peek() != 'n')
          return fail(ErrorKind::kInvalidInput, "What should be the list of records is no list.");
        if (page.has_array ? !read_array(in, page.records, limits.max_depth - 2) : !in.value(1))
          return wrong();
      } else {
        if (!in.value(limits.max_depth - 1)) return wrong();
        page.members.emplace_back(name,
                                  std::string_view(start, static_cast<std::size_t>(in.position() - start)));
        if (page.members.size() > 1000)
          return fail(ErrorKind::kTooLarge, "The JSON object has more than 1000 members.");
      }
      in.skip_space();
      if (in.peek() != ',') break;
      in.take(',');
      in.skip_space();
    }
    if (!in.take('}')) return wrong();
  }
  in.skip_space();
  if (!in.at_end())
    return fail(ErrorKind::kInvalidInput, "Something follows behind the end of the JSON text.");
  return page;
}

bool is_json(std::string_view text, std::size_t max_depth) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return false;
  Scanner in(text);
  in.skip_space();
  if (!in.value(max_depth)) return false;
  in.skip_space();
  return in.at_end();
}

}  // namespace picket::codec
