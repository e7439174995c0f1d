#include "http_server/forwarded.h"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <optional>

#include "base/strings.h"

namespace picket::http_server {
namespace {

using boost::asio::ip::address;

struct Range {
  std::array<unsigned char, 16> bytes;
  unsigned bits;
};

/// IPv4 and its mapped IPv6 form are one address here.
std::array<unsigned char, 16> bytes_of(const address& from) {
  if (from.is_v4())
    return boost::asio::ip::make_address_v6(boost::asio::ip::v4_mapped, from.to_v4()).to_bytes();
  return from.to_v6().to_bytes();
}

std::optional<address> read_address(std::string_view text) {
  if (text.empty() || text.size() > 64) return std::nullopt;
  boost::system::error_code ec;
  const auto made = boost::asio::ip::make_address(std::string(text), ec);
  if (ec) return std::nullopt;
  return made;
}

std::optional<Range> read_range(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = read_address(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned most = base->is_v4() ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (ec != std::errc() || end != digits.data() + digits.size() || bits > most) return std::nullopt;
  }
  return Range{bytes_of(*base), bits + (128 - most)};
}

bool contains(const Range& range, const std::array<unsigned char, 16>& bytes) {
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned from = i * 8;
    if (from >= range.bits) return true;
    const unsigned take = std::min(8u, range.bits - from);
    const auto mask = static_cast<unsigned char>(0xff00u >> take);
    if ((range.bytes[i] & mask) != (bytes[i] & mask)) return false;
  }
  return true;
}

/// Strips what some proxies add: brackets and a port.
std::string_view bare_address(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos && text.find(':', colon + 1) == std::string_view::npos)
    return text.substr(0, colon);
  return text;
}

std::string plain(const address& from) {
  if (from.is_v6() && from.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, from.to_v6()).to_string();
  return from.to_string();
}

}  // namespace

struct TrustedProxies::Impl {
  std::vector<Range> ranges;

  bool trusted(const address& who) const {
    const auto bytes = bytes_of(who);
    for (const auto& range : ranges)
      if (contains(range, bytes)) return true;
    return false;
  }
};

TrustedProxies::TrustedProxies() : impl_(std::make_unique<Impl>()) {}
TrustedProxies::~TrustedProxies() = default;
TrustedProxies::TrustedProxies(TrustedProxies&&) noexcept = default;
TrustedProxies& TrustedProxies::operator=(TrustedProxies&&) noexcept = default;

Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& ranges) {
  TrustedProxies out;
  for (const auto& text : ranges) {
    const auto range = read_range(trim(text));
    if (!range)
      return fail(
          Error(ErrorKind::kInvalidInput,
                fmt::format("The trusted proxy \"{}\" is neither an address nor a range such as 10.0.0.0/8.",
                            text))
              .with_field("trusted_proxy"));
    out.impl_->ranges.push_back(*range);
  }
  return out;
}

TrustedProxies::Client TrustedProxies::client_of(std::string_view peer, bool tls,
                                                 const Fields& headers) const {
  const auto address_of_peer = read_address(peer);
  if (!address_of_peer) return {std::string(peer), tls};
  Client client{plain(*address_of_peer), tls};
  if (impl_->ranges.empty() || !impl_->trusted(*address_of_peer)) return client;

  std::string chain;
  for (const auto& [name, value] : headers) {
    if (equals_ignoring_case(name, "x-forwarded-for")) chain.append(chain.empty() ? "" : ",").append(value);
    // the last hop's word is the rightmost
    if (equals_ignoring_case(name, "x-forwarded-proto"))
      client.https =
          equals_ignoring_case(trim(std::string_view(value).substr(value.rfind(',') + 1)), "https");
  }
  std::string_view rest = chain;
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const auto hop = read_address(bare_address(rest.substr(comma == std::string_view::npos ? 0 : comma + 1)));
    if (!hop) break;  // garbage: what stands left of it cannot be trusted either
    client.address = plain(*hop);
    if (!impl_->trusted(*hop)) break;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
  }
  return client;
}

}  // namespace picket::http_server
