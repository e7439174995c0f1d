// Holds the program's routes and answers and schemas/openapi.yaml against each other.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

namespace json = boost::json;

const YAML::Node& description() {
  static const YAML::Node tree = YAML::LoadFile(std::string(PICKET_SCHEMAS) + "/openapi.yaml");
  return tree;
}

YAML::Node resolve(YAML::Node node) {
  while (node["$ref"]) {
    const auto ref = node["$ref"].as<std::string>();
    node.reset(
        description()["components"][ref.substr(13, ref.find('/', 13) - 13)][ref.substr(ref.rfind('/') + 1)]);
  }
  return node;
}

bool type_fits(const std::string& type, const json::value& value) {
  if (type == "null") return value.is_null();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_bool();
  if (type == "integer") return value.is_int64() || value.is_uint64();
  if (type == "number") return value.is_number();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

/// The first way in which `value` is not what `schema` says; empty when it fits. Members the schema does not
/// name are faults.
std::string fault(YAML::Node schema, const json::value& value, const std::string& at) {
  schema.reset(resolve(schema));
  for (const char* choice : {"oneOf", "anyOf"}) {
    if (!schema[choice]) continue;
    std::string all;
    for (const auto& one : schema[choice]) {
      const auto why = fault(one, value, at);
      if (why.empty()) return {};
      all += why + "; ";
    }
    return all;
  }
  if (schema["const"])
    return value.is_string() && value.as_string() == schema["const"].as<std::string>()
               ? ""
               : at + ": other constant";
  if (schema["type"]) {
    bool fits = false;
    if (schema["type"].IsSequence())
      for (const auto& type : schema["type"]) fits = fits || type_fits(type.as<std::string>(), value);
    else
      fits = type_fits(schema["type"].as<std::string>(), value);
    if (!fits) return fmt::format("{}: {} is of another type", at, json::serialize(value).substr(0, 60));
  }
  if (schema["enum"] && value.is_string()) {
    bool known = false;
    for (const auto& one : schema["enum"]) known = known || value.as_string() == one.as<std::string>();
    if (!known) return at + ": not one of the choices";
  }
  if (value.is_array() && schema["items"])
    for (const auto& one : value.as_array())
      if (const auto why = fault(schema["items"], one, at + "[]"); !why.empty()) return why;
  if (!value.is_object()) return {};
  for (const auto& name : schema["required"])
    if (!value.as_object().contains(name.as<std::string>()))
      return fmt::format("{}: {} is missing", at, name.as<std::string>());
  const auto more = schema["additionalProperties"];
  for (const auto& [key, member] : value.as_object()) {
    const std::string name(key);
    if (schema["properties"] && schema["properties"][name]) {
      if (const auto why = fault(schema["properties"][name], member, at + "." + name); !why.empty())
        return why;
    } else if (more && more.IsMap()) {
      if (const auto why = fault(more, member, at + "." + name); !why.empty()) return why;
    } else if (schema["properties"] && !more) {
      return fmt::format("{}: {} is not described", at, name);
    }
  }
  return {};
}

class OpenApi : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    device_ = add_device(ana_, "Corp", R"(,"secrets":{"device_info":{"api_token":"account:A1"}})");
    auto view = std::make_shared<fleet::DeviceView>(*ingest_->fleet().device(ana_.organization(), device_));
    auto& stream = view->streams.at(0);
    stream.state.last_error_code = "timeout";
    stream.state.last_error_at = clock_.now();
    stream.state.backfill = control::Backfill{clock_.now(), clock_.now(), clock_.now(), 5, clock_.now()};
    ingest_->fleet().put(view);
    control::StreamCommit commit;
    commit.state = view->streams.at(1).state;
    commit.device_epoch = view->device.epoch;
    commit.poll =
        control::PollRecord{0, device_, commit.state.stream, clock_.now(), 12, 1, 2, 2, 300, "ok", ""};
    ASSERT_TRUE(control_->commit(std::span(&commit, 1), {}, clock_.now()));
    store::StoredEvent event;
    event.id = "e1";
    event.key = {ana_.organization(), device_, "auditevents"};
    event.raw = R"({"uuid":"V1"})";
    store_.events.push_back(event);
    ingest_->result.checks = {{"token", true, "ok", "Read."},
                              {"auditevents", std::nullopt, "not_reached", "Not reached."}};
  }
  /// Holds an answer against what the description says of that operation.
  void hold(const std::string& method, const std::string& pattern, const std::string& target,
            const std::string& body = {}) {
    const auto reply = as(ana_, method, target, body);
    std::string low = method;
    for (auto& c : low) c = static_cast<char>(std::tolower(c));
    const auto operation = description()["paths"][pattern][low];
    ASSERT_TRUE(operation) << method << pattern;
    const auto responses = operation["responses"];
    const auto status = std::to_string(reply.status);
    const YAML::Node response = responses[status] ? responses[status] : resolve(responses["default"]);
    ASSERT_TRUE(reply.status < 300 || target.find("nope") != std::string::npos)
        << method << " " << target << ": " << reply.body;
    const auto schema = response["content"]["application/json"]["schema"];
    ASSERT_TRUE(schema) << pattern;
    EXPECT_EQ(fault(schema, reply.json, ""), "") << method << " " << target << "\n" << reply.body;
  }
  std::string device_;
};

