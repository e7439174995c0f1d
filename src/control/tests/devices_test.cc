#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "codec/json.h"
#include "control/tests/control_fixture.h"

namespace picket::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class DevicesTest : public ControlFixture {
 protected:
  static boost::json::value value_of(const HistoryEntry& entry) {
    return codec::parse_json(entry.value).value();
  }
  static std::string sentence(const HistoryEntry& entry) {
    return std::string(value_of(entry).at("sentence").get_string());
  }
  Result<Device> update(const Device& d, DevicePatch patch, std::optional<std::int64_t> if_version = {}) {
    return control().update_device(d.organization_id, d.id, patch, if_version, by_ada());
  }
};

TEST_F(DevicesTest, CreatedWithSecretStreamsAndOneHistoryRow) {
  const Device d = add_device("Main account");
  EXPECT_EQ(d.version, 1);
  EXPECT_EQ(d.epoch, 1);
  EXPECT_EQ(d.created_by.display_name, "Ada Lovelace");
  EXPECT_FALSE(d.health.status) << "verifying until the first verdict";
  EXPECT_EQ(d.health.level, model::HealthLevel::kVerifying);
  ASSERT_TRUE(d.credential);
  EXPECT_EQ(d.credential->last_four, "oken");
  EXPECT_EQ(d.credential->features, std::vector<std::string>{"auditevents"});
  EXPECT_EQ(control().device_secrets(d.id).value()->reveal(), R"({"api_token":"opw_token"})");
  const auto streams = control().streams(d.id).value();
  ASSERT_EQ(streams.size(), 3u);
  EXPECT_EQ(streams[0].stream, "auditevents");
  EXPECT_EQ(streams[0].generation, 1);
  EXPECT_EQ(streams[0].start_time, d.start_time);
  const auto rows = history(d.id);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].action, HistoryAction::kCreated);
  EXPECT_EQ(rows[0].created_by.display_name, "Ada Lovelace");
  EXPECT_EQ(value_of(rows[0]).at("kind"), "created");
  EXPECT_EQ(value_of(rows[0]).at("after").at("name"), "Main account");
  EXPECT_THAT(rows[0].value, Not(HasSubstr("opw_token")));
}

TEST_F(DevicesTest, WithoutATokenItSaysSo) {
  const Device d = add_device("No token", nullptr);
  EXPECT_EQ(d.health.status, model::DeviceStatus::kUnhealthy);
  EXPECT_EQ(d.health.code, "no_token");
  EXPECT_EQ(d.health.sentence, "No token yet.");
  EXPECT_TRUE(d.status_updated_at);
  EXPECT_FALSE(d.credential);
  EXPECT_FALSE(control().device_secrets(d.id).value());
}

TEST_F(DevicesTest, NamesAreUniqueInAnyCaseUntilDeleted) {
  const Device d = add_device("Main");
  const auto twin = control().create_device(organization(), new_device("mAIN"), by_ada());
  ASSERT_FALSE(twin);
  EXPECT_EQ(twin.error().kind, ErrorKind::kConflict);
  EXPECT_EQ(twin.error().field, "name");
  const Device other = add_device("Other");
  DevicePatch patch;
  patch.name = "MAIN";
  EXPECT_EQ(update(other, patch).error().field, "name");
  EXPECT_TRUE(update(d, patch)) << "its own name in another case";
  ASSERT_TRUE(control().delete_device(organization(), d.id, {}, by_ada()));
  EXPECT_TRUE(update(other, patch)) << "the name of a deleted device is free";
  const auto elsewhere = control().create_organization(
      "Other", {"bob@example.com", "Bob", crypto::Secret("password1")}, by_system());
  ASSERT_TRUE(elsewhere);
  EXPECT_TRUE(control().create_device(elsewhere->organization.id, new_device("main"), by_system()));
}

