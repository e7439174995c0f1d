#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "control/root_key.h"
#include "control/tests/control_fixture.h"
#include "crypto/random.h"
#include "obs/log.h"
#include "sql/database.h"

namespace picket::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SecurityTest : public ControlFixture {
 protected:
  /// Every byte of every file under the data directory, the write-ahead log included; the key file apart.
  std::string all_bytes() const {
    std::string out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
      if (!entry.is_regular_file() || entry.path().filename() == "root.key") continue;
      std::ifstream file(entry.path(), std::ios::binary);
      std::stringstream text;
      text << file.rdbuf();
      out += text.str();
    }
    return out;
  }
  mode_t mode_of(const std::filesystem::path& path) const {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  }
  ErrorKind open_error(std::string* message = nullptr) {
    control_.reset();
    auto opened = Control::open(options());
    EXPECT_FALSE(opened);
    if (opened) return ErrorKind::kInternal;
    if (message != nullptr) *message = opened.error().message;
    return opened.error().kind;
  }
};

TEST_F(SecurityTest, NoSecretStandsInClearInAnyFileOrLog) {
  // Three shapes: a token, a password with other characters than base64, a seed in its raw and its written
  // form.
  const std::string token = "eyJhbGciOiJFUzI1NiJ9.CANARYTOKEN." + crypto::random_text(64);
  const std::string second = "ops_CANARY_second_" + crypto::random_text(40);
  const std::string password = "CANARY pass/word \"quoted\" \xc3\xa4";
  obs::CapturedLog log;
  const auto made =
      control()
          .create_organization("Canary", {"c@example.com", "C", crypto::Secret(password)}, by_system())
          .value();
  NewDevice input = new_device("Main", token.c_str());
  Device d = control().create_device(made.organization.id, std::move(input), by_system()).value();
  d = control()
          .replace_secrets(made.organization.id, d.id, crypto::Secret(second), {}, true, {}, by_system())
          .value();
  const auto code = code_of(made.totp_secret);
  const auto user =
      control().authenticate("c@example.com", crypto::Secret(password), code, "192.0.2.1").value();
  (void)control().authenticate("c@example.com", crypto::Secret("CANARY wrong password"), code, "192.0.2.1");
  (void)control().authenticate("CANARY password in the wrong field", crypto::Secret("x"), code, "192.0.2.1");
  (void)control().authenticate("c@example.com", crypto::Secret(password), made.recovery_codes[0],
                               "192.0.2.1");
  const auto session = control().create_session(user, SessionKind::kBearer, "192.0.2.1", "agent").value();
  ASSERT_TRUE(control().session(session.token.reveal()).value());
  StreamState stream = control().streams(d.id)->front();
  ASSERT_TRUE(control().commit(std::vector<StreamCommit>{{stream, d.epoch, {}, {}}}, {}, clock_.now()));
  std::string everything = all_bytes() + log.text();  // the log file of SQLite is still full
  const auto again = control().reset_factor(user.id, by_system()).value();
  ASSERT_TRUE(control().delete_device(made.organization.id, d.id, {}, by_system()));
  control_.reset();  // checkpointed
  everything += all_bytes() + log.text();
  ASSERT_THAT(everything, HasSubstr("Security device")) << "the probe itself finds what is there";
  std::ifstream key_file(directory_ / "root.key");
  std::string root_key;
  key_file >> root_key;
  for (const std::string& canary :
       {token, second, password, std::string("CANARY"), made.totp_secret,
        *crypto::base32_decode(made.totp_secret), again.totp_secret,
        *crypto::base32_decode(again.totp_secret), made.recovery_codes[0], made.recovery_codes[9],
        *crypto::base32_decode(made.recovery_codes[9]), std::string(session.token.reveal()), root_key})
    EXPECT_THAT(everything, Not(HasSubstr(canary)));
}

TEST_F(SecurityTest, ErasedSecretsAreOverwritten) {
  const Device d = add_device("Main");
  std::string wrapped, ciphertext;
  {
    auto db = sql::Database::open(directory_ / "control.db", {.mode = sql::Mode::kReader});
    ASSERT_TRUE(
        (*db)->each("select wrapped_key, ciphertext from device_secret", [&](const sql::Statement& row) {
          wrapped = row.blob(0);
          ciphertext = row.blob(1);
        }));
  }
  ASSERT_FALSE(wrapped.empty());
  ASSERT_THAT(all_bytes(), HasSubstr(wrapped));
  ASSERT_TRUE(control().delete_device(organization(), d.id, {}, by_ada()));
  control_.reset();  // the write-ahead log is gone with the last connection
  EXPECT_THAT(all_bytes(), Not(HasSubstr(wrapped)));
  EXPECT_THAT(all_bytes(), Not(HasSubstr(ciphertext)));
}

