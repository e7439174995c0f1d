#include <fmt/format.h>

#include <atomic>
#include <semaphore>
#include <thread>

#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

class Devices : public ApiFixture {
 protected:
  static constexpr const char* kBase = "/api/v2/security_devices";
  static std::string path(const std::string& id) { return std::string(kBase) + "/" + id; }
  static std::string patch(const std::string& attributes, const std::string& relationships = "{}") {
    return R"({"data":{"type":"security_devices","attributes":)" + attributes + R"(,"relationships":)" +
           relationships + R"(},"id":"top"})";
  }
  static std::string token_body(const std::string& account, const std::string& more = {}) {
    return R"({"data":{"type":"secrets","attributes":{"secret":{"device_info":{"api_token":"account:)" +
           account + R"("}})" + more + "}}}";
  }
};

TEST_F(Devices, CreateTakesDefaultsAndShowsEverythingButTheSecret) {
  const auto made =
      as(ana_, "POST", kBase,
         device_body(
             "Corp",
             R"(,"secrets":{"device_info":{"api_token":"account:A1"}},"start_time":"2026-11-10T00:00:00Z")"));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body.find("account:A1"), std::string::npos);
  EXPECT_EQ(made.header("etag"), "\"1\"");
  EXPECT_EQ(made.header("location"), path(made.id()));
  EXPECT_EQ(made.attribute("device_type"), "CLOUD");
  EXPECT_EQ(made.attribute("task_source"), "EXPEL_TASKPOOL");
  EXPECT_EQ(made.attribute("start_time"), "2026-11-10T00:00:00.000Z");
  EXPECT_EQ(made.attribute("device_spec").at("server"), "https://events.1password.com");
  EXPECT_EQ(made.attribute("credential").at("last_four"), "wxyz");
  EXPECT_EQ(made.attribute("credential").at("account_uuid"), "A1");
  EXPECT_TRUE(made.attribute("status").is_null());
  EXPECT_TRUE(made.attribute("is_verifying_status").as_bool());
  EXPECT_TRUE(made.attribute("status_details").at("streams").is_array());
  EXPECT_FALSE(made.json.at("data").at("attributes").as_object().contains("secrets"));
  for (const char* name :
       {"created_at", "deleted_at", "has_console_credentials", "has_two_factor_secret", "location", "name",
        "no_alert_threshold_hours", "plugin_slug", "properties", "status_updated_at", "updated_at", "paused",
        "last_successful_poll_at", "last_data_received_at", "newest_event_at", "next_poll_at", "events_24h"})
    EXPECT_TRUE(made.json.at("data").at("attributes").as_object().contains(name)) << name;
  for (const char* name : {"assembler", "created_by", "organization", "parent_security_device", "updated_by",
                           "vendor", "child_security_devices", "security_device_histories", "vendor_alerts"})
    EXPECT_TRUE(made.json.at("data").at("relationships").at(name).at("links").as_object().contains("related"))
        << name;
}

TEST_F(Devices, AmountsAreShownAsTheFleetHasThem) {
  const auto id = add_device(ana_, "Corp");
  EXPECT_EQ(get(path(id)).attribute("bytes_total"), 0);
  EXPECT_TRUE(get(path(id)).attribute("usual_24h").is_null()) << "nothing is usual yet";
  auto view = std::make_shared<fleet::DeviceView>(*ingest_->fleet().device(ana_.organization(), id));
  view->bytes_total = 5'000'000'000;
  view->usual_24h = 1234.5678;
  ingest_->fleet().put(view);
  EXPECT_EQ(get(path(id)).attribute("bytes_total"), 5'000'000'000);
  EXPECT_EQ(get(path(id)).attribute("usual_24h"), 1234.6);
  EXPECT_EQ(get(std::string(kBase) + "?filter[usual_24h]=>1000").total(), 1u);
}

TEST_F(Devices, WithoutTokenItIsSavedAndUnhealthy) {
  const auto made = as(ana_, "POST", kBase, device_body("Corp"));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.attribute("status"), "unhealthy");
  EXPECT_EQ(made.attribute("status_details").at("code"), "no_token");
  EXPECT_TRUE(made.attribute("credential").is_null());
}