TEST_F(DevicesTest, ASettingChangesWithBeforeAndAfter) {
  const Device d = add_device("Old");
  clock_.advance(std::chrono::seconds(5));
  DevicePatch patch;
  patch.name = "New";
  patch.device_spec = R"({"server":"https://events.1password.eu"})";
  const auto changed = update(d, patch, 1);
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(changed->epoch, 2) << "another server: older work must not land";
  EXPECT_EQ(changed->updated_at, clock_.now());
  const auto rows = history(d.id);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].action, HistoryAction::kUpdated);
  EXPECT_EQ(rows[1].value,
            R"({"kind":"settings","sentence":"Name changed from \"Old\" to \"New\". Server changed from )"
            R"(\"https://events.1password.com\" to \"https://events.1password.eu\".",)"
            R"("before":{"name":"Old","device_spec":{"server":"https://events.1password.com"}},)"
            R"("after":{"name":"New","device_spec":{"server":"https://events.1password.eu"}}})");
}

TEST_F(DevicesTest, AnUnchangedValueIsNoChange) {
  const Device d = add_device("Same");
  clock_.advance(std::chrono::seconds(5));
  DevicePatch patch;
  patch.name = "Same";
  patch.location = "London";
  patch.device_spec = R"({ "server" : "https://events.1password.com" })";
  patch.paused = false;
  const auto same = update(d, patch, 1);
  ASSERT_TRUE(same);
  EXPECT_EQ(same->version, 1);
  EXPECT_EQ(same->updated_at, d.updated_at);
  EXPECT_EQ(history(d.id).size(), 1u);
  DevicePatch name_only;
  name_only.name = "Other";
  EXPECT_EQ(update(d, name_only)->epoch, 1) << "a name does not stop work";
}

