// bench_store_query DIR [EVENTS] [DEVICES] [keep]: the query rows over a store of audit events, 1,000
// devices of three organizations' size in one, arriving in time order, each beside its yardstick: SQLite's
// GROUP BY over plain rows, zstd's own time to unpack. `keep` uses a store that an earlier run left in DIR. PICKET_BENCH_IDS
// names a file with the organization's and the devices' ids, a line each, so that a server can be started over the store.
#include <fmt/format.h>
#include <sqlite3.h>
#include <zstd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <thread>

#include "audit_events.h"
#include "measure.h"
#include "store/open_store.h"

namespace {

using namespace picket;
namespace fs = std::filesystem;

constexpr std::int64_t kStart = 1'790'000'000;
struct Ids {
  std::string organization = "11111111-1111-4111-8111-111111111111";
  std::vector<std::string> devices;
};

const Ids& ids() {
  static const Ids known = [] {
    Ids out;
    const char* name = std::getenv("PICKET_BENCH_IDS");
    if (name == nullptr) return out;
    std::ifstream file(name);
    std::getline(file, out.organization);
    for (std::string line; std::getline(file, line);) out.devices.push_back(line);
    return out;
  }();
  return known;
}

std::string device_id(std::size_t i) {
  return i < ids().devices.size() ? ids().devices[i] : fmt::format("22222222-2222-4222-8222-{:012}", i);
}

void check(bool ok, const std::string& what) {
  if (ok) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

void sql(sqlite3* db, const std::string& text) {
  char* message = nullptr;
  check(sqlite3_exec(db, text.c_str(), nullptr, nullptr, &message) == SQLITE_OK,
        message == nullptr ? text : message);
}

/// 30 days of events over all devices; a poll brings 100 of a device, so the files also need merging.
void load(store::EventStore& target, sqlite3* rows, std::size_t events, std::size_t devices) {
  const std::int64_t step = 30ll * 86'400 * 1'000'000 / static_cast<std::int64_t>(events);
  bench::AuditEvents source(11, kStart, step);
  std::vector<std::vector<bench::AuditEvents::Event>> waiting(devices);
  bench::Random random(5);
  bench::Meter meter;
  sqlite3_stmt* insert = nullptr;
  check(sqlite3_prepare_v2(rows, "INSERT INTO event(device, time, uid) VALUES(?1, ?2, ?3)", -1, &insert,
                           nullptr) == SQLITE_OK,
        "prepare");
  sql(rows, "BEGIN");
  const auto flush = [&](std::size_t d) {
    std::vector<store::NewEvent> page;
    for (const auto& e : waiting[d]) page.push_back({bench::AuditEvents::view(e), e.raw});
    meter.start();
    const auto result =
        target.append({ids().organization, device_id(d), "auditevents"}, page, from_seconds(kStart + 31 * 86'400));
    meter.stop();
    check(result.has_value() && result->added == page.size(), "append");
    waiting[d].clear();
  };
  for (std::size_t i = 0; i < events; ++i) {
    const auto d = static_cast<std::size_t>(random.below(devices));
    waiting[d].push_back(source.next());
    sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(d));
    sqlite3_bind_int64(insert, 2, waiting[d].back().time_us);
    sqlite3_bind_text(insert, 3, waiting[d].back().uid.data(), 26, SQLITE_STATIC);
    check(sqlite3_step(insert) == SQLITE_DONE, "insert");
    sqlite3_reset(insert);
    if (waiting[d].size() == 250) flush(d);
    if (i % 500'000 == 499'999) {
      for (auto more = target.housekeep({}); more && *more;) more = target.housekeep({});
    }
  }
  for (std::size_t d = 0; d < devices; ++d) flush(d);
  sql(rows, "COMMIT");
  sqlite3_finalize(insert);
  bench::Meter keeping;
  keeping.start();
  for (auto more = target.housekeep({}); more && *more;) more = target.housekeep({});
  keeping.stop();
  std::printf(
      "{\"bench\":\"store_load\",\"events\":%zu,\"devices\":%zu,\"append_cpu_us_per_event\":%.2f,\"last_"
      "housekeep_s\":%.2f}\n",
      events, devices, meter.cpu() * 1e6 / static_cast<double>(events), keeping.wall());
}

std::unique_ptr<store::EventStore> open(const fs::path& directory) {
  auto opened = store::open_sqlite_store({.directory = directory});
  check(opened.has_value(), opened ? "" : opened.error().message);
  return std::move(*opened);
}

double timed(const std::function<void()>& f) {
  bench::Meter m;
  m.start();
  f();
  m.stop();
  return m.wall();
}

void latest_of_device(const store::EventStore& target, std::size_t devices) {
  std::vector<double> plain, counted;
  bench::Random random(3);
  for (int i = 0; i < 300; ++i) {
    store::Query q;
    q.organization_id = ids().organization;
    q.device_ids = {device_id(random.below(devices))};
    store::FindOptions options;
    options.with_total = i % 2 == 0;
    (i % 2 == 0 ? counted : plain).push_back(1000 * timed([&] {
                                               const auto page = target.find(q, options, {});
                                               check(page && page->events.size() == 50, "latest 50");
                                             }));
  }
  std::printf(
      "{\"bench\":\"latest_50_of_device\",\"median_ms\":%.2f,\"p99_ms\":%.2f,\"with_total_median_ms\":%.2f,"
      "\"with_total_p99_ms\":%.2f}\n",
      bench::percentile(plain, 0.5), bench::percentile(plain, 0.99), bench::percentile(counted, 0.5),
      bench::percentile(counted, 0.99));
}

void by_day(const store::EventStore& target, sqlite3* rows, std::size_t events) {
  std::vector<double> ours, theirs;
  for (int i = 0; i < 3; ++i) {
    ours.push_back(timed([&] {
      store::Query q;
      q.organization_id = ids().organization;
      const auto days = target.histogram(q, store::Width::kDay, store::GroupBy::kNothing, {});
      std::uint64_t sum = 0;
      check(days.has_value(), "histogram");
      for (const auto& b : days->at("")) sum += b.count;
      check(sum == events, "histogram sum");
    }));
    theirs.push_back(
        timed([&] { sql(rows, "SELECT time / 86400000000 AS day, count(*) FROM event GROUP BY day"); }));
  }
  std::printf("{\"bench\":\"by_day_all_devices\",\"ms\":%.1f,\"sqlite_group_by_ms\":%.1f,\"ratio\":%.4f}\n",
              1000 * bench::percentile(ours, 0.5), 1000 * bench::percentile(theirs, 0.5),
              bench::percentile(ours, 0.5) / bench::percentile(theirs, 0.5));
}

/// zstd's own time: every raw frame of the store, read beforehand in pieces, unpacked on one thread.
double unpack_time(const fs::path& directory, double& read_s, double& cpu_s) {
  double sum = 0;
  bench::Meter meter;
  read_s = 0;
  std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::vector<char> out(8u << 20);
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".db") continue;
    sqlite3* db = nullptr;
    check(sqlite3_open_v2(entry.path().c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK, "open");
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_stmt* select = nullptr;
    check(sqlite3_prepare_v2(db, "SELECT raw FROM frame", -1, &select, nullptr) == SQLITE_OK, "prepare");
    const auto all = timed([&] {
      while (sqlite3_step(select) == SQLITE_ROW) {
        const void* frame = sqlite3_column_blob(select, 0);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(select, 0));
        meter.start();
        sum += timed([&] {
          check(ZSTD_isError(ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frame, size)) == 0,
                "unpack");
        });
        meter.stop();
      }
    });
    read_s += all;
    sqlite3_finalize(select);
    sqlite3_close(db);
  }
  read_s -= sum;
  cpu_s = meter.cpu();
  return sum;
}

