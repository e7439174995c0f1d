// The catalogue of what a vendor can do wrong, one named test each, through the simulator's switches: what
// comes of a page.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "onepassword/onepassword.h"
#include "onepassword/tests/simulator_handle.h"

namespace picket::onepassword {
namespace {

using connector::StreamDriver;

constexpr int kEvents = 5;

struct Expected {
  std::string name, action;
  std::optional<ErrorKind> error;  ///< else a page
  int records = kEvents;
  int unreadable = 0;
  bool keeps_cursor = false;  ///< no bookmark is taken
  bool warns = false;
};

void PrintTo(const Expected& e, std::ostream* out) {
  *out << e.name;
}

Expected refused(std::string name, std::string action, ErrorKind kind = ErrorKind::kProtocol) {
  return {std::move(name), std::move(action), kind};
}
Expected taken(std::string name, std::string action, int unreadable = 0) {
  return {std::move(name), std::move(action), {}, kEvents, unreadable};
}
Expected kept_back(std::string name, std::string action, int records = kEvents) {
  return {std::move(name), std::move(action), {}, records, 0, true, true};
}

std::vector<Expected> catalogue() {
  const auto page = [](const char* v) { return std::string(R"({"page":")") + v + "\"}"; };
  const auto record = [](const char* v) { return std::string(R"({"mutate":")") + v + R"(","record":2})"; };
  std::vector<Expected> all = {
      kept_back("items_null", page("items_null"), 0),
      kept_back("items_missing", page("items_missing"), 0),
      refused("items_object", page("items_object")),
      kept_back("cursor_missing", page("cursor_missing")),
      kept_back("cursor_null", page("cursor_null")),
      kept_back("cursor_empty", page("cursor_empty")),
      kept_back("cursor_number", page("cursor_number")),
      taken("cursor_huge", page("cursor_huge")),
      {"has_more_missing", page("has_more_missing"), {}, kEvents, 0, false, true},
      {"has_more_text", page("has_more_text"), {}, kEvents, 0, false, true},
      refused("array", page("array")),
      refused("text", page("text")),
      refused("empty_object", page("empty_object")),
      refused("empty_body", page("empty_body")),
      refused("byte_order_mark", page("bom")),
      refused("trailing_garbage", page("trailing_garbage")),
      taken("extra_fields", page("extra_fields")),
      refused("deep_page", page("deep")),
      refused("items_twice", page("duplicate_items")),
      refused("invalid_utf8", record("invalid_utf8")),
      taken("lone_surrogate", record("lone_surrogate")),
      refused("control_character", record("control_character")),
      taken("duplicate_keys", record("duplicate_keys")),
      refused("deep_record", record("deep")),
      refused("nan", record("nan")),
      taken("overflow", record("overflow")),
      taken("nulls", record("nulls")),
      taken("unknown_fields", record("unknown_fields")),
      taken("renamed", record("renamed"), 1),
      taken("missing_uuid", record("missing_uuid"), 1),
      taken("missing_timestamp", record("missing_timestamp"), 1),
      taken("retyped", record("retyped"), 1),
      taken("bad_time", record("bad_time"), 1),
      taken("future_time", record("future_time")),
      taken("new_kind", record("new_kind")),
      taken("empty_uuid", record("empty_uuid"), 1),
      taken("long_record", record("long")),
      taken("not_object", record("not_object"), 1),
      taken("gzip", R"({"gzip":"whole"})"),
      refused("gzip_cut", R"({"gzip":"cut"})"),
      refused("gzip_garbage", R"({"gzip":"garbage"})"),
      refused("gzip_bomb", R"({"gzip":"bomb","gzip_bytes":100000000})", ErrorKind::kTooLarge),
      refused("length_too_long", R"({"length_delta":50})", ErrorKind::kConnect),
      refused("length_too_short", R"({"length_delta":-50})"),
      refused("head_cut", R"({"cut_head_at":10})", ErrorKind::kConnect),
      refused("reset_in_body", R"({"cut_body_at":100,"reset":true})", ErrorKind::kConnect),
      refused("wrong_status", R"({"status":418})"),
      refused("request_timeout", R"({"status":408})", ErrorKind::kUnavailable),
      refused("bad_gateway", R"({"status":502})", ErrorKind::kUnavailable),
      refused("gateway_timeout", R"({"status":504})", ErrorKind::kUnavailable)};
  return all;
}

class VendorFault : public testing::TestWithParam<Expected> {
 protected:
  OnePassword connector_;
  RealSimulator simulator_;
};

TEST_P(VendorFault, HasTheStatedOutcomeAndLosesNothing) {
  const Expected& expected = GetParam();
  for (const connector::StreamInfo& stream : connector_.streams()) {
    SCOPED_TRACE(stream.name);
    simulator_.append(stream.name, kEvents);
    StreamDriver driver(connector_, simulator_, stream.name);
    simulator_.plan(expected.action);
    const auto page = driver.page(std::nullopt);
    simulator_.plan("");
    ASSERT_EQ(page.has_value(), !expected.error.has_value()) << (page ? page->warning : page.error().message);
    if (!page) {
      EXPECT_EQ(page.error().kind, *expected.error) << page.error().message;
    } else {
      EXPECT_EQ(static_cast<int>(page->records.size()), expected.records);
      EXPECT_EQ(driver.unreadable(*page), expected.unreadable);
      EXPECT_EQ(!page->next.has_value(), expected.keeps_cursor);
      EXPECT_EQ(!page->warning.empty(), expected.warns) << page->warning;
      EXPECT_FALSE(page->more);
    }
    const auto after = driver.drain(std::nullopt);
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(*after, simulator_.ledger(stream.name));
  }
}

INSTANTIATE_TEST_SUITE_P(Catalogue, VendorFault, testing::ValuesIn(catalogue()),
                         [](const auto& one) { return one.param.name; });

class VendorPaging : public testing::Test {
 protected:
  OnePassword connector_;
  RealSimulator simulator_;
};

TEST_F(VendorPaging, RoundsThatLeadNowhereEnd) {
  for (const char* paging : {R"({"paging":"stuck"})", R"({"paging":"same_page"})",
                             R"({"paging":"cycle","n":2})", R"({"paging":"cycle","n":3})"}) {
    SCOPED_TRACE(paging);
    simulator_.append("auditevents", 3500);
    StreamDriver driver(connector_, simulator_, "auditevents");
    simulator_.plan(paging);
    std::optional<connector::Cursor> cursor;
    int pages = 0;
    bool more = true;
    std::string warning;
    for (; more && pages < 50; ++pages) {
      const auto page = driver.page(cursor);
      ASSERT_TRUE(page) << page.error().message;
      if (page->next) cursor = page->next;
      more = page->more;
      warning = page->warning;
    }
    simulator_.plan("");
    EXPECT_LT(pages, 12);
    EXPECT_NE(warning, "");
    EXPECT_TRUE(driver.drain(cursor));
  }
}

TEST_F(VendorPaging, RefusedCursorsStartAgain) {
  simulator_.append("auditevents", 10);
  StreamDriver driver(connector_, simulator_, "auditevents");
  const auto first = driver.page(std::nullopt);
  ASSERT_TRUE(first && first->next);
  simulator_.plan(R"({"paging":"expire_cursors"})");
  const auto refused = driver.page(first->next);
  simulator_.plan("");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalidInput);
  EXPECT_EQ(driver.drain(std::nullopt)->size(), simulator_.ledger("auditevents").size());
}

TEST_F(VendorPaging, AnotherStreamsCursorIsRefused) {
  simulator_.append("auditevents", 3);
  StreamDriver audit(connector_, simulator_, "auditevents"), items(connector_, simulator_, "itemusages");
  const auto page = audit.page(std::nullopt);
  ASSERT_TRUE(page && page->next);
  EXPECT_EQ(items.page(page->next).error().kind, ErrorKind::kInvalidInput);
}

TEST_F(VendorPaging, LateDuplicateAndDisorderedEventsAllCome) {
  for (const char* paging : {R"({"paging":"shuffle"})", R"({"paging":"reverse"})",
                             R"({"paging":"out_of_order"})", R"({"paging":"repeat","n":3})",
                             R"({"paging":"limit_ignored","n":3})", R"({"paging":"empty_more"})"}) {
    SCOPED_TRACE(paging);
    simulator_.append("itemusages", 1500);
    StreamDriver driver(connector_, simulator_, "itemusages");
    simulator_.plan(paging, 2);
    std::optional<connector::Cursor> cursor;
    std::set<std::string> seen;
    bool more = true;
    for (int pages = 0; more && pages < 60; ++pages) {
      const auto page = driver.page(cursor);
      ASSERT_TRUE(page) << page.error().message;
      for (std::string& uid : driver.uids(*page)) seen.insert(std::move(uid));
      if (page->next) cursor = page->next;
      more = page->more;
    }
    simulator_.plan("");
    const auto rest = driver.drain(cursor);
    ASSERT_TRUE(rest) << rest.error().message;
    seen.insert(rest->begin(), rest->end());
    const auto ledger = simulator_.ledger("itemusages");
    EXPECT_EQ(seen, std::set<std::string>(ledger.begin(), ledger.end()));
  }
}

}  // namespace
}  // namespace picket::onepassword
