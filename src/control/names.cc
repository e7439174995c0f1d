#include "control/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/strings.h"
#include "codec/json.h"

namespace picket::control {
namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestEmail = 254;
constexpr std::size_t kShortestPassword = 8, kLongestPassword = 1024;

/// In code points, so that a name is as long in any script.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Result<std::string> checked_name(std::string_view name, std::string_view thing, std::string_view field) {
  const std::string_view plain = trim(name);
  const auto refuse = [&](std::string why) {
    return fail(Error(ErrorKind::kInvalidInput, std::move(why)).with_field(std::string(field)));
  };
  if (plain.empty()) return refuse(fmt::format("The {} needs a name.", thing));
  if (length_of(plain) > kLongestName)
    return refuse(fmt::format("The name of the {} is longer than {} characters.", thing, kLongestName));
  if (has_control_character(plain))
    return refuse(fmt::format("The name of the {} has a control character.", thing));
  return std::string(plain);
}

Result<std::string> checked_name_part(std::string_view name, std::string_view field) {
  if (trim(name).empty()) return std::string();
  return checked_name(name, "account", field);
}

std::pair<std::string, std::string> first_and_last(const std::string& display_name) {
  const auto blank = display_name.rfind(' ');
  if (blank == std::string::npos) return {display_name, ""};
  return {display_name.substr(0, blank), display_name.substr(blank + 1)};
}

Result<std::string> checked_email(std::string_view email) {
  const std::string_view plain = trim(email);
  const auto at = plain.find('@');
  const bool right = plain.size() <= kLongestEmail && at != std::string_view::npos && at > 0 &&
                     at + 1 < plain.size() && plain.find('@', at + 1) == std::string_view::npos &&
                     !has_control_character(plain) && plain.find(' ') == std::string_view::npos;
  if (!right)
    return fail(Error(ErrorKind::kInvalidInput, "The e-mail address needs the form name@example.com.")
                    .with_field("email"));
  return std::string(plain);
}

Status checked_password_size(std::size_t size) {
  if (size >= kShortestPassword && size <= kLongestPassword) return {};
  return fail(Error(ErrorKind::kInvalidInput,
                    fmt::format("A password needs {} to {} characters.", kShortestPassword, kLongestPassword))
                  .with_field("password"));
}

Result<std::string> checked_preferences(std::string_view text) {
  const auto wrong = [](std::string sentence) {
    return fail(Error(ErrorKind::kInvalidInput, std::move(sentence)).with_field("preferences"));
  };
  constexpr std::size_t kMostBytes = 32 * 1024, kMostLevels = 8;
  if (text.size() > kMostBytes)
    return wrong("preferences may be at most 32 KiB as JSON. Delete saved filters that nobody uses.");
  const auto tree = codec::parse_json(text, {kMostBytes, kMostLevels});
  if (!tree) return wrong("preferences must be a JSON object of at most 8 levels: " + tree.error().message);
  if (!tree->is_object()) return wrong("preferences must be a JSON object.");
  return codec::to_json(*tree);
}

std::string short_name_of(std::string_view name) {
  std::string out;
  for (const char c : to_lower(name))
    if (out.size() < 12 && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) out += c;
  return out.empty() ? "org" : out;
}

Status check_version(std::string_view thing, std::int64_t stored, std::optional<std::int64_t> wanted) {
  if (!wanted || *wanted == stored) return {};
  return fail(
      ErrorKind::kPreconditionFailed,
      fmt::format(
          "Somebody changed this {} meanwhile: it is at version {}, your change was made on version {}. "
          "Load it again and repeat the change.",
          thing, stored, *wanted));
}

}  // namespace picket::control
