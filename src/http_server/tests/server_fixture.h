#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "http_server/server.h"
#include "http_server/tests/test_client.h"

namespace picket::http_server::testing {

/// A server on a free port with the routes that the tests use.
class ServerTest : public ::testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    Router router;
    router.add("GET", "/hello", [](const Request&) {
      Response response;
      response.headers = {{"content-type", "text/plain"}};
      response.body = "hello";
      return response;
    });
    router.add("POST", "/echo",
               [](const Request& request) {
                 Response response;
                 response.body = request.body;
                 return response;
               },
               {.body_limit = 1000});
    router.add("POST", "/big-echo",
               [](const Request& request) {
                 Response response;
                 response.body = request.body;
                 return response;
               },
               {.body_limit = 8 * 1024 * 1024});
    router.add("GET", "/who/{name}", [](const Request& request) {
      Response response;
      response.body =
          request.params.at("name") + " " + request.client_address + (request.https ? " https" : " http");
      return response;
    });
    router.add("GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("on purpose"); });
    router.add("GET", "/split", [](const Request&) {
      Response response;
      response.headers = {{"x-evil", "a\r\nset-cookie: b"}};
      return response;
    });
    router.add("GET", "/empty", [](const Request&) { return Response{.status = 204}; });
    router.add("GET", "/large", [this](const Request&) {
      Response response;
      response.static_body = large_;
      return response;
    });
    router.add("GET", "/late", [](const Request&) {
      Response response;
      response.body = "late";
      response.delay = std::chrono::milliseconds(150);
      return response;
    });
    router.add("GET", "/wait", [this](const Request& request) {
      ++waiting_;
      std::unique_lock lock(mutex_);
      released_.wait(lock, request.cancelled, [this] { return release_; });
      if (request.cancelled.stop_requested()) ++cancelled_;
      Response response;
      response.body = "waited";
      return response;
    });
    router.add("GET", "/stream", [this](const Request&) {
      Response response;
      response.headers = {{"content-type", "text/event-stream"}};
      response.stream = [this](std::shared_ptr<Stream> stream) {
        const std::lock_guard lock(mutex_);
        streams_.push_back(std::move(stream));
      };
      return response;
    });
    add_routes(router);
    auto started = Server::start(std::move(options), std::move(router));
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  virtual void add_routes(Router&) {}

  void TearDown() override {
    release();
    if (server_) server_->stop(std::chrono::milliseconds(500));
  }
  void release() {
    const std::lock_guard lock(mutex_);
    release_ = true;
    released_.notify_all();
  }
  template <typename Condition>
  bool eventually(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  std::size_t stream_count() {
    const std::lock_guard lock(mutex_);
    return streams_.size();
  }
  std::vector<std::shared_ptr<Stream>> take_streams() {
    const std::lock_guard lock(mutex_);
    return std::move(streams_);
  }

  const std::string large_ = std::string(5'000'000, 'x') + "end";
  std::mutex mutex_;
  std::condition_variable_any released_;
  bool release_ = false;
  std::atomic<int> waiting_ = 0;
  std::atomic<int> cancelled_ = 0;
  std::vector<std::shared_ptr<Stream>> streams_;
  std::unique_ptr<Server> server_;
};

}  // namespace picket::http_server::testing
