#include "ingest/ingest.h"

#include <boost/json.hpp>

#include <atomic>
#include <cmath>
#include <random>
#include <thread>

#include "codec/json.h"
#include "ingest/disk_guard.h"
#include "ingest/engine.h"
#include "obs/log.h"
#include "obs/metrics.h"
#include "runtime/thread_pool.h"

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;
using connector::TestResult;

constexpr int kWorkers = 3;
constexpr std::uint64_t kPageSize = 1000;

std::optional<int> keeps_days(const connector::Connector& connector) {
  const auto form = codec::parse_json(connector.form_json());
  if (!form || !form->is_object()) return std::nullopt;
  const auto* backfill = form->as_object().if_contains("backfill");
  const auto* days = backfill != nullptr && backfill->is_object() ? backfill->as_object().if_contains("max_days") : nullptr;
  if (days == nullptr || !days->is_int64()) return std::nullopt;
  return static_cast<int>(days->as_int64());
}

fleet::LiveFleet::Technologies technologies(const connector::Registry& registry) {
  fleet::LiveFleet::Technologies all;
  for (const auto& connector : registry.all()) {
    fleet::Technology technology{{connector->title(), keeps_days(*connector)}, {}};
    for (const auto& stream : connector->streams()) technology.streams.emplace_back(stream.name, stream.title);
    all.emplace(connector->slug(), std::move(technology));
  }
  return all;
}

std::function<double()> dice() {
  struct Source {
    std::mutex mutex;
    std::mt19937_64 generator{std::random_device{}()};
  };
  return [source = std::make_shared<Source>()] {
    const std::lock_guard lock(source->mutex);
    return std::uniform_real_distribution<double>(0, 1)(source->generator);
  };
}

TestResult refused(std::string code, std::string sentence) {
  TestResult result;
  result.code = std::move(code);
  result.sentence = std::move(sentence);
  return result;
}

/// The threads around the engine: one that sends, three that store, one that commits in groups and watches, one for the
/// store's background work.
class ThreadedIngest final : public Ingest {
 public:
  ThreadedIngest(const Parts& parts, const Options& options)
      : parts_(parts),
        options_(options),
        fleet_({parts.clock, parts.control, parts.store}, technologies(parts.connectors), options.poll_interval),
        engine_({parts.clock, parts.control, parts.store, parts.connectors, parts.http, fleet_, parts.watch}, settings(options)),
        guard_(options.data_directory, options.disk_low_water_bytes, options.disk_probe) {}

  ~ThreadedIngest() override {
    stop_.request_stop();
    engine_.stop(2500ms);
    for (auto& thread : threads_) thread.join();
  }

  Status load() {
    PICKET_TRY(fleet_.load());
    watch_disk();
    return {};
  }

  void start() override {
    engine_.begin();
    threads_.emplace_back([this] { send_loop(); });
    for (int i = 0; i < kWorkers; ++i) threads_.emplace_back([this, i] { work_loop(i); });
    threads_.emplace_back([this] { tick_loop(); });
    threads_.emplace_back([this] { housekeep_loop(); });
  }

  fleet::Fleet& fleet() override { return fleet_; }
  TestResult test_now(const std::string& organization_id, const std::string& device_id, std::stop_token stop) override;
  TestResult test(const std::string& organization_id, const std::string& plugin_slug, const std::string& device_spec,
                  const crypto::Secret* secrets, const std::optional<std::string>& device_id, std::stop_token stop) override;
  Result<RereadCost> reread_cost(const std::string& organization_id, const std::string& device_id,
                                 TimePoint start_time) override;
  std::string trouble() const override;

 private:
  static Engine::Settings settings(const Options& options) {
    Engine::Settings s;
    s.poll_interval = options.poll_interval;
    s.vendor_rate_per_minute = options.vendor_rate_per_minute;
    s.random = dice();
    return s;
  }

  /// Marks a loop as alive, for /metrics and for `trouble`.
  struct Heartbeat {
    explicit Heartbeat(const char* loop)
        : gauge(obs::gauge("picket_heartbeat_timestamp_seconds", "When a loop last came round", {{"loop", loop}})) {}
    void beat(const Clock& clock) {
      gauge.set(static_cast<double>(to_micros(clock.now())) / 1e6);
      at = clock.steady().time_since_epoch().count();
    }
    obs::Gauge& gauge;
    std::atomic<SteadyPoint::rep> at{0};
  };

