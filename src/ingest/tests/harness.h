#pragma once

#include <functional>
#include <memory>
#include <random>

#include "base/mocks/manual_clock.h"
#include "ingest/engine.h"
#include "ingest/mocks/memory_control.h"
#include "ingest/mocks/memory_store.h"
#include "ingest/mocks/toy_vendor.h"

namespace picket::ingest {

/// The engine over fakes that survive it, driven by one thread and a clock that moves when told.
struct Harness {
  ManualClock clock;
  MemoryControl control;
  MemoryStore store;
  ToyVendor vendor;
  ScriptedClient http;
  std::unique_ptr<connector::Registry> registry;
  std::unique_ptr<fleet::LiveFleet> fleet;
  std::unique_ptr<Engine> engine;
  Engine::Worker worker;
  Engine::Settings settings;
  std::mt19937 random{1};
  /// How the vendor answers; the default is the truth.
  std::function<std::optional<Result<http_client::Response>>(const http_client::Request&)> answer =
      [this](const http_client::Request& request) { return truth(request); };

  Harness() {
    std::vector<std::unique_ptr<connector::Connector>> connectors;
    connectors.push_back(std::make_unique<ToyConnector>());
    registry = std::make_unique<connector::Registry>(std::move(connectors));
    settings.random = [this] { return std::uniform_real_distribution<double>(0, 1)(random); };
    settings.vendor_rate_per_minute = 0;
  }

  Result<http_client::Response> truth(const http_client::Request& request) const { return vendor.answer(request); }
  static Result<http_client::Response> status(int code, std::string body = "", http_client::Headers headers = {}) {
    http_client::Response response;
    response.status = code;
    response.body = std::move(body);
    response.headers = std::move(headers);
    return response;
  }

  void start() {
    fleet::LiveFleet::Technologies technologies;
    technologies["toy"] = {{"Toy", 120}, {{"a", "Alpha events"}, {"b", "Beta events"}, {"c", "Gamma events"}}};
    fleet = std::make_unique<fleet::LiveFleet>(fleet::LiveFleet::Parts{clock, control, store}, technologies,
                                               std::chrono::duration_cast<std::chrono::seconds>(settings.poll_interval));
    if (!fleet->load()) std::abort();
    engine = std::make_unique<Engine>(Engine::Parts{clock, control, store, *registry, http, *fleet}, settings);
    engine->begin();
  }
  /// As SIGKILL: what is in memory is gone, what was on its way is never answered.
  void crash() {
    engine.reset();
    fleet.reset();
    http.forget();
    worker = {};
  }

  /// Sends, answers and stores until nothing more can happen at this moment.
  void settle() {
    for (int i = 0; i < 100'000; ++i) {
      const auto sent_before = http.sent;
      engine->pump();
      bool moved = http.sent != sent_before;
      for (std::size_t n = 0; n < http.waiting();)
        if (http.answer(n, answer))
          moved = true;
        else
          ++n;
      while (engine->work_one(worker)) moved = true;
      if (!moved) return;
    }
    std::abort();  // the engine never comes to rest
  }
  /// Lets time pass in small steps, with a group commit and a tick every second.
  void run(std::chrono::milliseconds length, std::chrono::milliseconds step = std::chrono::milliseconds(250)) {
    std::chrono::milliseconds second{0};
    for (std::chrono::milliseconds t{0}; t < length; t += step) {
      settle();
      clock.advance(step);
      second += step;
      if (second < std::chrono::seconds(1)) continue;
      second = {};
      static_cast<void>(engine->flush());
      engine->tick();
    }
    settle();
    static_cast<void>(engine->flush());
  }

  void add_events(const std::string& stream, int count, TimePoint from, std::chrono::seconds apart) {
    auto& records = vendor.streams[stream];
    for (int i = 0; i < count; ++i)
      records.push_back({fmt::format("{}-{}", stream, records.size()), from + i * apart});
  }
  fleet::DeviceViewPtr view(const std::string& id = "d") const { return fleet->device("org", id); }
  std::size_t stored(const std::string& stream, const std::string& id = "d") {
    return store.events[{"org", id, stream}].size();
  }
};

}  // namespace picket::ingest
