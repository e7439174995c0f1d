#include "onepassword/normalise.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "codec/json_scan.h"
#include "onepassword/actions.h"

namespace picket::onepassword {
namespace {

const TimePoint kReceived = from_seconds(1'795'000'000);

class Normalise : public testing::Test {
 protected:
  model::EventView view(std::string_view stream, std::string_view record) {
    return normaliser_.normalise(stream, record, kReceived);
  }
  EventNormaliser normaliser_;
};

constexpr std::string_view kAudit =
    R"({"uuid":"U1","timestamp":"2026-11-20T07:58:41.0937654Z","actor_uuid":"INJO","actor_details":{"uuid":"INJO","name":"Ada","email":"ada@example.test"},"action":"join","object_type":"gm","object_uuid":"fi4l","aux_details":{"email":"bo@example.test"},"session":{"uuid":"S","ip":"192.0.2.17"}})";

TEST_F(Normalise, Audit) {
  const auto v = view("auditevents", kAudit);
  EXPECT_FALSE(v.unreadable);
  EXPECT_EQ(v.vendor_uid, "U1");
  EXPECT_EQ(v.time, *parse_rfc3339("2026-11-20T07:58:41.093765Z"));
  EXPECT_EQ(v.class_uid, 3006u);
  EXPECT_EQ(v.activity_id, 3);
  EXPECT_EQ(v.action, "join");
  EXPECT_EQ(v.outcome, model::Outcome::kSuccess);
  EXPECT_EQ(v.actor_uid, "INJO");
  EXPECT_EQ(v.actor_email, "ada@example.test");
  EXPECT_EQ(v.source_ip, "192.0.2.17");
  EXPECT_EQ(v.target, "fi4l");
}

TEST_F(Normalise, ViewsPointIntoTheRecord) {
  const auto v = view("auditevents", kAudit);
  for (const std::string_view text :
       {v.vendor_uid, v.action, v.actor_uid, v.actor_email, v.source_ip, v.target}) {
    EXPECT_GE(text.data(), kAudit.data());
    EXPECT_LE(text.data() + text.size(), kAudit.data() + kAudit.size());
  }
}

TEST_F(Normalise, ManyRecordsBeforeAReset) {
  std::vector<std::string> records;
  std::vector<model::EventView> views;
  for (int i = 0; i < 200; ++i)
    records.push_back(
        fmt::format(R"({{"uuid":"U\u00e4{}","timestamp":"2026-11-20T07:58:41Z","action":"a\/{}"}})", i, i));
  for (const auto& record : records) views.push_back(view("itemusages", record));
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(views[static_cast<std::size_t>(i)].vendor_uid, fmt::format("Uä{}", i));
    EXPECT_EQ(views[static_cast<std::size_t>(i)].action, fmt::format("a/{}", i));
  }
  normaliser_.reset();
  EXPECT_EQ(view("itemusages", records[0]).vendor_uid, "Uä0");
}

TEST_F(Normalise, ItemUsage) {
  const auto v = view(
      "itemusages",
      R"({"uuid":"U","timestamp":"2026-11-20T08:02:13.24645983Z","used_version":3,"vault_uuid":"q6","item_uuid":"oy4v","action":"reveal","user":{"uuid":"5BA6","email":"bo@example.test"},"client":{"ip_address":"192.0.2.30"}})");
  EXPECT_EQ(v.class_uid, 6003u);
  EXPECT_EQ(v.activity_id, 2);
  EXPECT_EQ(v.action, "reveal");
  EXPECT_EQ(v.actor_uid, "5BA6");
  EXPECT_EQ(v.target, "oy4v");
  EXPECT_EQ(v.source_ip, "192.0.2.30");
}

TEST_F(Normalise, SignIn) {
  const auto v = view(
      "signinattempts",
      R"({"uuid":"U","timestamp":"2021-03-01T16:32:50-03:00","category":"firewall_failed","type":"continent_blocked","target_user":{"uuid":"IR7","email":"w@example.test"},"client":{"ip":"13.227.95.22"}})");
  EXPECT_EQ(v.class_uid, 3002u);
  EXPECT_EQ(v.activity_id, 1);
  EXPECT_EQ(v.action, "firewall_failed");
  EXPECT_EQ(v.outcome, model::Outcome::kFailure);
  EXPECT_EQ(v.time, *parse_rfc3339("2021-03-01T19:32:50Z"));
  EXPECT_EQ(v.source_ip, "13.227.95.22") << "clients of old say ip";
  EXPECT_EQ(v.target, "");
}

TEST_F(Normalise, OutcomesOfSignIns) {
  EXPECT_EQ(outcome_of_category("success"), model::Outcome::kSuccess);
  EXPECT_EQ(outcome_of_category("firewall_reported_success"), model::Outcome::kSuccess);
  for (const char* c :
       {"credentials_failed", "mfa_failed", "sso_failed", "modern_version_failed", "firewall_failed"})
    EXPECT_EQ(outcome_of_category(c), model::Outcome::kFailure) << c;
  EXPECT_EQ(outcome_of_category("new_in_2027"), model::Outcome::kUnknown);
  EXPECT_EQ(outcome_of_category(""), model::Outcome::kUnknown);
}

TEST_F(Normalise, ThePairDecides) {
  const auto is = [](std::string_view object, std::string_view action, unsigned c, unsigned a) {
    const auto got = classify_audit(object, action);
    EXPECT_EQ(got.class_uid, c) << object << " " << action;
    EXPECT_EQ(got.activity_id, a) << object << " " << action;
  };
  is("user", "create", 3001, 1);
  is("user", "suspend", 3001, 5);
  is("user", "reactive", 3001, 2);
  is("user", "delete", 3001, 6);
  is("user", "completr", 3001, 4);
  is("user", "disblmfa", 3001, 11);
  is("account", "disblmfa", 3004, 9);
  is("uva", "grant", 3005, 1);
  is("gva", "grant", 3006, 1);
  is("gm", "leave", 3006, 4);
  is("group", "delete", 3006, 5);
  is("vault", "export", 3004, 99);
  is("vault", "delete", 3004, 4);
  is("items", "purge", 3004, 4);
  is("report", "view", 3004, 2);
  is("account", "updatfw", 3004, 3);
  is("device", "delete", 3004, 7);
  is("satoken", "trevoke", 3004, 4);
  is("dlgdsess", "dlgsess", 3004, 99);
  is("", "", 3004, 99);
  is("user", "updatea", 3001, 99);
}

TEST_F(Normalise, WhatCannotBeReadIsKept) {
  for (const char* record :
       {"", "null", "5", "\"x\"", "[]", "{}", R"({"uuid":"U"})", R"({"timestamp":"2026-11-20T07:58:41Z"})",
        R"({"uuid":5,"timestamp":"2026-11-20T07:58:41Z"})",
        R"({"uuid":"","timestamp":"2026-11-20T07:58:41Z"})", R"({"uuid":"U","timestamp":"yesterday"})",
        R"({"uuid":"U","timestamp":null})", R"({"uuid":"U","timestamp":1700000000})",
        "{\"uuid\":\"U\",\"timestamp\":\"2026-11-20T07:58:41Z\"", "{\"uuid\":\"\xff\",", "not json at all"}) {
    const auto v = view("auditevents", record);
    EXPECT_TRUE(v.unreadable) << record;
    EXPECT_EQ(v.time, kReceived) << record;
    // its identity is the vendor's also when nothing else can be told
    const std::string_view text(record);
    EXPECT_EQ(v.vendor_uid, text.starts_with(R"({"uuid":"U")") && text.ends_with('}') ? "U" : "") << record;
    EXPECT_FALSE(normaliser_.to_ocsf("auditevents", record)) << record;
  }
  EXPECT_TRUE(view("auditevents",
                   "{\"uuid\":\"" + std::string(1000, 'U') + "\",\"timestamp\":\"2026-11-20T07:58:41Z\"}")
                  .unreadable);
}

TEST_F(Normalise, OddTypesAreEmptyNotFatal) {
  const auto v = view(
      "auditevents",
      R"({"uuid":"U","timestamp":"2026-11-20T07:58:41Z","action":7,"object_type":null,"object_uuid":{},"actor_details":"x","session":[1,{"ip":"1.2.3.4"}],"actor_uuid":true,"unknown":{"deep":[[[]]]}})");
  EXPECT_FALSE(v.unreadable);
  for (const std::string_view text : {v.action, v.actor_uid, v.actor_email, v.source_ip, v.target})
    EXPECT_EQ(text, "");
}

TEST_F(Normalise, LongTextsAreCutBetweenCharacters) {
  std::string email;
  for (int i = 0; i < 1000; ++i) email += "ä";
  const auto v = view("itemusages", R"({"uuid":"U","timestamp":"2026-11-20T07:58:41Z","user":{"email":"x)" +
                                        email + R"("}})");
  EXPECT_EQ(v.actor_email.size(), 1023u);
}

