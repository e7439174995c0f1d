// The threads, the real control plane and the real event store; only the vendor is a toy in memory.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/clock.h"
#include "ingest/ingest.h"
#include "ingest/mocks/toy_vendor.h"
#include "store/sqlite_store.h"

namespace picket::ingest {
namespace {
using namespace std::chrono_literals;

/// Answers on a thread of its own, a few milliseconds later; may hang for a device.
class ToyNetwork final : public http_client::Client {
 public:
  explicit ToyNetwork(ToyVendor& vendor) : vendor_(vendor), thread_([this](std::stop_token stop) { run(stop); }) {}
  void send(http_client::Request request, std::stop_token stop, Callback done) override {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::move(request), std::move(stop), std::move(done)});
    arrived_.notify_one();
  }
  /// A record that the vendor has from now on.
  void add(const std::string& stream, ToyVendor::Record record) {
    const std::lock_guard lock(records_);
    vendor_.streams[stream].push_back(std::move(record));
  }
  std::atomic<bool> hang{false};

 private:
  auto answer(const http_client::Request& request) {
    const std::lock_guard lock(records_);
    return vendor_.answer(request);
  }
  void run(std::stop_token stop) {
    while (!stop.stop_requested()) {
      ScriptedClient::Waiting next;
      {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, stop, 20ms, [&] { return !waiting_.empty(); });
        if (waiting_.empty()) continue;
        next = std::move(waiting_.front());
        waiting_.pop_front();
      }
      if (next.stop.stop_requested()) {
        next.done(fail(ErrorKind::kCancelled, "Stopped."));
      } else if (hang) {
        std::this_thread::sleep_for(1ms);
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(next));
      } else {
        next.done(answer(next.request));
      }
    }
  }
  ToyVendor& vendor_;
  std::mutex records_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<ScriptedClient::Waiting> waiting_;
  std::jthread thread_;
};

