#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "base/assert.h"
#include "base/strings.h"
#include "codec/gzip.h"
#include "codec/url.h"
#include "http_client/address.h"
#include "http_client/client.h"
#include "http_client/curl_error.h"
#include "http_client/proxy.h"
#include "http_client/trust.h"
#include "obs/metrics.h"

namespace picket::http_client {
namespace {

using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr long kConnectionsPerHost = 512;  // hundreds of polls may hang at one vendor and others still start
constexpr long kConnectionsKept = 512;
constexpr std::size_t kIdleHandles = 256;
constexpr std::size_t kMaxHeaderBytes = 64 << 10;
constexpr milliseconds kTick{200};  // how late our own limits may be noticed

void wipe_and_free(curl_slist* list) {
  for (curl_slist* entry = list; entry != nullptr; entry = entry->next)
    explicit_bzero(entry->data, std::strlen(entry->data));
  curl_slist_free_all(list);
}

void wipe(Headers& headers) {
  for (auto& [name, value] : headers) explicit_bzero(value.data(), value.size());
}

/// One request from `send` to its callback. Reused with its easy handle.
struct Call {
  CURL* easy = nullptr;
  std::uint64_t id = 0;
  Request request;
  Client::Callback done;
  std::stop_token stop;
  codec::Url url;
  bool exempt = false;  ///< an origin that the administrator allowed
  bool proxied = false;
  curl_slist* header_list = nullptr;

  Response response;
  std::size_t header_bytes = 0;
  Steady::time_point started, last_byte;
  bool in_handshake = false;  ///< TCP stands, TLS began
  bool answered = false;      ///< the first byte of the answer came
  bool over_limit = false;
  bool bad_headers = false;
  std::string blocked_address;
  char detail[CURL_ERROR_SIZE] = "";

  ~Call() {
    wipe_and_free(header_list);
    if (easy != nullptr) curl_easy_cleanup(easy);
  }
  void clear() {
    wipe_and_free(header_list);
    header_list = nullptr;
    wipe(request.secret_headers);
    request = {};
    done = nullptr;
    stop = {};
    response = {};
    header_bytes = 0;
    in_handshake = answered = over_limit = bad_headers = false;
    blocked_address.clear();
    detail[0] = '\0';
  }
};

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  Call& call = *static_cast<Call*>(user);
  call.answered = true;
  call.last_byte = Steady::now();
  call.header_bytes += size;
  if (call.header_bytes > kMaxHeaderBytes) {
    call.bad_headers = true;
    return 0;
  }
  const std::string_view line = trim(std::string_view(data, size));
  if (line.starts_with("HTTP/")) {
    call.response.headers.clear();  // an interim answer (1xx) came before
    return size;
  }
  if (const auto colon = line.find(':'); colon != std::string_view::npos)
    call.response.headers.emplace_back(to_lower(line.substr(0, colon)),
                                       std::string(trim(line.substr(colon + 1))));
  return size;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  Call& call = *static_cast<Call*>(user);
  call.last_byte = Steady::now();
  std::string& body = call.response.body;
  if (size > call.request.limits.max_body_bytes - body.size()) {
    call.over_limit = true;
    return 0;
  }
  if (body.empty()) {
    curl_off_t announced = 0;
    curl_easy_getinfo(call.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    const auto most = std::min<std::size_t>(call.request.limits.max_body_bytes, 4u << 20);
    // room for the padding that fast parsers read beyond the end
    body.reserve(std::clamp<std::size_t>(announced > 0 ? static_cast<std::size_t>(announced) : 0, size,
                                         std::max(size, most)) +
                 64);
  }
  body.append(data, size);
  return size;
}

curl_socket_t on_open_socket(void* user, curlsocktype, curl_sockaddr* address) {
  Call& call = *static_cast<Call*>(user);
  if (!call.exempt && !call.proxied && !is_public_address(&address->addr)) {
    call.blocked_address = address_text(&address->addr);
    return CURL_SOCKET_BAD;
  }
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// libcurl's own times do not tell a hanging TCP connection from a hanging handshake; this is called between
/// the two.
CURLcode on_tls_begin(CURL*, void*, void* user) {
  static_cast<Call*>(user)->in_handshake = true;
  return CURLE_OK;
}

bool fits_a_header(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7f;
  });
}

/// Place: the one implementation of Client. Threads: `send` from any; everything named loop_* on the loop
/// thread. Failure: as Client; the loop itself cannot fail short of memory.
class CurlClient final : public Client {
 public:
  CurlClient(ClientOptions options, Trust trust, Proxy proxy, std::set<std::string> allowed)
      : options_(std::move(options)),
        trust_(std::move(trust)),
        proxy_(std::move(proxy)),
        allowed_(std::move(allowed)) {
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
    auto call = std::make_unique<Call>();
    call->easy = curl_easy_init();
    PICKET_ASSERT(call->easy != nullptr, "libcurl gives a handle");
    return call;
  }

