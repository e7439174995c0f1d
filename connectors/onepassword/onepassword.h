#pragma once

#include "base/clock.h"
#include "connector/bundle.h"

namespace picket::onepassword {

/// 1Password's Events API, version 2: three streams, one token an account. Facts and their sources:
/// README.md. Place: made once by the registry. Threads: any. Failure: as Connector.
class OnePassword final : public connector::BundledConnector {
 public:
  explicit OnePassword(const Clock& clock = system_clock());

  Result<connector::CredentialFacts> inspect(const crypto::Secret& secrets) const override;
  connector::TestResult test(http_client::Client& client, const connector::DeviceContext& device,
                             std::stop_token stop) const override;
  Result<connector::CredentialFacts> introspect(http_client::Client& client,
                                                const connector::DeviceContext& device,
                                                std::stop_token stop) const override;
  Explanation explain(const Error& error, std::string_view stream, const connector::CredentialFacts& claims,
                      std::string_view device_spec, TimePoint now) const override;
  Result<std::unique_ptr<connector::StreamReader>> reader(const connector::DeviceContext& device,
                                                          std::string_view stream) const override;
  std::unique_ptr<connector::Normaliser> normaliser() const override;
  std::span<const std::string_view> ocsf_names(std::string_view stream) const override;

 private:
  Explanation explain_refusal(const connector::CredentialFacts& claims, std::string_view stream,
                              std::string_view server, TimePoint now) const;
  std::string title_of(std::string_view stream) const;
  void check_streams(connector::TestResult& result) const;

  const Clock& clock_;
};

/// `server` of a device_spec; kInvalidInput with `field` when it is missing or no address.
Result<std::string> server_of_spec(std::string_view device_spec);

/// The vendor's answer about a token (v2, or v1's spelling). kProtocol when it is not that.
Result<connector::CredentialFacts> parse_introspection(std::string_view body);

}  // namespace picket::onepassword
