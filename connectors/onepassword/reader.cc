#include "onepassword/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <functional>

#include "base/fail_point.h"
#include "base/strings.h"
#include "codec/json.h"
#include "codec/json_scan.h"
#include "connector/http_answer.h"

namespace picket::onepassword {
namespace {

namespace bj = boost::json;
using connector::Cursor;
using connector::Page;

constexpr int kPageSize = 1000;  // the most that 1Password gives; it travels inside the cursor from then on
constexpr int kMaxDepth = 60;
constexpr int kStandingStillLimit = 3;
constexpr int kWithoutListLimit = 3;
constexpr std::size_t kRoundMemory = 4096;

std::string_view text_at(const bj::value& tree, std::initializer_list<const char*> path) {
  const bj::value* at = &tree;
  for (const char* key : path) {
    if (!at->is_object()) return {};
    at = at->as_object().if_contains(key);
    if (at == nullptr) return {};
  }
  return at->is_string() ? std::string_view(at->as_string()) : std::string_view();
}

void warn(std::string& warning, std::string_view more) {
  if (!warning.empty()) warning += ' ';
  warning += more;
}

Error not_a_page(const http_client::Response& response, const Error& why) {
  const std::string_view start = trim(std::string_view(response.body).substr(0, 256));
  if (start.starts_with('<'))
    return Error(
        ErrorKind::kProtocol,
        "1Password answered with a web page where events were expected. Does a proxy or gateway answer "
        "in its place?");
  return Error(ErrorKind::kProtocol,
               fmt::format("1Password's answer cannot be read, so nothing of it was taken. {}", why.message));
}

/// The cursor of a page: nothing when it is absent, null, empty or no text.
Result<std::optional<Cursor>> cursor_of(const codec::JsonPage& page) {
  const std::string_view raw = page.member("cursor");
  if (!raw.starts_with('"')) return std::optional<Cursor>();
  PICKET_ASSIGN(const bj::value value, codec::parse_json(raw, {.max_bytes = raw.size(), .max_depth = 1}));
  if (value.as_string().empty()) return std::optional<Cursor>();
  return std::optional<Cursor>(std::string(value.as_string()));
}

/// What the planted bug "page_skipped_on_parse_error" does: goes on after a page it could not read.
[[maybe_unused]] Page skipped_page(const std::string& body) {
  Page page;
  if (const auto at = body.find("\"cursor\":\""); at != std::string::npos)
    page.next = body.substr(at + 10, body.find('"', at + 10) - at - 10);
  return page;
}

}  // namespace

std::string vendor_message(std::string_view body) {
  const auto tree = codec::parse_json(body.substr(0, std::min<std::size_t>(body.size(), 64 << 10)));
  if (!tree) return "";
  std::string_view text = text_at(*tree, {"Error", "Message"});
  if (text.empty()) text = text_at(*tree, {"message"});
  if (text.empty() || text.size() > 120) return "";
  std::size_t unbroken = 0;  // a long word may be an echo of the token
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e) return "";
    unbroken = c == ' ' ? 0 : unbroken + 1;
    if (unbroken > 24) return "";
  }
  return std::string(text);
}

Error status_error(const http_client::Response& response, TimePoint now) {
  Error error = connector::error_of_status(response, "1Password", now);
  if (const std::string said = vendor_message(response.body); !said.empty())
    error.message += fmt::format(" It says: {}.", said);
  return error;
}

http_client::Request base_request(std::string url, const crypto::Secret& token) {
  http_client::Request request;
  request.url = std::move(url);
  request.headers = {{"accept", "application/json"}, {"user-agent", "picket-onepassword/" PICKET_VERSION}};
  std::string bearer = "Bearer ";
  bearer += token.reveal();
  request.secret_headers.emplace_back("authorization", std::move(bearer));
  return request;
}

Reader::Reader(std::string server, std::string stream, crypto::Secret token, const Clock& clock)
    : url_(fmt::format("{}/api/v2/{}", server, stream)), token_(std::move(token)), clock_(clock) {}

