#include "onepassword/token.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <string.h>

#include <algorithm>
#include <optional>
#include <span>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/url.h"
#include "crypto/digest.h"

namespace picket::onepassword {
namespace {

namespace dom = simdjson::dom;  // checks the whole text before anything of it is used

constexpr std::size_t kMaxToken = 16 << 10;
constexpr std::string_view kField = "secrets.device_info.api_token";
constexpr std::string_view kHowTo =
    "In 1Password, open Integrations, Events Reporting, Other, and issue a token there.";

/// Secret JSON being read: a copy with room for the parser to read beyond its end, and the parser with the
/// texts it unescaped. Both are wiped.
class SecretJson {
 public:
  explicit SecretJson(std::string_view text) {
    bytes_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    bytes_ = text;
  }
  ~SecretJson() {
    // simdjson's buffer of texts holds at least this much for a document of this size
    if (parser_.doc.string_buf) explicit_bzero(parser_.doc.string_buf.get(), 5 * bytes_.size() / 3);
    explicit_bzero(bytes_.data(), bytes_.capacity());
  }
  SecretJson(const SecretJson&) = delete;
  SecretJson& operator=(const SecretJson&) = delete;

  /// The members, which live as long as this; nothing when the text is no JSON object.
  std::optional<dom::object> object() {
    dom::object out;
    if (parser_.parse(bytes_.data(), bytes_.size(), false).get(out) != simdjson::SUCCESS) return std::nullopt;
    return out;
  }

