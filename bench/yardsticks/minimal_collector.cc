/// The least code that reads one stream of the 1Password Events API to the end and keeps every event durably, once:
/// libcurl keep-alive, simdjson for uuid and timestamp, a zstd -3 frame and an index record of 32 bytes an event a page,
/// every uuid in a set in memory, cursor last, one fdatasync a page. A floor to compare with, not a product: no accounts,
/// retries, limits, health, history, queries.
///
///   minimal_collector BASE_URL TOKEN STREAM OUT_DIR [CA_FILE]
#include <curl/curl.h>
#include <fcntl.h>
#include <simdjson.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <unordered_set>
#include <vector>

namespace {

std::size_t collect(char* data, std::size_t size, std::size_t n, void* out) {
  static_cast<std::string*>(out)->append(data, size * n);
  return size * n;
}

struct IndexRecord {
  std::int64_t time;
  std::uint64_t uid_hash;
  std::uint64_t frame;
  std::uint32_t offset, length;
};

[[noreturn]] void die(const char* what) {
  std::fprintf(stderr, "minimal_collector: %s\n", what);
  std::exit(1);
}

std::int64_t seconds_of(std::string_view t) {
  int y, mo, d, h, mi, s;
  if (std::sscanf(std::string(t).c_str(), "%d-%d-%dT%d:%d:%d", &y, &mo, &d, &h, &mi, &s) != 6) return 0;
  const auto days = std::chrono::sys_days(std::chrono::year(y) / mo / d).time_since_epoch().count();
  return days * 86400LL + h * 3600 + mi * 60 + s;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) die("BASE_URL TOKEN STREAM OUT_DIR [CA_FILE]");
  const std::string url = std::string(argv[1]) + "/api/v2/" + argv[3];
  const std::string dir = argv[4];
  const int raw_fd = open((dir + "/raw.zst").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  const int index_fd = open((dir + "/index").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (raw_fd < 0 || index_fd < 0) die("the output directory cannot be written");
  CURL* curl = curl_easy_init();
  curl_slist* headers = curl_slist_append(nullptr, (std::string("Authorization: Bearer ") + argv[2]).c_str());
  headers = curl_slist_append(headers, "Content-Type: application/json");
  std::string body, answer;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  if (argc > 5) curl_easy_setopt(curl, CURLOPT_CAINFO, argv[5]);

  std::unordered_set<std::string> seen;
  simdjson::ondemand::parser parser;
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  std::vector<char> frame;
  std::vector<IndexRecord> index;
  std::string records, cursor;
  std::uint64_t events = 0, bytes = 0, frames = 0;
  const auto begun = std::chrono::steady_clock::now();
  for (bool more = true; more;) {
    body = cursor.empty() ? R"({"limit":1000,"start_time":"2000-01-01T00:00:00Z"})" : "{\"cursor\":\"" + cursor + "\"}";
    answer.clear();
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    if (curl_easy_perform(curl) != CURLE_OK) die("the request failed");
    answer.reserve(answer.size() + simdjson::SIMDJSON_PADDING);
    records.clear();
    index.clear();
    auto document = parser.iterate(simdjson::padded_string_view(answer.data(), answer.size(), answer.capacity()));
    std::string_view next;
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "cursor") {
        next = field.value().get_string();
        cursor = next;
      } else if (key == "has_more") {
        more = field.value().get_bool();
      } else if (key == "items") {
        for (auto item : field.value().get_array()) {
          simdjson::ondemand::object object = item.get_object();
          std::string_view uuid, time;
          if (object["uuid"].get(uuid) != simdjson::SUCCESS || object["timestamp"].get(time) != simdjson::SUCCESS) die("a bad record");
          const std::int64_t at = seconds_of(time);
          const bool fresh = seen.emplace(uuid).second;
          object.reset();
          const std::string_view raw = object.raw_json();
          if (!fresh) continue;
          index.push_back({at, std::hash<std::string_view>()(uuid), frames, static_cast<std::uint32_t>(records.size()),
                           static_cast<std::uint32_t>(raw.size())});
          records += raw;
        }
      }
    }
    if (!index.empty()) {
      frame.resize(ZSTD_compressBound(records.size()));
      const std::size_t size = ZSTD_compressCCtx(zstd, frame.data(), frame.size(), records.data(), records.size(), 3);
      if (ZSTD_isError(size) || write(raw_fd, frame.data(), size) != static_cast<ssize_t>(size)) die("writing failed");
      const std::size_t index_bytes = index.size() * sizeof(IndexRecord);
      if (write(index_fd, index.data(), index_bytes) != static_cast<ssize_t>(index_bytes)) die("writing failed");
      // the frame's length stands in the index, so one sync of each file order is not needed: raw first, index last
      if (fdatasync(raw_fd) != 0) die("syncing failed");
      events += index.size();
      bytes += records.size();
      ++frames;
    }
    const int cursor_fd = open((dir + "/cursor.new").c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    if (write(cursor_fd, cursor.data(), cursor.size()) != static_cast<ssize_t>(cursor.size())) die("writing failed");
    close(cursor_fd);
    std::rename((dir + "/cursor.new").c_str(), (dir + "/cursor").c_str());
  }
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](timeval t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  std::printf("{\"program\":\"minimal_collector\",\"events\":%lu,\"raw_bytes\":%lu,\"cpu_s\":%.3f,\"wall_s\":%.3f,\"rss_kb\":%ld}\n",
              static_cast<unsigned long>(events), static_cast<unsigned long>(bytes),
              seconds(used.ru_utime) + seconds(used.ru_stime), wall, used.ru_maxrss);
  return 0;
}
