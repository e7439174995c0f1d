#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <map>

#include "onepassword_simulator/faults.h"

namespace picket::onepassword_simulator {
namespace {

namespace json = boost::json;

constexpr std::string_view kPagings[] = {
    "stuck",         "empty_more",     "same_page",      "cycle",         "skip",
    "out_of_order",  "shuffle",        "reverse",        "repeat",        "duplicates_at_end",
    "limit_ignored", "foreign_cursor", "foreign_events", "expire_cursors"};
constexpr std::string_view kPages[] = {"items_null",       "items_missing", "items_object",
                                       "cursor_missing",   "cursor_null",   "cursor_empty",
                                       "cursor_number",    "cursor_huge",   "has_more_missing",
                                       "has_more_text",    "array",         "text",
                                       "empty_object",     "empty_body",    "bom",
                                       "trailing_garbage", "extra_fields",  "deep",
                                       "duplicate_items"};
constexpr std::string_view kMutations[] = {"invalid_utf8",   "lone_surrogate", "control_character",
                                           "duplicate_keys", "deep",           "nan",
                                           "overflow",       "nulls",          "unknown_fields",
                                           "renamed",        "missing_uuid",   "missing_timestamp",
                                           "retyped",        "bad_time",       "future_time",
                                           "new_kind",       "empty_uuid",     "long",
                                           "not_object"};
constexpr std::string_view kGzips[] = {"whole", "cut", "garbage", "bomb"};
constexpr std::string_view kConnections[] = {"close", "reset", "hang"};

Error wrong(const std::string& where, std::string_view what) {
  return Error(ErrorKind::kInvalidInput, fmt::format("The fault plan's {} {}.", where, what))
      .with_field(where);
}

Result<std::int64_t> whole(const std::string& where, const json::value& value) {
  if (value.is_int64()) return value.as_int64();
  if (value.is_uint64() && value.as_uint64() <= 0x7fffffffffffffffULL)
    return static_cast<std::int64_t>(value.as_uint64());
  return fail(wrong(where, "must be a whole number"));
}
Result<std::uint64_t> natural(const std::string& where, const json::value& value) {
  PICKET_ASSIGN(const std::int64_t n, whole(where, value));
  if (n < 0) return fail(wrong(where, "must not be negative"));
  return static_cast<std::uint64_t>(n);
}
Result<std::string> text(const std::string& where, const json::value& value) {
  if (!value.is_string()) return fail(wrong(where, "must be a text"));
  return std::string(value.as_string());
}
Result<bool> yes_no(const std::string& where, const json::value& value) {
  if (!value.is_bool()) return fail(wrong(where, "must be true or false"));
  return value.as_bool();
}
template <typename Words>
Result<std::string> one_of(const std::string& where, const json::value& value, const Words& words) {
  PICKET_ASSIGN(std::string word, text(where, value));
  if (std::find(std::begin(words), std::end(words), word) == std::end(words))
    return fail(wrong(where, fmt::format("must be one of {}", fmt::join(words, ", "))));
  return word;
}

using Reader = std::function<Status(const std::string& where, const json::value&)>;

/// A reader that puts what `read` returns into `target`.
template <typename Target, typename Read>
Reader into(Target& target, Read read) {
  return [&target, read](const std::string& where, const json::value& value) -> Status {
    PICKET_ASSIGN(auto got, read(where, value));
    target = static_cast<Target>(std::move(got));
    return {};
  };
}
Reader milliseconds_into(std::chrono::milliseconds& target) {
  return [&target](const std::string& where, const json::value& value) -> Status {
    PICKET_ASSIGN(const std::int64_t n, whole(where, value));
    target = std::chrono::milliseconds(n);
    return {};
  };
}
template <typename Words>
Reader word_into(std::string& target, const Words& words) {
  return [&target, &words](const std::string& where, const json::value& value) -> Status {
    PICKET_ASSIGN(target, one_of(where, value, words));
    return {};
  };
}

Status read_object(const std::string& where, const json::value& value,
                   const std::map<std::string_view, Reader>& readers) {
  if (!value.is_object()) return fail(wrong(where, "must be an object"));
  for (const auto& [key, inner] : value.as_object()) {
    const auto reader = readers.find(std::string_view(key.data(), key.size()));
    if (reader == readers.end())
      return fail(wrong(where, fmt::format("knows no key \"{}\"", std::string_view(key.data(), key.size()))));
    PICKET_TRY(reader->second(where + "." + std::string(reader->first), inner));
  }
  return {};
}

Status read_headers(const std::string& where, const json::value& value, http_server::Fields& out) {
  if (!value.is_object()) return fail(wrong(where, "must be an object of texts"));
  for (const auto& [name, inner] : value.as_object()) {
    PICKET_ASSIGN(std::string word, text(where, inner));
    out.emplace_back(std::string(name.data(), name.size()), std::move(word));
  }
  return {};
}

Status read_drip(const std::string& where, const json::value& value, FaultAction& action) {
  action.drip_bytes = 1;
  action.drip_every = std::chrono::milliseconds(10'000);
  return read_object(where, value,
                     {{"bytes", into(action.drip_bytes, natural)},
                      {"every_ms", milliseconds_into(action.drip_every)},
                      {"head", into(action.drip_head, yes_no)}});
}

Status read_action(const std::string& where, const json::value& value, FaultAction& action) {
  const auto optional_cut = [](std::optional<std::int64_t>& cut) { return into(cut, whole); };
  const Status done = read_object(
      where, value,
      {{"delay_ms", milliseconds_into(action.delay)},
       {"date_skew_ms", milliseconds_into(action.date_skew)},
       {"status", into(action.status, whole)},
       {"headers",
        [&](const std::string& at, const json::value& v) { return read_headers(at, v, action.headers); }},
       {"body", into(action.body, text)},
       {"content_type", into(action.content_type, text)},
       {"redirect",
        [&](const std::string& at, const json::value& v) -> Status {
          PICKET_ASSIGN(std::string target, text(at, v));
          action.headers.emplace_back("location", std::move(target));
          if (!action.status) action.status = 302;
          return {};
        }},
       {"html",
        [&](const std::string&, const json::value&) -> Status {
          action.content_type = "text/html";
          action.body = "<!doctype html><title>Gateway</title><h1>The gateway is having a rest</h1>";
          if (!action.status) action.status = 200;
          return {};
        }},
       {"paging", word_into(action.paging, kPagings)},
       {"n", into(action.paging_n, natural)},
       {"page", word_into(action.page, kPages)},
       {"mutate", word_into(action.mutate, kMutations)},
       {"record", into(action.mutate_record, whole)},
       {"gzip", word_into(action.gzip, kGzips)},
       {"gzip_bytes", into(action.gzip_bytes, natural)},
       {"connection", word_into(action.connection, kConnections)},
       {"cut_body_at", optional_cut(action.cut_body_at)},
       {"cut_head_at", optional_cut(action.cut_head_at)},
       {"reset", into(action.reset, yes_no)},
       {"length_delta", into(action.length_delta, whole)},
       {"drip", [&](const std::string& at, const json::value& v) { return read_drip(at, v, action); }},
       {"endless", into(action.endless, yes_no)},
       {"huge_bytes", into(action.huge_bytes, natural)}});
  if (!done) return done;
  if (action.status && (*action.status < 200 || *action.status > 599))
    return fail(wrong(where + ".status", "must be 200 to 599"));
  return {};
}

Status read_accounts(const std::string& where, const json::value& value, FaultRule& rule) {
  if (value.is_array() && value.as_array().size() == 2) {
    PICKET_ASSIGN(const auto low, natural(where, value.as_array()[0]));
    PICKET_ASSIGN(const auto high, natural(where, value.as_array()[1]));
    rule.account_from = static_cast<std::uint32_t>(low);
    rule.account_to = static_cast<std::uint32_t>(high);
    return {};
  }
  PICKET_ASSIGN(const auto only, natural(where, value));
  rule.account_from = rule.account_to = static_cast<std::uint32_t>(only);
  return {};
}

Status read_rule(const std::string& where, const json::value& value, FaultRule& rule) {
  constexpr std::string_view kPhases[] = {"any", "start", "go_on"};
  std::string phase = "any";
  const Status done = read_object(
      where, value,
      {{"name", into(rule.name, text)},
       {"path", into(rule.path, text)},
       {"stream", into(rule.path, text)},
       {"accounts", [&](const std::string& at, const json::value& v) { return read_accounts(at, v, rule); }},
       {"account", [&](const std::string& at, const json::value& v) { return read_accounts(at, v, rule); }},
       {"cursor", word_into(phase, kPhases)},
       {"from", into(rule.from, natural)},
       {"every", into(rule.every, natural)},
       {"count", into(rule.count, natural)},
       {"probability",
        [&](const std::string& at, const json::value& v) -> Status {
          if (!v.is_number() || v.to_number<double>() < 0 || v.to_number<double>() > 1)
            return fail(wrong(at, "must be a number from 0 to 1"));
          rule.probability = v.to_number<double>();
          return {};
        }},
       {"action",
        [&](const std::string& at, const json::value& v) { return read_action(at, v, rule.action); }}});
  if (!done) return done;
  rule.phase = phase == "start"   ? FaultRule::Phase::kStart
               : phase == "go_on" ? FaultRule::Phase::kGoOn
                                  : FaultRule::Phase::kAny;
  rule.every = std::max<std::uint64_t>(1, rule.every);
  if (rule.name.find_first_of("\"\\\n") != std::string::npos)
    return fail(wrong(where + ".name", "must be plain"));
  return {};
}

}  // namespace

Result<std::vector<FaultRule>> parse_fault_rules(std::string_view bytes, std::uint64_t& seed) {
  boost::system::error_code ec;
  const json::value root = json::parse(json::string_view(bytes.data(), bytes.size()), ec);
  if (ec) return fail(wrong("text", "is not JSON: " + ec.message()));
  std::vector<FaultRule> rules;
  const Status done =
      read_object("plan", root,
                  {{"seed", into(seed, natural)},
                   {"rules", [&](const std::string& where, const json::value& value) -> Status {
                      if (!value.is_array()) return fail(wrong(where, "must be a list"));
                      for (const auto& item : value.as_array()) {
                        const auto at = fmt::format("rules[{}]", rules.size());
                        FaultRule rule;
                        rule.name = at;
                        PICKET_TRY(read_rule(at, item, rule));
                        rules.push_back(std::move(rule));
                      }
                      return {};
                    }}});
  if (!done) return fail(done.error());
  return rules;
}

}  // namespace picket::onepassword_simulator
