#pragma once

#include "base/clock.h"
#include "connector/bundle.h"

namespace picket::skeleton {

/// What the vendor offers and which version of it; the source of the facts.
/// Place: made once by the registry. Threads: any. Failure: as Connector.
class Skeleton final : public connector::BundledConnector {
 public:
  explicit Skeleton(const Clock& clock = system_clock());

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

 private:
  const Clock& clock_;
};

}  // namespace picket::skeleton
