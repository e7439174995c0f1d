#include "control/change_text.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "codec/json.h"
#include "control/rows.h"

namespace picket::control {
namespace {

constexpr std::size_t kLongestQuote = 200;

/// For the sentence; the whole value stands in before and after.
std::string in_quotes(std::string_view text) {
  if (text.empty()) return "nothing";
  if (text.size() <= kLongestQuote) return fmt::format("\"{}\"", text);
  std::size_t end = kLongestQuote;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a character
  return fmt::format("\"{}…\"", text.substr(0, end));
}

std::string spelled(std::optional<double> hours) {
  return hours ? fmt::format("{:g}", *hours) : "none";
}

/// "api_host" -> "Api host"
std::string label_of(std::string_view key) {
  std::string out(key);
  for (char& c : out)
    if (c == '_') c = ' ';
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 32);
  return out;
}

std::string for_people(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : codec::to_json(value);
}

boost::json::object object_of(const std::string& json) {
  auto value = codec::parse_json(json);
  return value && value->is_object() ? std::move(value->get_object()) : boost::json::object();
}

void put(codec::JsonWriter& out, std::string_view name, std::optional<double> value) {
  out.key(name);
  value ? out.value(*value) : out.null();
}

void put(codec::JsonWriter& out, std::string_view name, std::optional<TimePoint> value) {
  out.key(name);
  value ? out.value(format_rfc3339(*value)) : out.null();
}

void put(codec::JsonWriter& out, std::string_view name, const boost::json::value* value) {
  out.key(name);
  value != nullptr ? out.raw(codec::to_json(*value)) : out.null();
}

std::string_view status_text(const model::Health& health) {
  return health.status ? to_string(*health.status) : "";
}

void put_status(codec::JsonWriter& out, const model::Health& health) {
  out.key("status");
  health.status ? out.value(status_text(health)) : out.null();
}

}  // namespace

void ChangeText::say(std::string_view sentence) {
  if (!sentence_.empty()) sentence_ += ' ';
  sentence_ += sentence;
}

void ChangeText::text(std::string_view name, std::string_view label, std::string_view before,
                      std::string_view after) {
  if (before == after) return;
  changed_ = true;
  before_.field(name, before);
  after_.field(name, after);
  if (!label.empty())
    say(fmt::format("{} changed from {} to {}.", label, in_quotes(before), in_quotes(after)));
}

void ChangeText::number(std::string_view name, std::string_view label, std::optional<double> before,
                        std::optional<double> after) {
  if (before == after) return;
  changed_ = true;
  put(before_, name, before);
  put(after_, name, after);
  say(fmt::format("{} changed from {} to {}.", label, spelled(before), spelled(after)));
}

void ChangeText::boolean(std::string_view name, bool before, bool after) {
  if (before == after) return;
  changed_ = true;
  before_.field(name, before);
  after_.field(name, after);
}

void ChangeText::time(std::string_view name, std::optional<TimePoint> before,
                      std::optional<TimePoint> after) {
  if (before == after) return;
  changed_ = true;
  put(before_, name, before);
  put(after_, name, after);
}

void ChangeText::object(std::string_view name, std::string_view label, const std::string& before,
                        const std::string& after) {
  const auto old_keys = object_of(before), new_keys = object_of(after);
  if (old_keys == new_keys) return;
  changed_ = true;
  if (!label.empty()) say(fmt::format("{} changed.", label));
  before_.key(name).begin_object();
  after_.key(name).begin_object();
  const auto differs = [&](std::string_view key, const boost::json::value* old_value,
                           const boost::json::value* new_value) {
    put(before_, key, old_value);
    put(after_, key, new_value);
    if (label.empty())
      say(fmt::format("{} changed from {} to {}.", label_of(key),
                      in_quotes(old_value ? for_people(*old_value) : ""),
                      in_quotes(new_value ? for_people(*new_value) : "")));
  };
  for (const auto& [key, value] : old_keys) {
    const auto* other = new_keys.if_contains(key);
    if (other == nullptr || *other != value) differs(std::string_view(key.data(), key.size()), &value, other);
  }
  for (const auto& [key, value] : new_keys)
    if (!old_keys.contains(key)) differs(std::string_view(key.data(), key.size()), nullptr, &value);
  before_.end_object();
  after_.end_object();
}