TEST_F(OpenApi, RoutesAndDescriptionAreTheSame) {
  std::set<std::string> described, routed;
  for (const auto& path : description()["paths"])
    for (const auto& operation : path.second)
      if (const auto method = operation.first.as<std::string>(); method != "parameters") {
        std::string upper = method;
        for (auto& c : upper) c = static_cast<char>(std::toupper(c));
        described.insert(upper + " " + path.first.as<std::string>());
      }
  for (const auto& route : router_.routes())
    if (route.pattern.find('*') == std::string::npos) routed.insert(route.method + " " + route.pattern);
  for (const auto& one : described)
    EXPECT_TRUE(routed.contains(one)) << one << " is described and does not exist";
  for (const auto& one : routed)
    EXPECT_TRUE(described.contains(one)) << one << " exists and is not described";
}

TEST_F(OpenApi, AnswersAreAsDescribed) {
  for (const char* name : {"organizations", "security_devices", "security_device_histories", "plugins",
                           "user_accounts", "user_account_histories", "user_account_roles", "user_sessions", "actors", "vendors", "polls"}) {
    const std::string base = std::string("/api/v2/") + name;
    const std::string query = std::string_view(name) == "polls" ? "?filter[security_device][id]=" + device_
                                                                : "?include=organization";
    const bool has_organization =
        std::string_view(name) != "plugins" && std::string_view(name) != "vendors" &&
        std::string_view(name) != "organizations" && std::string_view(name) != "user_accounts" &&
        std::string_view(name) != "user_sessions";
    const std::string target = base + (has_organization || query[1] == 'f' ? query : "");
    hold("GET", base, target);
    const auto list = get(target);
    ASSERT_GE(list.json.at("data").as_array().size(), 1u) << name;
    const std::string id(list.json.at("data").at(0).at("id").as_string());
    hold("GET", base + "/{id}", base + "/" + id);
    hold("GET", base + "/{id}", base + "/nope");
  }
  hold("GET", "/api/v2/security_devices/{id}/{relationship}",
       "/api/v2/security_devices/" + device_ + "/polls");
  hold("GET", "/api/v2/security_devices/{id}/{relationship}",
       "/api/v2/security_devices/" + device_ + "/vendor");
  hold("GET", "/api/v2/security_devices/{id}/{relationship}",
       "/api/v2/security_devices/" + device_ + "/assembler");
  hold("GET", "/api/v2/user_accounts/{id}/{relationship}",
       "/api/v2/user_accounts/" + ana_.enrolment.user.id + "/histories");
  hold("GET", "/api/v2/events", "/api/v2/events?flag[ocsf]=true&include=security_device");
  hold("GET", "/api/v2/events/{id}", "/api/v2/events/e1");
  hold("GET", "/api/v2/events/{id}/versions", "/api/v2/events/e1/versions");
  hold("GET", "/api/v2/events/{id}/security_device", "/api/v2/events/e1/security_device");
  hold("GET", "/api/v2/events/counts", "/api/v2/events/counts?group=stream");
  hold("GET", "/api/v2/events/counts",
       "/api/v2/events/counts?group=security_device&filter[security_device][id]=" + device_);
  hold("GET", "/auth/v0/session", "/auth/v0/session");
  hold("GET", "/readyz", "/readyz");
}

