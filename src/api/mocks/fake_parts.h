#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "fleet/fleet.h"
#include "ingest/ingest.h"
#include "store/event_store.h"
#include "store/mocks/event_batch.h"

/// Small stand-ins for what stands beside the API. Control is the real one in these tests.
namespace picket::api {

/// Shows what control holds, and whatever a test puts there.
class FakeFleet final : public fleet::Fleet {
 public:
  explicit FakeFleet(control::Control& control) : control_(control) {}

  std::vector<fleet::DeviceViewPtr> devices(const std::string& organization_id) const override {
    const std::lock_guard lock(mutex_);
    std::vector<fleet::DeviceViewPtr> out;
    for (const auto& [id, view] : views_)
      if (view->device.organization_id == organization_id) out.push_back(view);
    return out;
  }
  fleet::DeviceViewPtr device(const std::string& organization_id, const std::string& id) const override {
    const std::lock_guard lock(mutex_);
    const auto found = views_.find(id);
    return found != views_.end() && found->second->device.organization_id == organization_id ? found->second
                                                                                             : nullptr;
  }
  Status reload(const std::string& device_id) override {
    PICKET_ASSIGN(const auto all, control_.all_devices());
    for (const auto& device : all) {
      if (device.id != device_id) continue;
      auto view = std::make_shared<fleet::DeviceView>();
      view->device = device;
      view->verifying = !device.health.status;
      PICKET_ASSIGN(auto streams, control_.streams(device_id));
      for (auto& state : streams) {
        fleet::StreamView stream;
        stream.title = state.stream;
        stream.state = std::move(state);
        view->streams.push_back(std::move(stream));
      }
      put(view);
      return {};
    }
    fleet::DeviceViewPtr gone;
    {
      const std::lock_guard lock(mutex_);
      const auto found = views_.find(device_id);
      if (found == views_.end()) return {};
      gone = found->second;
      views_.erase(found);
    }
    tell({fleet::Notice::Kind::kDeleted, gone->device.organization_id, device_id, nullptr, {}, 0});
    return {};
  }
  void put(fleet::DeviceViewPtr view) {
    {
      const std::lock_guard lock(mutex_);
      views_[view->device.id] = view;
    }
    tell({fleet::Notice::Kind::kDevice, view->device.organization_id, view->device.id, view, {}, 0});
  }
  void tell(const fleet::Notice& notice) {
    std::map<int, Listener> listeners;
    {
      const std::lock_guard lock(mutex_);
      listeners = *listeners_;
    }
    for (const auto& [id, listener] : listeners) listener(notice);
  }
  std::shared_ptr<void> subscribe(Listener listener) override {
    const std::lock_guard lock(mutex_);
    const int id = ++last_listener_;
    (*listeners_)[id] = std::move(listener);
    return {nullptr, [this, id](void*) {
              const std::lock_guard inner(mutex_);
              listeners_->erase(id);
            }};
  }

 private:
  control::Control& control_;
  mutable std::mutex mutex_;
  std::map<std::string, fleet::DeviceViewPtr> views_;
  std::shared_ptr<std::map<int, Listener>> listeners_ = std::make_shared<std::map<int, Listener>>();
  int last_listener_ = 0;
};

class FakeIngest final : public ingest::Ingest {
 public:
  explicit FakeIngest(control::Control& control) : fleet_(control) {}
  FakeFleet& fleet() override { return fleet_; }
  connector::TestResult test_now(const std::string&, const std::string& device_id, std::stop_token) override {
    if (during_test) during_test();
    const std::lock_guard lock(mutex_);
    asked = device_id;
    return result;
  }
  connector::TestResult test(const std::string&, const std::string&, const std::string& device_spec,
                             const crypto::Secret* secrets, const std::optional<std::string>& device_id,
                             std::stop_token) override {
    if (during_test) during_test();
    const std::lock_guard lock(mutex_);
    asked = device_spec + "|" + (secrets != nullptr ? "given" : "stored") + "|" + device_id.value_or("");
    return result;
  }
  Result<ingest::RereadCost> reread_cost(const std::string&, const std::string&, TimePoint) override {
    return ingest::RereadCost{2500, 1000, 3, std::chrono::seconds(4)};
  }
  void start() override {}
  std::string trouble() const override { return {}; }

  connector::TestResult result;
  std::string asked;
  std::function<void()> during_test;

 private:
  std::mutex mutex_;
  FakeFleet fleet_;
};

/// Remembers what it was asked and answers with the events it was given, the organization's only.
class RecordingStore final : public store::EventStore {
 public:
  std::vector<store::StoredEvent> events;
  mutable store::Query asked;
  mutable store::FindOptions options;
  std::string next;

