#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http_server/router.h"
#include "onepassword_simulator/vendor.h"

/// Internal to this module.
namespace picket::onepassword_simulator {

/// The endpoints under /_sim by which a test works the vendor. README.md describes them.
/// Threads: any.
class Control {
 public:
  explicit Control(Vendor& vendor) : vendor_(vendor) {}
  void add_routes(http_server::Router& router);

  /// The answer's JSON. Errors: kInvalidInput, kNotFound.
  Result<std::string> call(std::string_view method, std::string_view path, std::string_view body);

 private:
  std::string state() const;
  std::string list_tokens() const;
  Result<std::string> change_tokens(std::string_view body);
  Result<std::string> add_events(std::string_view body);
  Result<std::string> change_settings(std::string_view body);
  Result<std::string> change_faults(std::string_view body);

  Vendor& vendor_;
};

}  // namespace picket::onepassword_simulator