 private:
  std::string bytes_;
  dom::parser parser_;
};

tl::unexpected<Error> refuse(std::string message) {
  return fail(Error(ErrorKind::kInvalidInput, std::move(message)).with_field(std::string(kField)));
}

/// A credential of another 1Password product.
tl::unexpected<Error> refuse_other(const std::string& what) {
  return fail(Error(ErrorKind::kForbidden, fmt::format("{} {}", what, kHowTo)).with_field(std::string(kField)));
}

std::optional<std::string_view> plain_text(const dom::element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<std::string> part(std::string_view token, std::size_t from, std::size_t to) {
  auto bytes = codec::base64url_decode(token.substr(from, to - from));
  if (!bytes) return std::nullopt;
  return std::move(*bytes);
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.find('/') == std::string_view::npos &&
         codec::parse_url(std::string("https://") + std::string(text)).has_value();
}

/// What the payload holds that matters. Everything may be absent.
struct Claims {
  std::string host;
  bool has_features = false;
  std::vector<std::string> features;
  std::string account;
  std::optional<std::int64_t> issued, expires;
};

std::optional<std::int64_t> seconds_of(const dom::element& value) {
  double number = 0;  // some libraries write 1.7e9
  if (value.get(number) != simdjson::SUCCESS || !(number > 0) || number > 253402300799.0) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

void read_audience(const dom::element& value, Claims& claims) {
  dom::array list;
  std::optional<std::string_view> host;
  if (value.get(list) != simdjson::SUCCESS)
    host = plain_text(value);
  else if (list.size() > 0)
    host = plain_text(list.at(0).value_unsafe());  // element 0 is the host
  if (host) claims.host = to_lower(*host);
}

void read_features(const dom::element& value, Claims& claims) {
  dom::array list;
  if (value.get(list) != simdjson::SUCCESS) return;
  claims.has_features = true;
  for (const dom::element entry : list)
    if (const auto text = plain_text(entry); text && claims.features.size() < 32 && text->size() < 64)
      claims.features.emplace_back(*text);
}

std::optional<Claims> read_claims(const std::string& payload) {
  SecretJson json(payload);
  const auto object = json.object();
  if (!object) return std::nullopt;
  Claims claims;
  for (const auto& [key, value] : *object) {
    if (key == "aud")
      read_audience(value, claims);
    else if (key == "1password.com/fts")
      read_features(value, claims);
    else if (key == "1password.com/auuid")
      claims.account = std::string(plain_text(value).value_or(""));
    else if (key == "iat")
      claims.issued = seconds_of(value);
    else if (key == "exp")
      claims.expires = seconds_of(value);
  }
  return claims;
}

std::optional<std::string> algorithm_of(const std::string& header) {
  SecretJson json(header);
  const auto object = json.object();
  if (!object) return std::nullopt;
  for (const auto& [key, value] : *object)
    if (key == "alg")
      if (const auto text = plain_text(value)) return std::string(*text);
  return std::nullopt;
}

/// The base URL that a host of the `aud` claim stands for. Only the published servers are proposed by name;
/// anything else is an administrator's explicit choice. A simulator on this machine names itself with its
/// port.
std::string server_of(const std::string& host) {
  constexpr std::string_view kPublished[] = {"events.1password.com", "events.1password.ca",
                                             "events.1password.eu", "events.ent.1password.com"};
  if (std::find(std::begin(kPublished), std::end(kPublished), host) != std::end(kPublished))
    return "https://" + host;
  if (host.starts_with("127.0.0.1:") || host.starts_with("localhost:"))
    return is_host(host) ? "http://" + host : "";
  return "";
}

Status check_kind(std::string_view token) {
  if (token.size() > kMaxToken)
    return refuse("This is too long for a 1Password token. Copy only the token itself.");
  for (const char c : token)
    if (c <= 0x20 || c >= 0x7f)
      return refuse(
          "The token holds spaces, line breaks or other characters that no token has. Copy it whole and "
          "alone.");
  if (token.starts_with("ops_"))
    return refuse_other("This is the token of a 1Password service account. It cannot read events.");
  if (std::count(token.begin(), token.end(), '.') != 2)
    return refuse(
        "This is not an Events Reporting token: it does not have three parts with dots between them. " +
        std::string(kHowTo));
  return {};
}

Status check_claims(const Claims& claims) {
  const auto has = [&](std::string_view name) {
    return std::find(claims.features.begin(), claims.features.end(), name) != claims.features.end();
  };
  if (has("vaultaccess"))
    return refuse_other("This is a token of 1Password Connect: it opens vaults and cannot read events.");
  if (!claims.has_features || claims.host.empty())
    return refuse(
        "This token does not come from 1Password Events Reporting: it names no server or no kinds of "
        "events. " +
        std::string(kHowTo));
  if (claims.account.empty())
    return refuse("This token does not come from 1Password Events Reporting: it names no account. " +
                  std::string(kHowTo));
  return {};
}

}  // namespace

Result<crypto::Secret> api_token(const crypto::Secret& secrets) {
  const auto none = [] {
    return fail(Error(ErrorKind::kUnauthorized, "No token yet.").with_field(std::string(kField)));
  };
  if (secrets.empty()) return none();
  const auto wrong = [] {
    return refuse("The secrets of a 1Password device must be an object with a text \"api_token\".");
  };
  SecretJson json(secrets.reveal());
  auto object = json.object();
  if (!object) return wrong();
  dom::object inner;
  if ((*object)["device_info"].get(inner) == simdjson::SUCCESS) object = inner;
  dom::element value;
  if ((*object)["api_token"].get(value) != simdjson::SUCCESS || value.is_null()) return none();
  const auto text = plain_text(value);
  if (!text) return wrong();
  const std::string_view token = trim(*text);
  if (token.empty()) return none();
  return crypto::Secret(token);
}

Result<connector::CredentialFacts> inspect_token(const crypto::Secret& secret) {
  const std::string_view token = secret.reveal();
  PICKET_TRY(check_kind(token));
  const std::size_t first = token.find('.'), second = token.rfind('.');
  const auto header = part(token, 0, first);
  auto payload = part(token, first + 1, second);
  const auto algorithm = header ? algorithm_of(*header) : std::nullopt;
  const auto claims = payload ? read_claims(*payload) : std::nullopt;
  if (payload) explicit_bzero(payload->data(), payload->size());
  if (!algorithm || !claims || second + 1 == token.size())
    return refuse("This is not a complete 1Password token: one of its parts cannot be read. Copy it whole.");
  if (*algorithm != "ES256")
    return refuse("This token is signed in another way than 1Password signs Events Reporting tokens. " +
                  std::string(kHowTo));
  PICKET_TRY(check_claims(*claims));
  connector::CredentialFacts facts;
  facts.server = server_of(claims->host);
  facts.account_uid = claims->account;
  facts.features = claims->features;
  if (claims->issued) facts.issued_at = from_seconds(*claims->issued);
  if (claims->expires) facts.expires_at = from_seconds(*claims->expires);
  facts.last_four = std::string(token.substr(token.size() - 4));
  facts.fingerprint = crypto::sha256_hex(token).substr(0, 16);
  return facts;
}

bool belongs_elsewhere(const connector::CredentialFacts& claims, std::string_view server,
                       std::span<const std::string> known) {
  if (claims.server.empty() || claims.server == server) return false;
  const auto listed = [&](std::string_view url) {
    return std::find(known.begin(), known.end(), url) != known.end();
  };
  if (listed(server) || !listed(claims.server)) return true;
  return claims.server != known.front();
}

}  // namespace picket::onepassword
