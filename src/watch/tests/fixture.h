#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/guid.h"
#include "base/mocks/manual_clock.h"
#include "crypto/digest.h"
#include "watch/mocks/test_connector.h"
#include "watch/watch.h"

namespace picket::watch {

inline const char* const kForced = R"(title: Door forced
id: 10000000-0000-4000-8000-000000000001
logsource: {product: door, service: entries}
detection:
    forced: {kind: forced}
    condition: forced
level: high
)";

inline const char* const kFailures = R"(title: Wrong code
id: 10000000-0000-4000-8000-000000000002
name: wrong_code
logsource: {product: door}
detection:
    wrong: {kind: wrong}
    condition: wrong
level: low
---
title: Three wrong codes
id: 10000000-0000-4000-8000-000000000003
correlation:
    type: event_count
    rules: [wrong_code]
    group-by: [who]
    timespan: 10m
    condition: {gte: 3}
level: medium
)";

/// A real control database with one organization and one device, and rules over it.
class WatchFixture : public ::testing::Test {
 protected:
  struct Event {
    std::string uid, kind, who;
    TimePoint time{};
  };

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "picket-watch-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    open_control();
    auto made = control_->create_organization("Acme", {"ada@example.test", "Ada", crypto::Secret("correct horse")}, by_system());
    ASSERT_TRUE(made) << made.error().message;
    organization_ = made->organization.id;
    control::NewDevice device;
    device.name = "Front door";
    device.plugin_slug = "door";
    device.streams = {"entries"};
    auto added = control_->create_device(organization_, std::move(device), by_system());
    ASSERT_TRUE(added) << added.error().message;
    device_ = *added;
    open_watch({{"forced.yml", kForced}, {"failures.yml", kFailures}});
  }
  void TearDown() override {
    watch_.reset();
    control_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  void open_control() {
    control_.reset();
    auto opened = control::Control::open(
        {.directory = directory_, .root_key_file = {}, .clock = &clock_, .password_cost = crypto::kCheapPasswordCost});
    ASSERT_TRUE(opened) << opened.error().message;
    control_ = std::move(*opened);
  }
  void open_watch(std::vector<std::pair<std::string, std::string>> rules, std::vector<std::filesystem::path> folders = {}, std::filesystem::path placeholders = {}) {
    watch_.reset();
    std::vector<std::unique_ptr<connector::Connector>> connectors;
    connectors.push_back(std::make_unique<TestConnector>(rules));
    registry_ = std::make_unique<connector::Registry>(std::move(connectors));
    rules_ = std::move(rules);
    auto opened = Watch::open({clock_, *control_, *registry_}, {.folders = folders, .placeholders = placeholders});
    ASSERT_TRUE(opened) << opened.error().message;
    watch_ = std::move(*opened);
    eye_ = Eye();
  }
  /// As after a crash: only what was committed is known.
  void restart() {
    watch_.reset();
    open_control();
    open_watch(rules_);
  }
  control::Change by_system() { return {control_->system_actor(), clock_.now()}; }
  store::StreamKey key() const { return {organization_, device_.id, "entries"}; }
  static std::string id_of(const std::string& uid) { return guid_text(std::string_view(crypto::sha256(uid)).substr(0, 16)); }

  /// What a page of these leads to; not committed.
  std::vector<control::Match> judge(const std::vector<Event>& events) {
    std::vector<std::string> raws;
    for (const Event& e : events) raws.push_back("{\"kind\":\"" + e.kind + "\",\"who\":\"" + e.who + "\"}");
    std::vector<store::NewEvent> page;
    for (std::size_t i = 0; i < events.size(); ++i) {
      model::EventView view;
      view.vendor_uid = events[i].uid;
      view.time = events[i].time;
      view.actor_uid = events[i].who;
      page.push_back({view, raws[i]});
    }
    Sight sight = watch_->look(eye_, organization_, *registry_->all()[0], "entries", page);
    std::vector<GuidBytes> ids;
    for (const std::uint32_t event : sight.events) ids.push_back(guid_bytes(id_of(events[event].uid)).value());
    auto matches = watch_->judge(key(), sight, ids);
    EXPECT_TRUE(matches) << (matches ? "" : matches.error().message);
    return matches.value_or(std::vector<control::Match>());
  }
  bool commit(std::vector<control::Match> matches) {
    control::StreamCommit step;
    step.state = control_->streams(device_.id)->at(0);
    step.device_epoch = device_.epoch;
    step.matches = std::move(matches);
    const auto left_out = control_->commit(std::vector{step}, {}, clock_.now());
    return left_out && left_out->empty();
  }
  void page(const std::vector<Event>& events) { ASSERT_TRUE(commit(judge(events))); }

  std::vector<control::Alert> alerts() { return *control_->detections().alerts(organization_, {}); }
  std::vector<std::string> titles() {
    std::vector<std::string> out;
    for (const auto& alert : alerts()) out.push_back(alert.title + " x" + std::to_string(alert.matches));
    std::sort(out.begin(), out.end());
    return out;
  }

  ManualClock clock_;
  std::filesystem::path directory_;
  std::unique_ptr<control::Control> control_;
  std::unique_ptr<connector::Registry> registry_;
  std::unique_ptr<Watch> watch_;
  std::vector<std::pair<std::string, std::string>> rules_;
  Eye eye_;
  std::string organization_;
  control::Device device_;
};

}  // namespace picket::watch
