#include <algorithm>

#include "ingest/engine.h"
#include "obs/log.h"

namespace picket::ingest {
namespace {
using connector::CredentialFacts;

constexpr std::size_t kMostRequests = 8;

/// Answers from what is known already and notes the first request that is not.
class ReplayClient final : public http_client::Client {
 public:
  explicit ReplayClient(const std::vector<Result<http_client::Response>>& answers) : answers_(answers) {}
  void send(http_client::Request request, std::stop_token, Callback done) override {
    if (next_ < answers_.size()) return done(answers_[next_++]);
    if (!asked) asked = std::move(request);
    done(fail(ErrorKind::kCancelled, "The answer is still to come."));
  }
  std::optional<http_client::Request> asked;

 private:
  const std::vector<Result<http_client::Response>>& answers_;
  std::size_t next_ = 0;
};
}  // namespace

std::optional<Engine::Outgoing> Engine::introspect(const DevicePtr& device) {
  std::vector<Result<http_client::Response>> answers;
  {
    const std::lock_guard lock(mutex_);
    if (device->dead || stopping_) return std::nullopt;
    answers = device->answers;
  }
  ReplayClient client(answers);
  auto result = device->connector->introspect(client, device->context, {});
  if (client.asked && answers.size() < kMostRequests) {
    const std::lock_guard lock(mutex_);
    if (device->dead || stopping_) return std::nullopt;
    if (!answers.empty()) device->limiter->force(parts_.clock.steady());  // the first was counted when it was planned
    ++outstanding_;
    auto& limits = client.asked->limits;
    limits.connect = std::min<std::chrono::milliseconds>(limits.connect, std::chrono::seconds(8));
    limits.first_byte = std::min<std::chrono::milliseconds>(limits.first_byte, std::chrono::seconds(12));
    const auto stop = device->streams.empty() ? std::stop_token() : device->streams.front().stop.get_token();
    return Outgoing{std::move(*client.asked), stop, nullptr, device, 0};
  }
  introspected(device, std::move(result));
  return std::nullopt;
}

/// Why this account's token may not go on, or nothing. What the vendor says counts; where it says nothing (answers older
/// than September 2025) the token's own word has to do.
std::string Engine::mismatch(const DevicePtr& device, const std::string& account) const {
  const std::string& bound = device->device->account_uid;
  const std::string& said = account.empty() ? device->claims.account_uid : account;
  if (bound.empty() || said.empty() || bound == said) return {};
  return "The token belongs to another " + device->connector->title() +
         " account than the events read so far. Nothing is read with it: give a token of the same account, or replace "
         "it and confirm the other account.";
}

void Engine::introspected(const DevicePtr& device, Result<CredentialFacts> result) {
  std::vector<TaskPtr> waiting, refused, missing;
  std::string reason;
  {
    const std::lock_guard lock(mutex_);
    device->asking = false;
    if (device->dead) return;
    waiting.swap(device->waiting);
    if (result) {
      reason = mismatch(device, result->account_uid);
      const auto& features = result->features;
      if (reason.empty()) {
        device->verified = true;
        const std::string& account = result->account_uid.empty() ? device->claims.account_uid : result->account_uid;
        if (device->device->account_uid.empty() && !account.empty()) device->new_account = account;
        if (!features.empty()) device->claims.features = features;
        for (const auto& task : waiting) {
          const bool may = features.empty() || std::find(features.begin(), features.end(), task->key.stream) != features.end();
          if (may)
            schedule(task, parts_.clock.steady(), false);
          else
            missing.push_back(task);
        }
      } else {
        refused = waiting;
      }
    } else {
      refused = waiting;
    }
    // theirs until they are judged below: nobody else may touch them
    for (const auto& task : refused) task->busy = true;
    for (const auto& task : missing) task->busy = true;
  }
  for (const auto& task : refused) {
    if (result)
      failed_as(task, Error(ErrorKind::kConflict, reason), "account_mismatch", reason);
    else
      failed(task, result.error());
  }
  for (const auto& task : missing)
    failed_as(task, Error(ErrorKind::kForbidden, ""), "stream_missing",
              "The token does not include it. Issue a new one with these events ticked and replace it here.");
  const std::lock_guard lock(mutex_);
  for (const auto& task : refused) task->busy = false;
  for (const auto& task : missing) task->busy = false;
}

}  // namespace picket::ingest