void text_search(const store::EventStore& target, const fs::path& directory, const char* name,
                 const std::string& literal) {
  store::Query q;
  q.organization_id = ids().organization;
  q.text = {literal};
  double first = -1, longest_gap = 0, last = bench::seconds(CLOCK_MONOTONIC);
  std::uint64_t matched = 0;
  const auto start = bench::seconds(CLOCK_MONOTONIC);
  bench::Meter meter;
  meter.start();
  const auto status = target.search(
      q, store::Order::kNewestFirst,
      [&](store::StoredEvent&&) {
        if (first < 0) first = bench::seconds(CLOCK_MONOTONIC) - start;
        // a person reads no more; the row of a scan is the one that finds nothing
        return ++matched < 1000;
      },
      [&](const store::Progress&) {
        const auto now = bench::seconds(CLOCK_MONOTONIC);
        longest_gap = std::max(longest_gap, now - last);
        last = now;
      },
      {});
  meter.stop();
  check(status.has_value(), "search");
  double read = 0, unpack_cpu = 0;
  const auto unpack = unpack_time(directory, read, unpack_cpu);
  // cancel after 0.3 s
  std::stop_source stop;
  double asked = 0;
  std::jthread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    asked = bench::seconds(CLOCK_MONOTONIC);
    stop.request_stop();
  });
  q.text = {"no record holds this"};
  const auto cancelled = target.search(
      q, store::Order::kNewestFirst, [](store::StoredEvent&&) { return true; }, {}, stop.get_token());
  const auto ended = bench::seconds(CLOCK_MONOTONIC);
  canceller.join();
  std::printf(
      "{\"bench\":\"text_search\",\"literal\":\"%s\",\"matched\":%llu,\"first_row_s\":%.3f,\"full_scan_s\":%."
      "2f,\"full_scan_cpu_s\":%.2f,\"zstd_unpack_s\":%.2f,"
      "\"sqlite_read_s\":%.2f,\"ratio\":%.2f,\"cpu_ratio\":%.2f,\"longest_progress_gap_s\":%.3f,"
      "\"cancelled\":%s,\"cancel_s\":%."
      "4f}\n",
      name, static_cast<unsigned long long>(matched), first, meter.wall(), meter.cpu(), unpack, read,
      meter.wall() / unpack, meter.cpu() / unpack_cpu, longest_gap, cancelled ? "false" : "true",
      ended - asked);
}

