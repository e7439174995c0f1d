#include <fmt/format.h>

#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

/// Every route, with the ids of another organization in each place that takes one.
class Tenants : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    device_ =
        add_device(ana_, "Top secret device", R"(,"secrets":{"device_info":{"api_token":"account:A1"}})");
    const auto histories = get("/api/v2/security_device_histories");
    history_ = std::string(histories.json.at("data").at(0).at("id").as_string());
    account_history_ =
        std::string(get("/api/v2/user_account_histories").json.at("data").at(0).at("id").as_string());
    session_ = std::string(get("/api/v2/user_sessions").json.at("data").at(0).at("id").as_string());
    event_ = "0e0e0e0e-0000-4000-8000-000000000001";
    store::StoredEvent event;
    event.id = event_;
    event.key = {ana_.organization(), device_, "auditevents"};
    event.raw = R"({"uuid":"top secret event"})";
    store_.events.push_back(event);
    const auto own = as(ana_, "POST", "/api/v2/own_rules",
                        R"({"data":{"attributes":{"text":"title: Top secret rule\nid: 40000000-0000-4000-8000-000000000001\ndetection:\n  a: {x: 1}\n  condition: a\n"}}})");
    ASSERT_EQ(own.status, 201) << own.body;
    own_ = own.id();
    add_match(ana_, device_, rule_, event_, clock_.now(), control::AlertKey{"[\"top secret\"]", clock_.now(), "Top secret rule", "high"});
    alert_ = control_->detections().alerts(ana_.organization(), {})->at(0).id;
  }
  /// What each parameter of a route is replaced by: Ana's objects.
  std::string id_for(const std::string& pattern) const {
    if (pattern.starts_with("/api/v2/organizations")) return ana_.organization();
    if (pattern.starts_with("/api/v2/security_device_histories")) return history_;
    if (pattern.starts_with("/api/v2/security_devices")) return device_;
    if (pattern.starts_with("/api/v2/detection_rules")) return rule_;
    if (pattern.starts_with("/api/v2/own_rules")) return own_;
    if (pattern.starts_with("/api/v2/expel_alerts")) return alert_;
    if (pattern.starts_with("/api/v2/polls")) return device_ + "-1";
    if (pattern.starts_with("/api/v2/secrets")) return "security_device-" + device_;
    if (pattern.starts_with("/api/v2/actors")) return ana_.enrolment.user.actor_id;
    if (pattern.starts_with("/api/v2/events")) return event_;
    if (pattern.starts_with("/api/v2/user_sessions")) return session_;
    if (pattern.starts_with("/api/v2/user_account_histories")) return account_history_;
    if (pattern.starts_with("/api/v2/user_account")) return ana_.enrolment.user.id;
    return {};
  }
  const std::string rule_ = "40000000-0000-4000-8000-000000000001";
  std::string device_, history_, account_history_, event_, session_, own_, alert_;
};

TEST_F(Tenants, NoRouteAnswersForAnotherOrganization) {
  int tried = 0;
  for (const auto& route : router_.routes()) {
    if (!route.pattern.starts_with("/api/v2/") || route.pattern.find("{id}") == std::string::npos) continue;
    if (route.pattern.starts_with("/api/v2/plugins") || route.pattern.starts_with("/api/v2/vendors"))
      continue;  // nobody's
    const auto id = id_for(route.pattern);
    ASSERT_FALSE(id.empty()) << "a new resource must be named in this test: " << route.pattern;
    for (const char* relationship :
         {"organization", "security_device_histories", "created_by", "vendor", "polls", "user_account"}) {
      std::string target = route.pattern;
      target.replace(target.find("{id}"), 4, id);
      const auto at = target.find("{relationship}");
      if (at != std::string::npos) target.replace(at, 14, relationship);
      std::string body = R"({"data":{"attributes":{}},"start_time":"2026-11-10T00:00:00Z"})";
      if (target.ends_with("/reread") && route.method == "GET") target += "?start_time=2026-11-10T00:00:00Z";
      const auto answer = as(bob_, route.method, target, route.method == "GET" ? "" : body);
      ASSERT_EQ(answer.status, 404) << route.method << " " << target << ": " << answer.body;
      const auto said = answer.detail();
      EXPECT_EQ(said.substr(0, said.find(" with the id")).find('_'), std::string::npos) << "an identifier is no word: " << said;
      EXPECT_EQ(answer.body.find("op secret"), std::string::npos);
      ++tried;
      if (at == std::string::npos) break;
    }
  }
  EXPECT_GT(tried, 50);
  EXPECT_EQ(get("/api/v2/security_devices/" + device_).attribute("name"), "Top secret device")
      << "and nothing was changed";
  EXPECT_TRUE(get("/api/v2/security_devices/" + device_).attribute("deleted_at").is_null());
}