Result<http_client::Request> Reader::request(const std::optional<Cursor>& cursor, TimePoint since) {
  http_client::Request request = base_request(url_, token_);
  request.method = "POST";
  request.headers.emplace_back("content-type", "application/json");
  // an explicit start: without one 1Password gives the last hour only; no end, or its cursor would stop there
  request.body =
      cursor ? fmt::format(R"({{"cursor":{}}})", codec::json_quote(*cursor))
             : fmt::format(R"({{"limit":{},"start_time":"{}"}})", kPageSize, format_rfc3339_seconds(since));
  sent_ = cursor;
  return request;
}

Result<Page> Reader::read(http_client::Response response) {
  if (response.status == 200) return read_page(std::move(response));
  seen_.clear();
  standing_still_ = 0;
  if (PICKET_PLANTED("connector.401_is_empty_page") && response.status == 401) return Page{};
  if (response.status == 400 && sent_)
    return fail(Error(ErrorKind::kInvalidInput,
                      "1Password does not accept the bookmark of this stream any more (400).")
                    .with_status(400));
  return fail(status_error(response, clock_.now()));
}

Result<Page> Reader::read_page(http_client::Response response) {
  const auto body = std::make_shared<const std::string>(std::move(response.body));
  auto scanned = codec::scan_json_page(*body, "items", {.max_bytes = body->size(), .max_depth = kMaxDepth});
  if (!scanned) {
    if (PICKET_PLANTED("connector.page_skipped_on_parse_error")) return skipped_page(*body);
    response.body = *body;
    return fail(not_a_page(response, scanned.error()).with_status(200));
  }
  const std::string_view has_more = scanned->member("has_more");
  const std::string_view raw_cursor = scanned->member("cursor");
  if (!scanned->has_array && has_more.empty() && raw_cursor.empty())
    return fail(
        Error(ErrorKind::kProtocol,
              "1Password's answer holds neither events nor a bookmark. Is this really its Events API?")
            .with_status(200));
  Page page;
  page.body = body;
  page.records = std::move(scanned->records);
  PICKET_ASSIGN(page.next, cursor_of(*scanned));
  page.more = has_more == "true";
  if (!trusts_list(scanned->has_array)) {
    page.next.reset();
    page.more = false;
    warn(page.warning,
         "The answer held no list of events; it was read as empty, and its bookmark was not taken.");
    return page;
  }
  if (!page.next) warn(page.warning, "The answer held no bookmark; the old one was kept.");
  if (has_more != "true" && has_more != "false")
    warn(page.warning, "The answer did not say whether there is more.");
  page.more = page.more && goes_on(page, page.warning);
  if (PICKET_PLANTED("connector.has_more_ignored")) page.more = false;
  if (!page.more) {
    seen_.clear();
    standing_still_ = 0;
  }
  return page;
}

bool Reader::trusts_list(bool has_list) {
  if (has_list) {
    without_list_ = 0;
    return true;
  }
  return ++without_list_ > kWithoutListLimit;
}

bool Reader::goes_on(const Page& page, std::string& warning) {
  if (!page.next) {
    warn(warning, "Without a bookmark the next page cannot be asked for.");
    return false;
  }
  if (sent_ && *page.next == *sent_) {
    if (++standing_still_ < kStandingStillLimit) return true;
    warn(warning,
         "1Password keeps saying that there is more and gives the same bookmark; the round was ended.");
    return false;
  }
  standing_still_ = 0;
  const std::size_t hash = std::hash<std::string>{}(*page.next);
  if (std::find(seen_.begin(), seen_.end(), hash) != seen_.end()) {
    warn(warning, "1Password's bookmarks go round in a circle; the round was ended.");
    return false;
  }
  if (sent_) seen_.push_back(std::hash<std::string>{}(*sent_));
  if (seen_.size() > kRoundMemory) seen_.erase(seen_.begin(), seen_.begin() + kRoundMemory / 2);
  return true;
}

}  // namespace picket::onepassword
