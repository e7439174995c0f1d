#include <gmock/gmock.h>

#include "api/query.h"
#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kBase = "/api/v2/detection_rules";
const std::string kExport = kBase + "/" + std::string(kVaultExportId);

class Detections : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    device_ = add_device(ana_, "Corp", R"(,"secrets":{"device_info":{"api_token":"account:A1"}})");
  }
  static std::string text_body(const std::string& text) {
    return R"({"data":{"type":"own_rules","attributes":{"text":)" + boost::json::serialize(boost::json::string(text)) + "}}}";
  }
  static std::string rule(const std::string& title, const std::string& more = "level: low\n") {
    return "title: " + title + "\nlogsource: {product: 1password}\ndetection:\n    a: {x: 1}\n    condition: a\n" + more;
  }
  std::vector<std::string> titles(const std::string& query) {
    const auto reply = get(kBase + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    std::vector<std::string> out;
    if (reply.status == 200)
      for (const auto& row : reply.json.at("data").as_array()) out.emplace_back(row.at("attributes").at("title").as_string());
    return out;
  }
  void keep_event(const std::string& id, const std::string& action) {
    store::StoredEvent event;
    event.id = id;
    event.key = {ana_.organization(), device_, "auditevents"};
    event.actor_email = "ada@example.test";
    event.action = action;
    store_.events.push_back(event);
  }
  static std::string text(const boost::json::value& value) { return value.is_string() ? std::string(value.as_string()) : boost::json::serialize(value); }
  static std::string event_id(int n) { return "0e0e0e0e-0000-4000-8000-00000000000" + std::to_string(n); }
  std::string device_;
};

TEST_F(Detections, EveryRuleIsARowAndSoIsABrokenOne) {
  EXPECT_THAT(titles("?sort=%2Btitle"), ElementsAre("Failed sign-in", "Odd", "Password guessing", "Vault exported"));
  EXPECT_THAT(titles("?sort=-level"), ElementsAre("Vault exported", "Password guessing", "Failed sign-in", "Odd")) << "by severity, not by letters";
  EXPECT_THAT(titles("?filter[state]=broken"), ElementsAre("Odd"));
  EXPECT_THAT(titles("?filter[tactic]=credential-access"), ElementsAre("Failed sign-in", "Password guessing"));
  EXPECT_THAT(titles("?filter[tactic]=!credential-access"), ElementsAre("Odd", "Vault exported"));
  EXPECT_THAT(titles("?filter[tactic]=credential"), ElementsAre()) << "a tactic is a whole word";
  EXPECT_THAT(titles("?filter[service]=signin"), ElementsAre("Failed sign-in", "Password guessing")) << "a correlation is where its parts are";
  EXPECT_THAT(titles("?filter[text]=:somebody"), ElementsAre("Vault exported"));
  EXPECT_THAT(titles("?filter[text]=:SOMEBODY"), ElementsAre("Vault exported"));
  EXPECT_THAT(titles("?filter[text]=:t1567"), ElementsAre("Vault exported"));
  EXPECT_THAT(titles("?filter[enabled]=false"), ElementsAre("Odd"));
  EXPECT_THAT(titles("?filter[level]=high&filter[level]=medium&filter[origin]=shipped"), ElementsAre("Password guessing", "Vault exported"));
  EXPECT_THAT(titles("?page[limit]=1&page[offset]=1"), ElementsAre("Odd"));

  const auto list = get(kBase + "?filter[state]=broken");
  const auto& odd = list.json.at("data").at(0);
  EXPECT_TRUE(std::string(odd.at("id").as_string()).starts_with("problem:"));
  const auto& problem = odd.at("attributes").at("problem");
  EXPECT_EQ(problem.at("line").to_number<int>(), 5);
  EXPECT_EQ(problem.at("source_line"), "    condition: a and nobody");
  EXPECT_EQ(odd.at("attributes").at("file"), "1password/odd.yml");
  EXPECT_EQ(odd.at("attributes").at("vendor"), "1password");
  const std::string path = kBase + "/" + std::string(odd.at("id").as_string());
  EXPECT_EQ(get(path).status, 200);
  EXPECT_EQ(as(ana_, "PATCH", path, R"({"data":{"attributes":{"enabled":true}}})").status, 409);
  EXPECT_EQ(get(path + "/matches").status, 409);
}

