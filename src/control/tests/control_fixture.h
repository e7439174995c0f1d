#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/mocks/manual_clock.h"
#include "control/control.h"
#include "crypto/digest.h"
#include "crypto/totp.h"

namespace picket::control {

/// A data directory with one organization ("Acme", ada@example.com, "correct horse") and cheap passwords.
class ControlFixture : public ::testing::Test {
 protected:
  static NewDevice new_device(std::string name) { return new_device(std::move(name), "opw_token"); }

  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "picket-control-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    reopen();
    auto made = control().create_organization(
        "Acme", {"ada@example.com", "Ada Lovelace", crypto::Secret("correct horse")}, by_system());
    ASSERT_TRUE(made) << made.error().message;
    enrolment_ = std::move(*made);
  }
  void TearDown() override {
    control_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  ControlOptions options() {
    return {.directory = directory_,
            .root_key_file = {},
            .clock = &clock_,
            .password_cost = crypto::kCheapPasswordCost};
  }
  void reopen() {
    control_.reset();
    auto opened = Control::open(options());
    ASSERT_TRUE(opened) << opened.error().message;
    control_ = std::move(*opened);
  }
  Control& control() { return *control_; }
  Change by_system() { return {control().system_actor(), clock_.now()}; }
  Change by_ada() {
    return {{enrolment_.user.actor_id, model::ActorType::kUser, enrolment_.user.display_name}, clock_.now()};
  }
  const std::string& organization() const { return enrolment_.organization.id; }

  /// The code that Ada's authenticator shows now (or `steps` later).
  std::string code(std::int64_t steps = 0) { return code_of(enrolment_.totp_secret, steps); }
  std::string code_of(const std::string& totp_secret, std::int64_t steps = 0) {
    return crypto::totp_code(crypto::Secret(*crypto::base32_decode(totp_secret)),
                             crypto::totp_step(clock_.now()) + steps);
  }

  static NewDevice new_device(std::string name, const char* token) {
    NewDevice out;
    out.name = std::move(name);
    out.location = "London";
    out.plugin_slug = "1password";
    out.vendor_id = "v";
    out.device_type = "CLOUD";
    out.task_source = "EXPEL_TASKPOOL";
    out.device_spec = R"({"server":"https://events.1password.com"})";
    out.start_time = from_seconds(1'790'000'000);
    out.streams = {"auditevents", "itemusages", "signinattempts"};
    if (token != nullptr) {
      out.secrets = crypto::Secret(std::string(R"({"api_token":")") + token + R"("})");
      out.credential = Credential{.last_four = "oken",
                                  .fingerprint = "f1",
                                  .account_uid = "ACC",
                                  .server = "https://events.1password.com",
                                  .features = {"auditevents"},
                                  .issued_at = {},
                                  .expires_at = {},
                                  .replaced_at = {}};
    }
    return out;
  }
  Device add_device(const std::string& name, const char* token = "opw_token") {
    auto made = control().create_device(organization(), new_device(name, token), by_ada());
    EXPECT_TRUE(made) << made.error().message;
    return made.value_or(Device{});
  }
  std::vector<HistoryEntry> history(const std::string& device_id) {
    auto rows = control().history(organization(), device_id);
    EXPECT_TRUE(rows);
    return rows.value_or(std::vector<HistoryEntry>{});
  }

  std::filesystem::path directory_;
  ManualClock clock_;
  std::unique_ptr<Control> control_;
  Enrolment enrolment_;
};

}  // namespace picket::control
