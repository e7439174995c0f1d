#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "http_client/client.h"

namespace picket::http_client {

/// A client without a network: a function answers. It calls back at once, on the calling thread, unless the
/// function gives no answer: then the call hangs until its stop is requested (or the fake is destroyed), as a
/// vendor's might. Threads: any, when the function may be called from any.
class FakeClient final : public Client {
 public:
  using Handler = std::function<std::optional<Result<Response>>(const Request&)>;

  explicit FakeClient(Handler handler) : handler_(std::move(handler)) {}
  ~FakeClient() override {
    for (auto& hanging : hanging_) hanging.request_stop();
    hanging_.clear();
  }

  void send(Request request, std::stop_token stop, Callback done) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    if (auto answer = handler_(request)) return done(std::move(*answer));
    const std::lock_guard lock(mutex_);
    hanging_.emplace_back([stop = std::move(stop), done = std::move(done)](std::stop_token end) {
      while (!stop.stop_requested() && !end.stop_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      done(fail(ErrorKind::kCancelled, "The request was stopped."));
    });
  }

  /// What was asked, in order.
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  Handler handler_;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::vector<std::jthread> hanging_;
};

/// An answer in one line.
inline Response answer(int status, std::string body, Headers headers = {}) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  response.headers = std::move(headers);
  return response;
}

}  // namespace picket::http_client
