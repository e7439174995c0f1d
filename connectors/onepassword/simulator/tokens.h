#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "onepassword_simulator/stream_kind.h"

namespace picket::onepassword_simulator {

struct TokenSpec {
  unsigned account = 0;
  std::vector<std::string> features{"auditevents", "itemusages", "signinattempts"};
  /// Life from now on; negative: issued already expired. Nothing: never expires.
  std::optional<std::chrono::seconds> expires_in = {};
  std::string audience = {};  ///< empty: the simulator's own
};

/// What the vendor knows of a token.
struct TokenRecord {
  std::string text;
  unsigned account = 0;
  std::string account_uuid, integration_uuid;
  std::vector<std::string> features;
  TimePoint issued_at;
  std::optional<TimePoint> expires_at;
  bool revoked = false;

  bool allows(StreamKind kind) const;
};

/// Issues and judges bearer tokens: signed JWTs (ES256, a key of this run) with the claims of the fact
/// sheet, 2.2. They are looked up by their whole text, so a changed one is unknown. Threads: any.
class TokenBook {
 public:
  TokenBook(std::uint64_t seed, std::string audience);
  ~TokenBook();

  std::string issue(const TokenSpec& spec, const std::string& account_uuid,
                    const std::string& integration_uuid, TimePoint now);
  /// The record if the token may be used now.
  std::optional<TokenRecord> check(std::string_view text, TimePoint now) const;
  /// The record whatever its state.
  std::optional<TokenRecord> find(std::string_view text) const;
  std::vector<TokenRecord> all() const;

  Status revoke(std::string_view text, bool revoked);
  Status set_expiry(std::string_view text, std::optional<TimePoint> at);
  Status set_features(std::string_view text, std::vector<std::string> features);
  Status set_account(std::string_view text, unsigned account, std::string account_uuid,
                     std::string integration_uuid);

 private:
  template <typename Change>
  Status change(std::string_view text, Change change);
  std::string sign(const std::string& head_and_claims) const;

  struct Key;
  const std::unique_ptr<Key> key_;
  const std::uint64_t seed_;
  const std::string audience_;
  const std::string key_id_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, TokenRecord> tokens_;
  std::vector<std::string> order_;
};

}  // namespace picket::onepassword_simulator
