#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/seal.h"
#include "crypto/secret.h"

namespace picket::sql {
class Database;
}

namespace picket::control {

/// Seals and opens secrets: a fresh key a version, wrapped by the organization's key, wrapped by the root
/// key. Each is bound to organization, record, version and purpose, so a row copied elsewhere does not open.
/// Threads: any.
class Vault {
 public:
  explicit Vault(crypto::Secret root_key) : root_key_(std::move(root_key)) {}

  /// Compares the root key with the one the database was made with; notes it in a new database.
  Status check(sql::Database& writer);
  /// Makes the organization's key, inside the caller's transaction.
  Status add_organization(sql::Database& writer, const std::string& organization_id);
  /// A keyed digest for subjects that must not be searchable by guessing (addresses of failed sign-ins).
  std::string subject(std::string_view kind, std::string_view text) const;

  Result<crypto::Envelope> seal(sql::Database& db, const crypto::SealContext& place,
                                const crypto::Secret& text);
  Result<crypto::Secret> open(sql::Database& db, const crypto::SealContext& place,
                              const crypto::Envelope& envelope);

 private:
  Result<crypto::Secret> organization_key(sql::Database& db, std::string_view organization_id);
  const crypto::Secret root_key_;
  std::mutex mutex_;
  std::map<std::string, crypto::Secret, std::less<>> keys_;  ///< by organization, unwrapped
};

}  // namespace picket::control
