#pragma once

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <vector>

#include "http_server/tests/test_client.h"
#include "onepassword_simulator/simulator.h"

namespace picket::onepassword_simulator::testing {

namespace json = boost::json;
using http_server::testing::Answer;
using http_server::testing::TestClient;

/// What a careful client of the vendor does, by hand.
class ApiClient {
 public:
  ApiClient(const Simulator& simulator, std::string token)
      : port_(simulator.port()), token_(std::move(token)) {}

  Answer post(const std::string& path, const std::string& body, const std::string& extra = {}) {
    return ask("POST " + path + " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + token_ +
               "\r\nContent-Type: application/json\r\n" + extra +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }
  Answer get(const std::string& path) {
    return ask("GET " + path + " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + token_ + "\r\n\r\n");
  }
  Answer start(const std::string& stream, const std::string& since, int limit = 1000) {
    return post("/api/v2/" + stream,
                R"({"limit":)" + std::to_string(limit) + R"(,"start_time":")" + since + R"("})");
  }
  Answer go_on(const std::string& stream, const std::string& cursor) {
    return post("/api/v2/" + stream, R"({"cursor":")" + cursor + R"("})");
  }
  TestClient& connection() { return *client_; }

 private:
  Answer ask(const std::string& bytes) {
    if (!client_ || broken_) client_ = std::make_unique<TestClient>(port_);
    client_->send(bytes);
    auto answer = client_->read_answer();
    broken_ = !answer.whole || answer.headers.contains("connection");
    return answer;
  }

  std::uint16_t port_;
  std::string token_;
  std::unique_ptr<TestClient> client_;
  bool broken_ = false;
};

struct Page {
  std::vector<std::string> uuids;
  std::vector<json::object> items;
  std::string cursor;
  bool more = false;
};

inline Page read_page(const Answer& answer) {
  Page page;
  const auto root = json::parse(answer.body).as_object();
  page.cursor = std::string(root.at("cursor").as_string());
  page.more = root.at("has_more").as_bool();
  for (const auto& item : root.at("items").as_array()) {
    page.items.push_back(item.as_object());
    page.uuids.emplace_back(item.at("uuid").as_string());
  }
  return page;
}

inline const char* const kLongAgo = "2000-01-01T00:00:00Z";

/// All uuids from the beginning until nothing is left.
inline std::vector<std::string> drain(ApiClient& client, const std::string& stream, int limit = 1000) {
  auto page = read_page(client.start(stream, kLongAgo, limit));
  auto all = page.uuids;
  while (page.more) {
    page = read_page(client.go_on(stream, page.cursor));
    all.insert(all.end(), page.uuids.begin(), page.uuids.end());
  }
  return all;
}

}  // namespace picket::onepassword_simulator::testing