TEST_F(Detections, ARuleSaysWhatItIs) {
  const auto one = get(kExport);
  ASSERT_EQ(one.status, 200) << one.body;
  EXPECT_EQ(one.attribute("level"), "high");
  EXPECT_EQ(one.attribute("sigma_status"), "test");
  EXPECT_EQ(one.attribute("description"), "Somebody exports a vault.");
  EXPECT_EQ(boost::json::serialize(one.attribute("tactics")), R"(["exfiltration"])");
  EXPECT_EQ(boost::json::serialize(one.attribute("techniques")), R"(["T1567.002"])");
  EXPECT_EQ(one.attribute("state"), "running");
  EXPECT_EQ(one.attribute("alerts"), true);
  EXPECT_THAT(std::string(one.attribute("words").as_string()), HasSubstr("action is \"export\" and object type is \"vault\""));
  EXPECT_TRUE(std::string(one.attribute("text").as_string()).starts_with("title: Vault exported"));
  EXPECT_EQ(one.header("etag"), "\"1\"");
  const auto part = get(kBase + "/" + std::string(kFailedId)), whole = get(kBase + "/" + std::string(kGuessingId));
  EXPECT_EQ(part.attribute("alerts"), false);
  EXPECT_EQ(part.attribute("used_by").at(0).at("title"), "Password guessing");
  EXPECT_EQ(text(whole.attribute("inputs").at(0).at("id")), kFailedId);
  EXPECT_EQ(whole.attribute("kind"), "correlation");
  EXPECT_TRUE(whole.attribute("cost_ns_per_event").is_null());
  EXPECT_EQ(get(kBase + "/nope").status, 404);
}