  Result<store::AppendResult> append(const store::StreamKey&, std::span<const store::NewEvent>, TimePoint,
                                     std::span<const std::uint32_t>) override {
    return store::AppendResult{};
  }
  Result<store::FindResult> find(const store::Query& query, const store::FindOptions& how,
                                 std::stop_token) const override {
    note(query);
    options = how;
    store::FindResult out;
    out.events = of(query);
    out.total = out.events.size();
    if (out.events.size() > how.limit) out.events.resize(how.limit);
    out.next = next;
    return out;
  }
  Status search(const store::Query& query, store::Order, const std::function<bool(store::StoredEvent&&)>& row,
                const std::function<void(const store::Progress&)>& progress,
                std::stop_token stop) const override {
    note(query);
    for (auto& event : of(query)) {
      progress({1, 2, 1, event.time});
      if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "Stopped.");
      if (!row(std::move(event))) return {};
    }
    return {};
  }
  Status scan(const store::Query& query, const std::function<bool(const store::RecordBatch&)>& batch,
              const std::function<void(const store::Progress&)>& progress, std::stop_token stop) const override {
    note(query);
    return store::scan_events_one_by_one(of(query), batch, progress, stop);
  }
  Result<std::uint64_t> count(const store::Query& query, std::stop_token) const override {
    note(query);
    return of(query).size();
  }
  Result<std::map<std::string, std::vector<store::Bucket>>> histogram(const store::Query& query, store::Width,
                                                                      store::GroupBy group,
                                                                      std::stop_token) const override {
    note(query);
    std::map<std::string, std::vector<store::Bucket>> out;
    for (const auto& event : of(query))
      out[group == store::GroupBy::kStream   ? event.key.stream
          : group == store::GroupBy::kDevice ? event.key.device_id
                                             : ""]
          .push_back({event.time, 1});
    return out;
  }
  Result<std::optional<store::StoredEvent>> get(const std::string& organization_id,
                                                const std::string& id) const override {
    for (const auto& event : events)
      if (event.id == id && event.key.organization_id == organization_id) return std::optional(event);
    return std::optional<store::StoredEvent>();
  }
  Result<std::vector<store::EventVersion>> versions(const std::string&, const std::string&) const override {
    return std::vector<store::EventVersion>();
  }
  Result<store::StreamTotals> totals(const store::StreamKey&) const override { return store::StreamTotals{}; }
  std::uint64_t last_24h(const store::StreamKey&, TimePoint) const override { return 0; }
  Result<std::uint64_t> drop_before(TimePoint) override { return 0u; }
  Result<bool> housekeep(std::stop_token) override { return false; }
  Result<std::uint64_t> disk_bytes() const override { return 0u; }

 private:
  void note(const store::Query& query) const {
    const std::lock_guard lock(mutex_);  // rules are measured beside the tests
    asked = query;
  }
  mutable std::mutex mutex_;
  std::vector<store::StoredEvent> of(const store::Query& query) const {
    std::vector<store::StoredEvent> out;
    for (const auto& event : events)
      if (event.key.organization_id == query.organization_id) out.push_back(event);
    return out;
  }
};

inline constexpr std::string_view kVaultExportId = "30000000-0000-4000-8000-000000000001", kFailedId = "30000000-0000-4000-8000-000000000002",
                                  kGuessingId = "30000000-0000-4000-8000-000000000003";
inline constexpr std::string_view kVaultExport = R"(title: Vault exported
id: 30000000-0000-4000-8000-000000000001
status: test
description: Somebody exports a vault.
author: Quist & Lind
references: ['https://support.1password.com/export/']
tags: [attack.exfiltration, attack.t1567.002]
logsource: {product: 1password, service: audit}
detection:
    export: {action: export, object_type: vault}
    condition: export
falsepositives: [A move to another account]
level: high
)";
inline constexpr std::string_view kSignIns = R"(title: Failed sign-in
id: 30000000-0000-4000-8000-000000000002
name: failed
tags: [attack.credential-access]
logsource: {product: 1password, service: signin}
detection:
    failed: {category: credentials_failed}
    condition: failed
level: informational
---
title: Password guessing
id: 30000000-0000-4000-8000-000000000003
tags: [attack.credential-access, attack.t1110]
correlation:
    type: event_count
    rules: [failed]
    group-by: [user]
    timespan: 10m
    condition: {gte: 3}
