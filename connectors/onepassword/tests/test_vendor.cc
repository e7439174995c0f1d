#include "onepassword/tests/test_vendor.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>

#include "base/time.h"
#include "codec/json.h"
#include "onepassword/tests/tokens.h"

namespace picket::onepassword {
namespace {

constexpr const char* kGood = "HTTP/1.1 200 OK\r\n";

std::string http_date(int seconds_from_now) {
  const auto now = std::chrono::system_clock::now() + std::chrono::seconds(seconds_from_now);
  const std::time_t t = std::chrono::system_clock::to_time_t(now);
  char text[64];
  std::tm parts{};
  gmtime_r(&t, &parts);
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text;
}

std::string event(std::string_view stream, const std::string& uid, std::string_view time) {
  if (stream == "auditevents")
    return fmt::format(
        R"({{"uuid":"{}","timestamp":"{}","actor_uuid":"A","action":"update","object_type":"vault","object_uuid":"v"}})",
        uid, time);
  if (stream == "itemusages")
    return fmt::format(
        R"({{"uuid":"{}","timestamp":"{}","action":"fill","item_uuid":"i","user":{{"uuid":"A"}}}})", uid,
        time);
  return fmt::format(
      R"({{"uuid":"{}","timestamp":"{}","category":"success","type":"credentials_ok","target_user":{{"uuid":"A"}}}})",
      uid, time);
}

}  // namespace

TestVendor::TestVendor() : server_([this](http_client::Conn& conn) { serve(conn); }) {}

std::string TestVendor::secrets_json() const {
  return fmt::format(R"({{"api_token":"{}"}})", make_token());
}
std::string TestVendor::canary() const {
  return make_token().substr(60, 80);
}

void TestVendor::append(std::string_view stream, int count) {
  const std::lock_guard lock(mutex_);
  auto& records = records_[std::string(stream)];
  auto& uids = uids_[std::string(stream)];
  const char* time = fault_ == "clock_skew" ? "2031-01-01T00:00:00.5Z" : "2026-11-20T07:58:41.093Z";
  for (int i = 0; i < count; ++i) {
    uids.push_back(fmt::format("{:.3}{:023}", stream, uids.size()));
    records.push_back(event(stream, uids.back(), time));
  }
}

std::vector<std::string> TestVendor::ledger(std::string_view stream) const {
  const std::lock_guard lock(mutex_);
  const auto it = uids_.find(stream);
  return it == uids_.end() ? std::vector<std::string>() : it->second;
}

void TestVendor::inject(std::string_view fault) {
  const std::lock_guard lock(mutex_);
  fault_ = std::string(fault);
}

std::string TestVendor::fault() const {
  const std::lock_guard lock(mutex_);
  return fault_;
}

std::vector<std::string> TestVendor::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void TestVendor::serve(http_client::Conn& conn) {
  for (std::string request = conn.read_request(); !request.empty(); request = conn.read_request())
    if (!answer(conn, request)) return;
}

bool TestVendor::answer(http_client::Conn& conn, const std::string& request) {
  const std::string line = request.substr(0, request.find("\r\n"));
  const std::string path = line.substr(line.find(' ') + 1, line.rfind(' ') - line.find(' ') - 1);
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(line);
  }
  bool keep = true;
  if (fault_answers(conn, keep)) return keep;
  if (request.find("authorization: Bearer " + make_token() + "\r\n") == std::string::npos)
    return conn.answer(401, R"({"Error":{"Message":"Unauthorized"}})");
  if (path == "/api/v2/auth/introspect")
    return conn.answer(
        200,
        R"({"uuid":"I","issued_at":"2026-03-04T09:15:22Z","features":["auditevents","itemusages","signinattempts"],"account_uuid":"ACC"})");
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  for (const char* stream : {"auditevents", "itemusages", "signinattempts"})
    if (path == std::string("/api/v2/") + stream) return page(conn, stream, body, fault() == "empty_page");
  return conn.answer(404, "");
}

bool TestVendor::page(http_client::Conn& conn, const std::string& stream, const std::string& body,
                      bool empty) {
  const auto tree = codec::parse_json(body);
  if (!tree || !tree->is_object()) return conn.answer(400, R"({"status":400,"message":"bad request"})");
  std::size_t position = 0, limit = 100;
  if (const auto* cursor = tree->as_object().if_contains("cursor")) {
    unsigned long long at = 0;
    if (std::sscanf(cursor->as_string().c_str(), (stream + "+/%llu").c_str(), &at) != 1)
      return conn.answer(400, R"({"Error":{"Message":"Bad Request"}})");
    position = at;
    limit = 1000;
  } else if (const auto* wanted = tree->as_object().if_contains("limit")) {
    limit = static_cast<std::size_t>(wanted->as_int64());
  }
  std::string items;
  std::size_t end = position, all = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto& records = records_[stream];
    all = records.size();
    if (!empty) end = std::min(all, position + limit);
    for (std::size_t i = position; i < end; ++i) items += (i > position ? "," : "") + records[i];
  }
  return conn.answer(200,
                     fmt::format(R"({{"cursor":"{}+/{}","has_more":{},"items":[{}]}})", stream, end,
                                 !empty && end < all, items),
                     fault() == "clock_skew" ? "Date: Wed, 01 Jan 2031 00:00:00 GMT\r\n" : "");
}

bool TestVendor::fault_answers(http_client::Conn& conn, bool& keep) {
  const std::string fault = this->fault();
  if (fault.empty() || fault == "empty_page" || fault == "clock_skew") return false;
  const auto says = [&](int status, std::string headers = "") {
    keep = conn.answer(status, R"({"Error":{"Message":"Said no"}})", headers);
  };
  if (fault == "unauthorized")
    says(401);
  else if (fault == "forbidden")
    says(403);
  else if (fault == "not_found")
    says(404);
  else if (fault == "rate_limited")
    says(429);
  else if (fault == "rate_limited_17")
    says(429, "Retry-After: 17\r\n");
  else if (fault == "rate_limited_0")
    says(429, "Retry-After: 0\r\n");
  else if (fault == "rate_limited_negative")
    says(429, "Retry-After: -1\r\n");
  else if (fault == "rate_limited_huge")
    says(429, "Retry-After: 1000000000\r\n");
  else if (fault == "rate_limited_date")
    says(429, "Date: " + http_date(0) + "\r\nRetry-After: " + http_date(30) + "\r\n");
  else if (fault == "error_500")
    says(500);
  else if (fault == "error_503")
    says(503);
  else if (fault == "redirect")
    says(302, "Location: " + server_.url("/elsewhere") + "\r\n");
  else if (fault == "no_content")
    keep = conn.answer(204, "");
  else if (fault == "html")
    keep = conn.answer(200, "<html><body>Log in</body></html>", "Content-Type: text/html\r\n");
  else if (fault == "malformed")
    keep = conn.answer(200, R"({"cursor":"x","has_more":false,"features":[],"items":[{"uuid":"A"},{"uui]})");
  else if (fault == "cut")
    keep = !conn.write(std::string(kGood) + "Content-Length: 5000\r\n\r\n{\"cursor\":\"x\",\"items\":[{\"uu");
  else if (fault == "cut_before_answer")
    keep = false;
  else if (fault == "hang")
    conn.hang(), keep = false;
  else if (fault == "huge") {
    keep = false;
    conn.write(std::string(kGood) + "Transfer-Encoding: chunked\r\n\r\n");
    const std::string block = "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
    for (int i = 0; i < 600 && conn.write(block); ++i) {
    }
  }
  return true;
}

}  // namespace picket::onepassword