TEST_F(Devices, BadInputIsRefusedWithAPointerAndChangesNothing) {
  const std::string start = R"({"data":{"type":"security_devices","attributes":{)";
  const auto body = [&](const std::string& changes) { return device_body("X", changes); };
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  struct Case {
    std::string body;
    int status;
    const char* pointer;
  };
  const Case cases[] = {
      {"", 400, nullptr},
      {"[]", 400, "/data"},
      {"{\"data\":[]}", 400, "/data"},
      {"{\"data\":{\"attributes\":5}}", 400, "/data/attributes"},
      {R"({"data":{"type":"vendors","attributes":{}}})", 409, "/data/type"},
      {start + "}}}", 400, "/data/attributes/device_spec"},
      {body(R"(,"color":"red")"), 400, "/data/attributes/color"},
      {body(R"(,"organization_id":"x")"), 400, "/data/attributes/organization_id"},
      {body(R"(,"status":"healthy")"), 400, "/data/attributes/status"},
      {body(R"(,"paused":"yes")"), 400, "/data/attributes/paused"},
      {body(R"(,"no_alert_threshold_hours":"5")"), 400, "/data/attributes/no_alert_threshold_hours"},
      {body(R"(,"device_type":"TOASTER")"), 400, "/data/attributes/device_type"},
      {body(R"(,"task_source":"CUSTOMER_PREMISE")"), 400, "/data/attributes/task_source"},
      {body(R"(,"start_time":"tomorrow")"), 400, "/data/attributes/start_time"},
      {body(R"(,"start_time":"2030-01-01T00:00:00Z")"), 400, "/data/attributes/start_time"},
      {body(R"(,"start_time":"2020-01-01T00:00:00Z")"), 400, "/data/attributes/start_time"},
      {body(R"(,"properties":)" + deep), 413, nullptr},
      {body(R"(,"properties":[])"), 400, "/data/attributes/properties"},
      {body(R"(,"secrets":{"device_info":{"other":"x"}})"), 400,
       "/data/attributes/secrets/device_info/other"},
      {body(R"(,"secrets":{"device_info":{"api_token":5}})"), 400,
       "/data/attributes/secrets/device_info/api_token"},
      {body(R"(,"secrets":{"device_secret":{}})"), 400, "/data/attributes/secrets/device_secret"},
      {device_body(std::string(201, 'x')), 400, "/data/attributes/name"},
      {device_body("   "), 400, "/data/attributes/name"},
      {device_body("a\\u0007b"), 400, "/data/attributes/name"},
      {device_body("a\\u202Eb"), 400, "/data/attributes/name"},
      {R"({"data":{"attributes":{"name":"n","location":"l","plugin_slug":"nope","device_spec":{}}}})", 400,
       "/data/attributes/plugin_slug"},
      {R"({"data":{"attributes":{"name":"n","location":"l","plugin_slug":"1password","device_spec":{"server":"https://evil"}}}})",
       400, "/data/attributes/device_spec/server"},
      {R"({"data":{"attributes":{"name":"n","name":"m"}}})", 400, nullptr},
  };
  for (const auto& one : cases) {
    const auto answer = as(ana_, "POST", kBase, one.body);
    ASSERT_GE(answer.status, 400) << one.body.substr(0, 200);
    EXPECT_TRUE(answer.status == one.status || one.pointer == nullptr)
        << answer.status << " " << one.body.substr(0, 200);
    EXPECT_LT(answer.status, 500);
    EXPECT_FALSE(answer.detail().empty());
    // The text of a field is judged in a sentence that a person reads below it.
    if (one.pointer != nullptr && std::string_view(one.pointer) == "/data/attributes/name") {
      EXPECT_EQ(answer.detail().substr(0, 5), "Name ") << answer.detail();
    }
    if (one.pointer != nullptr) {
      EXPECT_EQ(answer.pointer(), one.pointer) << answer.body;
    }
  }
  EXPECT_EQ(get(kBase).total(), 0u);
  // Two hundred characters are two hundred characters in any script
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xA4";
  EXPECT_EQ(as(ana_, "POST", kBase, device_body(umlauts)).status, 201);
}

