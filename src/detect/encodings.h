#pragma once

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "detect/rule.h"

/// What Sigma's modifiers make of bytes.
namespace picket::detect {

enum class Utf16 { kLittleEndian, kBigEndian, kWithMark };
/// UTF-8 text as UTF-16 bytes; kWithMark is FF FE and then little-endian, as the specification says.
std::string to_utf16(std::string_view text, Utf16 form);

/// The three texts of which one occurs wherever `bytes` occur inside something base64: encoded at offsets 0, 1 and 2, the
/// characters cut that also depend on the neighbours. One may be empty when `bytes` are few.
std::array<std::string, 3> base64_offsets(std::string_view bytes);

/// `text` with each `-` or `/` that begins a word (nothing of a word before it, a word behind) as each of - / – — ―.
/// Empty when that would be more than `limit` texts. `text` itself comes first.
std::vector<std::string> dash_variants(std::string_view text, std::size_t limit);

/// "10.0.0.0/8", "2001:db8::/32". Nothing for what is no network or has bits set behind its prefix.
std::optional<Network> parse_network(std::string_view text);
/// Whether `text` is an address of that network. Any text.
bool contains(const Network& network, std::string_view text);

/// One spelling for every way to write the address, the bits behind the prefix cleared; IPv4-mapped IPv6 is IPv4. Nothing for what is no
/// address.
std::optional<std::string> address_text(std::string_view text, int v4_prefix = 32, int v6_prefix = 128);

/// The number that the whole text spells in decimal, as JSON does (a sign and leading zeros are taken too).
std::optional<double> parse_number(std::string_view text);

/// The same without rounding what is whole.
std::optional<Number> parse_exact_number(std::string_view text);
std::weak_ordering compare(const Number& a, const Number& b);

/// A part of the time that `text` spells ("2026-11-22T18:55:31Z", "2026-11-22 18:55", "2026-11-22"), as written: no
/// conversion of zones. All digits: seconds (milliseconds from 100 thousand million on) since 1970 in UTC.
std::optional<int> time_part(std::string_view text, TimePart part);

/// Text of a number that JSON does not write as an integer: the shortest that reads back, "1.0" for 1 and 1e0, "100000.0" for 1e5; with an exponent only
/// from 10^21 on and below 10^-7.
std::string number_text(double value);

}  // namespace picket::detect
