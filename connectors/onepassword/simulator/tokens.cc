#include "onepassword_simulator/tokens.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/assert.h"
#include "onepassword_simulator/random.h"

namespace picket::onepassword_simulator {
namespace {

std::string base64url(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (!text.empty() && text.back() == '=') text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out.append(out.size() > 1 ? ",\"" : "\"").append(text) += '"';
  return out + "]";
}

}  // namespace

struct TokenBook::Key {
  Key() : pkey(EVP_EC_gen("P-256")) { PICKET_ASSERT(pkey != nullptr, "OpenSSL makes a P-256 key"); }
  ~Key() { EVP_PKEY_free(pkey); }
  EVP_PKEY* pkey;
};

bool TokenRecord::allows(StreamKind kind) const {
  return std::find(features.begin(), features.end(), name_of(kind)) != features.end();
}

TokenBook::TokenBook(std::uint64_t seed, std::string audience)
    : key_(std::make_unique<Key>()),
      seed_(seed),
      audience_(std::move(audience)),
      key_id_(make_uuid(seed ^ 0x4b1d, LetterCase::kLower)) {}

TokenBook::~TokenBook() = default;

/// JWS wants the two numbers of the signature side by side, OpenSSL gives them as DER.
std::string TokenBook::sign(const std::string& head_and_claims) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t size = 128;
  std::string der(size, '\0');
  bool fine = EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_->pkey) == 1;
  fine = fine && EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &size,
                                reinterpret_cast<const unsigned char*>(head_and_claims.data()),
                                head_and_claims.size()) == 1;
  EVP_MD_CTX_free(context);
  PICKET_ASSERT(fine, "OpenSSL signs");
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size));
  unsigned char raw[64];
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32);
  ECDSA_SIG_free(signature);
  return base64url({reinterpret_cast<const char*>(raw), sizeof raw});
}

std::string TokenBook::issue(const TokenSpec& spec, const std::string& account_uuid,
                             const std::string& integration_uuid, TimePoint now) {
  const auto issued = std::chrono::floor<std::chrono::seconds>(now);
  std::uint64_t serial;
  {
    const std::lock_guard lock(mutex_);
    serial = mix(seed_ ^ mix(order_.size() + 77));
  }
  const std::string expiry =
      spec.expires_in ? fmt::format(R"(,"exp":{})", (issued + *spec.expires_in).time_since_epoch().count())
                      : std::string();
  const std::string head = fmt::format(R"({{"alg":"ES256","kid":"{}","typ":"JWT"}})", key_id_);
  const std::string claims = fmt::format(
      R"({{"1password.com/auuid":"{}","1password.com/token":"{}","1password.com/fts":{},"aud":["{}"],"sub":"{}","iat":{}{},"iss":"com.1password.b5","jti":"{}"}})",
      account_uuid, make_uuid(serial, LetterCase::kLower) + make_uuid(serial ^ 9, LetterCase::kLower),
      json_list(spec.features), spec.audience.empty() ? audience_ : spec.audience, integration_uuid,
      issued.time_since_epoch().count(), expiry, make_uuid(serial ^ 3, LetterCase::kLower));
  std::string text = base64url(head) + "." + base64url(claims);
  text += "." + sign(text);

  TokenRecord record{text, spec.account, account_uuid, integration_uuid, spec.features, issued, std::nullopt};
  if (spec.expires_in) record.expires_at = issued + *spec.expires_in;
  const std::lock_guard lock(mutex_);
  tokens_.emplace(text, std::move(record));
  order_.push_back(text);
  return text;
}

std::optional<TokenRecord> TokenBook::check(std::string_view text, TimePoint now) const {
  auto record = find(text);
  if (!record || record->revoked || (record->expires_at && *record->expires_at <= now)) return std::nullopt;
  return record;
}

std::optional<TokenRecord> TokenBook::find(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(std::string(text));
  if (found == tokens_.end()) return std::nullopt;
  return found->second;
}

std::vector<TokenRecord> TokenBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<TokenRecord> records;
  records.reserve(order_.size());
  for (const auto& text : order_) records.push_back(tokens_.at(text));
  return records;
}

template <typename Change>
Status TokenBook::change(std::string_view text, Change change_record) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(std::string(text));
  if (found == tokens_.end()) return fail(ErrorKind::kNotFound, "This simulator has issued no such token.");
  change_record(found->second);
  return {};
}

Status TokenBook::revoke(std::string_view text, bool revoked) {
  return change(text, [revoked](TokenRecord& record) { record.revoked = revoked; });
}

Status TokenBook::set_expiry(std::string_view text, std::optional<TimePoint> at) {
  return change(text, [at](TokenRecord& record) { record.expires_at = at; });
}

Status TokenBook::set_features(std::string_view text, std::vector<std::string> features) {
  return change(text, [&features](TokenRecord& record) { record.features = std::move(features); });
}

Status TokenBook::set_account(std::string_view text, unsigned account, std::string account_uuid,
                              std::string integration_uuid) {
  return change(text, [&](TokenRecord& record) {
    record.account = account;
    record.account_uuid = std::move(account_uuid);
    record.integration_uuid = std::move(integration_uuid);
  });
}

}  // namespace picket::onepassword_simulator
