#include "detect/encodings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

#include "codec/base64.h"
#include "detect/text.h"

namespace picket::detect {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};
};

std::optional<Address> parse_address(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN + 1];
  if (text.empty() || text.size() >= sizeof buffer) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  if (std::strlen(buffer) != text.size()) return std::nullopt;
  Address out;
  if (inet_pton(AF_INET, buffer, out.bytes.data()) == 1) return out;
  if (inet_pton(AF_INET6, buffer, out.bytes.data()) != 1) return std::nullopt;
  out.v6 = true;
  constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(out.bytes.data(), kMapped, 12) == 0) {  // ::ffff:10.0.0.1 is 10.0.0.1
    out.v6 = false;
    std::memmove(out.bytes.data(), out.bytes.data() + 12, 4);
    std::fill(out.bytes.begin() + 4, out.bytes.end(), std::uint8_t{0});
  }
  return out;
}

/// Whether all bits of `a` and `b` from `from` to `to` are equal.
bool same_bits(const std::array<std::uint8_t, 16>& a, const std::array<std::uint8_t, 16>& b, int from, int to) {
  for (int i = from; i < to; ++i) {
    const auto byte = static_cast<std::size_t>(i / 8);
    if (((a[byte] ^ b[byte]) >> (7 - i % 8) & 1) != 0) return false;
  }
  return true;
}

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

struct CivilTime {
  std::chrono::year_month_day date;
  std::optional<int> hour, minute;
};

std::optional<CivilTime> from_epoch(std::string_view text) {
  constexpr std::int64_t kMilliseconds = 100'000'000'000, kLatest = 253'402'300'799;  // the end of the year 9999
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || (end != text.data() + text.size() && *end != '.') || value < 0) return std::nullopt;
  if (value >= kMilliseconds) value /= 1000;
  if (value > kLatest) return std::nullopt;
  const std::chrono::sys_seconds time{std::chrono::seconds(value)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss clock(time - day);
  return CivilTime{day, static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count())};
}

std::optional<CivilTime> parse_civil(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return from_epoch(text);
  CivilTime out;
  out.date = std::chrono::year(*year) / std::chrono::month(static_cast<unsigned>(*month)) / std::chrono::day(static_cast<unsigned>(*day));
  if (!out.date.ok()) return std::nullopt;
  if (text.size() == 10) return out;
  out.hour = digits(text, 11, 2);
  out.minute = digits(text, 14, 2);
  if (!out.hour || !out.minute || text[13] != ':' || *out.hour > 23 || *out.minute > 59) return std::nullopt;
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  return out;
}

/// ISO 8601: the week that holds the date's Thursday, counted in the Thursday's year.
int iso_week(std::chrono::year_month_day date) {
  const std::chrono::sys_days day = date;
  const std::chrono::sys_days thursday = day + std::chrono::days(4 - static_cast<int>(std::chrono::weekday(day).iso_encoding()));
  const std::chrono::sys_days first = std::chrono::year_month_day(thursday).year() / 1 / 1;
  return 1 + static_cast<int>((thursday - first).count()) / 7;
}

}  // namespace

std::string to_utf16(std::string_view text, Utf16 form) {
  std::string out;
  const auto put = [&](std::uint32_t unit) {
    const char low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
    out.push_back(form == Utf16::kBigEndian ? high : low);
    out.push_back(form == Utf16::kBigEndian ? low : high);
  };
  if (form == Utf16::kWithMark) put(0xfeff);
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::uint32_t c = length == 1 ? byte(0) : byte(0) & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) c = c << 6 | (byte(i) & 0x3fu);
    if (c < 0x10000) {
      put(c);
    } else {
      put(0xd800 + ((c - 0x10000) >> 10));
      put(0xdc00 + ((c - 0x10000) & 0x3ff));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::array<std::string, 3> base64_offsets(std::string_view bytes) {
  constexpr std::size_t kStart[] = {0, 2, 3}, kEnd[] = {0, 3, 2};
  std::array<std::string, 3> out;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    const std::string encoded = codec::base64_encode(std::string(offset, ' ').append(bytes));
    const std::size_t cut = kEnd[(bytes.size() + offset) % 3];
    if (encoded.size() > kStart[offset] + cut) out[offset] = encoded.substr(kStart[offset], encoded.size() - kStart[offset] - cut);
  }
  return out;
}

