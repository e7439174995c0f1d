#include "codec/url.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace picket::codec {
namespace {

constexpr std::size_t kMaxUrl = 8192;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int hex(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

tl::unexpected<Error> bad(std::string_view why) {
  return fail(ErrorKind::kInvalidInput, fmt::format("This is not an http or https address: {}.", why));
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

/// Letters, digits and inner hyphens; the last label must not look like a number, because C libraries read
/// `127.1` and `0x7f.1` as addresses.
bool is_dns_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  std::string_view rest = host, label;
  while (true) {
    const auto dot = rest.find('.');
    label = rest.substr(0, dot);
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_'; }))
      return false;
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return !is_digit(label.front());
}

Status read_host(std::string_view& rest, Url& url) {
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return bad("the address in brackets has no end");
    url.host = to_lower(rest.substr(1, end - 1));
    in6_addr address{};
    if (inet_pton(AF_INET6, url.host.c_str(), &address) != 1)
      return bad("what stands in brackets is no IPv6 address");
    url.host_is_ip = true;
    rest.remove_prefix(end + 1);
    return {};
  }
  const auto end = rest.find(':');
  url.host = to_lower(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
  url.host_is_ip = is_ipv4(url.host);
  if (!url.host_is_ip && !is_dns_name(url.host)) return bad("its host is neither a name nor an address");
  return {};
}

Status read_port(std::string_view rest, Url& url) {
  url.port = url.scheme == "https" ? 443 : 80;
  if (rest.empty()) return {};
  if (rest.front() != ':') return bad("unexpected characters follow the host");
  rest.remove_prefix(1);
  unsigned port = 0;
  const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), port);
  if (ec != std::errc{} || end != rest.data() + rest.size() || port < 1 || port > 65535 ||
      rest.front() == '0')
    return bad("its port is no number from 1 to 65535");
  url.port = static_cast<std::uint16_t>(port);
  return {};
}

}  // namespace

std::string Url::origin() const {
  const bool own_port = port == (scheme == "https" ? 443 : 80);
  const bool brackets = host.find(':') != std::string::npos;
  std::string out = fmt::format(fmt::runtime(brackets ? "{}://[{}]" : "{}://{}"), scheme, host);
  if (!own_port) out += fmt::format(":{}", port);
  return out;
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kMaxUrl) return bad("it is longer than 8192 bytes");
  for (const char c : text)
    if (c <= 0x20 || c >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>' || c == '`' || c == '{' ||
        c == '}' || c == '|' || c == '^')
      return bad("it holds a space or another character that has no place in an address");
  Url url;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return bad("it does not begin with https://");
  url.scheme = to_lower(text.substr(0, colon));
  if (url.scheme != "https" && url.scheme != "http") return bad("it does not begin with https://");
  std::string_view rest = text.substr(colon + 3);
  if (rest.find('#') != std::string_view::npos) return bad("it has a fragment (#)");
  const auto end = rest.find_first_of("/?");
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(std::min(end, rest.size()));
  if (authority.find('@') != std::string_view::npos) return bad("it holds a user name");
  PICKET_TRY(read_host(authority, url));
  PICKET_TRY(read_port(authority, url));
  const auto question = rest.find('?');
  url.path = std::string(rest.substr(0, question));
  if (url.path.empty()) url.path = "/";
  if (question != std::string_view::npos) url.query = std::string(rest.substr(question + 1));
  return url;
}

std::string percent_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      const auto u = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[u >> 4];
      out += kHex[u & 15];
    }
  }
  return out;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
        return fail(ErrorKind::kInvalidInput, "A percent sign is not followed by two hexadecimal digits.");
      out += static_cast<char>(hex(text[i + 1]) << 4 | hex(text[i + 2]));
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

Result<QueryPairs> parse_query(std::string_view text, std::size_t max_pairs) {
  QueryPairs pairs;
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (part.empty()) continue;
    if (pairs.size() == max_pairs)
      return fail(ErrorKind::kTooLarge, fmt::format("There are more than {} parameters.", max_pairs));
    const auto equals = part.find('=');
    PICKET_ASSIGN(std::string key, percent_decode(part.substr(0, equals), true));
    PICKET_ASSIGN(std::string value,
                  percent_decode(
                      equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1), true));
    pairs.emplace_back(std::move(key), std::move(value));
  }
  return pairs;
}

}  // namespace picket::codec
