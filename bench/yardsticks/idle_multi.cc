/// A bare curl-multi loop: N streams, each asked every PERIOD seconds with the same cursor request, connections kept, the
/// answers thrown away. The floor for polling that brings nothing.
///
///   idle_multi BASE_URL TOKEN_FILE STREAMS PERIOD_S SECONDS [CA_FILE]     (a token a line, used in turn)
#include <curl/curl.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <queue>
#include <string>
#include <vector>

namespace {
using Steady = std::chrono::steady_clock;

std::size_t drop(char*, std::size_t size, std::size_t n, void*) { return size * n; }

struct Stream {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::string url, body = "{}";
};

struct Due {
  Steady::time_point at;
  std::size_t stream;
  bool operator<(const Due& other) const { return at > other.at; }
};
}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return 2;
  std::vector<std::string> tokens;
  std::ifstream in(argv[2]);
  for (std::string line; std::getline(in, line);) tokens.push_back(line);
  const std::size_t count = std::stoul(argv[3]);
  const std::chrono::milliseconds period(std::stol(argv[4]) * 1000);
  const auto end = Steady::now() + std::chrono::seconds(std::stol(argv[5]));
  const char* names[] = {"auditevents", "itemusages", "signinattempts"};
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 1024L);
  std::vector<Stream> streams(count);
  std::priority_queue<Due> due;
  for (std::size_t i = 0; i < count; ++i) {
    Stream& s = streams[i];
    s.easy = curl_easy_init();
    s.url = std::string(argv[1]) + "/api/v2/" + names[i % 3];
    s.headers = curl_slist_append(nullptr, ("Authorization: Bearer " + tokens[i / 3 % tokens.size()]).c_str());
    s.headers = curl_slist_append(s.headers, "Content-Type: application/json");
    curl_easy_setopt(s.easy, CURLOPT_URL, s.url.c_str());
    curl_easy_setopt(s.easy, CURLOPT_HTTPHEADER, s.headers);
    curl_easy_setopt(s.easy, CURLOPT_POSTFIELDS, s.body.c_str());
    curl_easy_setopt(s.easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(s.easy, CURLOPT_PRIVATE, reinterpret_cast<void*>(i));
    if (argc > 6) curl_easy_setopt(s.easy, CURLOPT_CAINFO, argv[6]);
    due.push({Steady::now() + period * i / count, i});
  }
  std::uint64_t polls = 0, failed = 0;
  while (Steady::now() < end) {
    for (; !due.empty() && due.top().at <= Steady::now(); due.pop()) curl_multi_add_handle(multi, streams[due.top().stream].easy);
    int running = 0, left = 0;
    curl_multi_perform(multi, &running);
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      void* which = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &which);
      long status = 0;
      curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
      ++polls;
      failed += message->data.result != CURLE_OK || status != 200;
      curl_multi_remove_handle(multi, message->easy_handle);
      due.push({Steady::now() + period, reinterpret_cast<std::size_t>(which)});
    }
    const auto wait = due.empty() ? std::chrono::milliseconds(50)
                                  : std::chrono::duration_cast<std::chrono::milliseconds>(due.top().at - Steady::now());
    curl_multi_poll(multi, nullptr, 0, static_cast<int>(std::clamp<std::int64_t>(wait.count(), 1, 50)), nullptr);
  }
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  std::printf("{\"program\":\"idle_multi\",\"polls\":%lu,\"failed\":%lu,\"cpu_s\":%.3f,\"rss_kb\":%ld}\n",
              static_cast<unsigned long>(polls), static_cast<unsigned long>(failed),
              seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss);
  return 0;
}
