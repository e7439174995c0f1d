#include <curl/curl.h>
#include <fmt/format.h>
#include <pthread.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/assert.h"
#include "http_client/call.h"
#include "http_client/client.h"
#include "http_client/curl_error.h"
#include "obs/metrics.h"

namespace picket::http_client {
namespace {

using std::chrono::milliseconds;

constexpr long kConnectionsPerHost = 512;  // hundreds of polls may hang at one vendor and others still start
constexpr long kConnectionsKept = 512;
constexpr std::size_t kIdleHandles = 256;
constexpr milliseconds kTick{200};  // how late our own limits may be noticed

/// Place: the one implementation of Client. Threads: `send` from any; everything named loop_* on the loop
/// thread. Failure: as Client; the loop itself cannot fail short of memory.
class CurlClient final : public Client {
 public:
  explicit CurlClient(Common common) : common_(std::move(common)) {
    multi_ = curl_multi_init();
    PICKET_ASSERT(multi_ != nullptr, "libcurl starts");
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHost);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsKept);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
    share_ = curl_share_init();
    PICKET_ASSERT(share_ != nullptr, "libcurl starts");
    curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);  // one thread: no locks needed
    thread_ = std::thread([this] { loop(); });
    pthread_setname_np(thread_.native_handle(), "http-client");
  }

  ~CurlClient() override {
    stopping_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
    idle_.clear();
    curl_multi_cleanup(multi_);
    curl_share_cleanup(share_);
  }

  void send(Request request, std::stop_token stop, Callback done) override {
    Incoming incoming;
    incoming.request = std::move(request);
    incoming.stop = std::move(stop);
    incoming.done = std::move(done);
    {
      const std::lock_guard lock(mutex_);
      inbox_.push_back(std::move(incoming));
      if (inbox_.size() > 1) return;  // whoever put the first in has woken the loop
    }
    curl_multi_wakeup(multi_);
  }

 private:
  struct Incoming {
    Request request;
    std::stop_token stop;
    Callback done;
  };
  struct Wake {
    CurlClient* client;
    void operator()() const noexcept {
      client->stop_requested_ = true;
      curl_multi_wakeup(client->multi_);
    }
  };
  struct Active {
    std::unique_ptr<Call> call;
    std::unique_ptr<std::stop_callback<Wake>> on_stop;
  };

  void loop() {
    while (!stopping_) {
      loop_take_inbox();
      int running = 0;
      curl_multi_perform(multi_, &running);
      loop_finish_done();
      const auto now = Steady::now();
      if (now - last_tick_ >= kTick) {
        last_tick_ = now;
        loop_enforce_limits(now);
      }
      if (stop_requested_.exchange(false)) loop_cancel_stopped();
      const int wait = static_cast<int>(active_.empty() ? milliseconds(10'000).count() : kTick.count());
      curl_multi_poll(multi_, nullptr, 0, wait, nullptr);
    }
    loop_take_inbox();
    while (!active_.empty()) loop_end(active_.begin()->first, fail(cancelled()));
  }

  void loop_take_inbox() {
    std::vector<Incoming> arrived;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(inbox_);
    }
    for (Incoming& incoming : arrived) loop_start(incoming);
  }

  std::unique_ptr<Call> loop_new_call() {
    if (!idle_.empty()) {
      auto call = std::move(idle_.back());
      idle_.pop_back();
      return call;
    }
    return std::make_unique<Call>();
  }

  void loop_start(Incoming& incoming) {
    if (incoming.stop.stop_requested()) return incoming.done(fail(cancelled()));
    auto call = loop_new_call();
    call->id = ++last_id_;
    call->request = std::move(incoming.request);
    call->stop = incoming.stop;
    call->done = std::move(incoming.done);
    call->started = call->last_byte = Steady::now();
    if (auto ready = call->prepare(common_, share_); !ready) {
      auto done = std::move(call->done);
      loop_recycle(std::move(call));
      return done(tl::unexpected(std::move(ready).error()));
    }
    Call& ref = *call;
    auto on_stop =
        ref.stop.stop_possible() ? std::make_unique<std::stop_callback<Wake>>(ref.stop, Wake{this}) : nullptr;
    active_.emplace(ref.id, Active{std::move(call), std::move(on_stop)});
    if (curl_multi_add_handle(multi_, ref.easy) != CURLM_OK)
      loop_end(ref.id, fail(ErrorKind::kInternal, "The request could not be started."));
  }

  void loop_finish_done() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Call* call = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
      loop_end(call->id, call->conclude(common_, code));
    }
  }

  void loop_enforce_limits(Steady::time_point now) {
    std::vector<std::pair<std::uint64_t, Error>> over;
    for (auto& [id, active] : active_) {
      Call& call = *active.call;
      const Limits& limits = call.request.limits;
      if (call.answered) {
        if (now - call.last_byte > limits.idle) {
          Failure failure = call.failure_of(common_, CURLE_OPERATION_TIMEDOUT);
          over.emplace_back(id, describe_timeout(failure, limits.idle));
        }
      } else if (now - call.started > limits.first_byte) {
        curl_off_t sent_after = 0;
        curl_easy_getinfo(call.easy, CURLINFO_PRETRANSFER_TIME_T, &sent_after);
        if (sent_after > 0 && now - call.started > limits.first_byte + std::chrono::microseconds(sent_after))
          over.emplace_back(
              id, describe_timeout(call.failure_of(common_, CURLE_OPERATION_TIMEDOUT), limits.first_byte));
      }
    }
    for (auto& [id, error] : over) loop_end(id, fail(std::move(error)));
  }

  void loop_cancel_stopped() {
    std::vector<std::uint64_t> stopped;
    for (const auto& [id, active] : active_)
      if (active.call->stop.stop_requested()) stopped.push_back(id);
    for (const std::uint64_t id : stopped) loop_end(id, fail(cancelled()));
  }

  /// Takes a call out of the loop and hands its result over.
  void loop_end(std::uint64_t id, Result<Response> result) {
    const auto it = active_.find(id);
    PICKET_ASSERT(it != active_.end(), "a call ends once");
    Active active = std::move(it->second);
    active_.erase(it);
    active.on_stop.reset();
    curl_multi_remove_handle(multi_, active.call->easy);
    auto done = std::move(active.call->done);
    loop_recycle(std::move(active.call));
    count(result);
    done(std::move(result));
  }

  void loop_recycle(std::unique_ptr<Call> call) {
    call->clear();
    if (idle_.size() < kIdleHandles) idle_.push_back(std::move(call));
  }

  static void count(const Result<Response>& result) {
    static obs::Counter& answered =
        obs::counter("picket_http_client_requests_total", "Outgoing requests by how they ended.",
                     {{"outcome", "answered"}});
    if (result) return answered.add();
    obs::counter("picket_http_client_requests_total", "Outgoing requests by how they ended.",
                 {{"outcome", std::string(to_string(result.error().kind))}})
        .add();
  }

  const Common common_;
  CURLM* multi_ = nullptr;
  CURLSH* share_ = nullptr;

  std::mutex mutex_;
  std::vector<Incoming> inbox_;  // guarded by mutex_
  std::atomic<bool> stopping_{false};
  std::atomic<bool> stop_requested_{false};

  // the loop thread's own
  std::unordered_map<std::uint64_t, Active> active_;
  std::vector<std::unique_ptr<Call>> idle_;
  std::uint64_t last_id_ = 0;
  Steady::time_point last_tick_ = Steady::now();

  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_curl_client(const ClientOptions& options) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) return fail(ErrorKind::kInternal, "libcurl cannot be started.");
  std::set<std::string> allowed;
  for (const std::string& text : options.allowed_urls) {
    auto url = codec::parse_url(text);
    if (!url)
      return fail(Error(ErrorKind::kInvalidInput, fmt::format("The allowed address \"{}\" cannot be used. {}",
                                                              text, url.error().message))
                      .with_field("allowed_urls"));
    allowed.insert(url->origin());
  }
  PICKET_ASSIGN(Proxy proxy, parse_proxy(options.proxy));
  const char* system_file = curl_version_info(CURLVERSION_NOW)->cainfo;
  PICKET_ASSIGN(Trust trust, Trust::make(system_file == nullptr ? "" : system_file, options.ca_file));
  return std::unique_ptr<Client>(
      std::make_unique<CurlClient>(Common{options, std::move(trust), std::move(proxy), std::move(allowed)}));
}

}  // namespace picket::http_client
