#include "skeleton/skeleton.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "codec/json.h"
#include "codec/json_scan.h"
#include "codec/url.h"
#include "connector/http_answer.h"
#include "crypto/digest.h"

namespace picket::embedded {
std::span<const File> skeleton_files();
}

namespace picket::skeleton {
namespace {

namespace bj = boost::json;

/// A text member of a small JSON object; empty when it is absent.
std::string member(std::string_view json, const char* key) {
  const auto tree = codec::parse_json(json);
  if (!tree || !tree->is_object()) return "";
  const bj::value* value = tree->as_object().if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

Result<crypto::Secret> token_of(const crypto::Secret* secrets) {
  const std::string token = secrets == nullptr ? "" : member(secrets->reveal(), "api_token");
  if (token.empty())
    return fail(Error(ErrorKind::kUnauthorized, "No token yet.").with_field("secrets.device_info.api_token"));
  return crypto::Secret(token);
}

class Reader final : public connector::StreamReader {
 public:
  Reader(std::string server, crypto::Secret token, const Clock& clock)
      : server_(std::move(server)), token_(std::move(token)), clock_(clock) {}

  Result<http_client::Request> request(const std::optional<connector::Cursor>& cursor,
                                       TimePoint since) override {
    http_client::Request request;
    request.url = cursor ? fmt::format("{}/events?after={}", server_, codec::percent_encode(*cursor))
                         : fmt::format("{}/events?since={}", server_, format_rfc3339_seconds(since));
    request.secret_headers.emplace_back("authorization", fmt::format("Bearer {}", token_.reveal()));
    return request;
  }

  Result<connector::Page> read(http_client::Response response) override {
    if (response.status != 200) return fail(connector::error_of_status(response, "Skeleton", clock_.now()));
    const auto body = std::make_shared<const std::string>(std::move(response.body));
    auto scanned = codec::scan_json_page(*body, "events", {.max_bytes = body->size(), .max_depth = 60});
    if (!scanned)
      return fail(ErrorKind::kProtocol, "Skeleton's answer cannot be read, so nothing of it was taken.");
    connector::Page page;
    page.body = body;
    page.records = std::move(scanned->records);
    if (std::string next = member(*body, "next"); !next.empty()) page.next = std::move(next);
    page.more = page.next && scanned->member("more") == "true";
    return page;
  }

 private:
  const std::string server_;
  const crypto::Secret token_;
  const Clock& clock_;
};

class EventNormaliser final : public connector::Normaliser {
 public:
  void reset() override { texts_.clear(); }

  model::EventView normalise(std::string_view, std::string_view record, TimePoint received_at) override {
    model::EventView view;
    const auto time = parse_rfc3339(member(record, "time"));
    const std::string id = member(record, "id");
    view.unreadable = !time || id.empty();
    view.time = view.unreadable ? received_at : *time;
    if (view.unreadable) return view;
    view.vendor_uid = keep(id);
    view.action = keep(member(record, "action"));
    view.actor_email = keep(member(record, "who"));
    view.class_uid = 6003;
    view.activity_id = 99;
    view.outcome = model::Outcome::kSuccess;
    return view;
  }

  Result<std::string> to_ocsf(std::string_view, std::string_view) override {
    return fail(ErrorKind::kNotFound, "This technology has no OCSF documents yet.");
  }

 private:
  std::string_view keep(std::string text) {
    texts_.push_back(std::make_unique<std::string>(std::move(text)));
    return *texts_.back();
  }
  std::vector<std::unique_ptr<std::string>> texts_;
};

}  // namespace

Skeleton::Skeleton(const Clock& clock) : BundledConnector(embedded::skeleton_files()), clock_(clock) {}

Result<connector::CredentialFacts> Skeleton::inspect(const crypto::Secret& secrets) const {
  PICKET_ASSIGN(const crypto::Secret token, token_of(&secrets));
  connector::CredentialFacts facts;
  facts.fingerprint = crypto::sha256_hex(token.reveal()).substr(0, 16);
  return facts;
}

Result<connector::CredentialFacts> Skeleton::introspect(http_client::Client& client,
                                                        const connector::DeviceContext& device,
                                                        std::stop_token stop) const {
  PICKET_ASSIGN(auto stream, reader(device, "events"));
  PICKET_ASSIGN(http_client::Request request, stream->request(std::nullopt, clock_.now()));
  PICKET_ASSIGN(http_client::Response response, client.fetch(std::move(request), std::move(stop)));
  PICKET_TRY(stream->read(std::move(response)));
  return inspect(*device.secrets);
}

connector::TestResult Skeleton::test(http_client::Client& client, const connector::DeviceContext& device,
                                     std::stop_token stop) const {
  connector::TestResult result;
  const auto facts = introspect(client, device, std::move(stop));
  result.ok = facts.has_value();
  if (facts) {
    result.facts = *facts;
    result.sentence = "Connected.";
  } else {
    const Explanation why = explain(facts.error(), "events", {}, device.device_spec, clock_.now());
    result.code = why.code;
    result.sentence = why.sentence;
  }
  result.checks.push_back({"connection", result.ok, result.code, result.sentence});
  return result;
}

connector::Connector::Explanation Skeleton::explain(const Error& error, std::string_view,
                                                    const connector::CredentialFacts&, std::string_view,
                                                    TimePoint) const {
  return {std::string(to_string(error.kind)), error.message};
}

Result<std::unique_ptr<connector::StreamReader>> Skeleton::reader(const connector::DeviceContext& device,
                                                                  std::string_view stream) const {
  PICKET_TRY(check_stream(stream));
  PICKET_ASSIGN(crypto::Secret token, token_of(device.secrets));
  return std::make_unique<Reader>(member(device.device_spec, "server"), std::move(token), clock_);
}

std::unique_ptr<connector::Normaliser> Skeleton::normaliser() const {
  return std::make_unique<EventNormaliser>();
}

}  // namespace picket::skeleton

namespace picket::connectors {
std::unique_ptr<connector::Connector> make_skeleton();
std::unique_ptr<connector::Connector> make_skeleton() {
  return std::make_unique<skeleton::Skeleton>();
}
}  // namespace picket::connectors
