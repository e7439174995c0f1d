#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connector/connector.h"

namespace picket::watch {

/// {"kind":...,"who":...} as {"actor":{"user":{"name":who}}}.
class TestNormaliser final : public connector::Normaliser {
 public:
  void reset() override {}
  model::EventView normalise(std::string_view, std::string_view, TimePoint) override { return {}; }
  Result<std::string> to_ocsf(std::string_view, std::string_view record) override {
    constexpr std::string_view kWho = R"("who":)";
    const auto at = record.find(kWho);
    if (at == std::string_view::npos) return fail(ErrorKind::kInvalidInput, "nobody");
    const auto who = record.substr(at + kWho.size());
    return R"({"actor":{"user":{"name":)" + std::string(who.substr(0, who.find('"', 1) + 1)) + "}}}";
  }
};

/// A technology with one stream of events and the rules that a test gives it.
class TestConnector final : public connector::Connector {
 public:
  explicit TestConnector(std::vector<std::pair<std::string, std::string>> rules) : texts_(std::move(rules)) {
    for (const auto& [file, text] : texts_) rules_.push_back({file, text});
  }
  const std::string& slug() const override { return slug_; }
  const std::string& title() const override { return slug_; }
  const std::string& vendor_name() const override { return slug_; }
  const std::string& device_type() const override { return slug_; }
  const std::string& manifest_json() const override { return slug_; }
  const std::string& form_json() const override { return slug_; }
  std::string_view logo_svg() const override { return {}; }
  std::span<const connector::StreamInfo> streams() const override { return streams_; }
  std::span<const std::string> servers() const override { return {}; }
  std::span<const connector::RuleText> rules() const override { return rules_; }
  Status validate(std::string_view, std::span<const std::string>) const override { return {}; }
  Result<connector::CredentialFacts> inspect(const crypto::Secret&) const override { return connector::CredentialFacts{}; }
  connector::TestResult test(http_client::Client&, const connector::DeviceContext&, std::stop_token) const override { return {}; }
  Result<connector::CredentialFacts> introspect(http_client::Client&, const connector::DeviceContext&, std::stop_token) const override {
    return connector::CredentialFacts{};
  }
  Explanation explain(const Error&, std::string_view, const connector::CredentialFacts&, std::string_view, TimePoint) const override { return {}; }
  Result<std::unique_ptr<connector::StreamReader>> reader(const connector::DeviceContext&, std::string_view) const override {
    return fail(ErrorKind::kInternal, "not asked here");
  }
  std::unique_ptr<connector::Normaliser> normaliser() const override { return std::make_unique<TestNormaliser>(); }
  std::span<const std::string_view> ocsf_names(std::string_view) const override {
    static constexpr std::string_view kNames[] = {"actor.user.name"};
    return kNames;
  }

 private:
  std::string slug_ = "door";
  std::vector<connector::StreamInfo> streams_{{"entries", "Entries", "door", "entries"}};
  std::vector<std::pair<std::string, std::string>> texts_;
  std::vector<connector::RuleText> rules_;
};

}  // namespace picket::watch
