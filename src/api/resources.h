#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "api/resource.h"

/// The resource types of docs/api.md, written down for the engine. Each `add_…` outlives nothing but `parts`.
namespace picket::api {

/// organizations, user_accounts, user_account_roles, user_sessions, actors, vendors
void add_people(Catalogue& catalogue, const Parts& parts);
/// security_devices, security_device_histories, polls, secrets
void add_devices(Catalogue& catalogue, const Parts& parts);

/// Row of `user_accounts`.
struct AccountRow : control::User {
  std::optional<std::string> preferences = {};  ///< JSON object text; nobody's but the caller's own
};
Answer<Row> account_row(const Parts& parts, const Scope& scope, control::User user);

/// A member of secrets.device_info, as the form has it.
struct SecretField {
  std::string name, pattern, pattern_message;  ///< pattern: ECMAScript, may be empty
};

/// What a technology's form says of itself, read once at start.
struct Plugin {
  const connector::Connector* connector = nullptr;
  std::string vendor_id;
  std::string form;  ///< device_spec_json: the connector's, with the servers allowed at start
  std::vector<SecretField> secrets;
  int default_days = 7;
  int max_days = 120;
  std::vector<std::pair<std::string, std::string>> manifest;  ///< attribute name, JSON text
  const std::string* from_manifest(std::string_view name) const;
};

/// All technologies. Threads: any, once made.
class Plugins {
 public:
  Plugins(const Parts& parts, const Options& options);
  const std::shared_ptr<const Plugin> find(std::string_view slug) const;
  const std::vector<std::shared_ptr<const Plugin>>& all() const { return plugins_; }

 private:
  std::vector<std::shared_ptr<const Plugin>> plugins_;
};

void add_plugins(Catalogue& catalogue, const Plugins& plugins);

/// Row of `secrets`: what is stored for a device. Never holds the secret.
struct SecretRow {
  std::string id;  ///< security_device-<id>
  std::string organization_id;
  std::int64_t version = 1;
};

/// The device as people see it: alive from the fleet's memory, deleted from the control plane. Null: none.
Answer<fleet::DeviceViewPtr> find_device(const Parts& parts, const Scope& scope, const std::string& id);
inline Row as_row(fleet::DeviceViewPtr view) {
  return std::static_pointer_cast<const void>(std::move(view));
}

}  // namespace picket::api