class Whole : public testing::Test {
 protected:
  void SetUp() override {
    directory = std::filesystem::temp_directory_path() / ("picket-whole-" + std::to_string(getpid()) + "-" +
                                                          testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    std::vector<std::unique_ptr<connector::Connector>> connectors;
    connectors.push_back(std::make_unique<ToyConnector>());
    registry = std::make_unique<connector::Registry>(std::move(connectors));
    for (const char* s : {"a", "b", "c"}) {
      auto& records = vendor.streams[s];
      for (int i = 0; i < 2500; ++i)
        records.push_back({fmt::format("{}-{}", s, i), system_clock().now() - 3h + std::chrono::seconds(i)});
    }
    vendor.page = 100;
    open();
    auto made = control->create_organization("Acme", {"ana@example.com", "Ana", crypto::Secret("correct horse battery")},
                                             {control->system_actor(), system_clock().now()});
    ASSERT_TRUE(made) << made.error().message;
    organization = made->organization.id;
  }
  void TearDown() override {
    ingest.reset();
    network.reset();
    store.reset();
    control.reset();
    std::filesystem::remove_all(directory);
  }
  void open() {
    control::ControlOptions options;
    options.directory = directory;
    options.root_key_file = directory / "root.key";
    options.clock = &system_clock();
    auto c = control::Control::open(options);
    ASSERT_TRUE(c) << c.error().message;
    control = std::move(*c);
    store::SqliteStoreOptions store_options;
    store_options.directory = directory / "events";
    store_options.clock = &system_clock();
    auto s = store::open_sqlite_store(store_options);
    ASSERT_TRUE(s) << s.error().message;
    store = std::move(*s);
    network = std::make_unique<ToyNetwork>(vendor);
  }
  void start() {
    Options options;
    options.poll_interval = 1s;
    options.vendor_rate_per_minute = 0;
    options.data_directory = directory;
    options.disk_low_water_bytes = 1ull << 30;
    options.disk_probe = [this](const auto&) { return Result<DiskSpace>(DiskSpace{free_gib.load() << 30, 100ull << 30}); };
    auto started = Ingest::open({system_clock(), *control, *store, *registry, *network}, options);
    ASSERT_TRUE(started) << started.error().message;
    ingest = std::move(*started);
    ingest->start();
  }
  std::string add(const std::string& name) {
    control::NewDevice device;
    device.name = name;
    device.location = "cloud";
    device.plugin_slug = "toy";
    device.vendor_id = control->vendor_id("Toy").value();
    device.device_type = "CLOUD";
    device.task_source = "EXPEL_TASKPOOL";
    device.start_time = system_clock().now() - 24h;
    device.streams = {"a", "b", "c"};
    device.secrets = crypto::Secret(R"({"api_token":"t"})");
    device.credential.emplace();
    device.credential->fingerprint = "f-" + name;
    device.credential->replaced_at = system_clock().now();
    auto made = control->create_device(organization, std::move(device), {control->system_actor(), system_clock().now()});
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->id : "";
  }
  template <typename F>
  bool within(std::chrono::milliseconds limit, F done) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
      if (done()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return done();
  }
  std::uint64_t stored(const std::string& id) {
    std::uint64_t sum = 0;
    for (const char* s : {"a", "b", "c"}) sum += store->totals({organization, id, s}).value().events;
    return sum;
  }

  std::atomic<std::uint64_t> free_gib{50};
  std::filesystem::path directory;
  ToyVendor vendor;
  std::unique_ptr<connector::Registry> registry;
  std::unique_ptr<control::Control> control;
  std::unique_ptr<store::EventStore> store;
  std::unique_ptr<ToyNetwork> network;
  std::unique_ptr<Ingest> ingest;
  std::string organization;
};

TEST_F(Whole, ADeviceIsConnectedReadAndHealthyAndStaysSoOverARestart) {
  start();
  const std::string id = add("One");
  std::atomic<std::uint64_t> told{0};
  const auto handle = ingest->fleet().subscribe([&](const fleet::Notice& n) { told += n.added; });
  network->hang = true;
  ASSERT_TRUE(ingest->fleet().reload(id));
  EXPECT_TRUE(ingest->fleet().device(organization, id)->verifying);
  network->hang = false;
  ASSERT_TRUE(within(30s, [&] { return stored(id) == 7500; })) << stored(id);
  ASSERT_TRUE(within(10s, [&] { return told == 7500; })) << told;
  const auto view = ingest->fleet().device(organization, id);
  EXPECT_EQ(view->device.health.status, model::DeviceStatus::kHealthy);
  EXPECT_EQ(view->streams.at(0).events_total, 2500u);
  EXPECT_EQ(view->events_24h, 7500u);
  std::uint64_t bytes = 0;
  for (const auto& stream : view->streams) bytes += store->totals({organization, id, stream.state.stream})->raw_bytes;
  EXPECT_GT(bytes, 7500u);
  EXPECT_EQ(view->bytes_total, bytes);
  EXPECT_FALSE(view->usual_24h) << "no week is over yet";
  EXPECT_EQ(view->device.account_uid, "acc-1");
  EXPECT_EQ(control->device(organization, id)->health.status, model::DeviceStatus::kHealthy);
  EXPECT_EQ(ingest->trouble(), "");
  const auto cost = ingest->reread_cost(organization, id, system_clock().now() - 24h);
  ASSERT_TRUE(cost);
  EXPECT_GE(cost->events, 7500u);
  EXPECT_GE(cost->requests, 9u);

  ingest.reset();
  network.reset();
  store.reset();
  control.reset();
  open();
  start();
  EXPECT_EQ(ingest->fleet().device(organization, id)->streams.at(1).events_total, 2500u);
  network->add("b", {"b-late", system_clock().now()});
  ASSERT_TRUE(within(20s, [&] { return stored(id) == 7501; }));
  EXPECT_TRUE(within(10s, [&] { return control->polls(organization, id, std::nullopt).value().size() >= 6; }));
}

TEST_F(Whole, PauseResumeAndDeleteThroughControl) {
  const std::string id = add("Two");
  start();
  ASSERT_TRUE(within(30s, [&] { return stored(id) == 7500; }));
  const control::Change change{control->system_actor(), system_clock().now()};
  control::DevicePatch patch;
  patch.paused = true;
  ASSERT_TRUE(control->update_device(organization, id, patch, std::nullopt, change));
  ASSERT_TRUE(ingest->fleet().reload(id));
  EXPECT_EQ(ingest->fleet().device(organization, id)->device.health.status, model::DeviceStatus::kHealthChecksNotSupported);
  patch.paused = false;
  ASSERT_TRUE(control->update_device(organization, id, patch, std::nullopt, change));
  ASSERT_TRUE(ingest->fleet().reload(id));
  ASSERT_TRUE(within(10s, [&] {
    return ingest->fleet().device(organization, id)->device.health.status == model::DeviceStatus::kHealthy;
  }));
  ASSERT_TRUE(control->reread(organization, id, {}, system_clock().now() - 24h, change));
  ASSERT_TRUE(ingest->fleet().reload(id));
  ASSERT_TRUE(within(20s, [&] {
    const auto states = control->streams(id);
    return states && std::all_of(states->begin(), states->end(), [](const auto& s) { return s.cursor == "c2500"; });
  }));
  EXPECT_EQ(stored(id), 7500u);
  ASSERT_TRUE(control->delete_device(organization, id, std::nullopt, change));
  ASSERT_TRUE(ingest->fleet().reload(id));
  EXPECT_FALSE(ingest->fleet().device(organization, id));
}

TEST_F(Whole, WithoutRoomOnTheDiskItPausesAndGoesOnByItself) {
  free_gib = 0;
  const std::string id = add("Full");
  start();
  EXPECT_EQ(ingest->trouble(),
            "Paused: less than 1 GB free on the data disk. Free some space; polling resumes by itself and nothing is lost.");
  ASSERT_TRUE(within(5s, [&] {
    const auto view = ingest->fleet().device(organization, id);
    return view && view->device.health.status == model::DeviceStatus::kUnhealthy && view->device.health.code == "disk_full";
  }));
  EXPECT_EQ(stored(id), 0u);
  free_gib = 50;
  ASSERT_TRUE(within(5s, [&] { return ingest->trouble().empty(); }));
  ASSERT_TRUE(within(20s, [&] { return stored(id) == 7500; })) << stored(id);
  ASSERT_TRUE(within(5s, [&] {
    return ingest->fleet().device(organization, id)->device.health.status == model::DeviceStatus::kHealthy;
  }));
}

TEST_F(Whole, StopsWithinFourSecondsWhileVendorsHang) {
  for (int i = 0; i < 5; ++i) add("Hang " + std::to_string(i));
  network->hang = true;
  start();
  std::this_thread::sleep_for(300ms);
  const auto begun = std::chrono::steady_clock::now();
  ingest.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
}

}  // namespace
}  // namespace picket::ingest