TEST_F(Detections, SwitchingOffAsksWhyAndIsInTheHistory) {
  const auto patch = [&](const std::string& attributes, const std::string& version = {}) {
    Fields headers;
    if (!version.empty()) headers.emplace_back("if-match", version);
    return as(ana_, "PATCH", kExport, R"({"data":{"attributes":)" + attributes + "}}", headers);
  };
  const auto refused = patch(R"({"enabled":false})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.pointer(), "/data/attributes/reason");
  EXPECT_EQ(get(kExport).attribute("enabled"), true);
  const auto off = patch(R"({"enabled":false,"reason":"We move the vaults."})", "\"1\"");
  ASSERT_EQ(off.status, 200) << off.body;
  EXPECT_EQ(off.attribute("state"), "off");
  EXPECT_EQ(off.attribute("reason"), "We move the vaults.");
  EXPECT_EQ(off.header("etag"), "\"2\"");
  const auto late = patch(R"({"enabled":true})", "\"1\"");
  EXPECT_EQ(late.status, 412);
  EXPECT_EQ(get(kExport).attribute("enabled"), false) << "a conflict changes nothing";
  EXPECT_EQ(patch(R"({"enabled":true})", "\"2\"").attribute("state"), "running");
  EXPECT_EQ(patch(R"({"title":"Another"})").status, 400);
  EXPECT_EQ(patch(R"({"alert_now":false})").status, 400);

  const auto histories = get(kExport + "/histories");
  ASSERT_EQ(histories.total(), 3u) << histories.body;
  const auto& newest = histories.json.at("data").at(1).at("attributes");
  EXPECT_EQ(newest.at("kind"), "disabled");
  EXPECT_EQ(newest.at("reason"), "We move the vaults.");
  EXPECT_EQ(text(newest.at("actor").at("id")), ana_.enrolment.user.actor_id);
}

TEST_F(Detections, MatchesAndCountsAreShown) {
  keep_event(event_id(1), "export");
  const TimePoint now = clock_.now();
  add_match(ana_, device_, kVaultExportId, event_id(1), now - 1h);
  add_match(ana_, device_, kVaultExportId, event_id(2), now - 2min);
  add_match(ana_, device_, kVaultExportId, event_id(3), now - 72h);
  const auto one = get(kExport);
  EXPECT_EQ(one.attribute("matches_24h").to_number<int>(), 2);
  EXPECT_EQ(one.attribute("matches_30d").to_number<int>(), 3);
  EXPECT_EQ(text(one.attribute("last_match_at")), format_rfc3339(now - 2min));
  EXPECT_THAT(titles("?sort=-matches_24h&page[limit]=1"), ElementsAre("Vault exported"));
  const auto matches = get(kExport + "/matches");
  ASSERT_EQ(matches.json.at("data").as_array().size(), 3u);
  const auto& gone = matches.json.at("data").at(0).at("attributes");
  EXPECT_EQ(text(gone.at("event_id")), event_id(2));
  EXPECT_TRUE(gone.at("security_device").is_null()) << "not stored any more";
  const auto& kept = matches.json.at("data").at(1).at("attributes");
  EXPECT_EQ(kept.at("security_device").at("name"), "Corp");
  EXPECT_EQ(kept.at("actor"), "ada@example.test");
  EXPECT_EQ(kept.at("action"), "export");
  EXPECT_EQ(get(kExport + "/matches?page[limit]=1").json.at("data").as_array().size(), 1u);
  EXPECT_EQ(get(kExport + "/matches?page[limit]=500").status, 400);
  const auto days = get(kExport + "/counts"), hours = get(kExport + "/counts?width=hour&from=" + format_rfc3339(now - 24h));
  EXPECT_EQ(days.json.at("meta").at("total").to_number<int>(), 3);
  EXPECT_EQ(hours.json.at("meta").at("total").to_number<int>(), 2);
  EXPECT_EQ(get(kExport + "/counts?width=week").status, 400);
  EXPECT_EQ(get(kExport + "/counts?from=soon").status, 400);
}

TEST_F(Detections, ATextIsCheckedAndNothingIsKept) {
  const auto check = [&](const std::string& text) {
    return as(ana_, "POST", kBase + "/check", R"({"text":)" + boost::json::serialize(boost::json::string(text)) + "}");
  };
  const auto bad = check("title: Mine\ndetection:\n    a: {x: 1}\n    condition: a and b\n---\n" + rule("Good"));
  ASSERT_EQ(bad.status, 200) << bad.body;
  ASSERT_EQ(bad.json.at("problems").as_array().size(), 1u) << bad.body;
  const auto& problem = bad.json.at("problems").at(0);
  EXPECT_EQ(problem.at("line").to_number<int>(), 4);
  EXPECT_EQ(problem.at("column").to_number<int>(), 22);
  EXPECT_EQ(problem.at("severity"), "error");
  ASSERT_EQ(bad.json.at("rules").as_array().size(), 1u);
  EXPECT_EQ(bad.json.at("rules").at(0).at("title"), "Good");
  EXPECT_THAT(std::string(bad.json.at("rules").at(0).at("words").as_string()), HasSubstr("x is \"1\""));
  const auto taken = check(rule("Copy", "id: " + std::string(kVaultExportId) + "\n"));
  ASSERT_EQ(taken.json.at("problems").as_array().size(), 1u) << "a shipped rule has this id: " << taken.body;
  EXPECT_EQ(check("\t{").json.at("problems").as_array().size(), 1u);
  const auto elsewhere = check("title: Elsewhere\nlogsource: {product: windows, service: security}\ndetection:\n    a: {x: 1}\n    condition: a\n");
  ASSERT_EQ(elsewhere.json.at("problems").as_array().size(), 1u) << elsewhere.body;
  EXPECT_EQ(elsewhere.json.at("problems").at(0).at("severity"), "warning") << "a rule may wait for a device that is still to come";
  EXPECT_THAT(text(elsewhere.json.at("problems").at(0).at("message")), HasSubstr("No device reports this log source"));
  EXPECT_EQ(as(ana_, "POST", kBase + "/check", "{}").status, 400);
  EXPECT_EQ(titles("").size(), 4u);
  EXPECT_EQ(get("/api/v2/own_rules").total(), 0u);
}

TEST_F(Detections, AnOwnRuleIsWrittenChangedAndDeleted) {
  const auto refused = as(ana_, "POST", "/api/v2/own_rules", text_body("title: Mine\ndetection:\n    a: {x: 1}\n    condition: a and b\n"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.pointer(), "/data/attributes/text");
  EXPECT_EQ(refused.json.at("errors").at(0).at("meta").at("line").to_number<int>(), 4);
  EXPECT_EQ(as(ana_, "POST", "/api/v2/own_rules", text_body("# nothing\n")).status, 400);
  EXPECT_EQ(get("/api/v2/own_rules").total(), 0u);

  const auto made = as(ana_, "POST", "/api/v2/own_rules", text_body(rule("Mine") + "---\n" + rule("Too")));
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(boost::json::serialize(made.attribute("titles")), R"(["Mine","Too"])");
  const std::string path = "/api/v2/own_rules/" + made.id();
  EXPECT_EQ(made.header("location"), path);
  const auto listed = get(kBase + "?filter[origin]=own&sort=title");
  ASSERT_EQ(listed.total(), 2u);
  const auto& mine = listed.json.at("data").at(0);
  EXPECT_EQ(mine.at("attributes").at("state"), "new");
  EXPECT_EQ(text(mine.at("attributes").at("own_rule_id")), made.id());
  const std::string rule_path = kBase + "/" + std::string(mine.at("id").as_string());
  EXPECT_EQ(get(rule_path).attribute("text"), "title: Mine\nlogsource: {product: 1password}\ndetection:\n    a: {x: 1}\n    condition: a\nlevel: low");
  const auto at_once = as(ana_, "PATCH", rule_path, R"({"data":{"attributes":{"alert_now":true}}})");
  ASSERT_EQ(at_once.status, 200) << at_once.body;
  EXPECT_EQ(at_once.attribute("state"), "running");

  const auto broken = as(ana_, "PATCH", path, text_body(rule("Mine") + "---\ntitle: Too\ndetection: 5\n"));
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(get(kBase + "?filter[origin]=own").total(), 2u) << "what was refused leaves all as it was";
  EXPECT_EQ(as(ana_, "PATCH", path, text_body(rule("Mine")), {{"if-match", "\"7\""}}).status, 412);
  const auto changed = as(ana_, "PATCH", path, text_body(rule("Mine", "level: high\n")), {{"if-match", "\"1\""}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(get(kBase + "?filter[origin]=own").total(), 1u);
  EXPECT_EQ(get(rule_path).attribute("state"), "new") << "another text is watched again";
  const auto histories = get(rule_path + "/histories");
  EXPECT_THAT(histories.body, HasSubstr("The text was changed."));
  EXPECT_THAT(histories.body, HasSubstr(ana_.enrolment.user.actor_id));

  EXPECT_EQ(as(ana_, "DELETE", path, "", {{"if-match", "\"1\""}}).status, 412);
  EXPECT_EQ(as(ana_, "DELETE", path).status, 204);
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(get(kBase + "?filter[origin]=own").total(), 0u);
  EXPECT_EQ(get(rule_path).status, 404);
  const auto after = get(rule_path + "/histories");
  ASSERT_EQ(after.status, 200) << "a rule that is gone keeps its history";
  EXPECT_THAT(after.body, HasSubstr("Deleted."));
  EXPECT_THAT(after.body, HasSubstr("out of force"));
  EXPECT_EQ(get(kBase + "/nope/histories").status, 404);
}

TEST_F(Detections, ARuleNamesTheTechnologyThatItsProductStandsFor) {
  EXPECT_EQ(get(kExport).attribute("product"), "1password");
  EXPECT_EQ(get(kExport).attribute("technology"), "1Password");
  EXPECT_EQ(get(kExport).attribute("stream_title"), "Audit events");
  EXPECT_THAT(std::string(get(kExport).attribute("words").as_string()), testing::EndsWith(" Tried on events of 1Password, Audit events."));
  EXPECT_THAT(titles("?filter[technology]=1Password"), ElementsAre("Failed sign-in", "Password guessing", "Vault exported"));
  const auto made = as(ana_, "POST", "/api/v2/own_rules", text_body("title: Elsewhere\nlogsource: {product: windows}\ndetection:\n    a: {x: 1}\n    condition: a\nlevel: low\n"));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto mine = get(kBase + "?filter[origin]=own");
  EXPECT_EQ(mine.json.at("data").at(0).at("attributes").at("product"), "windows");
  EXPECT_TRUE(mine.json.at("data").at(0).at("attributes").at("technology").is_null());
}

TEST_F(Detections, AFilterIsShownWhereItNarrows) {
  const std::string id(kVaultExportId);
  ASSERT_EQ(get(kExport).attribute("filters").as_array().size(), 0u);
  const auto made = as(ana_, "POST", "/api/v2/own_rules",
                       text_body(rule("Mine") + "---\ntitle: Robots\nfilter:\n    rules: [" + id + "]\n    s: {who: robot}\n    condition: not s\n"));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto one = get(kExport);
  ASSERT_EQ(one.attribute("filters").as_array().size(), 1u);
  EXPECT_EQ(one.attribute("filters").at(0).at("title"), "Robots");
  EXPECT_EQ(text(one.attribute("filters").at(0).at("own_rule_id")), made.id());
  EXPECT_THAT(text(one.attribute("words")), HasSubstr("Filtered by \"Robots\" (written here)."));
  EXPECT_THAT(get(kExport + "/histories").body, HasSubstr("Filtered from now on by"));
}

TEST_F(Detections, ARuleShowsItsExamples) {
  const auto made = as(ana_, "POST", "/api/v2/own_rules",
                       text_body(rule("Mine", "picket:\n    examples:\n        matching:\n            - {about: As it is, event: {x: 1}}\n"
                                              "        not_matching:\n            - events: [{at: 5s, times: 3, every: 2s, event: {x: 2}}]\n")));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto listed = get(kBase + "?filter[origin]=own");
  const auto one = get(kBase + "/" + text(listed.json.at("data").at(0).at("id")));
  const auto& examples = one.attribute("examples");
  ASSERT_EQ(examples.at("matching").as_array().size(), 1u) << one.body;
  EXPECT_EQ(examples.at("matching").at(0).at("about"), "As it is");
  EXPECT_EQ(examples.at("matching").at(0).at("events").at(0).at("record"), R"({"x":1})");
  const auto& event = examples.at("not_matching").at(0).at("events").at(0);
  EXPECT_EQ(event.at("times").to_number<int>(), 3);
  EXPECT_EQ(event.at("at_seconds").to_number<double>(), 5.0);
  EXPECT_EQ(event.at("every_seconds").to_number<double>(), 2.0);
}

TEST_F(Detections, ADeviceTellsWhoWatchesItAndWhatIsBlindWhileItIsDown) {
  const auto set = [&](const std::string& id, model::HealthLevel level, bool paused) {
    auto view = std::make_shared<fleet::DeviceView>(*ingest_->fleet().device(ana_.organization(), id));
    view->device.paused = paused;
    for (auto& stream : view->streams) {
      stream.health.level = level;
      stream.health.code = "receiving";
    }
    ingest_->fleet().put(view);
  };
  const std::string path = "/api/v2/security_devices/" + device_ + "/detections";
  set(device_, model::HealthLevel::kOk, false);
  add_match(ana_, device_, kVaultExportId, event_id(1), clock_.now());
  for (const int days : {3, 9}) add_match(ana_, device_, kVaultExportId, event_id(days), clock_.now() - days * 24h);
  const auto up = get(path);
  ASSERT_EQ(up.status, 200) << up.body;
  ASSERT_EQ(up.json.at("rules").as_array().size(), 3u) << up.body;
  std::map<std::string, int> matched;
  for (const auto& one : up.json.at("rules").as_array()) matched[std::string(one.at("title").as_string())] = one.at("matches_24h").to_number<int>();
  EXPECT_EQ(matched["Vault exported"], 1);
  for (const auto& one : up.json.at("rules").as_array()) {
    if (one.at("title") != "Vault exported") continue;
    EXPECT_EQ(one.at("matches_7d").to_number<int>(), 2);
    EXPECT_EQ(one.at("matches_30d").to_number<int>(), 3);
  }
  EXPECT_EQ(matched["Password guessing"], 0) << "a correlation watches where its parts do";
  EXPECT_EQ(boost::json::serialize(up.json.at("tactics_watched")), R"(["credential-access","exfiltration"])");
  EXPECT_EQ(boost::json::serialize(up.json.at("tactics_blind")), "[]");
  set(device_, model::HealthLevel::kError, false);
  EXPECT_EQ(boost::json::serialize(get(path).json.at("tactics_blind")), R"(["credential-access","exfiltration"])");
  const std::string other = add_device(ana_, "Second");
  set(other, model::HealthLevel::kOk, false);
  EXPECT_EQ(boost::json::serialize(get(path).json.at("tactics_blind")), "[]") << "another device still sees";
  set(other, model::HealthLevel::kOk, true);
  EXPECT_EQ(boost::json::serialize(get(path).json.at("tactics_blind")), R"(["credential-access","exfiltration"])") << "but not while it is paused";
  const auto foreign = add_device(bob_, "Foreign");
  EXPECT_EQ(boost::json::serialize(get(path).json.at("tactics_blind")), R"(["credential-access","exfiltration"])") << "nor one of somebody else";
}

TEST_F(Detections, AlertsAreReadWithTheirEvidence) {
  keep_event(event_id(1), "export");
  const TimePoint now = clock_.now();
  const control::AlertKey key{R"(["D","ada"])", now - 1h, "Vault exported", "high"};
  add_match(ana_, device_, kVaultExportId, event_id(1), now - 30min, key);
  add_match(ana_, device_, kVaultExportId, event_id(2), now - 10min, key);
  add_match(ana_, device_, kGuessingId, event_id(3), now, control::AlertKey{R"(["bo"])", now, "Password guessing", "medium"});
  const auto list = get("/api/v2/expel_alerts");
  ASSERT_EQ(list.total(), 2u);
  const auto sorted = get("/api/v2/expel_alerts?sort=-expel_severity&include=security_device");
  const auto& first = sorted.json.at("data").at(0);
  EXPECT_EQ(first.at("attributes").at("expel_name"), "Vault exported");
  EXPECT_EQ(first.at("attributes").at("expel_severity"), "HIGH");
  EXPECT_EQ(first.at("attributes").at("status"), "OPEN");
  EXPECT_EQ(first.at("attributes").at("matches_count").to_number<int>(), 2);
  EXPECT_EQ(text(first.at("attributes").at("activity_first_at")), format_rfc3339(now - 30min));
  EXPECT_EQ(text(first.at("attributes").at("expel_signature_id")), kVaultExportId);
  EXPECT_EQ(text(first.at("relationships").at("security_device").at("data").at("id")), device_);
  EXPECT_EQ(sorted.json.at("included").at(0).at("attributes").at("name"), "Corp");
  const auto one = get("/api/v2/expel_alerts/" + std::string(first.at("id").as_string()));
  ASSERT_EQ(one.attribute("evidence").as_array().size(), 2u) << one.body;
  EXPECT_EQ(text(one.attribute("evidence").at(0).at("event_id")), event_id(1));
  EXPECT_EQ(get("/api/v2/expel_alerts?filter[expel_signature_id]=" + std::string(kGuessingId)).total(), 1u);
  EXPECT_EQ(get("/api/v2/expel_alerts?filter[security_device][id]=" + device_).total(), 2u);
  EXPECT_EQ(get("/api/v2/expel_alerts?filter[expel_severity]=CRITICAL").total(), 0u);
  EXPECT_EQ(get("/api/v2/expel_alerts/nope").status, 404);
}

/// A filter of which the store knows nothing, and which holds for every alert, makes the engine look through all of them.
TEST_F(Detections, AlertsAreTheSamePagesByIndexAndByLookingThrough) {
  const std::string other = add_device(ana_, "Other");
  const char* const levels[] = {"critical", "high", "medium", "low"};
  const TimePoint begin = clock_.now();
  for (int i = 0; i < 40; ++i) {
    if (i % 3 == 0) clock_.advance(1min);  // several are made at once
    const TimePoint time = begin - 1h * ((i * 7) % 40);
    add_match(ana_, i % 4 == 0 ? other : device_, i % 5 == 0 ? kGuessingId : kVaultExportId, new_guid(), time,
              control::AlertKey{"[\"" + std::to_string(i) + "\"]", time, "Alert", levels[i % 4]});
  }
  add_match(bob_, add_device(bob_, "Foreign"), kVaultExportId, new_guid(), begin, control::AlertKey{"[]", begin, "Foreign", "high"});
  const auto told = [&](const std::string& query) {
    const auto reply = get("/api/v2/expel_alerts?" + query);
    EXPECT_EQ(reply.status, 200) << query << reply.body;
    std::string out = std::to_string(reply.total()) + (reply.json.at("links").as_object().contains("next") ? " and more:" : ":");
    for (const auto& row : reply.json.at("data").as_array()) out += " " + text(row.at("attributes").at("subject"));
    return out;
  };
  const std::string first = percent_encode(format_rfc3339(begin - 13h)), made = percent_encode(format_rfc3339(begin + 5min));
  for (const std::string& filter : {std::string(), "filter[expel_signature_id]=" + std::string(kGuessingId), "filter[security_device][id]=" + other,
                                   "filter[security_device][id]=" + other + "&filter[security_device][id]=" + device_, std::string("filter[expel_severity]=HIGH"),
                                   std::string("filter[expel_severity]=LOW"), "filter[activity_first_at]=%3E%3D" + first, "filter[activity_first_at]=%3E" + first,
                                   "filter[activity_first_at]=%3C" + first + "&filter[security_device][id]=" + device_, "filter[created_at]=%3E" + made,
                                   "filter[created_at]=%3C" + made + "&filter[created_at]=%3E%3D" + made, std::string("filter[expel_signature_id]=nobody")})
    for (const char* rest : {"", "&page[limit]=0", "&page[limit]=7&page[offset]=3", "&page[limit]=5&page[offset]=39", "&sort=created_at&page[limit]=6", "&sort=-created_at",
                             "&sort=activity_last_at"})
      EXPECT_EQ(told(filter + rest), told(filter + rest + "&filter[status]=OPEN")) << filter << rest;
  EXPECT_TRUE(told("page[limit]=1").starts_with("40 and more:"));
  EXPECT_EQ(get("/api/v2/expel_alerts?filter[created_at]=%3Esoon").status, 400);
}

}  // namespace
}  // namespace picket::api