TEST_F(Devices, SeveralFaultsAreToldAtOnce) {
  const auto answer = as(ana_, "POST", kBase, R"({"data":{"attributes":{"name":5,"paused":"x","color":1}}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.json.at("errors").as_array().size(), 6u)
      << "name, paused, color, and three missing: " << answer.body;
}

TEST_F(Devices, ServersAllowedAtStartAreTakenAndOffered) {
  EXPECT_EQ(
      as(ana_, "POST", kBase,
         R"({"data":{"attributes":{"name":"n","location":"l","plugin_slug":"1password","device_spec":{"server":"http://127.0.0.1:8123"}}}})")
          .status,
      201);
  const auto plugin = get("/api/v2/plugins/1password");
  ASSERT_EQ(plugin.status, 200);
  EXPECT_NE(plugin.body.find("http://127.0.0.1:8123"), std::string::npos);
  EXPECT_EQ(plugin.attribute("description"), "Events of a 1Password account");
  EXPECT_EQ(plugin.attribute("device_spec_json").at("backfill").at("max_days"), 120);
  EXPECT_EQ(get("/api/v2/plugins/1password/logo").header("content-type"), "image/svg+xml");
}

TEST_F(Devices, DuplicateNameIsAConflict) {
  add_device(ana_, "Corp");
  const auto answer = as(ana_, "POST", kBase, device_body("corp"));
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.pointer(), "/data/attributes/name");
  EXPECT_EQ(as(bob_, "POST", kBase, device_body("Corp")).status, 201) << "names are an organization's own";
}

TEST_F(Devices, PatchAsTheClientSendsIt) {
  const auto id = add_device(ana_, "Corp");
  const auto before = get(path(id));
  const std::string vendor(
      before.json.at("data").at("relationships").at("vendor").at("data").at("id").as_string());
  const auto relationships = fmt::format(
      R"({{"organization":{{"data":{{"id":"{}","type":"customers"}}}},"vendor":{{"data":{{"id":"{}","type":"vendors"}}}},"created_by":{{"data":{{"id":"x","type":"created_bys"}}}},"assembler":{{"data":{{"id":"y","type":"assemblers"}}}}}})",
      ana_.organization(), vendor);
  const auto changed = as(ana_, "PATCH", path(id), patch(R"({"name":"New","location":null})", relationships));
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.attribute("name"), "New");
  EXPECT_TRUE(changed.attribute("location").is_null());
  EXPECT_EQ(changed.header("etag"), "\"2\"");
  // The same again changes nothing
  EXPECT_EQ(
      as(ana_, "PATCH", path(id), patch(R"({"name":"New","location":null})", relationships)).header("etag"),
      "\"2\"");
  // Everything as read may be sent back
  auto all = get(path(id)).json.at("data").at("attributes").as_object();
  EXPECT_EQ(as(ana_, "PATCH", path(id), patch(boost::json::serialize(all))).status, 200);
  const auto moved = as(ana_, "PATCH", path(id),
                        patch("{}", R"({"organization":{"data":{"id":"other","type":"organizations"}}})"));
  EXPECT_EQ(moved.status, 409);
  EXPECT_EQ(moved.pointer(), "/data/relationships/organization");
}

