#include "onepassword/onepassword.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "codec/json.h"
#include "codec/url.h"
#include "onepassword/normalise.h"
#include "onepassword/reader.h"
#include "onepassword/token.h"

namespace picket::embedded {
std::span<const File> onepassword_files();
}

namespace picket::onepassword {

namespace bj = boost::json;

OnePassword::OnePassword(const Clock& clock)
    : BundledConnector(embedded::onepassword_files()), clock_(clock) {}

Result<connector::CredentialFacts> OnePassword::inspect(const crypto::Secret& secrets) const {
  PICKET_ASSIGN(const crypto::Secret token, api_token(secrets));
  return inspect_token(token);
}

Result<std::unique_ptr<connector::StreamReader>> OnePassword::reader(const connector::DeviceContext& device,
                                                                     std::string_view stream) const {
  PICKET_TRY(check_stream(stream));
  PICKET_ASSIGN(std::string server, server_of_spec(device.device_spec));
  if (device.secrets == nullptr)
    return fail(Error(ErrorKind::kUnauthorized, "No token yet.").with_field("secrets.device_info.api_token"));
  PICKET_ASSIGN(crypto::Secret token, api_token(*device.secrets));
  return std::make_unique<Reader>(std::move(server), std::string(stream), std::move(token), clock_);
}

std::unique_ptr<connector::Normaliser> OnePassword::normaliser() const {
  return std::make_unique<EventNormaliser>();
}

Result<std::string> server_of_spec(std::string_view device_spec) {
  const auto bad = [] {
    return fail(
        Error(ErrorKind::kInvalidInput, "Server address is missing.").with_field("device_spec.server"));
  };
  const auto tree = codec::parse_json(device_spec);
  if (!tree || !tree->is_object()) return bad();
  const bj::value* server = tree->as_object().if_contains("server");
  if (server == nullptr || !server->is_string()) return bad();
  const auto url = codec::parse_url(std::string_view(server->as_string()));
  if (!url) return bad();
  return url->origin();
}

namespace {
const bj::value* either(const bj::object& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const bj::value* value = object.if_contains(key)) return value;
  return nullptr;
}
}  // namespace

Result<connector::CredentialFacts> parse_introspection(std::string_view body) {
  const auto bad = [] {
    return fail(
        ErrorKind::kProtocol,
        "1Password's answer about the token cannot be read. Does a proxy or gateway answer in its place?");
  };
  const auto tree = codec::parse_json(body);
  if (!tree || !tree->is_object()) return bad();
  const bj::object& object = tree->as_object();
  const bj::value* features = either(object, {"features", "Features"});
  if (features == nullptr || !features->is_array()) return bad();
  connector::CredentialFacts facts;
  for (const bj::value& feature : features->as_array())
    if (feature.is_string() && facts.features.size() < 32) facts.features.emplace_back(feature.as_string());
  // the vendor's own change log spells it both ways
  if (const bj::value* account = either(object, {"account_uuid", "account_UUID"});
      account != nullptr && account->is_string())
    facts.account_uid = std::string(account->as_string());
  if (const bj::value* issued = either(object, {"issued_at", "IssuedAt"});
      issued != nullptr && issued->is_string())
    if (const auto time = parse_rfc3339(std::string_view(issued->as_string()))) facts.issued_at = *time;
  return facts;
}

}  // namespace picket::onepassword

namespace picket::connectors {
std::unique_ptr<connector::Connector> make_onepassword();
std::unique_ptr<connector::Connector> make_onepassword() {
  return std::make_unique<onepassword::OnePassword>();
}
}  // namespace picket::connectors