void ChangeText::added(std::string_view name, std::string_view value) {
  changed_ = true;
  after_.field(name, value);
}

void ChangeText::added_json(std::string_view name, std::string_view json) {
  changed_ = true;
  after_.key(name).raw(json);
}

void ChangeText::added_time(std::string_view name, std::optional<TimePoint> value) {
  changed_ = true;
  put(after_, name, value);
}

void ChangeText::removed(std::string_view name, std::string_view value) {
  changed_ = true;
  before_.field(name, value);
}

std::string ChangeText::take() {
  before_.end_object();
  after_.end_object();
  codec::JsonWriter out;
  out.begin_object().field("kind", kind_).field("sentence", sentence_);
  out.key("before").raw(before_.take());
  out.key("after").raw(after_.take());
  out.end_object();
  return out.take();
}

std::string_view health_word(const model::Health& health) {
  switch (health.level) {
    case model::HealthLevel::kOk:
      return "Healthy";
    case model::HealthLevel::kWarning:
      return "Needs attention";
    case model::HealthLevel::kError:
      return "Unhealthy";
    case model::HealthLevel::kVerifying:
      return "Verifying";
    case model::HealthLevel::kPaused:
      return "Paused";
  }
  return "Verifying";
}

std::string health_change(const model::Health& before, const model::Health& after) {
  codec::JsonWriter out;
  const auto old_word = health_word(before), new_word = health_word(after);
  std::string sentence = old_word == new_word
                             ? fmt::format("Health is still {}", new_word)
                             : fmt::format("Health changed from {} to {}", old_word, new_word);
  sentence += after.sentence.empty() ? std::string(".") : ": " + after.sentence;
  out.begin_object().field("kind", "health").field("sentence", sentence);
  const auto side = [&](std::string_view name, const model::Health& mine, const model::Health& other) {
    out.key(name).begin_object();
    if (mine.status != other.status) put_status(out, mine);
    if (mine.level != other.level) out.field("level", to_string(mine.level));
    if (mine.code != other.code) out.field("code", mine.code);
    if (mine.sentence != other.sentence) out.field("sentence", mine.sentence);
    out.end_object();
  };
  side("before", before, after);
  side("after", after, before);
  out.end_object();
  return out.take();
}

std::string expiry_warning(const ExpiryWarning& warning) {
  ChangeText change("health");
  change.say(warning.sentence);
  change.added_time("expires_at", warning.expires_at);
  return change.take();
}

std::string secret_change(const std::optional<Credential>& before, const Credential& after, bool keep_cursors,
                          TimePoint start_time) {
  ChangeText change("secret");
  const auto shown = [](const Credential& c) {
    return c.last_four.empty() ? std::string("unknown") : "…" + c.last_four;
  };
  if (before) {
    change.say(fmt::format("Token replaced: {} by {}.", shown(*before), shown(after)));
    change.text("last_four", "", before->last_four, after.last_four);
    change.text("fingerprint", "", before->fingerprint, after.fingerprint);
    change.text("account_uid", "", before->account_uid, after.account_uid);
    change.text("server", "", before->server, after.server);
    change.time("issued_at", before->issued_at, after.issued_at);
    change.time("expires_at", before->expires_at, after.expires_at);
  } else {
    change.say(fmt::format("Token stored: {}.", shown(after)));
    change.added("last_four", after.last_four);
    change.added("fingerprint", after.fingerprint);
    if (!after.account_uid.empty()) change.added("account_uid", after.account_uid);
    if (!after.server.empty()) change.added("server", after.server);
    if (!after.features.empty()) change.added_json("features", features_json(after.features));
    change.added_time("expires_at", after.expires_at);
  }
  if (!keep_cursors)
    change.say(fmt::format("It belongs to another account: every stream starts again from {}.",
                           format_rfc3339_seconds(start_time)));
  return change.take();
}

}  // namespace picket::control