TEST_F(SecurityTest, ASealedRowCopiedToAnotherDeviceDoesNotOpen) {
  const Device a = add_device("A", "token-of-a"), b = add_device("B", "token-of-b");
  control_.reset();
  {
    auto db = sql::Database::open(directory_ / "control.db");
    ASSERT_TRUE(
        (*db)->run("update device_secret set (wrapped_key, ciphertext) = (select wrapped_key, ciphertext from"
                   " device_secret where device_id = ?) where device_id = ?",
                   a.id, b.id));
  }
  reopen();
  EXPECT_TRUE(control().device_secrets(a.id));
  EXPECT_EQ(control().device_secrets(b.id).error().kind, ErrorKind::kCorrupt);
}

TEST_F(SecurityTest, FilesBelongToTheirOwnerAlone) {
  EXPECT_EQ(mode_of(directory_), 0700u);
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
  EXPECT_TRUE(std::filesystem::exists(directory_ / "root.key"));
  control_.reset();
  ::chmod(directory_.c_str(), 0755);
  reopen();
  EXPECT_EQ(mode_of(directory_), 0700u);
}

TEST_F(SecurityTest, AKeyFileThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0640u, 0604u, 0660u, 0644u}) {
    ::chmod((directory_ / "root.key").c_str(), mode);
    std::string message;
    EXPECT_EQ(open_error(&message), ErrorKind::kForbidden);
    EXPECT_THAT(message, HasSubstr("chmod 600 " + (directory_ / "root.key").string()));
  }
  ::chmod((directory_ / "root.key").c_str(), 0400);
  reopen();
}

TEST_F(SecurityTest, AMissingOrWrongKeyIsNeverReplaced) {
  const auto key = directory_ / "root.key";
  std::filesystem::rename(key, directory_ / "aside");
  EXPECT_EQ(open_error(), ErrorKind::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(key)) << "no new key over sealed data";
  ASSERT_TRUE(make_root_key(key));
  std::string message;
  EXPECT_EQ(open_error(&message), ErrorKind::kForbidden);
  EXPECT_THAT(message, HasSubstr("not the one"));
  std::ofstream(key) << "no key";
  EXPECT_EQ(open_error(), ErrorKind::kCorrupt);
  std::filesystem::rename(directory_ / "aside", key);
  reopen();
}

TEST_F(SecurityTest, TheKeyMayLiveElsewhere) {
  const auto place = directory_ / "elsewhere.key";
  control_.reset();
  std::filesystem::rename(directory_ / "root.key", place);
  auto named = options();
  named.root_key_file = place;
  EXPECT_TRUE(Control::open(named));
  // As a systemd credential, whose mask shows as a group permission.
  std::filesystem::create_directory(directory_ / "credentials");
  std::filesystem::rename(place, directory_ / "credentials" / "picket-root-key");
  ::chmod((directory_ / "credentials" / "picket-root-key").c_str(), 0440);
  ::setenv("CREDENTIALS_DIRECTORY", (directory_ / "credentials").c_str(), 1);
  EXPECT_TRUE(Control::open(options()));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "root.key"));
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST_F(SecurityTest, OneProcessADirectoryAndTheLockDiesWithIt) {
  const auto second = Control::open(options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
  EXPECT_THAT(second.error().message, HasSubstr("(pid " + std::to_string(::getpid()) + ")"));
  control_.reset();
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto held = Control::open(options());
    const char byte = held ? 'y' : 'n';
    if (::write(ready[1], &byte, 1) != 1) ::_exit(1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  const auto other = Control::open(options());
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("(pid " + std::to_string(child) + ")"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  reopen();
}

TEST_F(SecurityTest, HistoryAndAuditOnlyGrow) {
  add_device("Main");
  control_.reset();
  auto db = sql::Database::open(directory_ / "control.db");
  EXPECT_FALSE((*db)->run("delete from history"));
  EXPECT_FALSE((*db)->run("update history set value = '{}'"));
  EXPECT_FALSE((*db)->run("delete from audit"));
  EXPECT_FALSE((*db)->run("update audit set what = ''"));
}

TEST_F(SecurityTest, TheAuditTellsWhoDidWhat) {
  const auto user =
      control().authenticate("ada@example.com", crypto::Secret("correct horse"), code(), "192.0.2.7").value();
  (void)control().authenticate("ada@example.com", crypto::Secret("wrong password"), code(), "192.0.2.8");
  const auto session = control().create_session(user, SessionKind::kCookie, "192.0.2.7", "").value();
  ASSERT_TRUE(control().end_session(session.session.id));
  ASSERT_TRUE(control().reset_password(user.id, crypto::Secret("another horse"), by_system()));
  auto db = sql::Database::open(directory_ / "control.db", {.mode = sql::Mode::kReader});
  std::vector<std::string> rows;
  ASSERT_TRUE((*db)->each("select what || ' ' || client_address from audit order by no",
                          [&](const sql::Statement& row) { rows.push_back(row.string(0)); }));
  EXPECT_THAT(rows, ::testing::ElementsAre("organization_created ", "user_created ", "signed_in 192.0.2.7",
                                           "sign_in_failed 192.0.2.8", "signed_out ", "password_reset "));
}

}  // namespace
}  // namespace picket::control
