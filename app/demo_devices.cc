#include "demo_devices.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string_view>

#include "codec/json_writer.h"
#include "commands.h"
#include "compose.h"
#include "connector/connector.h"

namespace picket::app {
namespace {

constexpr std::string_view kAllFeatures[] = {"auditevents", "itemusages", "signinattempts"};

enum class Server { kVendor, kNobody, kWithTls };

/// What is wrong with a device, and from when on.
struct State {
  std::string_view name;
  /// A rule of the simulator's plan of faults without its account; empty: none. `from` lets the first polls work.
  std::string_view fault = {};
  std::optional<onepassword_simulator::TokenSpec> token = {};  ///< nothing: the one that the account was given
  Server server = Server::kVendor;
  int days = 7;
  bool paused = false;
  bool without_token = false;
  int late_events = 0;  ///< more history than the others have
};

/// In the order of docs/api.md, "Health". Not here: silent and without room on the disk, which take hours and a full disk.
const State kStates[] = {
    {.name = "Quiet", .days = 0},
    {.name = "Reading history", .fault = R"("path":"auditevents","cursor":"go_on","action":{"delay_ms":10000})", .late_events = 30'000},
    {.name = "Slow to answer", .fault = R"("action":{"delay_ms":10000})"},
    {.name = "Without item usages", .token = {{.features = {"auditevents", "signinattempts"}}}},
    {.name = "Token about to expire", .token = {{.expires_in = std::chrono::hours(24 * 12)}}},
    {.name = "Token revoked", .fault = R"("from":12,"action":{"status":401})"},
    {.name = "Token expired", .token = {{.expires_in = std::chrono::hours(-1)}}},
    {.name = "Token of another region", .fault = R"("action":{"status":401})", .token = {{.audience = "events.1password.eu"}}},
    {.name = "Vendor unavailable", .fault = R"("action":{"status":503})"},
    {.name = "Trying again", .fault = R"("path":"itemusages","from":4,"action":{"status":503})"},
    {.name = "Asked to wait", .fault = R"("path":"auditevents","from":4,"action":{"status":429,"headers":{"Retry-After":"840"}})"},
    {.name = "Not an Events API", .fault = R"("action":{"status":404})"},
    {.name = "Answers with a page", .fault = R"("action":{"html":true})"},
    {.name = "Unreadable records", .fault = R"("path":"auditevents","cursor":"start","action":{"mutate":"bad_time","record":-1})"},
    {.name = "Nobody answers", .server = Server::kNobody},
    {.name = "Without TLS", .server = Server::kWithTls},
    {.name = "Paused", .paused = true},
    {.name = "Without a token", .without_token = true},
};
constexpr std::array kLocations = {"Stockholm", "Lisbon", "Wellington"};

std::string server_of(const State& state, const std::string& base) {
  switch (state.server) {
    case Server::kVendor: return base;
    case Server::kNobody: return "http://127.0.0.1:9";
    case Server::kWithTls: break;
  }
  return "https" + base.substr(base.find(':'));
}

std::string token_of(const State& state, unsigned account, onepassword_simulator::Simulator& vendor) {
  if (state.without_token) return {};
  if (!state.token) return vendor.token(account);
  auto spec = *state.token;
  spec.account = account;
  return vendor.issue_token(spec);
}

Result<control::NewDevice> as_new(const DemoDevice& wanted, control::Control& control, const connector::Registry& connectors, TimePoint now) {
  control::NewDevice device;
  device.name = wanted.name;
  device.location = wanted.location;
  device.plugin_slug = "1password";
  PICKET_ASSIGN(device.vendor_id, control.vendor_id("1Password"));
  device.device_type = "CLOUD";
  device.task_source = "EXPEL_TASKPOOL";
  device.device_spec = codec::JsonWriter().begin_object().field("server", wanted.server).end_object().take();
  device.start_time = now - std::chrono::hours(24) * wanted.days;
  device.streams.assign(std::begin(kAllFeatures), std::end(kAllFeatures));
  if (wanted.token.empty()) return device;
  device.secrets = crypto::Secret(codec::JsonWriter().begin_object().field("api_token", wanted.token).end_object().take());
  PICKET_ASSIGN(const connector::CredentialFacts facts, connectors.find(device.plugin_slug)->inspect(*device.secrets));
  device.credential = control::Credential{.last_four = facts.last_four,
                                          .fingerprint = facts.fingerprint,
                                          .account_uid = facts.account_uid,
                                          .server = facts.server,
                                          .features = facts.features,
                                          .issued_at = facts.issued_at,
                                          .expires_at = facts.expires_at,
                                          .replaced_at = now};
  return device;
}

}  // namespace

Status add_devices(const std::filesystem::path& data, const control::Enrolment& made, std::span<const DemoDevice> devices) {
  PICKET_ASSIGN(auto control, control::Control::open({.directory = data, .root_key_file = root_key_from_environment(), .clock = nullptr}));
  const auto connectors = connector::make_registry();
  const TimePoint now = system_clock().now();
  const control::Change change{{made.user.actor_id, model::ActorType::kUser, made.user.display_name}, now};
  for (const auto& wanted : devices) {
    PICKET_ASSIGN(control::NewDevice device, as_new(wanted, *control, *connectors, now));
    PICKET_ASSIGN(const control::Device added, control->create_device(made.organization.id, std::move(device), change));
    if (!wanted.paused) continue;
    control::DevicePatch pause;
    pause.paused = true;
    PICKET_TRY(control->update_device(made.organization.id, added.id, pause, std::nullopt, change).map([](auto&&) {}));
  }
  return {};
}

Result<EveryState> every_state() {
  onepassword_simulator::Options sim;
  sim.host = "127.0.0.1";
  sim.events = 300;
  sim.seed = 11;
  sim.accounts = static_cast<unsigned>(std::size(kStates));
  name_itself(sim);
  EveryState all;
  PICKET_ASSIGN(all.vendor, onepassword_simulator::Simulator::start(sim));
  std::string rules;
  for (unsigned account = 0; account < std::size(kStates); ++account) {
    const State& state = kStates[account];
    if (!state.fault.empty()) rules += fmt::format(R"({}{{"account":{},{}}})", rules.empty() ? "" : ",", account, state.fault);
    if (state.late_events > 0)
      PICKET_TRY(all.vendor->control("POST", "/_sim/events", fmt::format(R"({{"account":{},"stream":"auditevents","kind":"late","late_seconds":86400,"count":{}}})",
                                                                        account, state.late_events)).map([](auto&&) {}));
    all.devices.push_back({.name = fmt::format("1Password: {}", state.name),
                           .location = kLocations[account % kLocations.size()],
                           .server = server_of(state, all.vendor->base_url()),
                           .token = token_of(state, account, *all.vendor),
                           .days = state.days,
                           .paused = state.paused});
  }
  PICKET_TRY(all.vendor->set_faults(fmt::format(R"({{"rules":[{}]}})", rules)));
  return all;
}

}  // namespace picket::app
