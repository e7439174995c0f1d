#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.h"
#include "codec/json.h"
#include "connector/testing/harness.h"
#include "onepassword_simulator/simulator.h"

namespace picket::onepassword {

/// The simulator that people run, behind the compliance suite's handle. What exists is read from its ledger.
class RealSimulator final : public connector::SimulatorHandle {
 public:
  RealSimulator() {
    char path[] = "/tmp/picket-test-ledger-XXXXXX";
    close(mkstemp(path));
    ledger_ = path;
    onepassword_simulator::Options options;
    options.events = 0;
    options.quota.on = false;
    options.ledger_file = ledger_;
    auto started = onepassword_simulator::Simulator::start(std::move(options));
    PICKET_ASSERT(started, "the simulator starts");
    simulator_ = std::move(*started);
  }
  ~RealSimulator() override {
    simulator_.reset();
    unlink(ledger_.c_str());
  }

  std::string base_url() const override { return simulator_->base_url(); }
  std::string device_spec() const override { return "{\"server\":\"" + base_url() + "\"}"; }
  std::string secrets_json() const override { return "{\"api_token\":\"" + simulator_->token() + "\"}"; }
  std::string canary() const override { return simulator_->token().substr(60, 80); }
  void append(std::string_view stream, int count) override {
    if (count > 0)
      control("/_sim/events", fmt::format(R"({{"stream":"{}","kind":"new","count":{}}})", stream, count));
  }
  std::vector<std::string> ledger(std::string_view stream) const override {
    std::vector<std::string> uids;
    std::ifstream in(ledger_);
    for (std::string line; std::getline(in, line);) {
      const auto entry = codec::parse_json(line);
      if (!entry) continue;
      const auto& object = entry->as_object();
      if (object.at("kind") == "event" && object.at("stream").as_string() == stream)
        uids.emplace_back(object.at("uuid").as_string());
    }
    return uids;
  }
  void inject(std::string_view fault) override {
    control("/_sim/settings",
            fmt::format(R"({{"clock_skew_ms":{}}})", fault == "clock_skew" ? 31'536'000'000LL : 0LL));
    const std::string action = action_of(std::string(fault));
    control("/_sim/faults",
            action.empty() ? R"({"rules":[]})" : fmt::format(R"({{"rules":[{{"action":{}}}]}})", action));
  }
  std::vector<std::string> requests() const override { return {}; }
  /// A rule of the simulator's own plan language; `count` 0 is for ever, an empty action ends all faults.
  void plan(const std::string& action, int count = 0) {
    control("/_sim/faults", action.empty()
                                ? R"({"rules":[]})"
                                : fmt::format(R"({{"rules":[{{"count":{},"action":{}}}]}})", count, action));
  }

 private:
  void control(std::string_view path, const std::string& body) {
    const auto answer = simulator_->control("POST", path, body);
    if (!answer) std::fprintf(stderr, "%s\n", answer.error().message.c_str());
    PICKET_ASSERT(answer, "the simulator understands the suite");
  }
  static std::string action_of(const std::string& fault) {
    const auto status = [](int code, const std::string& wait) {
      return fmt::format(R"({{"status":{}{}}})", code,
                         wait.empty() ? "" : R"(,"headers":{"Retry-After":")" + wait + "\"}");
    };
    const std::time_t soon = std::time(nullptr) + 30;
    char date[64];
    std::tm parts{};
    gmtime_r(&soon, &parts);
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    const std::map<std::string, std::string> actions = {
        {"unauthorized", status(401, "")},
        {"forbidden", status(403, "")},
        {"not_found", status(404, "")},
        {"rate_limited", status(429, "")},
        {"rate_limited_17", status(429, "17")},
        {"rate_limited_0", status(429, "0")},
        {"rate_limited_negative", status(429, "-1")},
        {"rate_limited_huge", status(429, "1000000000")},
        {"rate_limited_date", status(429, date)},
        {"error_500", status(500, "")},
        {"error_503", status(503, "")},
        {"redirect", R"({"redirect":"https://elsewhere.example/"})"},
        {"no_content", R"({"status":204,"body":""})"},
        {"html", R"({"html":true})"},
        {"malformed", R"({"status":200,"body":"{\"cursor\":\"x\",\"items\":[{\"uui]"})"},
        {"cut", R"({"cut_body_at":40})"},
        {"cut_before_answer", R"({"connection":"close"})"},
        {"huge", R"({"endless":true})"},
        {"hang", R"({"connection":"hang"})"}};
    const auto it = actions.find(fault);
    return it == actions.end() ? "" : it->second;
  }

  std::string ledger_;
  std::unique_ptr<onepassword_simulator::Simulator> simulator_;
};

}  // namespace picket::onepassword
