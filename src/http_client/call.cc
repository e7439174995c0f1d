#include "http_client/call.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/assert.h"
#include "base/strings.h"
#include "codec/gzip.h"
#include "http_client/address.h"

namespace picket::http_client {
namespace {

constexpr std::size_t kMaxHeaderBytes = 64 << 10;

void wipe_and_free(curl_slist* list) {
  for (curl_slist* entry = list; entry != nullptr; entry = entry->next)
    explicit_bzero(entry->data, std::strlen(entry->data));
  curl_slist_free_all(list);
}

void wipe(Headers& headers) {
  for (auto& [name, value] : headers) explicit_bzero(value.data(), value.size());
}

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

void fill_trust(Call& call, const Common& common) {
  CURL* easy = call.easy;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_begin);
  curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, &call);
  curl_easy_setopt(easy, CURLOPT_CAPATH,
                   nullptr);  // with a directory libcurl reads the list anew for each connection
  curl_easy_setopt(easy, CURLOPT_CAINFO, common.trust.path().c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY,
                   call.proxied ? common.proxy.url.c_str() : "");  // "": not even from the environment
  if (!call.proxied) return;
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, nullptr);
  curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, common.trust.path().c_str());
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

void fill_headers(Call& call, const Common& common) {
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
  if (!common.options.user_agent.empty())
    curl_easy_setopt(call.easy, CURLOPT_USERAGENT, common.options.user_agent.c_str());
}

void fill(Call& call, const Common& common, CURLSH* share) {
  CURL* easy = call.easy;
  const Request& request = call.request;
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_SHARE, share);
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
  fill_trust(call, common);
  fill_method(call);
  fill_headers(call, common);
}

/// A body that comes packed is unpacked whether or not it was asked for, so that no caller sees the
/// difference.
Status unpack(Call& call) {
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
    return fail(ErrorKind::kProtocol, fmt::format("{} sent a packed answer that is damaged.", call.url.host));
  call.response.body = std::move(*plain);
  return {};
}

Phase phase_of(const Call& call) {
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

}  // namespace

Call::Call() : easy(curl_easy_init()) {
  PICKET_ASSERT(easy != nullptr, "libcurl gives a handle");
}

Call::~Call() {
  wipe_and_free(header_list);
  curl_easy_cleanup(easy);
}

void Call::clear() {
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

Status Call::prepare(const Common& common, CURLSH* share) {
  PICKET_ASSIGN(url, codec::parse_url(request.url));
  const std::string origin = url.origin();
  exempt = common.allowed.contains(origin);
  proxied = !common.proxy.url.empty() && !(exempt && is_loopback(url.host));
  if (!exempt) {
    if (url.scheme != "https") return fail(blocked_url(origin, "only https is used"));
    if (url.port != 443) return fail(blocked_url(origin, "only port 443 is used"));
    if (url.host_is_ip && !is_public_address(url.host))
      return fail(blocked_url(origin, "its address is not a public one"));
  }
  for (const auto* headers : {&request.headers, &request.secret_headers})
    for (const auto& [name, value] : *headers)
      if (name.empty() || !fits_a_header(name) || !fits_a_header(value) ||
          name.find(':') != std::string::npos)
        return fail(ErrorKind::kInvalidInput,
                    "A request header holds a line break or another character that has no place in it.");
  fill(*this, common, share);
  return {};
}

Result<Response> Call::conclude(const Common& common, CURLcode code) {
  if (over_limit) return fail(too_large(url.host, request.limits.max_body_bytes));
  if (code != CURLE_OK && !bad_headers) {
    Failure failure = failure_of(common, code);
    if (code != CURLE_OPERATION_TIMEDOUT) return fail(describe(failure));
    const bool in_connect = failure.phase < Phase::kFirstByte;
    return fail(describe_timeout(failure, in_connect ? request.limits.connect : request.limits.total));
  }
  if (bad_headers)
    return fail(ErrorKind::kProtocol,
                fmt::format("{} answered with more header lines than an answer may have.", url.host));
  long status = 0;
  char* local = nullptr;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy, CURLINFO_LOCAL_IP, &local);
  response.status = static_cast<int>(status);
  if (local != nullptr) response.local_address = local;
  response.elapsed = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - started);
  PICKET_TRY(unpack(*this));
  return std::move(response);
}

Failure Call::failure_of(const Common& common, CURLcode code) const {
  Failure failure;
  failure.curl_code = code;
  failure.host = url.host;
  if (proxied) failure.proxy = common.proxy.display;
  failure.detail = detail;
  failure.phase = phase_of(*this);
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
  failure.os_error = static_cast<int>(os_error);
  failure.blocked_address = blocked_address;
  return failure;
}

}  // namespace picket::http_client