std::vector<std::string> dash_variants(std::string_view text, std::size_t limit) {
  static constexpr std::string_view kDashes[] = {"-", "/", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95"};
  std::vector<std::string> out{std::string()};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = (text[i] == '-' || text[i] == '/') && (i == 0 || !is_word(text[i - 1])) && i + 1 < text.size() && is_word(text[i + 1]);
    if (!dash) {
      for (std::string& variant : out) variant += text[i];
      continue;
    }
    if (out.size() * std::size(kDashes) > limit) return {};
    std::vector<std::string> next;
    next.reserve(out.size() * std::size(kDashes));
    const auto extend = [&](std::string_view with) {
      for (const std::string& variant : out) next.push_back(variant + std::string(with));
    };
    extend(text.substr(i, 1));
    for (const std::string_view with : kDashes)
      if (with != text.substr(i, 1)) extend(with);
    out = std::move(next);
  }
  return out;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network out{address->v6, address->v6 ? 128 : 32, address->bytes};
  if (slash != std::string_view::npos) {
    const std::string_view bits = text.substr(slash + 1);
    const auto prefix = bits.empty() || bits.size() > 3 ? std::nullopt : digits(bits, 0, bits.size());
    if (!prefix) return std::nullopt;
    const bool mapped = !address->v6 && text.substr(0, slash).find(':') != std::string_view::npos;
    out.prefix = mapped ? *prefix - 96 : *prefix;
  }
  const int width = out.v6 ? 128 : 32;
  if (out.prefix < 0 || out.prefix > width || !same_bits(out.bytes, {}, out.prefix, width)) return std::nullopt;
  return out;
}

bool contains(const Network& network, std::string_view text) {
  const auto address = parse_address(text);
  return address && address->v6 == network.v6 && same_bits(address->bytes, network.bytes, 0, network.prefix);
}

std::optional<std::string> address_text(std::string_view text, int v4_prefix, int v6_prefix) {
  auto address = parse_address(text);
  if (!address) return std::nullopt;
  for (int bit = address->v6 ? v6_prefix : v4_prefix; bit < 128; ++bit) {
    auto& byte = address->bytes[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<std::uint8_t>(byte & ~(0x80 >> bit % 8));
  }
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(address->v6 ? AF_INET6 : AF_INET, address->bytes.data(), buffer, sizeof buffer);
  return std::string(buffer);
}

std::optional<double> parse_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const std::string_view unsigned_text = !text.empty() && text.front() == '-' ? text.substr(1) : text;
  if (unsigned_text.empty() || !(unsigned_text.front() == '.' || (unsigned_text.front() >= '0' && unsigned_text.front() <= '9')))
    return std::nullopt;  // from_chars would take "inf" and "nan"
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Number> parse_exact_number(std::string_view text) {
  constexpr double kBeyond = 18446744073709551616.0;  // 2^64
  const bool sign = !text.empty() && (text.front() == '-' || text.front() == '+');
  const std::string_view digits = text.substr(sign ? 1 : 0);
  Number out;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.magnitude);
  out.whole = error == std::errc() && end == digits.data() + digits.size();
  if (out.whole) {
    out.negative = text.front() == '-' && out.magnitude != 0;
    out.rounded = static_cast<double>(out.magnitude) * (out.negative ? -1 : 1);
    return out;
  }
  const auto number = parse_number(text);
  if (!number) return std::nullopt;
  out = {*number, std::abs(*number) < kBeyond && *number == std::trunc(*number), *number < 0, 0};
  if (out.whole) out.magnitude = static_cast<std::uint64_t>(std::abs(*number));
  return out;
}

std::weak_ordering compare(const Number& a, const Number& b) {
  if (a.whole && b.whole) {
    if (a.negative != b.negative) return a.negative ? std::weak_ordering::less : std::weak_ordering::greater;
    return a.negative ? b.magnitude <=> a.magnitude : a.magnitude <=> b.magnitude;
  }
  if (a.rounded != b.rounded) return a.rounded < b.rounded ? std::weak_ordering::less : std::weak_ordering::greater;
  if (a.whole == b.whole) return std::weak_ordering::equivalent;
  // a whole one that was rounded up to 2^64, beside 2^64 itself
  return a.whole != (a.rounded < 0) ? std::weak_ordering::less : std::weak_ordering::greater;
}

std::optional<int> time_part(std::string_view text, TimePart part) {
  const auto time = parse_civil(text);
  if (!time) return std::nullopt;
  switch (part) {
    case TimePart::kMinute: return time->minute;
    case TimePart::kHour: return time->hour;
    case TimePart::kDay: return static_cast<int>(static_cast<unsigned>(time->date.day()));
    case TimePart::kWeek: return iso_week(time->date);
    case TimePart::kMonth: return static_cast<int>(static_cast<unsigned>(time->date.month()));
    case TimePart::kYear: return static_cast<int>(time->date.year());
    case TimePart::kNone: break;
  }
  return std::nullopt;
}

std::string number_text(double value) {
  char buffer[64];
  const double size = std::abs(value);
  const bool plain = size == 0 || (size >= 1e-7 && size < 1e21);
  const auto [end, error] = plain ? std::to_chars(buffer, buffer + sizeof buffer, size == 0 ? 0 : value, std::chars_format::fixed)
                                  : std::to_chars(buffer, buffer + sizeof buffer, value);
  std::string out(buffer, end);
  if (out.find_first_not_of("-0123456789") == std::string::npos) out += ".0";
  return out;
}

}  // namespace picket::detect