void conditions(const store::EventStore& target) {
  store::Query q;
  q.organization_id = ids().organization;
  q.conditions.push_back({store::Field::kAction, store::Match::kEqual, {"join"}});
  std::uint64_t n = 0;
  const auto s = timed([&] { n = target.count(q, {}).value_or(0); });
  store::FindOptions options;
  options.with_total = false;
  const auto page = timed([&] { check(target.find(q, options, {}).has_value(), "find"); });
  std::printf(
      "{\"bench\":\"count_by_action_all_devices\",\"matched\":%llu,\"ms\":%.0f,\"latest_50_ms\":%.1f}\n",
      static_cast<unsigned long long>(n), 1000 * s, 1000 * page);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: %s DIR [EVENTS] [DEVICES] [keep]\n", argv[0]), 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const fs::path directory = argv[1];
  const std::size_t events = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000'000;
  const std::size_t devices = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 1000;
  const bool keep = argc > 4 && std::strcmp(argv[4], "keep") == 0;
  if (!keep) fs::remove_all(directory);
  fs::create_directories(directory);
  sqlite3* rows = nullptr;
  check(sqlite3_open((directory / "rows.db").c_str(), &rows) == SQLITE_OK, "open rows");
  sql(rows,
      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536; CREATE TABLE IF NOT EXISTS "
      "event(device INTEGER, time INTEGER, uid TEXT)");
  if (!keep) load(*open(directory / "store"), rows, events, devices);
  std::unique_ptr<store::EventStore> target;
  const auto opening = timed([&] { target = open(directory / "store"); });
  std::printf("{\"bench\":\"open\",\"events\":%zu,\"ms\":%.1f,\"disk_bytes_per_event\":%.1f}\n", events,
              1000 * opening,
              static_cast<double>(bench::directory_bytes(directory / "store")) / static_cast<double>(events));
  const auto recent = timed([&] {
    std::uint64_t sum = 0;
    for (std::size_t d = 0; d < devices; ++d)
      sum +=
          target->last_24h({ids().organization, device_id(d), "auditevents"}, from_seconds(kStart + 30 * 86'400));
    check(sum > 0, "last 24 h");
  });
  const auto warm = timed([&] {
    for (std::size_t d = 0; d < devices; ++d)
      static_cast<void>(
          target->last_24h({ids().organization, device_id(d), "auditevents"}, from_seconds(kStart + 30 * 86'400)));
  });
  std::printf("{\"bench\":\"last_24h\",\"devices\":%zu,\"first_ms\":%.1f,\"again_ms\":%.2f}\n", devices,
              1000 * recent, 1000 * warm);
  latest_of_device(*target, devices);
  by_day(*target, rows, events);
  conditions(*target);
  text_search(*target, directory / "store", "frequent", "\"country\":\"Japan\"");
  text_search(*target, directory / "store", "rare", "margaret.number77");
  text_search(*target, directory / "store", "none", "no record holds this");
  std::printf("{\"bench\":\"memory\",\"peak_rss_mb\":%.0f}\n", bench::peak_mb());
  sqlite3_close(rows);
  return 0;
}
