#include "store/event_address.h"

#include <sodium.h>

#include <array>
#include <span>

#include "base/guid.h"
#include "store/byte_io.h"

namespace picket::store {

namespace {

constexpr char kHex[] = "0123456789abcdef";

void put_hex(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    out += kHex[static_cast<unsigned char>(c) >> 4];
    out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

std::optional<std::string> from_hex(std::string_view text) {
  std::string out;
  int high = -1;
  for (const char c : text) {
    int digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return std::nullopt;
    }
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<char>(high << 4 | digit));
      high = -1;
    }
  }
  if (high >= 0) return std::nullopt;
  return out;
}

// 96 bits of address under a 26-bit tag that is also the mask's seed (as in SIV). 122 bits are what a GUID of
// version 8 leaves to its maker.
struct Sealed {
  std::uint32_t words[3];
  std::uint32_t tag;
};

std::uint64_t hash_words(const AddressCodec& codec, char purpose, std::span<const std::uint32_t> words) {
  std::array<char, 13> bytes{purpose};
  std::size_t at = 1;
  for (const std::uint32_t word : words)
    for (int shift = 0; shift < 32; shift += 8) bytes[at++] = static_cast<char>(word >> shift);
  return codec.hash({bytes.data(), at});
}

void apply_mask(const AddressCodec& codec, Sealed& s) {
  const auto a = hash_words(codec, 'm', {&s.tag, 1}), b = hash_words(codec, 'n', {&s.tag, 1});
  s.words[0] ^= static_cast<std::uint32_t>(a);
  s.words[1] ^= static_cast<std::uint32_t>(a >> 32);
  s.words[2] ^= static_cast<std::uint32_t>(b);
}

std::uint32_t tag_of(const AddressCodec& codec, const std::uint32_t* words) {
  return static_cast<std::uint32_t>(hash_words(codec, 'i', {words, 3})) & 0x3ffffffu;
}

}  // namespace

std::uint64_t AddressCodec::hash(std::string_view bytes) const {
  static_assert(crypto_shorthash_BYTES == 8 && crypto_shorthash_KEYBYTES == 16);
  std::uint64_t out = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&out),
                   reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), key_.data());
  return out;
}

GuidBytes AddressCodec::id_bytes(const EventAddress& address) const {
  Sealed s{{address.partition, address.stream, address.ordinal}, 0};
  s.tag = tag_of(*this, s.words);
  apply_mask(*this, s);
  // big-endian bit string: 48 bits | version 8 | 12 bits | variant 10 | 62 bits
  const auto high = (std::uint64_t{s.words[0]} << 28) | (s.words[1] >> 4);  // 60 bits
  const auto low =
      (std::uint64_t{s.words[1] & 15} << 58) | (std::uint64_t{s.words[2]} << 26) | s.tag;  // 62 bits
  const std::uint64_t first = ((high >> 12) << 16) | 0x8000 | (high & 0xfff);
  const std::uint64_t second = (std::uint64_t{2} << 62) | low;
  GuidBytes out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>((i < 8 ? first : second) >> (56 - 8 * (i % 8)));
  return out;
}

std::optional<EventAddress> AddressCodec::parse_id(std::string_view id) const {
  if (!is_guid(id)) return std::nullopt;
  std::string digits;
  for (const char c : id)
    if (c != '-') digits += c;
  const auto bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  std::uint64_t first = 0, second = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    first = first << 8 | static_cast<unsigned char>((*bytes)[i]);
    second = second << 8 | static_cast<unsigned char>((*bytes)[i + 8]);
  }
  if ((first & 0xf000) != 0x8000 || second >> 62 != 2) return std::nullopt;
  const auto high = ((first >> 16) << 12) | (first & 0xfff);
  Sealed s{};
  s.words[0] = static_cast<std::uint32_t>(high >> 28);
  s.words[1] = static_cast<std::uint32_t>(high << 4) | static_cast<std::uint32_t>((second >> 58) & 15);
  s.words[2] = static_cast<std::uint32_t>(second >> 26);
  s.tag = static_cast<std::uint32_t>(second) & 0x3ffffffu;
  apply_mask(*this, s);
  if (tag_of(*this, s.words) != s.tag) return std::nullopt;
  return EventAddress{s.words[0], s.words[1], s.words[2]};
}

std::string AddressCodec::token(Order order, const EventPosition& last) const {
  std::string bytes(1, order == Order::kNewestFirst ? 'N' : 'O');
  put_fixed(bytes, last.time_us);
  put_fixed(bytes, last.address.partition);
  put_fixed(bytes, last.address.stream);
  put_fixed(bytes, last.address.ordinal);
  put_fixed(bytes, hash("t" + bytes));
  std::string out;
  put_hex(out, bytes);
  return out;
}

Result<EventPosition> AddressCodec::parse_token(std::string_view token, Order order) const {
  const auto refuse = [](const char* why) {
    return fail(Error(ErrorKind::kInvalidInput, why).with_field("page"));
  };
  const auto bytes = token.size() <= 128 ? from_hex(token) : std::nullopt;
  if (!bytes || bytes->size() != 29)
    return refuse("The page token is not one of ours. Start again from the first page.");
  ByteReader in(*bytes);
  const auto kind = in.bytes(1);
  EventPosition p;
  p.time_us = in.fixed<std::int64_t>();
  p.address.partition = in.fixed<std::uint32_t>();
  p.address.stream = in.fixed<std::uint32_t>();
  p.address.ordinal = in.fixed<std::uint32_t>();
  if (in.fixed<std::uint64_t>() != hash("t" + bytes->substr(0, 21)))
    return refuse("The page token is not one of ours. Start again from the first page.");
  if (kind != (order == Order::kNewestFirst ? "N" : "O"))
    return refuse("The page token belongs to the other sort order. Start again from the first page.");
  return p;
}

}  // namespace picket::store