TEST_F(Devices, PatchIsWholeOrNothing) {
  const auto id = add_device(ana_, "Corp");
  for (const char* bad :
       {R"({"name":"New","color":1})", R"({"name":"New","location":5})", R"({"name":null,"location":"x"})",
        R"({"name":"New","plugin_slug":"other"})",
        R"({"name":"New","device_spec":{"server":"https://evil"}})", R"({"name":"New","device_spec":null})",
        R"({"name":"New","secrets":{"device_info":{"api_token":"x"}}})"}) {
    const auto answer = as(ana_, "PATCH", path(id), patch(bad));
    EXPECT_EQ(answer.status, 400) << bad;
    EXPECT_EQ(get(path(id)).attribute("name"), "Corp") << bad;
  }
}

TEST_F(Devices, StaleEditIsTold) {
  const auto id = add_device(ana_, "Corp");
  EXPECT_EQ(as(ana_, "PATCH", path(id), patch(R"({"name":"One"})"), {{"if-match", "\"1\""}}).status, 200);
  const auto stale = as(ana_, "PATCH", path(id), patch(R"({"name":"Two"})"), {{"if-match", "\"1\""}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_FALSE(stale.detail().empty());
  EXPECT_EQ(get(path(id)).attribute("name"), "One");
  EXPECT_EQ(as(ana_, "DELETE", path(id), {}, {{"if-match", "\"1\""}}).status, 412);
  EXPECT_EQ(as(ana_, "PATCH", path(id), patch(R"({"name":"Two"})"), {{"if-match", "nonsense"}}).status, 412);
  EXPECT_EQ(as(ana_, "PATCH", path(id), patch(R"({"name":"Two"})"), {{"if-match", "*"}}).status, 200);
  EXPECT_EQ(as(ana_, "PATCH", path(id), patch(R"({"name":"Three"})")).status, 200)
      << "without If-Match the last write wins";
}

TEST_F(Devices, PauseAndResume) {
  const auto id = add_device(ana_, "Corp", R"(,"secrets":{"device_info":{"api_token":"account:A1"}})");
  const auto paused = as(ana_, "PATCH", path(id), patch(R"({"paused":true})"));
  ASSERT_EQ(paused.status, 200);
  EXPECT_EQ(paused.attribute("status"), "health_checks_not_supported");
  EXPECT_EQ(paused.attribute("status_details").at("level"), "paused");
  EXPECT_TRUE(
      as(ana_, "PATCH", path(id), patch(R"({"paused":false})")).attribute("is_verifying_status").as_bool());
}

TEST_F(Devices, DeletedOnesVanishFromListsUnlessAskedFor) {
  const auto id = add_device(ana_, "Corp"), kept = add_device(ana_, "Kept");
  const auto gone = as(ana_, "DELETE", path(id),
                       R"({"data":{"type":"security_devices","attributes":{"name":"Corp"}},"id":"x"})");
  EXPECT_EQ(gone.status, 204);
  EXPECT_TRUE(gone.body.empty());
  EXPECT_EQ(get(kBase).total(), 1u);
  const auto deleted = get(std::string(kBase) + "?filter[deleted_at]=%E2%90%80false");
  ASSERT_EQ(deleted.total(), 1u);
  EXPECT_EQ(deleted.json.at("data").at(0).at("id").as_string(), id);
  EXPECT_FALSE(get(path(id)).attribute("deleted_at").is_null());
  EXPECT_EQ(as(ana_, "DELETE", path(id)).status, 404);
  EXPECT_EQ(as(ana_, "PATCH", path(id), patch(R"({"name":"Back"})")).status, 404);
  EXPECT_EQ(get(path(id) + "/security_device_histories").total(), 2u);
}

TEST_F(Devices, ReplacingTheSecret) {
  const auto id = add_device(ana_, "Corp", R"(,"secrets":{"device_info":{"api_token":"account:A1"}})");
  const auto secret = "/api/v2/secrets/security_device-" + id;
  const auto same = as(ana_, "PATCH", secret, token_body("A1"));
  ASSERT_EQ(same.status, 200) << same.body;
  EXPECT_TRUE(same.attribute("secret").is_null());
  EXPECT_EQ(same.body.find("account:"), std::string::npos);
  const auto other = as(ana_, "PATCH", secret, token_body("B2"));
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.code(), "account_mismatch");
  EXPECT_EQ(get(path(id)).attribute("credential").at("account_uuid"), "A1");
  EXPECT_EQ(as(ana_, "PATCH", secret, token_body("B2", R"(,"accept_other_account":true)")).status, 200);
  EXPECT_EQ(get(path(id)).attribute("credential").at("account_uuid"), "B2");
  EXPECT_EQ(as(ana_, "PATCH", secret, token_body("B2"), {{"if-match", "\"1\""}}).status, 412);
  for (const char* bad : {R"({"data":{"attributes":{"secret":null}}})", R"({"data":{"attributes":{}}})",
                          R"({"data":{"attributes":{"secret":"x"}}})",
                          R"({"data":{"attributes":{"secret":{"device_info":{"api_token":""}}}}})"})
    EXPECT_EQ(as(ana_, "PATCH", secret, bad).status, 400) << bad;
  // Workbench's client reads the object before it writes to it; what is stored is not in it
  const auto read = get(secret);
  EXPECT_EQ(read.status, 200);
  EXPECT_TRUE(read.attribute("secret").is_null());
  EXPECT_EQ(get(secret + "/organization").status, 200);
  EXPECT_EQ(as(ana_, "GET", "/api/v2/secrets").status, 404);
  const auto by_kind = [&](const std::string& query) { return get(path(id) + "/security_device_histories?" + query); };
  EXPECT_EQ(by_kind("filter[kind]=created").total(), 1u);
  EXPECT_GE(by_kind("filter[kind]=secret").total(), 1u);
  EXPECT_EQ(by_kind("filter[kind]=created&filter[kind]=secret").total(), 1u + by_kind("filter[kind]=secret").total());
  EXPECT_EQ(by_kind("filter[kind]=!created").total() + 1, by_kind("").total());
  EXPECT_EQ(by_kind("filter[kind]=reread").total(), 0u);
  EXPECT_EQ(by_kind("filter[kind]=wishes").status, 400);
  EXPECT_EQ(by_kind("filter[kind]=wishes").detail(),
            "There is no kind \"wishes\". Known are: created, settings, secret, health, reread, deleted.");
  EXPECT_FALSE(by_kind("filter[kind]=created").json.at("data").at(0).at("attributes").as_object().contains("kind"));
  EXPECT_EQ(by_kind("sort=kind").status, 400);
  const auto histories = get(path(id) + "/security_device_histories?filter[action]=UPDATED_SECRETS");
  EXPECT_GE(histories.total(), 1u);
  for (const char* token : {"account:A1", "account:B2"})
    EXPECT_EQ(histories.body.find(token), std::string::npos);
}

TEST_F(Devices, ATokenThatSaysNothingIsStoredAndJudgedByThePoll) {
  const auto made =
      as(ana_, "POST", kBase,
         device_body("Corp", R"(,"secrets":{"device_info":{"api_token":"canary-opaque-0123456789"}})"));
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.body.find("canary"), std::string::npos);
  EXPECT_EQ(made.attribute("credential").at("fingerprint").as_string().size(), 16u);
}