TEST_F(Normalise, LastOfRepeatedKeysCounts) {
  EXPECT_EQ(view("auditevents", R"({"uuid":"A","timestamp":"2026-11-20T07:58:41Z","uuid":"B"})").vendor_uid,
            "B");
}

/// Samples that others published; found through PICKET_CASES.
TEST_F(Normalise, PublishedSamples) {
  const char* cases = std::getenv("PICKET_CASES");
  if (cases == nullptr)
    GTEST_SKIP() << "PICKET_CASES is not set: skipped the published samples of onepassword/*.jsonl";
  int records = 0;
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(cases) / "onepassword")) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(".jsonl") || name.find("introspect") != std::string::npos ||
        name.find("pages") != std::string::npos)
      continue;
    const std::string stream = name.find("auditevents") != std::string::npos  ? "auditevents"
                               : name.find("itemusages") != std::string::npos ? "itemusages"
                                                                              : "signinattempts";
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      if (line.empty()) continue;
      SCOPED_TRACE(name + ": " + line);
      ++records;
      const auto v = view(stream, line);
      EXPECT_FALSE(v.unreadable);
      EXPECT_FALSE(v.vendor_uid.empty());
      EXPECT_FALSE(v.action.empty());
      EXPECT_FALSE(v.actor_email.empty());
      EXPECT_FALSE(v.source_ip.empty());
      EXPECT_NE(v.class_uid, 0u);
      const auto ocsf = normaliser_.to_ocsf(stream, line);
      ASSERT_TRUE(ocsf) << ocsf.error().message;
      EXPECT_TRUE(codec::is_json(*ocsf));
    }
  }
  EXPECT_GE(records, 20);
}

}  // namespace
}  // namespace picket::onepassword