TEST_F(DevicesTest, AStaleEditIsRefusedAndChangesNothing) {
  const Device d = add_device("Main");
  DevicePatch patch;
  patch.location = "Paris";
  ASSERT_TRUE(update(d, patch, 1));
  patch.location = "Rome";
  const auto stale = update(d, patch, 1);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().kind, ErrorKind::kPreconditionFailed);
  EXPECT_EQ(control().device(organization(), d.id)->location, "Paris");
  EXPECT_EQ(control().delete_device(organization(), d.id, 1, by_ada()).error().kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_EQ(control()
                .replace_secrets(organization(), d.id, crypto::Secret("x"), {}, true, 1, by_ada())
                .error()
                .kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_EQ(history(d.id).size(), 2u);
  EXPECT_TRUE(update(d, patch)) << "without a version the last write wins";
}

TEST_F(DevicesTest, BadInputIsRefusedWithItsField) {
  const Device d = add_device("Main");
  DevicePatch patch;
  patch.name = " \t";
  EXPECT_EQ(update(d, patch).error().field, "name");
  patch.name.reset();
  patch.device_spec = "[1]";
  EXPECT_EQ(update(d, patch).error().field, "device_spec");
  EXPECT_EQ(history(d.id).size(), 1u);
  EXPECT_EQ(control().create_device("no-such-organization", new_device("X"), by_ada()).error().kind,
            ErrorKind::kNotFound);
}

TEST_F(DevicesTest, PauseIsASettingAndResumeVerifiesAgain) {
  const Device d = add_device("Main");
  DevicePatch patch;
  patch.paused = true;
  const auto paused = update(d, patch);
  ASSERT_TRUE(paused);
  EXPECT_TRUE(paused->paused);
  EXPECT_EQ(paused->paused_by.display_name, "Ada Lovelace");
  EXPECT_EQ(paused->paused_at, clock_.now());
  EXPECT_EQ(paused->health.status, model::DeviceStatus::kHealthChecksNotSupported);
  EXPECT_EQ(paused->epoch, 2);
  patch.paused = false;
  const auto resumed = update(d, patch);
  EXPECT_FALSE(resumed->paused_at);
  EXPECT_TRUE(resumed->paused_by.id.empty());
  EXPECT_FALSE(resumed->health.status);
  EXPECT_EQ(resumed->epoch, 3);
  const auto rows = history(d.id);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(sentence(rows[1]), "Paused.");
  EXPECT_EQ(value_of(rows[2]).at("before").at("paused"), true);
}

TEST_F(DevicesTest, ANewTokenKeepsTheCursorsUnlessItIsAnotherAccounts) {
  Device d = add_device("Main");
  StreamState state = control().streams(d.id)->front();
  state.cursor = "CURSOR";
  ASSERT_TRUE(
      control().commit(std::vector<StreamCommit>{{state, d.epoch, {}, "ACC"}}, {}, clock_.now())->empty());
  const Credential next{.last_four = "next",
                        .fingerprint = "f2",
                        .account_uid = "ACC",
                        .server = "https://events.1password.com",
                        .features = {},
                        .issued_at = {},
                        .expires_at = from_seconds(1'900'000'000),
                        .replaced_at = {}};
  d = control()
          .replace_secrets(organization(), d.id, crypto::Secret("second"), next, true, {}, by_ada())
          .value();
  EXPECT_EQ(d.epoch, 2);
  EXPECT_EQ(d.version, 2);
  EXPECT_EQ(d.account_uid, "ACC");
  EXPECT_EQ(d.credential->replaced_at, clock_.now());
  EXPECT_EQ(control().streams(d.id)->front().cursor, "CURSOR");
  EXPECT_EQ(control().device_secrets(d.id).value()->reveal(), "second");

  const auto same =
      control().replace_secrets(organization(), d.id, crypto::Secret("second"), next, true, {}, by_ada());
  EXPECT_EQ(same->version, 3) << "somebody replaced it: that is told, even when it is the same token";
  EXPECT_EQ(control().streams(d.id)->front().cursor, "CURSOR");

  d = control()
          .replace_secrets(organization(), d.id, crypto::Secret("third"), next, false, {}, by_ada())
          .value();
  EXPECT_EQ(d.account_uid, "");
  const auto restarted = control().streams(d.id).value();
  for (const auto& stream : restarted) {
    EXPECT_FALSE(stream.cursor);
    EXPECT_EQ(stream.generation, 2);
    EXPECT_EQ(stream.start_time, d.start_time);
  }
  const auto rows = history(d.id);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[1].action, HistoryAction::kUpdatedSecrets);
  EXPECT_EQ(rows[2].action, HistoryAction::kUpdatedSecrets);
  EXPECT_EQ(rows[1].value,
            R"({"kind":"secret","sentence":"Token replaced: …oken by …next.",)"
            R"("before":{"last_four":"oken","fingerprint":"f1","expires_at":null},)"
            R"("after":{"last_four":"next","fingerprint":"f2","expires_at":"2030-03-17T17:46:40.000Z"}})");
  EXPECT_THAT(sentence(rows[3]), HasSubstr("another account"));
}

TEST_F(DevicesTest, TheFirstTokenLeadsToVerifying) {
  Device d = add_device("Main", nullptr);
  Credential first;
  first.last_four = "abcd";
  d = control().replace_secrets(organization(), d.id, crypto::Secret("t"), first, true, {}, by_ada()).value();
  EXPECT_FALSE(d.health.status);
  EXPECT_EQ(d.health.level, model::HealthLevel::kVerifying);
  EXPECT_EQ(sentence(history(d.id).back()), "Token stored: …abcd.");
}

TEST_F(DevicesTest, RereadStartsChosenStreamsAgain) {
  Device d = add_device("Main");
  StreamState state = control().streams(d.id)->at(1);
  state.cursor = "CURSOR";
  state.last_successful_poll_at = clock_.now();
  ASSERT_TRUE(
      control().commit(std::vector<StreamCommit>{{state, d.epoch, {}, {}}}, {}, clock_.now())->empty());
  const TimePoint from = from_seconds(1'780'000'000);
  d = control().reread(organization(), d.id, {"itemusages"}, from, by_ada()).value();
  EXPECT_EQ(d.version, 2);
  const auto streams = *control().streams(d.id);
  EXPECT_EQ(streams[0].generation, 1);
  EXPECT_EQ(streams[1].generation, 2);
  EXPECT_EQ(streams[1].start_time, from);
  EXPECT_FALSE(streams[1].cursor);
  EXPECT_EQ(streams[1].last_successful_poll_at, clock_.now()) << "clocks stay";
  EXPECT_EQ(control().reread(organization(), d.id, {"nonsense"}, from, by_ada()).error().field, "streams");
  d = control().reread(organization(), d.id, {}, from, by_ada()).value();
  EXPECT_EQ(d.start_time, from);
  const auto rows = history(d.id);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(value_of(rows[1]).at("kind"), "reread");
  EXPECT_EQ(sentence(rows[1]), "Reading again from 2026-05-28T20:26:40Z: itemusages.");
  // An older generation's commit is refused.
  EXPECT_EQ(control().commit(std::vector<StreamCommit>{{state, d.epoch, {}, {}}}, {}, clock_.now()).value(),
            std::vector<std::size_t>{0});
}

TEST_F(DevicesTest, DeletedIsSoftAndErasesTheSecret) {
  Device d = add_device("Main");
  d = control().delete_device(organization(), d.id, {}, by_ada()).value();
  EXPECT_EQ(d.deleted_at, clock_.now());
  EXPECT_FALSE(d.credential);
  EXPECT_FALSE(control().device_secrets(d.id).value());
  EXPECT_TRUE(control().device(organization(), d.id)->deleted_at);
  EXPECT_TRUE(control().all_devices()->empty());
  EXPECT_TRUE(control().all_streams()->empty());
  EXPECT_EQ(control().delete_device(organization(), d.id, {}, by_ada()).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(update(d, {}).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(history(d.id).size(), 2u);
}

TEST_F(DevicesTest, WhatBelongsToAnotherOrganizationDoesNotExist) {
  const Device d = add_device("Main");
  const auto bob = control().create_organization(
      "Other", {"bob@example.com", "Bob", crypto::Secret("password1")}, by_system());
  ASSERT_TRUE(bob);
  const std::string& other = bob->organization.id;
  const Change by_bob{{bob->user.actor_id, model::ActorType::kUser, "Bob"}, clock_.now()};
  DevicePatch patch;
  patch.name = "Stolen";
  EXPECT_EQ(control().device(other, d.id).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(control().update_device(other, d.id, patch, {}, by_bob).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(control().delete_device(other, d.id, {}, by_bob).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(control().reread(other, d.id, {}, {}, by_bob).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(control().replace_secrets(other, d.id, crypto::Secret("x"), {}, true, {}, by_bob).error().kind,
            ErrorKind::kNotFound);
  EXPECT_EQ(control().polls(other, d.id, {}).error().kind, ErrorKind::kNotFound);
  EXPECT_TRUE(control().history(other, d.id)->empty());
  EXPECT_TRUE(control().history(other, "")->empty());
  const auto actors = control().actors(other).value();
  for (const auto& actor : actors) EXPECT_NE(actor.display_name, "Ada Lovelace");
  EXPECT_EQ(control().users(other)->size(), 1u);
  EXPECT_EQ(history(d.id).size(), 1u);
  EXPECT_EQ(control().history(organization(), "")->size(), 1u);
}

TEST_F(DevicesTest, VendorsKeepTheirIds) {
  const auto id = control().vendor_id("1Password").value();
  EXPECT_EQ(control().vendor_id("1Password").value(), id);
  EXPECT_NE(control().vendor_id("Amazon").value(), id);
  reopen();
  EXPECT_EQ(control().vendor_id("1Password").value(), id);
  EXPECT_EQ(control().vendors()->size(), 2u);
}

}  // namespace
}  // namespace picket::control
