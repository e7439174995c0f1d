#include "http_server/target.h"

#include <algorithm>

namespace picket::http_server {
namespace {

constexpr std::size_t kMaxParameters = 512;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { kIsPlus, kIsSpace };

Result<std::string> decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::kIsSpace) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(ErrorKind::kInvalidInput,
                    "The address holds a percent sign that is not followed by two hexadecimal digits.");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

/// Strips "http://host" of the absolute form.
Result<std::string_view> origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    target.remove_prefix(scheme.size());
    const auto slash = target.find_first_of("/?");
    if (slash == 0) return fail(ErrorKind::kInvalidInput, "The address names no host.");
    if (slash == std::string_view::npos) return std::string_view("/");
    if (target[slash] == '?') return fail(ErrorKind::kInvalidInput, "The address has no path.");
    return target.substr(slash);
  }
  if (target.empty() || target.front() != '/')
    return fail(ErrorKind::kInvalidInput, "The request's address does not begin with a slash.");
  return target;
}

Status check_segment(std::string_view segment) {
  if (segment == "." || segment == "..")
    return fail(ErrorKind::kInvalidInput, "The address holds a dot segment; name the resource directly.");
  const auto bad = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\'; };
  if (std::any_of(segment.begin(), segment.end(), bad))
    return fail(ErrorKind::kInvalidInput, "The address holds a control character or a backslash.");
  return {};
}

Status parse_path(std::string_view raw, Target& out) {
  while (!raw.empty()) {
    raw.remove_prefix(1);  // the slash
    const auto end = std::min(raw.find('/'), raw.size());
    PICKET_ASSIGN(std::string segment, decode(raw.substr(0, end), Plus::kIsPlus));
    PICKET_TRY(check_segment(segment));
    out.path.append("/").append(segment);
    out.segments.push_back(std::move(segment));
    raw.remove_prefix(end);
  }
  return {};
}

Status parse_query(std::string_view raw, Target& out) {
  while (!raw.empty()) {
    const auto end = std::min(raw.find('&'), raw.size());
    const auto pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (pair.empty()) continue;
    if (out.query.size() == kMaxParameters)
      return fail(ErrorKind::kTooLarge, "The address carries more than 512 parameters.");
    const auto equals = std::min(pair.find('='), pair.size());
    PICKET_ASSIGN(std::string name, decode(pair.substr(0, equals), Plus::kIsSpace));
    PICKET_ASSIGN(std::string value, decode(pair.substr(std::min(equals + 1, pair.size())), Plus::kIsSpace));
    out.query.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  const auto bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (std::any_of(target.begin(), target.end(), bad))
    return fail(ErrorKind::kInvalidInput, "The address holds a space or a control character.");
  PICKET_ASSIGN(std::string_view origin, origin_form(target));
  origin = origin.substr(0, origin.find('#'));
  const auto question = std::min(origin.find('?'), origin.size());
  Target out;
  PICKET_TRY(parse_path(origin.substr(0, question), out));
  PICKET_TRY(parse_query(origin.substr(std::min(question + 1, origin.size())), out));
  return out;
}

}  // namespace picket::http_server