  void send_loop() {
    runtime::name_this_thread("ingest-send");
    while (engine_.wait_for_due(engine_.pump())) sending_.beat(parts_.clock);
  }

  void work_loop(int index) {
    runtime::name_this_thread("ingest-work-" + std::to_string(index));
    Engine::Worker worker;
    while (engine_.wait_for_work()) engine_.work_one(worker);
  }

  void tick_loop() {
    runtime::name_this_thread("ingest-tick");
    while (!stop_.stop_requested()) {
      if (const Status flushed = engine_.flush(); !flushed) trouble_from(flushed.error());
      watch_disk();
      engine_.tick();
      ticking_.beat(parts_.clock);
      sleep(1s);
    }
  }

  void housekeep_loop() {
    runtime::name_this_thread("ingest-house");
    while (!stop_.stop_requested()) {
      const auto more = parts_.store.housekeep(stop_.get_token());
      if (!more && more.error().kind != ErrorKind::kCancelled)
        PICKET_LOG_WARN("ingest", "Background work of the event store: {}", more.error().message);
      keep_control();
      learn_usual();
      housekeeping_.beat(parts_.clock);
      sleep(more && *more ? 50ms : 2s);
    }
  }

  /// At start, then hourly.
  void keep_control() {
    const SteadyPoint now = parts_.clock.steady();
    if (control_kept_at_ && now - *control_kept_at_ < std::chrono::hours(1)) return;
    control_kept_at_ = now;
    if (const Status kept = parts_.control.housekeep(); !kept)
      PICKET_LOG_WARN("ingest", "Background work of the control plane: {}", kept.error().message);
  }

  /// What one device usually brings, one device a turn, each at most every six hours: so that silence can be told from quiet.
  void learn_usual() {
    if (usual_place_ >= to_learn_.size()) {
      if (learnt_at_ && parts_.clock.steady() - *learnt_at_ < std::chrono::hours(6)) return;
      to_learn_ = fleet_.ids();
      usual_place_ = 0;
      learnt_at_ = parts_.clock.steady();
      if (to_learn_.empty()) return;
    }
    const auto& [organization, device] = to_learn_[usual_place_++];
    const TimePoint now = parts_.clock.now();
    store::Query query;
    query.organization_id = organization;
    query.device_ids = {device};
    query.time = {std::chrono::floor<std::chrono::hours>(now) - std::chrono::hours(24 * 29), now};
    const auto counts = parts_.store.histogram(query, store::Width::kHour, store::GroupBy::kNothing, stop_.get_token());
    if (!counts || counts->empty()) return;
    fleet_.set_usual(device, std::make_shared<const fleet::Usual>(fleet::usual_from(counts->begin()->second, now)));
  }

  void sleep(std::chrono::milliseconds length) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop_.get_token(), length, [] { return false; });
  }

  void trouble_from(const Error& error) {
    if (error.kind == ErrorKind::kDiskFull)
      engine_.set_trouble("Paused: the data disk is full. Free some space; polling resumes by itself and nothing is lost.");
    else
      PICKET_LOG_WARN("ingest", "Progress could not be recorded yet: {}", error.message);
  }

  /// A full disk that a write reported counts for ten seconds even when the numbers look well (quotas, reserves).
  void watch_disk() {
    const std::string low = guard_.check();
    const std::string now = engine_.trouble();
    if (!low.empty()) {
      if (now.empty()) PICKET_LOG_WARN("ingest", "{}", low);
      engine_.set_trouble(low);
      trouble_since_ = parts_.clock.steady() - 10s;  // the guard has slack of its own
    } else if (!now.empty()) {
      if (!trouble_since_) trouble_since_ = parts_.clock.steady();
      if (parts_.clock.steady() - *trouble_since_ < 10s) return;
      engine_.set_trouble("");
      trouble_since_.reset();
      PICKET_LOG_INFO("ingest", "There is room on the data disk again; polling goes on.");
    }
  }

  const Parts parts_;
  const Options options_;
  fleet::LiveFleet fleet_;
  Engine engine_;
  DiskGuard guard_;
  std::optional<SteadyPoint> trouble_since_;
  // the housekeeping thread's alone
  std::vector<std::pair<std::string, std::string>> to_learn_;
  std::size_t usual_place_ = 0;
  std::optional<SteadyPoint> learnt_at_, control_kept_at_;
  Heartbeat sending_{"send"}, ticking_{"tick"}, housekeeping_{"housekeep"};
  std::stop_source stop_;
  std::vector<std::thread> threads_;
};

