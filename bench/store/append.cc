// bench_store_append DIR [EVENTS] [PAGE]: the store's append beside the least that is durable and once-only:
// a zstd -3 frame and 32 bytes of index an event, ids in a hash set in memory, one fdatasync a page.
#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>
#include <zstd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unordered_set>

#include "audit_events.h"
#include "measure.h"
#include "store/open_store.h"

namespace {

using namespace picket;

struct Page {
  std::vector<bench::AuditEvents::Event> made;
  std::vector<store::NewEvent> events;
  std::uint64_t raw = 0;

  void fill(bench::AuditEvents& source, std::size_t n) {
    made.clear();
    events.clear();
    for (std::size_t i = 0; i < n; ++i) made.push_back(source.next());
    for (const auto& e : made) {
      events.push_back({bench::AuditEvents::view(e), e.raw});
      raw += e.raw.size();
    }
  }
};

/// The yardstick.
class Segment {
 public:
  explicit Segment(const std::filesystem::path& directory) : context_(ZSTD_createCCtx()) {
    std::filesystem::create_directories(directory);
    data_ = ::open((directory / "data").c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
    index_ = ::open((directory / "index").c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  }
  ~Segment() {
    ZSTD_freeCCtx(context_);
    ::close(data_);
    ::close(index_);
  }
  void append(const Page& page) {
    frame_.clear();
    records_.clear();
    for (const auto& e : page.events) {
      if (!ids_.emplace(e.view.vendor_uid).second) continue;
      Record r{};
      std::memcpy(r.id, e.view.vendor_uid.data(), std::min<std::size_t>(16, e.view.vendor_uid.size()));
      r.time = to_micros(e.view.time);
      r.offset = static_cast<std::uint32_t>(frame_.size());
      r.length = static_cast<std::uint32_t>(e.raw.size());
      records_.push_back(r);
      frame_ += e.raw;
    }
    packed_.resize(ZSTD_compressBound(frame_.size()));
    const auto n =
        ZSTD_compressCCtx(context_, packed_.data(), packed_.size(), frame_.data(), frame_.size(), 3);
    if (::write(index_, records_.data(), records_.size() * sizeof(Record)) < 0 ||
        ::write(data_, packed_.data(), n) < 0 || ::fdatasync(data_) != 0)
      std::abort();
  }

 private:
  struct Record {
    char id[16];
    std::int64_t time;
    std::uint32_t offset, length;
  };
  static_assert(sizeof(Record) == 32);
  ZSTD_CCtx* context_;
  int data_ = -1, index_ = -1;
  std::unordered_set<std::string> ids_;
  std::string frame_, packed_;
  std::vector<Record> records_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return std::fprintf(stderr, "usage: %s DIR [EVENTS] [PAGE] [PAGE_SIZE] [LEVEL]\n", argv[0]), 2;
  const std::filesystem::path directory = argv[1];
  const std::size_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  const std::size_t per_page = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1000;
  store::Tuning tuning;
  if (argc > 4) tuning.page_size = std::atoi(argv[4]);
  if (argc > 5) tuning.compression_level = std::atoi(argv[5]);
  std::filesystem::remove_all(directory);

  bench::Meter ours, least;
  Page page;
  {
    auto opened = store::open_tuned_store({.directory = directory / "store"}, tuning);
    if (!opened) return std::fprintf(stderr, "%s\n", opened.error().message.c_str()), 1;
    Segment segment(directory / "segment");
    bench::AuditEvents source(7);
    const store::StreamKey key{"org", "device", "auditevents"};
    // page by page in turns, so that both meet the same machine
    for (std::size_t done = 0; done < events; done += per_page) {
      page.fill(source, per_page);
      ours.start();
      const auto result = (*opened)->append(key, page.events, from_seconds(1'795'000'000));
      ours.stop();
      if (!result || result->added != per_page)
        return std::fprintf(stderr, "append: %s\n", result ? "not all new" : result.error().message.c_str()),
               1;
      least.start();
      segment.append(page);
      least.stop();
    }
  }
  const auto n = static_cast<double>(events);
  std::printf(
      "{\"bench\":\"store_append\",\"events\":%zu,\"page\":%zu,\"raw_bytes_per_event\":%.1f,\"cpu_us_per_"
      "event\":%.3f,\"yardstick_cpu_us_per_event\":%.3f,"
      "\"cpu_ratio\":%.2f,\"wall_us_per_event\":%.3f,\"yardstick_wall_us_per_event\":%.3f,\"disk_bytes_per_"
      "event\":%.1f,\"disk_ratio\":%.3f,"
      "\"yardstick_disk_bytes_per_event\":%.1f,\"peak_rss_mb_both\":%.0f}\n",
      events, per_page, static_cast<double>(page.raw) / n, ours.cpu() * 1e6 / n, least.cpu() * 1e6 / n,
      ours.cpu() / least.cpu(), ours.wall() * 1e6 / n, least.wall() * 1e6 / n,
      static_cast<double>(bench::directory_bytes(directory / "store")) / n,
      static_cast<double>(bench::directory_bytes(directory / "store")) / static_cast<double>(page.raw),
      static_cast<double>(bench::directory_bytes(directory / "segment")) / n, bench::peak_mb());
  return 0;
}
