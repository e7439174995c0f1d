#include "http_client/client.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>

namespace picket::http_client {

const std::string* Response::header(std::string_view lower_case_name) const {
  for (const auto& [name, value] : headers)
    if (name == lower_case_name) return &value;
  return nullptr;
}

Result<Response> Client::fetch(Request request, std::stop_token stop) {
  struct Waiting {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Result<Response>> result;
  };
  // shared: the notifying thread may still be inside the condition variable when we are already gone
  auto waiting = std::make_shared<Waiting>();
  send(std::move(request), std::move(stop), [waiting](Result<Response> result) {
    const std::lock_guard lock(waiting->mutex);
    waiting->result = std::move(result);
    waiting->arrived.notify_one();
  });
  std::unique_lock lock(waiting->mutex);
  waiting->arrived.wait(lock, [&] { return waiting->result.has_value(); });
  return std::move(*waiting->result);
}

}  // namespace picket::http_client