TEST_F(Devices, ABodyForAnotherObjectIsAConflict) {
  const auto id = add_device(ana_, "Corp");
  const auto body = [](const std::string& of) {
    return R"({"data":{"type":"security_devices","id":)" + of + R"(,"attributes":{"name":"New"}}})";
  };
  for (const char* other : {R"("00000000-0000-4000-8000-000000000001")", "5", "null", R"("")"}) {
    const auto refused = as(ana_, "PATCH", path(id), body(other));
    EXPECT_EQ(refused.status, 409) << other;
    EXPECT_EQ(refused.pointer(), "/data/id");
  }
  EXPECT_EQ(get(path(id)).attribute("name"), "Corp");
  EXPECT_EQ(as(ana_, "PATCH", path(id), body('"' + id + '"')).status, 200);
}

TEST_F(Devices, ATokenOfAnotherKindIsNeverStored) {
  const auto refused =
      as(ana_, "POST", kBase, device_body("Corp", R"(,"secrets":{"device_info":{"api_token":"ops_x"}})"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.detail(), "This is a token of another kind.");
  EXPECT_EQ(refused.pointer(), "/data/attributes/secrets/device_info");
  EXPECT_EQ(get(kBase).total(), 0u);
  // What cannot be read is the vendor's to judge
  const auto id = add_device(ana_, "Corp", R"(,"secrets":{"device_info":{"api_token":"two words"}})");
  const auto replaced = as(ana_, "PATCH", "/api/v2/secrets/security_device-" + id, token_body("ops_"));
  EXPECT_EQ(replaced.status, 400);
  EXPECT_EQ(replaced.pointer(), "/data/attributes/secret/device_info");
  const auto tried = as(ana_, "POST", "/api/v2/plugins/1password/inspect",
                        R"({"secrets":{"device_info":{"api_token":"ops_x"}}})");
  EXPECT_EQ(tried.status, 200);
  EXPECT_EQ(tried.json.at("code"), "wrong_token_kind");
}

TEST_F(Devices, SlowVendorsHoldHalfOfTheThreadsAtMost) {
  const auto id = add_device(ana_, "Corp", R"(,"secrets":{"device_info":{"api_token":"account:A1"}})");
  constexpr int kSlots = 4;
  std::counting_semaphore<> begun(0), go(0);
  std::atomic<int> left = kSlots;
  ingest_->during_test = [&] {
    if (left.fetch_sub(1) <= 0) return;
    begun.release();
    go.acquire();
  };
  std::vector<std::thread> clients;
  std::atomic<int> fine = 0;
  const std::string saved = path(id) + "/test", unsaved = "/api/v2/plugins/1password/test";
  const std::string settings =
      R"({"device_spec":{"server":"https://events.1password.com"},"device_id":")" + id + "\"}";
  for (int i = 0; i < kSlots; ++i)
    clients.emplace_back([&, i] {
      const auto answer = i % 2 == 0 ? as(ana_, "POST", saved) : as(ana_, "POST", unsaved, settings);
      if (answer.status == 200) ++fine;
    });
  for (int i = 0; i < kSlots; ++i) begun.acquire();
  for (
      const auto& refused :
      {as(ana_, "POST", saved),
       as(bob_, "POST", unsaved,
          R"({"device_spec":{"server":"https://events.1password.com"},"secrets":{"device_info":{"api_token":"x"}}})")}) {
    EXPECT_EQ(refused.status, 429) << refused.body;
    EXPECT_EQ(refused.code(), "rate_limited");
    EXPECT_EQ(refused.header("retry-after"), "5");
  }
  // A wrong question needs no vendor, and everything else goes on
  EXPECT_EQ(as(ana_, "POST", unsaved, "{}").status, 400);
  EXPECT_EQ(get(path(id)).status, 200);
  go.release(kSlots);
  for (auto& client : clients) client.join();
  EXPECT_EQ(fine, kSlots);
  EXPECT_EQ(as(ana_, "POST", saved).status, 200) << "the slots come back";
}

TEST_F(Devices, TestRereadAndInspect) {
  const auto id = add_device(ana_, "Corp", R"(,"secrets":{"device_info":{"api_token":"account:A1"}})");
  ingest_->result.ok = true;
  ingest_->result.code = "ok";
  ingest_->result.sentence = "Fine.";
  ingest_->result.checks = {{"token", true, "ok", "Read."},
                            {"auditevents", std::nullopt, "not_reached", "Not reached."}};
  const auto tested = as(ana_, "POST", path(id) + "/test");
  EXPECT_EQ(tested.status, 200);
  EXPECT_EQ(ingest_->asked, id);
  EXPECT_TRUE(tested.json.at("checks").at(1).at("ok").is_null());
  const std::string spec = R"({"device_spec":{"server":"https://events.1password.com"},)";
  EXPECT_EQ(as(ana_, "POST", "/api/v2/plugins/1password/test", spec + R"("device_id":")" + id + "\"}").status,
            200);
  EXPECT_EQ(ingest_->asked, R"({"server":"https://events.1password.com"}|stored|)" + id);
  EXPECT_EQ(as(ana_, "POST", "/api/v2/plugins/1password/test",
               spec + R"("secrets":{"device_info":{"api_token":"account:A"}}})")
                .status,
            200);
  EXPECT_EQ(as(ana_, "POST", "/api/v2/plugins/1password/test", spec + R"("x":1})").status, 400);
  EXPECT_EQ(as(ana_, "POST", "/api/v2/plugins/1password/test",
               R"({"device_spec":{"server":"https://evil"},"secrets":{"device_info":{"api_token":"a"}}})")
                .pointer(),
            "/device_spec/server");
  const auto inspected = as(ana_, "POST", "/api/v2/plugins/1password/inspect",
                            R"({"secrets":{"device_info":{"api_token":"account:A1"}}})");
  EXPECT_TRUE(inspected.json.at("ok").as_bool());
  EXPECT_EQ(inspected.json.at("sentence"),
            "This token reads Audit events and Sign-in attempts and does not expire.");
  EXPECT_EQ(inspected.json.at("proposals").at("server"), "https://events.1password.com");
  const auto wrong = as(ana_, "POST", "/api/v2/plugins/1password/inspect",
                        R"({"secrets":{"device_info":{"api_token":"ops_x"}}})");
  EXPECT_EQ(wrong.status, 200);
  EXPECT_FALSE(wrong.json.at("ok").as_bool());
  EXPECT_EQ(wrong.json.at("code"), "wrong_token_kind");
  const auto cost = get(path(id) + "/reread?start_time=2026-11-10T00:00:00Z");
  ASSERT_EQ(cost.status, 200) << cost.body;
  EXPECT_EQ(cost.json.at("requests"), 3);
  EXPECT_EQ(get(path(id) + "/reread").status, 400);
  const auto again = as(ana_, "POST", path(id) + "/reread",
                        R"({"start_time":"2026-11-10T00:00:00Z","streams":["auditevents"]})");
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(
      as(ana_, "POST", path(id) + "/reread", R"({"start_time":"2026-11-10T00:00:00Z","streams":["nope"]})")
          .status,
      400);
  EXPECT_EQ(as(ana_, "POST", path(id) + "/reread", R"({"start_time":"2020-11-10T00:00:00Z"})").pointer(),
            "/start_time");
  const auto histories = get(path(id) + "/security_device_histories");
  EXPECT_NE(histories.body.find("reread"), std::string::npos);
}

// The concrete requests that the original's client was seen to send, as far as their resources exist here
TEST_F(Devices, ConcreteRequestsOfTheClient) {
  const auto id = add_device(ana_, "Corp");
  add_device(ana_, "Second");
  const auto count = get(std::string(kBase) + "?page%5Blimit%5D=0");
  EXPECT_TRUE(count.json.at("data").as_array().empty());
  EXPECT_EQ(count.total(), 2u);
  EXPECT_EQ(
      get(std::string(kBase) + "?flag%5Braw_status%5D=true&filter%5Bstatus%5D=%21healthy&filter%5Bstatus_"
                               "updated_at%5D=%3E2024-05-01T10%3A00%3A00&sort=%2Bcreated_at&sort=%2Bid")
          .total(),
      2u);
  const auto included =
      get(std::string(kBase) + "?filter%5Borganization%5D%5Bid%5D=" + ana_.organization() +
          "&page%5Blimit%5D=1&include=organization%2Ccreated_by&sort=-created_at&sort=%2Bid");
  EXPECT_EQ(included.json.at("included").as_array().size(), 2u);
  EXPECT_TRUE(included.json.at("links").at("next").as_string().starts_with("/api/v2/security_devices?"));
  EXPECT_EQ(
      get(std::string(kBase) + "?filter%5Bname%5D=%E2%90%80false&filter%5Blocation%5D=%E2%90%80true&filter%"
                               "5Bname%5D=%3ACo&filter%5Bname%5D=%3Ab&sort=%2Bcreated_at&sort=%2Bid")
          .total(),
      0u);
  EXPECT_EQ(get(std::string(kBase) + "?filter%5Bcreated_at%5D=%3ENone&filter%5Bcreated_at%5D=%3CNone&filter%"
                                     "5Bstatus%5D=%21A&filter%5Bstatus%5D=%21B&sort=%2Bcreated_at&sort=%2Bid")
                .total(),
            2u);
  EXPECT_EQ(
      get(std::string(kBase) + "?flag%5Bscope%5D=x&filter%5Borganization%5D%5Bid%5D=" + ana_.organization() +
          "&filter%5Bcreated_at%5D=%3E2020-01-01&page%5Blimit%5D=5&include=organization&sort=created_at&sort="
          "id")
          .total(),
      2u);
  EXPECT_EQ(get(path(id) + "/organization").json.at("data").at("id").as_string(), ana_.organization());
  EXPECT_EQ(get(path(id) + "/created_by").json.at("data").at("attributes").at("actor_type"), "user");
  EXPECT_TRUE(get(path(id) + "/assembler").json.at("data").is_null());
  EXPECT_EQ(get(path(id) + "/vendor_alerts").body,
            R"({"data":[],"meta":{"page":{"offset":0,"limit":50,"total":0}},"links":{}})");
  EXPECT_EQ(get(path(id) + "/security_device_histories?sort=created_at&sort=id").total(), 1u);
  EXPECT_EQ(get(path(id) + "/vendor").json.at("data").at("attributes").at("name"), "1Password");
  EXPECT_EQ(get(std::string(kBase) + "?organization_id=x").status, 200) << "unknown families are ignored";
  EXPECT_EQ(get(std::string(kBase) + "?filter[customer_id]=x").status, 400);
  EXPECT_EQ(get(std::string(kBase) + "?filter[organization_id]=" + ana_.organization()).total(), 2u);
}

TEST_F(Devices, NamesAreInTheOrderInWhichPeopleReadThem) {
  for (const char* name : {"Rack 10", "alpha", "rack 9", "Beta", "_tmp"}) add_device(ana_, name);
  const auto names = [&](const std::string& query) {
    std::string out;
    const auto answer = get(std::string(kBase) + query);
    for (const auto& one : answer.json.at("data").as_array()) out += std::string(one.at("attributes").at("name").as_string()) + "|";
    return out;
  };
  EXPECT_EQ(names("?sort=%2Bname"), "_tmp|alpha|Beta|rack 9|Rack 10|");
  EXPECT_EQ(names("?sort=-name&page[limit]=2&page[offset]=1"), "rack 9|Beta|");
}

TEST_F(Devices, ErrorsAreAlwaysJson) {
  for (const auto& [method, target, status] :
       {std::tuple{"GET", "/api/v2/nonsense", 404}, std::tuple{"POST", "/api/v2/vendors", 405},
        std::tuple{"PUT", "/api/v2/vendors/x", 405}, std::tuple{"DELETE", "/api/nope", 404},
        std::tuple{"GET", "/auth/v0/nope", 404}, std::tuple{"GET", "/api/v2/security_devices/x/nope", 404}}) {
    const auto answer = as(ana_, method, target, "{}");
    EXPECT_EQ(answer.status, status) << method << target;
    EXPECT_FALSE(answer.detail().empty());
  }
  EXPECT_EQ(call("GET", "/api/v2/organizations", {}).status, 401);
  EXPECT_FALSE(call("GET", "/api/v2/organizations", {}).detail().empty());
}

}  // namespace
}  // namespace picket::api
