// Processor time of a poll: our client beside the least code that does the same with libcurl's multi
// interface.
//   http_client_loop_bench [polls a second] [seconds]
// The server is a child process, answers an empty page after 200 ms and keeps connections.
#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "http_client/client.h"
#include "http_client/tests/test_server.h"

namespace {

using namespace picket::http_client;
using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr const char* kPage =
    R"({"cursor":"1AjMbN5SR47XMJA+wl36kWvueVfOT11G9aQoO9uPJ3KTLDzHfG7sb7JU0Bx196Aj","has_more":false,"items":[]})";
constexpr const char* kBody =
    R"({"cursor":"1AjMbN5SR47XMJA+wl36kWvueVfOT11G9aQoO9uPJ3KTLDzHfG7sb7JU0Bx196Aj"})";

double cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](timeval t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string start_server() {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  if (fork() == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    TestServer server([](Conn& conn) {
      while (!conn.read_request().empty()) {
        std::this_thread::sleep_for(200ms);
        if (!conn.answer(200, kPage)) return;
      }
    });
    const std::string url = server.url() + "\n";
    if (write(ends[1], url.data(), url.size()) < 0) std::exit(1);
    pause();
  }
  char url[100] = "";
  if (read(ends[0], url, sizeof url - 1) <= 0) std::exit(1);
  return std::string(url, std::string_view(url).find('\n'));
}

double ours(const std::string& url, int rate, int seconds) {
  auto client = std::move(
      *make_curl_client({.user_agent = "bench", .ca_file = "", .proxy = "", .allowed_urls = {url}}));
  std::atomic<int> done = 0;
  const double before = cpu();
  auto next = Steady::now();
  const int total = rate * seconds;
  for (int i = 0; i < total; ++i, next += std::chrono::nanoseconds(1'000'000'000 / rate)) {
    std::this_thread::sleep_until(next);
    Request request;
    request.method = "POST";
    request.url = url + "/api/v2/auditevents";
    request.body = kBody;
    request.headers = {{"content-type", "application/json"}, {"accept", "application/json"}};
    request.secret_headers = {{"authorization", "Bearer " + std::string(600, 'x')}};
    client->send(std::move(request), {}, [&](picket::Result<Response> r) { done += r.has_value(); });
  }
  while (done < total) std::this_thread::sleep_for(10ms);
  return (cpu() - before) / total;
}

std::size_t ignore(char*, std::size_t, std::size_t size, void*) {
  return size;
}

double bare(const std::string& url, int rate, int seconds) {
  CURLM* multi = curl_multi_init();
  curl_slist* headers = curl_slist_append(nullptr, "content-type: application/json");
  headers = curl_slist_append(headers, ("authorization: Bearer " + std::string(600, 'x')).c_str());
  std::vector<CURL*> idle;
  const std::string target = url + "/api/v2/auditevents";
  const double before = cpu();
  auto next = Steady::now();
  const int total = rate * seconds;
  int sent = 0, done = 0, running = 0;
  while (done < total) {
    for (; sent < total && Steady::now() >= next;
         ++sent, next += std::chrono::nanoseconds(1'000'000'000 / rate)) {
      CURL* easy = idle.empty() ? curl_easy_init() : idle.back();
      if (!idle.empty()) idle.pop_back();
      curl_easy_setopt(easy, CURLOPT_URL, target.c_str());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, kBody);
      curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
      curl_multi_add_handle(multi, easy);
    }
    curl_multi_perform(multi, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      CURL* easy = message->easy_handle;
      curl_multi_remove_handle(multi, easy);
      idle.push_back(easy);
      ++done;
    }
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(next - Steady::now()).count();
    curl_multi_poll(multi, nullptr, 0,
                    sent < total ? static_cast<int>(std::max<std::int64_t>(0, wait + 1)) : 100, nullptr);
  }
  const double cost = (cpu() - before) / total;
  for (CURL* easy : idle) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
  return cost;
}

}  // namespace

int main(int argc, char** argv) {
  const int rate = argc > 1 ? std::atoi(argv[1]) : 100, seconds = argc > 2 ? std::atoi(argv[2]) : 5;
  const std::string url = start_server();
  bare(url, rate, 1);
  const double b = bare(url, rate, seconds), o = ours(url, rate, seconds);
  fmt::print("bare loop {:.1f} us a poll, http_client {:.1f} us: {:.2f} x\n", b * 1e6, o * 1e6, o / b);
}
