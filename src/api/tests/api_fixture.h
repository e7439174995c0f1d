#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/json.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "api/api.h"
#include "api/mocks/fake_parts.h"
#include "base/mocks/manual_clock.h"
#include "crypto/digest.h"
#include "crypto/totp.h"
#include "http_server/target.h"

namespace picket::api {

/// The whole API over a real control plane in a temporary directory, called through its router: two
/// organizations with an administrator each, Ana of "Acme" and Bob of "Other".
class ApiFixture : public ::testing::Test {
 protected:
  using Fields = http_server::Fields;

  struct Person {
    control::Enrolment enrolment;
    std::string email, password, token, cookie, csrf;
    const std::string& organization() const { return enrolment.organization.id; }
  };
  struct Reply {
    int status = 0;
    Fields headers;
    std::string body;
    boost::json::value json;
    std::string header(std::string_view name) const {
      for (const auto& [key, value] : headers)
        if (key == name) return value;
      return {};
    }
    std::string detail(std::size_t i = 0) const {
      return std::string(json.at("errors").at(i).at("detail").as_string());
    }
    std::string pointer(std::size_t i = 0) const {
      return std::string(json.at("errors").at(i).at("source").at("pointer").as_string());
    }
    std::string code() const { return std::string(json.at("errors").at(0).at("code").as_string()); }
    const boost::json::value& attribute(const char* name) const {
      return json.at("data").at("attributes").at(name);
    }
    std::string id() const { return std::string(json.at("data").at("id").as_string()); }
    std::uint64_t total() const { return json.at("meta").at("page").at("total").to_number<std::uint64_t>(); }
  };

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "picket-api-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    auto opened = control::Control::open({.directory = directory_,
                                          .root_key_file = {},
                                          .clock = &clock_,
                                          .password_cost = crypto::kCheapPasswordCost});
    ASSERT_TRUE(opened) << opened.error().message;
    control_ = std::move(*opened);
    std::vector<std::unique_ptr<connector::Connector>> connectors;
    connectors.push_back(std::make_unique<FakeConnector>());
    registry_ = std::make_unique<connector::Registry>(std::move(connectors));
    ingest_ = std::make_unique<FakeIngest>(*control_);
    auto watch = watch::Watch::open({clock_, *control_, *registry_}, {});
    ASSERT_TRUE(watch) << watch.error().message;
    watch_ = std::move(*watch);
    api_ = std::make_unique<Api>(Parts{clock_, *control_, store_, *ingest_, *registry_, *watch_}, options());
    api_->mount(router_);
    enrol(ana_, "Acme", "ana@example.com");
    enrol(bob_, "Other", "bob@example.com");
  }
  void TearDown() override {
    api_.reset();
    watch_.reset();
    ingest_.reset();
    control_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  virtual Options options() {
    Options out;
    out.version = "0.1.0";
    out.egress_addresses = {"203.0.113.7"};
    out.extra_servers = {"http://127.0.0.1:8123"};
    return out;
  }

  void enrol(Person& person, const std::string& organization, const std::string& email) {
    person.email = email;
    person.password = "correct horse battery";
    auto made = control_->create_organization(
        organization, {email, organization + " Admin", crypto::Secret(person.password)},
        {control_->system_actor(), clock_.now()});
    ASSERT_TRUE(made) << made.error().message;
    person.enrolment = std::move(*made);
    auto bearer =
        control_->create_session(person.enrolment.user, control::SessionKind::kBearer, "127.0.0.1", "test");
    auto cookie =
        control_->create_session(person.enrolment.user, control::SessionKind::kCookie, "127.0.0.1", "test");
    ASSERT_TRUE(bearer && cookie);
    person.token = std::string(bearer->token.reveal());
    person.cookie = std::string(cookie->token.reveal());
    person.csrf = cookie->session.csrf_token;
  }

  /// A code that was not used before.
  std::string code_of(const Person& person) {
    clock_.advance(std::chrono::seconds(31));
    return crypto::totp_code(crypto::Secret(*crypto::base32_decode(person.enrolment.totp_secret)),
                             crypto::totp_step(clock_.now()));
  }

  http_server::Response respond(const std::string& method, const std::string& target, const Fields& headers,
                                const std::string& body) {
    http_server::Request request;
    request.method = method;
    request.target = target;
    request.headers = headers;
    request.body = body;
    request.client_address = "127.0.0.1";
    const auto parsed = http_server::parse_target(target);
    if (!parsed) return http_server::json_error(400, "bad_request", parsed.error().message);
    request.path = parsed->path;
    request.query = parsed->query;
    const auto match = router_.find(method, parsed->segments);
    if (match.route == nullptr)
      return http_server::json_error(match.allowed.empty() ? 404 : 405, "none", "no route");
    request.params = match.params;
    request.route = match.route->pattern;
    return match.route->handler(request);
  }

  Reply call(const std::string& method, const std::string& target, const Fields& headers,
             const std::string& body = {}) {
    auto response = respond(method, target, headers, body);
    Reply reply{response.status, response.headers,
                response.body.empty() ? std::string(response.static_body) : response.body, nullptr};
    boost::json::error_code error;
    reply.json = boost::json::parse(reply.body, error);
    return reply;
  }
  Reply as(const Person& person, const std::string& method, const std::string& target,
           const std::string& body = {}, Fields more = {}) {
    more.emplace_back("Authorization", "Bearer " + person.token);
    return call(method, target, more, body);
  }
  Reply get(const std::string& target) { return as(ana_, "GET", target); }

  static std::string device_body(const std::string& name, const std::string& more = {}) {
    return R"({"data":{"type":"security_devices","attributes":{"name":")" + name +
           R"(","location":"London","plugin_slug":"1password","device_spec":{"server":"https://events.1password.com"})" +
           more + "}}}";
  }
  std::string add_device(const Person& person, const std::string& name, const std::string& more = {}) {
    const auto made = as(person, "POST", "/api/v2/security_devices", device_body(name, more));
    EXPECT_EQ(made.status, 201) << made.body;
    return made.status == 201 ? made.id() : "";
  }

  /// As ingest commits it: the rule matched this event of the device.
  void add_match(const Person& person, const std::string& device_id, std::string_view rule, const std::string& event_id, TimePoint time,
                 std::optional<control::AlertKey> alert = {}) {
    const auto ruling = watch_->ruling(person.organization());
    const auto index = ruling->book->find(rule);
    ASSERT_TRUE(index) << rule;
    control::StreamCommit step;
    step.state = control_->streams(device_id)->at(0);
    step.device_epoch = control_->device(person.organization(), device_id)->epoch;
    control::Match match;
    match.rule_no = ruling->states[*index].no;
    match.time = time;
    match.event = guid_bytes(event_id).value();
    match.alert = std::move(alert);
    step.matches.push_back(std::move(match));
    ASSERT_TRUE(control_->commit(std::span(&step, 1), {}, clock_.now()));
  }

  ManualClock clock_;
  std::filesystem::path directory_;
  std::unique_ptr<control::Control> control_;
  RecordingStore store_;
  std::unique_ptr<connector::Registry> registry_;
  std::unique_ptr<FakeIngest> ingest_;
  std::unique_ptr<watch::Watch> watch_;
  http_server::Router router_;
  std::unique_ptr<Api> api_;
  Person ana_, bob_;
};

}  // namespace picket::api
