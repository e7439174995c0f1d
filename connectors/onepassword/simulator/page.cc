#include "onepassword_simulator/page.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstring>

#include "base/assert.h"
#include "onepassword_simulator/cursor.h"

namespace picket::onepassword_simulator {
namespace {

constexpr std::string_view kBeforeCursor = R"({"cursor":")";
constexpr std::string_view kMore = R"(","has_more":true,"items":[)";
constexpr std::string_view kNoMore = R"(","has_more":false,"items":[)";
/// Room for the longer of the two; the shorter frame is filled up with a space, which JSON allows there.
constexpr std::size_t kFrame = kBeforeCursor.size() + CursorCodec::kTextSize + kNoMore.size();

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out(text);
  if (what.empty()) return out;  // the record lacks that member
  const auto at = out.find(what);
  if (at != std::string::npos) out.replace(at, what.size(), with);
  return out;
}

/// The value of a top-level text member, quotes included, together with its key.
std::string_view member(std::string_view record, std::string_view key) {
  const auto begin = record.find(fmt::format("\"{}\":\"", key));
  if (begin == std::string_view::npos) return {};
  const auto end = record.find('"', begin + key.size() + 4);
  return record.substr(begin, end + 1 - begin);
}

std::string with_first(std::string_view record, std::string_view members) {
  return fmt::format("{{{},{}", members, record.substr(1));
}

std::string all_null(std::string_view record) {
  boost::system::error_code ec;
  auto value = boost::json::parse(boost::json::string_view(record.data(), record.size()), ec);
  if (ec || !value.is_object()) return std::string(record);
  for (auto& [key, inner] : value.as_object())
    if (key != "uuid" && key != "timestamp") inner = nullptr;
  return boost::json::serialize(value);
}

std::string nest(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

PageText::PageText() {
  text_.assign(kFrame, ' ');
}

std::vector<std::string> PageText::records() const {
  std::vector<std::string> out;
  std::size_t begin = kFrame;
  for (const std::size_t end : ends) {
    out.push_back(text_.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

void PageText::replace_records(const std::vector<std::string>& records) {
  text_.resize(kFrame);
  ends.clear();
  for (const auto& record : records) {
    if (!ends.empty()) text_ += ',';
    text_ += record;
    ends.push_back(text_.size());
  }
}

void PageText::reorder(const std::vector<std::size_t>& order) {
  const auto old = records();
  std::vector<std::string> fresh;
  fresh.reserve(order.size());
  for (const std::size_t i : order) fresh.push_back(old[i]);
  replace_records(fresh);
}

std::string PageText::finish(std::string_view variant) {
  if (variant.empty()) {
    PICKET_ASSERT(cursor.size() == CursorCodec::kTextSize, "a cursor has its fixed size");
    const std::size_t pad = more ? kNoMore.size() - kMore.size() : 0;  // leading space
    char* at = text_.data() + pad;
    const auto put = [&at](std::string_view piece) {
      std::memcpy(at, piece.data(), piece.size());
      at += piece.size();
    };
    put(kBeforeCursor);
    put(cursor);
    put(more ? kMore : kNoMore);
    text_ += "]}";
    return std::move(text_);
  }
  const std::string_view items = std::string_view(text_).substr(kFrame);
  const std::string_view has_more = more ? "true" : "false";
  const auto page = [&](std::string_view c, std::string_view m, std::string_view i) {
    return fmt::format(R"({{"cursor":{},"has_more":{},"items":{}}})", c, m, i);
  };
  const std::string c = "\"" + cursor + "\"", i = fmt::format("[{}]", items);
  if (variant == "items_null") return page(c, has_more, "null");
  if (variant == "items_missing") return fmt::format(R"({{"cursor":{},"has_more":{}}})", c, has_more);
  if (variant == "items_object") return page(c, has_more, R"({"0":{}})");
  if (variant == "cursor_missing") return fmt::format(R"({{"has_more":{},"items":{}}})", has_more, i);
  if (variant == "cursor_null") return page("null", has_more, i);
  if (variant == "cursor_empty") return page(R"("")", has_more, i);
  if (variant == "cursor_number") return page("17", has_more, i);
  if (variant == "cursor_huge") return page("\"" + std::string(1 << 20, 'A') + "\"", has_more, i);
  if (variant == "has_more_missing") return fmt::format(R"({{"cursor":{},"items":{}}})", c, i);
  if (variant == "has_more_text") return page(c, R"("true")", i);
  if (variant == "array") return i;
  if (variant == "text") return R"("all is well")";
  if (variant == "empty_object") return "{}";
  if (variant == "empty_body") return "";
  if (variant == "bom") return "\xEF\xBB\xBF" + page(c, has_more, i);
  if (variant == "trailing_garbage") return page(c, has_more, i) + "]}garbage";
  if (variant == "deep") return page(c, has_more, nest(10'000));
  if (variant == "duplicate_items")
    return fmt::format(R"({{"items":[],"cursor":{},"has_more":{},"items":{}}})", c, has_more, i);
  PICKET_ASSERT(variant == "extra_fields", "the plan's parser knows the variants");
  return fmt::format(R"({{"$schema":{{"v":[3]}},"cursor":{},"has_more":{},"next":null,"items":{}}})", c,
                     has_more, i);
}

std::string mutate_record(std::string_view record, std::string_view how) {
  if (record.size() < 2 || record.front() != '{') return std::string(record);
  if (how == "invalid_utf8") return replaced(record, R"("name":")", "\"name\":\"\xff\xfe");
  if (how == "lone_surrogate") return replaced(record, R"("name":")", R"("name":"\ud800)");
  if (how == "control_character") return replaced(record, R"("name":")", "\"name\":\"\x01");
  if (how == "duplicate_keys") return with_first(record, R"("action":"first","action":"second")");
  if (how == "deep") return with_first(record, "\"deep\":" + nest(10'000));
  if (how == "nan") return with_first(record, R"("score":NaN)");
  if (how == "overflow")
    return with_first(record,
                      R"("big":1e999,"bigger":123456789012345678901234567890,"aux_id":99999999999999999999)");
  if (how == "nulls") return all_null(record);
  if (how == "unknown_fields") return with_first(record, R"("brand_new":{"a":[1,2,{"b":null}]})");
  if (how == "renamed") return replaced(record, R"("timestamp":)", R"("time_stamp":)");
  if (how == "missing_uuid") return replaced(record, fmt::format("{},", member(record, "uuid")), "");
  if (how == "missing_timestamp")
    return replaced(record, fmt::format("{},", member(record, "timestamp")), "");
  if (how == "retyped")
    return replaced(replaced(record, member(record, "timestamp"), R"("timestamp":1763712000)"),
                    R"("session":{)", R"("session":"none","session_was":{)");
  if (how == "bad_time") return replaced(record, member(record, "timestamp"), R"("timestamp":"yesterday")");
  if (how == "future_time")
    return replaced(record, member(record, "timestamp"), R"("timestamp":"2099-01-01T00:00:00Z")");
  if (how == "new_kind")
    return replaced(replaced(record, member(record, "action"), R"("action":"levitate")"),
                    member(record, "category"), R"("category":"astral")");
  if (how == "empty_uuid") return replaced(record, member(record, "uuid"), R"("uuid":"")");
  if (how == "long") return with_first(record, fmt::format(R"("padding":"{}")", std::string(1 << 20, 'a')));
  PICKET_ASSERT(how == "not_object", "the plan's parser knows the mutations");
  return "42";
}

}  // namespace picket::onepassword_simulator