level: medium
)";
inline constexpr std::string_view kOdd = R"(title: Odd
logsource: {product: 1password}
detection:
    a: {x: 1}
    condition: a and nobody
level: low
)";

/// A technology whose tokens read "account:<uid>"; everything else is a token of another kind.
class FakeConnector final : public connector::Connector {
 public:
  const std::string& slug() const override { return slug_; }
  const std::string& title() const override { return title_; }
  const std::string& vendor_name() const override { return title_; }
  const std::string& device_type() const override { return type_; }
  const std::string& manifest_json() const override { return manifest_; }
  const std::string& form_json() const override { return form_; }
  std::string_view logo_svg() const override { return "<svg xmlns='http://www.w3.org/2000/svg'/>"; }
  std::span<const connector::StreamInfo> streams() const override { return streams_; }
  std::span<const connector::RuleText> rules() const override { return rules_; }
  std::span<const std::string> servers() const override { return servers_; }
  Status validate(std::string_view spec, std::span<const std::string> extra) const override {
    bool known = spec.find('"' + servers_[0] + '"') != std::string_view::npos;
    for (const auto& server : extra) known = known || spec.find('"' + server + '"') != std::string_view::npos;
    if (known) return {};
    return fail(Error(ErrorKind::kInvalidInput, "This server is not one of the technology's.")
                    .with_field("device_spec.server"));
  }
  Result<connector::CredentialFacts> inspect(const crypto::Secret& secrets) const override {
    const std::string text(secrets.reveal());
    const auto at = text.find("account:");
    if (text.find("ops_") != std::string::npos)
      return fail(ErrorKind::kForbidden, "This is a token of another kind.");
    if (at == std::string::npos) return fail(ErrorKind::kInvalidInput, "This cannot be read.");
    connector::CredentialFacts facts;
    facts.server = servers_[0];
    facts.account_uid = text.substr(at + 8, text.find('"', at) - at - 8);
    facts.features = {"auditevents", "signinattempts"};
    facts.last_four = "wxyz";
    facts.fingerprint = "f00d";
    return facts;
  }
  connector::TestResult test(http_client::Client&, const connector::DeviceContext&,
                             std::stop_token) const override {
    return {};
  }
  Result<connector::CredentialFacts> introspect(http_client::Client&, const connector::DeviceContext&,
                                                std::stop_token) const override {
    return fail(ErrorKind::kUnavailable, "No vendor in this test.");
  }
  Explanation explain(const Error& error, std::string_view, const connector::CredentialFacts&,
                      std::string_view, TimePoint) const override {
    return {std::string(to_string(error.kind)), error.message};
  }
  Result<std::unique_ptr<connector::StreamReader>> reader(const connector::DeviceContext&,
                                                          std::string_view) const override {
    return fail(ErrorKind::kInternal, "No reader in this test.");
  }
  std::unique_ptr<connector::Normaliser> normaliser() const override;

 private:
  std::string slug_ = "1password", title_ = "1Password", type_ = "CLOUD";
  std::string manifest_ = R"({"description":"Events of a 1Password account","version":"2"})";
  std::string form_ = R"({"fields":[
    {"name":"api_token","path":"secrets.device_info.api_token","label":"API token","help":"h","type":"secret","required":true,
     "pattern":"^\\S+$","pattern_message":"A token is one word."},
    {"name":"server","path":"device_spec.server","label":"Server","help":"h","type":"choice",
     "choices":[{"value":"https://events.1password.com","label":"1Password.com"}]}],
    "backfill":{"default_days":7,"max_days":120}})";
  std::vector<connector::StreamInfo> streams_ = {
      {"auditevents", "Audit events", "1password", "audit"},
      {"itemusages", "Item usages", "1password", "item_usage"},
      {"signinattempts", "Sign-in attempts", "1password", "signin"}};
  std::vector<connector::RuleText> rules_ = {{"vault_export.yml", kVaultExport}, {"sign_ins.yml", kSignIns}, {"odd.yml", kOdd}};
  std::vector<std::string> servers_ = {"https://events.1password.com"};
};

class FakeNormaliser final : public connector::Normaliser {
 public:
  void reset() override {}
  model::EventView normalise(std::string_view, std::string_view, TimePoint) override { return {}; }
  Result<std::string> to_ocsf(std::string_view stream, std::string_view) override {
    return R"({"class_uid":3002,"stream":")" + std::string(stream) + R"("})";
  }
};
inline std::unique_ptr<connector::Normaliser> FakeConnector::normaliser() const {
  return std::make_unique<FakeNormaliser>();
}

}  // namespace picket::api