  void loop_start(Incoming& incoming) {
    if (incoming.stop.stop_requested()) return incoming.done(fail(cancelled()));
    auto call = loop_new_call();
    call->id = ++last_id_;
    call->request = std::move(incoming.request);
    call->stop = incoming.stop;
    call->done = std::move(incoming.done);
    call->started = call->last_byte = Steady::now();
    if (auto ready = prepare(*call); !ready) {
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

  /// Checks the request against the rules and fills the easy handle.
  Status prepare(Call& call) {
    PICKET_ASSIGN(call.url, codec::parse_url(call.request.url));
    const std::string origin = call.url.origin();
    call.exempt = allowed_.contains(origin);
    call.proxied = !proxy_.url.empty() && !(call.exempt && is_loopback(call.url.host));
    if (!call.exempt) {
      if (call.url.scheme != "https") return fail(blocked_url(origin, "only https is used"));
      if (call.url.port != 443) return fail(blocked_url(origin, "only port 443 is used"));
      if (call.url.host_is_ip && !is_public_address(call.url.host))
        return fail(blocked_url(origin, "its address is not a public one"));
    }
    for (const auto* headers : {&call.request.headers, &call.request.secret_headers})
      for (const auto& [name, value] : *headers)
        if (name.empty() || !fits_a_header(name) || !fits_a_header(value) ||
            name.find(':') != std::string::npos)
          return fail(ErrorKind::kInvalidInput,
                      "A request header holds a line break or another character that has no place in it.");
    fill(call);
    return {};
  }

  void fill(Call& call) {
    CURL* easy = call.easy;
    const Request& request = call.request;
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_SHARE, share_);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call.detail);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT,
                     1L);  // else a hanging name server would hold the whole loop at cancellation
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, call.exempt ? "http,https" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &call);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.limits.connect.count()));
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(request.limits.total.count()));
    fill_trust(call);
    fill_method(call);
    fill_headers(call);
  }

  void fill_trust(Call& call) {
    CURL* easy = call.easy;
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_begin);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &call);
    curl_easy_setopt(easy, CURLOPT_CAPATH,
                     nullptr);  // with a directory libcurl reads the list anew for each connection
    curl_easy_setopt(easy, CURLOPT_CAINFO, trust_.path().c_str());
    curl_easy_setopt(easy, CURLOPT_PROXY,
                     call.proxied ? proxy_.url.c_str() : "");  // "": not even from the environment
    if (!call.proxied) return;
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
    curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, trust_.path().c_str());
  }

  void fill_method(Call& call) {
    CURL* easy = call.easy;
    const Request& request = call.request;
    if (request.method == "HEAD") {
      curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (request.method != "GET" || !request.body.empty()) {
      curl_easy_setopt(easy, CURLOPT_POST, 1L);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      if (request.method != "POST") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
  }

  void fill_headers(Call& call) {
    curl_slist* list = curl_slist_append(nullptr, "Expect:");
    bool content_type = false;
    for (auto* headers : {&call.request.headers, &call.request.secret_headers}) {
      for (const auto& [name, value] : *headers) {
        std::string line = value.empty() ? name + ";" : name + ": " + value;
        list = curl_slist_append(list, line.c_str());
        explicit_bzero(line.data(), line.size());
        content_type |= equals_ignoring_case(name, "content-type");
      }
    }
    if (!content_type) list = curl_slist_append(list, "Content-Type:");
    call.header_list = list;
    curl_easy_setopt(call.easy, CURLOPT_HTTPHEADER, list);
    if (!options_.user_agent.empty())
      curl_easy_setopt(call.easy, CURLOPT_USERAGENT, options_.user_agent.c_str());
  }

  void loop_finish_done() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      Call* call = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
      loop_end(call->id, conclude(*call, code));
    }
  }

  Result<Response> conclude(Call& call, CURLcode code) {
    if (call.over_limit) return fail(too_large(call.url.host, call.request.limits.max_body_bytes));
    if (code != CURLE_OK && !call.bad_headers) {
      Failure failure = failure_of(call, code);
      if (code != CURLE_OPERATION_TIMEDOUT) return fail(describe(failure));
      const bool in_connect = failure.phase < Phase::kFirstByte;
      return fail(
          describe_timeout(failure, in_connect ? call.request.limits.connect : call.request.limits.total));
    }
    if (call.bad_headers)
      return fail(ErrorKind::kProtocol,
                  fmt::format("{} answered with more header lines than an answer may have.", call.url.host));
    long status = 0;
    char* local = nullptr;
    curl_easy_getinfo(call.easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(call.easy, CURLINFO_LOCAL_IP, &local);
    call.response.status = static_cast<int>(status);
    if (local != nullptr) call.response.local_address = local;
    call.response.elapsed =
        std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - call.started);
    PICKET_TRY(unpack(call));
    return std::move(call.response);
  }

  /// A body that comes packed is unpacked whether or not it was asked for, so that no caller sees the
  /// difference.
  static Status unpack(Call& call) {
    const std::string* encoding = call.response.header("content-encoding");
    if (encoding == nullptr || call.response.body.empty() || equals_ignoring_case(*encoding, "identity"))
      return {};
    if (!equals_ignoring_case(*encoding, "gzip") && !equals_ignoring_case(*encoding, "x-gzip") &&
        !equals_ignoring_case(*encoding, "deflate"))
      return fail(ErrorKind::kProtocol,
                  fmt::format("{} answered in an encoding that was not asked for.", call.url.host));
    auto plain = codec::inflate(call.response.body, call.request.limits.max_body_bytes);
    if (!plain && plain.error().kind == ErrorKind::kTooLarge)
      return fail(too_large(call.url.host, call.request.limits.max_body_bytes));
    if (!plain)
      return fail(ErrorKind::kProtocol,
                  fmt::format("{} sent a packed answer that is damaged.", call.url.host));
    call.response.body = std::move(*plain);
    return {};
  }

  static Phase phase_of(Call& call) {
    if (call.answered) return Phase::kBody;
    const auto seen = [&](CURLINFO info) {
      curl_off_t us = 0;
      curl_easy_getinfo(call.easy, info, &us);
      return us > 0;
    };
    if (seen(CURLINFO_PRETRANSFER_TIME_T)) return Phase::kFirstByte;
    if (call.in_handshake) return seen(CURLINFO_APPCONNECT_TIME_T) ? Phase::kFirstByte : Phase::kTls;
    if (seen(CURLINFO_NAMELOOKUP_TIME_T)) return Phase::kConnect;
    return Phase::kResolve;
  }

  Failure failure_of(Call& call, int code) {
    Failure failure;
    failure.curl_code = code;
    failure.host = call.url.host;
    if (call.proxied) failure.proxy = proxy_.display;
    failure.detail = call.detail;
    failure.phase = phase_of(call);
    long os_error = 0;
    curl_easy_getinfo(call.easy, CURLINFO_OS_ERRNO, &os_error);
    curl_easy_getinfo(call.easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
    failure.os_error = static_cast<int>(os_error);
    failure.blocked_address = call.blocked_address;
    return failure;
  }

  void loop_enforce_limits(Steady::time_point now) {
    std::vector<std::pair<std::uint64_t, Error>> over;
    for (auto& [id, active] : active_) {
      Call& call = *active.call;
      const Limits& limits = call.request.limits;
      if (call.answered) {
        if (now - call.last_byte > limits.idle) {
          Failure failure = failure_of(call, CURLE_OPERATION_TIMEDOUT);
          over.emplace_back(id, describe_timeout(failure, limits.idle));
        }
      } else if (now - call.started > limits.first_byte) {
        curl_off_t sent_after = 0;
        curl_easy_getinfo(call.easy, CURLINFO_PRETRANSFER_TIME_T, &sent_after);
        if (sent_after > 0 && now - call.started > limits.first_byte + std::chrono::microseconds(sent_after))
          over.emplace_back(id,
                            describe_timeout(failure_of(call, CURLE_OPERATION_TIMEDOUT), limits.first_byte));
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

  const ClientOptions options_;
  const Trust trust_;
  const Proxy proxy_;
  const std::set<std::string> allowed_;
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
      std::make_unique<CurlClient>(options, std::move(trust), std::move(proxy), std::move(allowed)));
}

}  // namespace picket::http_client