std::string ThreadedIngest::trouble() const {
  if (std::string sentence = engine_.trouble(); !sentence.empty()) return sentence;
  const auto late = [&](const Heartbeat& heart) {
    return heart.at != 0 && parts_.clock.steady() - SteadyPoint(SteadyPoint::duration(heart.at.load())) > 60s;
  };
  if (late(sending_)) return "Polling stands still: the loop that sends requests has not come round for a minute.";
  if (late(ticking_)) return "Polling stands still: the loop that records progress has not come round for a minute.";
  return {};
}

TestResult ThreadedIngest::test_now(const std::string& organization_id, const std::string& device_id, std::stop_token stop) {
  const auto view = fleet_.device(organization_id, device_id);
  if (!view) return refused("not_found", "There is no such device.");
  auto result = test(organization_id, view->device.plugin_slug, view->device.device_spec, nullptr, device_id, stop);
  engine_.poke(device_id);
  return result;
}

TestResult ThreadedIngest::test(const std::string& organization_id, const std::string& plugin_slug,
                                const std::string& device_spec, const crypto::Secret* secrets,
                                const std::optional<std::string>& device_id, std::stop_token stop) {
  const auto* connector = parts_.connectors.find(plugin_slug);
  if (connector == nullptr) return refused("not_found", "There is no plug-in of this name.");
  if (const Status valid = connector->validate(device_spec, options_.extra_servers); !valid)
    return refused("blocked", valid.error().message);
  std::optional<crypto::Secret> stored;
  if (secrets == nullptr && device_id) {
    if (!fleet_.device(organization_id, *device_id)) return refused("not_found", "There is no such device.");
    auto read = parts_.control.device_secrets(*device_id);
    if (!read) return refused("internal", read.error().message);
    stored = std::move(*read);
    if (stored) secrets = &*stored;
  }
  if (secrets == nullptr) return refused("no_token", "No token yet. Paste one to test it.");
  const connector::DeviceContext context{device_id.value_or(""), device_spec, secrets};
  if (device_id) engine_.count_requests(*device_id, 1 + static_cast<int>(connector->streams().size()));
  return connector->test(parts_.http, context, stop);
}

Result<RereadCost> ThreadedIngest::reread_cost(const std::string& organization_id, const std::string& device_id,
                                               TimePoint start_time) {
  const auto view = fleet_.device(organization_id, device_id);
  if (!view) return fail(ErrorKind::kNotFound, "There is no such device.");
  RereadCost cost;
  for (const auto& stream : view->streams) {
    store::Query query;
    query.organization_id = organization_id;
    query.device_ids = {device_id};
    query.streams = {stream.state.stream};
    query.time.from = start_time;
    PICKET_ASSIGN(std::uint64_t events, parts_.store.count(query, {}));
    PICKET_ASSIGN(const auto totals, parts_.store.totals({organization_id, device_id, stream.state.stream}));
    cost.stored += events;
    // what lies before everything we have is guessed from what we have
    if (totals.oldest && totals.newest && start_time < *totals.oldest && *totals.newest > *totals.oldest) {
      const double known = std::chrono::duration<double>(*totals.newest - *totals.oldest).count();
      const double before = std::chrono::duration<double>(*totals.oldest - start_time).count();
      events += static_cast<std::uint64_t>(std::llround(static_cast<double>(totals.events) * before / known));
    }
    cost.events += events;
    cost.requests += events / kPageSize + 1;
  }
  const double a_second = options_.vendor_rate_per_minute > 0 ? options_.vendor_rate_per_minute * 0.97 / 60 : 20;
  cost.at_least = std::chrono::seconds(static_cast<std::int64_t>(std::ceil(static_cast<double>(cost.requests) / a_second)));
  return cost;
}

}  // namespace

Result<std::unique_ptr<Ingest>> Ingest::open(const Parts& parts, const Options& options) {
  auto ingest = std::make_unique<ThreadedIngest>(parts, options);
  PICKET_TRY(ingest->load());
  return std::unique_ptr<Ingest>(std::move(ingest));
}

}  // namespace picket::ingest
