#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "connector/testing/harness.h"
#include "http_client/tests/test_server.h"

namespace picket::onepassword {

/// The smallest 1Password that the compliance suite needs: three streams in arrival order, cursors, faults.
/// It is written apart from the simulator, so that one misreading of the protocol does not hide in both.
class TestVendor final : public connector::SimulatorHandle {
 public:
  TestVendor();
  std::string base_url() const override { return server_.url(); }
  std::string device_spec() const override { return "{\"server\":\"" + server_.url() + "\"}"; }
  std::string secrets_json() const override;
  std::string canary() const override;
  void append(std::string_view stream, int count) override;
  std::vector<std::string> ledger(std::string_view stream) const override;
  void inject(std::string_view fault) override;
  std::vector<std::string> requests() const override;

 private:
  void serve(http_client::Conn& conn);
  bool answer(http_client::Conn& conn, const std::string& request);
  /// True when a fault has answered; `keep` says whether the connection goes on.
  bool fault_answers(http_client::Conn& conn, bool& keep);
  bool page(http_client::Conn& conn, const std::string& stream, const std::string& body, bool empty);
  std::string fault() const;

  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>, std::less<>> records_, uids_;
  std::string fault_;
  std::vector<std::string> requests_;
  http_client::TestServer server_;
};

}  // namespace picket::onepassword