TEST_F(OpenApi, DetectionsAreAnsweredAsDescribed) {
  const std::string base = "/api/v2/detection_rules", one = base + "/{id}", path = base + "/" + std::string(kVaultExportId);
  store_.events[0].id = "0e0e0e0e-0000-4000-8000-000000000001";
  add_match(ana_, device_, kVaultExportId, store_.events[0].id, clock_.now(), control::AlertKey{"[\"D\",null]", clock_.now(), "Vault exported", "high"});
  add_match(ana_, device_, kVaultExportId, "0e0e0e0e-0000-4000-8000-00000000ffff", clock_.now());
  hold("GET", base, base);
  const auto list = get(base);
  for (const auto& row : list.json.at("data").as_array()) hold("GET", one, base + "/" + std::string(row.at("id").as_string()));
  hold("GET", one, base + "/nope");
  hold("PATCH", one, path, R"({"data":{"attributes":{"enabled":false,"reason":"The vault moves."}}})");
  hold("GET", one + "/matches", path + "/matches");
  hold("GET", one + "/counts", path + "/counts");
  hold("GET", one + "/histories", path + "/histories");
  hold("POST", base + "/check", base + "/check", R"({"text":"title: T\ndetection:\n  a: {x: 1}\n  condition: b\n---\ntitle: U\ndetection:\n  a: {x: 1}\n  condition: a\n"})");
  const std::string own = "/api/v2/own_rules";
  hold("POST", own, own, R"({"data":{"attributes":{"text":"title: T\ndetection:\n  a: {x: 1}\n  condition: a\n"}}})");
  hold("GET", own, own + "?include=created_by");
  const std::string id(get(own).json.at("data").at(0).at("id").as_string());
  hold("GET", own + "/{id}", own + "/" + id);
  hold("GET", own + "/{id}/{relationship}", own + "/" + id + "/created_by");
  hold("PATCH", own + "/{id}", own + "/" + id, R"({"data":{"attributes":{"text":"title: V\ndetection:\n  a: {x: 1}\n  condition: a\n"}}})");
  hold("POST", own, own + "?nope", R"({"data":{"attributes":{"text":"title: T\ndetection:\n  a: {x: 1}\n  condition: b\n"}}})");
  hold("GET", "/api/v2/security_devices/{id}/detections", "/api/v2/security_devices/" + device_ + "/detections");
  const std::string alerts = "/api/v2/expel_alerts";
  hold("GET", alerts, alerts + "?include=security_device");
  const std::string alert(get(alerts).json.at("data").at(0).at("id").as_string());
  hold("GET", alerts + "/{id}", alerts + "/" + alert);
  hold("GET", alerts + "/{id}/{relationship}", alerts + "/" + alert + "/security_device");
}

TEST_F(OpenApi, ChangesAreAnsweredAsDescribed) {
  const std::string base = "/api/v2/security_devices", one = base + "/{id}", path = base + "/" + device_;
  hold("POST", base, base, device_body("Second"));
  hold("PATCH", one, path, R"({"data":{"attributes":{"name":"New"}}})");
  hold("POST", one + "/test", path + "/test");
  hold("GET", one + "/reread", path + "/reread?start_time=2026-11-10T00:00:00Z");
  hold("POST", one + "/reread", path + "/reread", R"({"start_time":"2026-11-10T00:00:00Z"})");
  hold("PATCH", "/api/v2/secrets/{id}", "/api/v2/secrets/security_device-" + device_,
       R"({"data":{"attributes":{"secret":{"device_info":{"api_token":"account:A1"}}}}})");
  hold("PATCH", "/api/v2/organizations/{id}", "/api/v2/organizations/" + ana_.organization(),
       R"({"data":{"attributes":{"name":"Acme2"}}})");
  hold("PATCH", "/api/v2/user_accounts/{id}", "/api/v2/user_accounts/" + ana_.enrolment.user.id,
       R"({"data":{"attributes":{"first_name":"Anna"}}})");
  hold("POST", "/api/v2/plugins/{id}/inspect", "/api/v2/plugins/1password/inspect",
       R"({"secrets":{"device_info":{"api_token":"account:A1"}}})");
  hold(
      "POST", "/api/v2/plugins/{id}/test", "/api/v2/plugins/1password/test",
      R"({"device_spec":{"server":"https://events.1password.com"},"secrets":{"device_info":{"api_token":"account:A1"}}})");
}

TEST_F(OpenApi, OnesOwnAccountIsAnsweredAsDescribed) {
  hold("PATCH", "/api/v2/user_accounts/{id}", "/api/v2/user_accounts/" + ana_.enrolment.user.id,
       R"({"data":{"attributes":{"preferences":{"theme":"dark"}}}})");
  const auto offer = as(ana_, "POST", "/auth/v0/factor",
                        R"({"current_password":")" + ana_.password + R"(","otp":")" + code_of(ana_) + "\"}");
  ASSERT_EQ(offer.status, 200) << offer.body;
  EXPECT_EQ(fault(description()["components"]["schemas"]["FactorOffer"], offer.json, ""), "");
  clock_.advance(std::chrono::seconds(31));
  const crypto::Secret seed(*crypto::base32_decode(std::string(offer.json.at("secret").as_string())));
  hold("POST", "/auth/v0/factor/confirm", "/auth/v0/factor/confirm",
       R"({"otp":")" + crypto::totp_code(seed, crypto::totp_step(clock_.now())) + "\"}");
}

TEST_F(OpenApi, TheCheckerSeesFaults) {
  const auto schema = description()["components"]["schemas"]["Error"];
  EXPECT_EQ(fault(schema, json::parse(R"({"status":"404","code":"c","title":"t","detail":"d"})"), ""), "");
  EXPECT_NE(fault(schema, json::parse(R"({"status":"404","code":"c","title":"t"})"), ""), "");
  EXPECT_NE(fault(schema, json::parse(R"({"status":404,"code":"c","title":"t","detail":"d"})"), ""), "");
  EXPECT_NE(fault(schema, json::parse(R"({"status":"404","code":"c","title":"t","detail":"d","x":1})"), ""),
            "");
}

}  // namespace
}  // namespace picket::api