TEST_F(Tenants, ListsShowOnesOwn) {
  for (const char* target :
       {"/api/v2/security_devices", "/api/v2/security_device_histories", "/api/v2/events", "/api/v2/own_rules", "/api/v2/expel_alerts"}) {
    EXPECT_EQ(as(bob_, "GET", target).total(), 0u) << target;
    EXPECT_GE(get(target).total(), 1u) << target;
  }
  for (const char* target :
       {"/api/v2/user_accounts", "/api/v2/user_account_roles", "/api/v2/organizations", "/api/v2/actors"})
    EXPECT_EQ(as(bob_, "GET", target).body.find(ana_.email), std::string::npos) << target;
  EXPECT_EQ(as(bob_, "GET", "/api/v2/detection_rules").body.find("op secret"), std::string::npos);
  EXPECT_NE(get("/api/v2/detection_rules").body.find("Top secret rule"), std::string::npos);
  const auto vendors = as(bob_, "GET", "/api/v2/vendors?include=security_devices");
  EXPECT_EQ(vendors.body.find("Top secret"), std::string::npos)
      << "vendors are shared, what hangs on them is not";
}

TEST_F(Tenants, FiltersAndBodiesDoNotCross) {
  for (const auto& target : {"/api/v2/security_devices?filter[organization][id]=" + ana_.organization(),
                             "/api/v2/security_devices?filter[organization_id]=" + ana_.organization() +
                                 "&filter[deleted_at]=%E2%90%80true",
                             "/api/v2/security_device_histories?filter[security_device][id]=" + device_,
                             "/api/v2/polls?filter[security_device][id]=" + device_,
                             "/api/v2/events?filter[security_device][id]=" + device_,
                             "/api/v2/events?filter[organization][id]=" + ana_.organization(),
                             "/api/v2/events?page[limit]=0&filter[organization_id]=" + ana_.organization()})
    EXPECT_EQ(as(bob_, "GET", target).total(), 0u) << target;
  const auto body = fmt::format(
      R"({{"data":{{"attributes":{{"name":"n","location":"l","plugin_slug":"1password","device_spec":{{"server":"https://events.1password.com"}}}},"relationships":{{"organization":{{"data":{{"id":"{}","type":"organizations"}}}}}}}}}})",
      ana_.organization());
  EXPECT_EQ(as(bob_, "POST", "/api/v2/security_devices", body).status, 404);
  EXPECT_EQ(as(ana_, "POST", "/api/v2/security_devices", body).status, 201);
  EXPECT_EQ(as(bob_, "POST", "/api/v2/plugins/1password/test",
               R"({"device_spec":{"server":"https://events.1password.com"},"device_id":")" + device_ + "\"}")
                .status,
            404);
  EXPECT_EQ(as(bob_, "POST", "/api/v2/detection_backtests",
               R"({"rule_ids":[")" + rule_ + R"("],"from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z"})")
                .status,
            404);
  // Ana's rule is not there for Bob: nothing of it is told, and his own may have the same id
  const auto draft = as(bob_, "POST", "/api/v2/detection_rules/check",
                        R"({"own_rule_id":")" + own_ + R"(","text":"title: Mine\nid: 40000000-0000-4000-8000-000000000001\ndetection:\n  a: {x: 1}\n  condition: a\n"})");
  EXPECT_EQ(draft.status, 200);
  EXPECT_EQ(draft.json.at("problems").as_array().size(), 0u) << draft.body;
  ASSERT_EQ(as(bob_, "PATCH", "/api/v2/detection_rules/" + std::string(kVaultExportId),
               R"({"data":{"attributes":{"enabled":false,"reason":"Not for us."}}})")
                .status,
            200);
  EXPECT_EQ(get("/api/v2/detection_rules/" + std::string(kVaultExportId)).attribute("enabled"), true) << "each decides for itself";
  EXPECT_EQ(as(bob_, "GET", "/api/v2/events/search?filter[security_device][id]=" + device_).status, 200);
}

TEST_F(Tenants, EveryRouteAsksWhoYouAre) {
  for (const auto& route : router_.routes()) {
    if (!route.pattern.starts_with("/api/v2/")) continue;
    std::string target = route.pattern;
    if (const auto at = target.find("{id}"); at != std::string::npos) target.replace(at, 4, "x");
    if (const auto at = target.find("{relationship}"); at != std::string::npos)
      target.replace(at, 14, "organization");
    EXPECT_EQ(call(route.method, target, {}, "{}").status, 401) << route.method << " " << target;
    EXPECT_EQ(call(route.method, target, {{"authorization", "Bearer " + std::string(43, 'A')}}, "{}").status,
              401)
        << target;
  }
}

}  // namespace
}  // namespace picket::api
