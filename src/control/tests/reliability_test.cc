#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include "control/control_impl.h"
#include "control/tests/control_fixture.h"
#include "sql/database.h"

namespace picket::control {
namespace {

class ReliabilityTest : public ControlFixture {};

/// What the child says after a change came back without error.
struct Acknowledged {
  char device_id[36];
  std::int64_t version;
  std::int64_t cursor;  ///< of the first stream
};

/// Changes devices for ever and acknowledges each change. Runs in a child that is killed.
[[noreturn]] void change_for_ever(const ControlOptions& options, const std::string& organization,
                                  const Change& change, unsigned seed, int acknowledge,
                                  NewDevice (*make)(std::string, const char*)) {
  auto opened = Control::open(options);
  if (!opened) ::_exit(2);
  Control& control = **opened;
  std::mt19937 random(seed);
  std::vector<std::pair<std::string, std::int64_t>> mine;  // device, cursor
  const auto tell = [&](const Result<Device>& device, std::int64_t cursor) {
    if (!device) ::_exit(3);
    Acknowledged note{};
    device->id.copy(note.device_id, sizeof note.device_id);
    note.version = device->version;
    note.cursor = cursor;
    if (::write(acknowledge, &note, sizeof note) != sizeof note) ::_exit(4);
  };
  for (std::int64_t i = 1;; ++i) {
    if (mine.empty() || random() % 8 == 0) {
      const auto made = control.create_device(
          organization, make("Device " + std::to_string(seed) + "-" + std::to_string(i), "t"), change);
      tell(made, 0);
      mine.emplace_back(made->id, 0);
      continue;
    }
    auto& [id, cursor] = mine[random() % mine.size()];
    DevicePatch patch;
    switch (random() % 4) {
      case 0:
        patch.location = "Place " + std::to_string(i);
        tell(control.update_device(organization, id, patch, {}, change), cursor);
        break;
      case 1:
        tell(control.replace_secrets(organization, id, crypto::Secret("token " + std::to_string(i)), {}, true,
                                     {}, change),
             cursor);
        break;
      default: {
        const auto device = control.device(organization, id);
        StreamCommit commit{control.streams(id)->front(), device->epoch, PollRecord{}, {}};
        commit.state.cursor = std::to_string(++cursor);
        const auto done = control.commit(std::vector<StreamCommit>{commit}, {}, change.at);
        if (!done || !done->empty()) ::_exit(5);
        tell(device, cursor);
      }
    }
  }
}

TEST_F(ReliabilityTest, AfterSigkillEveryAcknowledgedChangeIsThereWithOneHistoryRow) {
  std::mt19937 random(11);
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> acknowledged;  // device: version, cursor
  std::size_t notes = 0;
  for (unsigned round = 0; round < 8; ++round) {
    const Change change = by_ada();
    control_.reset();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0)
      change_for_ever(options(), organization(), change, round, ends[1], &ControlFixture::new_device);
    ::close(ends[1]);
    Acknowledged note{};
    const auto take = [&] {
      if (::read(ends[0], &note, sizeof note) != sizeof note) return false;
      auto& [version, cursor] = acknowledged[std::string(note.device_id, 36)];
      version = std::max(version, note.version);
      cursor = std::max(cursor, note.cursor);
      ++notes;
      return true;
    };
    for (int i = 0; i < 12; ++i) ASSERT_TRUE(take());
    ::usleep(static_cast<useconds_t>(random() % 40'000));
    ::kill(child, SIGKILL);
    while (take()) {
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    ::close(ends[0]);
    reopen();
    std::map<std::string, std::int64_t> rows;
    for (const auto& entry : history("")) ++rows[entry.device_id];
    const auto devices = control().all_devices().value();
    for (const auto& device : devices)
      ASSERT_EQ(rows[device.id], device.version)
          << "one row a change, no more, no fewer (round " << round << ")";
    for (const auto& [id, least] : acknowledged) {
      const auto device = control().device(organization(), id);
      ASSERT_TRUE(device) << "an acknowledged device is lost";
      EXPECT_GE(device->version, least.first);
      const auto stream = control().streams(id)->front();
      EXPECT_GE(std::stoll(stream.cursor.value_or("0")), least.second);
      EXPECT_EQ(control().polls(organization(), id, stream.stream)->size(),
                static_cast<std::size_t>(std::stoll(stream.cursor.value_or("0"))))
          << "a poll and its cursor are one step";
      EXPECT_TRUE(control().device_secrets(id).value());
    }
  }
  EXPECT_GE(notes, 96u);
}

TEST_F(ReliabilityTest, AChangeWhoseHistoryCannotBeWrittenDidNotHappen) {
  const Device before = add_device("Main");
  {
    auto db = sql::Database::open(directory_ / "control.db");
    ASSERT_TRUE((*db)->execute(
        "create trigger refuse before insert on history begin select raise(abort, 'no'); end"));
  }
  DevicePatch patch;
  patch.location = "Elsewhere";
  EXPECT_FALSE(control().create_device(organization(), new_device("Other"), by_ada()));
  EXPECT_FALSE(control().update_device(organization(), before.id, patch, {}, by_ada()));
  EXPECT_FALSE(
      control().replace_secrets(organization(), before.id, crypto::Secret("x"), {}, false, {}, by_ada()));
  EXPECT_FALSE(control().reread(organization(), before.id, {}, clock_.now(), by_ada()));
  EXPECT_FALSE(control().delete_device(organization(), before.id, {}, by_ada()));
  StreamCommit commit{control().streams(before.id)->front(), 1, PollRecord{}, {}};
  commit.state.cursor = "moved";
  const HealthCommit health{
      before.id, {model::DeviceStatus::kHealthy, model::HealthLevel::kOk, "receiving", "Fine.", {}}};
  EXPECT_FALSE(
      control().commit(std::vector<StreamCommit>{commit}, std::vector<HealthCommit>{health}, clock_.now()));

  const Device after = control().device(organization(), before.id).value();
  EXPECT_EQ(control().all_devices()->size(), 1u);
  EXPECT_EQ(after.version, before.version);
  EXPECT_EQ(after.location, before.location);
  EXPECT_EQ(after.health.code, before.health.code);
  EXPECT_FALSE(after.deleted_at);
  EXPECT_EQ(control().device_secrets(before.id).value()->reveal(), R"({"api_token":"opw_token"})");
  EXPECT_FALSE(control().streams(before.id)->front().cursor);
  EXPECT_EQ(control().streams(before.id)->front().generation, 1);
  EXPECT_TRUE(control().polls(organization(), before.id, {})->empty());
  EXPECT_EQ(history(before.id).size(), 1u);
}

TEST_F(ReliabilityTest, ThirtyTwoThreadsReadAndWriteAtOnce) {
  std::vector<Device> devices;
  for (int i = 0; i < 4; ++i) devices.push_back(add_device("Device " + std::to_string(i)));
  const Change change = by_ada();
  const auto user = control().users(organization())->front();
  std::atomic<int> edits{0}, refused{0}, troubles{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 32; ++t)
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      const auto good = [&](bool ok) { troubles += ok ? 0 : 1; };
      for (int i = 0; i < 12; ++i) {
        const std::string& id = devices[random() % devices.size()].id;
        switch ((t + static_cast<unsigned>(i)) % 6) {
          case 0: {  // read, change, write back: only one of those who read the same version may win
            const auto seen = control().device(organization(), id);
            DevicePatch patch;
            patch.location = std::to_string(t) + "/" + std::to_string(i);
            const auto done = control().update_device(organization(), id, patch, seen->version, change);
            if (done)
              ++edits;
            else
              done.error().kind == ErrorKind::kPreconditionFailed ? ++refused : ++troubles;
            break;
          }
          case 1: {
            const auto stream = control().streams(id);
            good(stream &&
                 control()
                     .commit(std::vector<StreamCommit>{{stream->front(), 1, PollRecord{}, {}}}, {}, change.at)
                     .has_value());
            break;
          }
          case 2: {
            auto issued = control().create_session(user, SessionKind::kBearer, "", "");
            good(issued && control().session(issued->token.reveal()).value().has_value());
            good(control().end_session(issued->session.id).has_value());
            good(!control().session(issued->token.reveal()).value().has_value());
            break;
          }
          case 3:
            good(control().device_secrets(id).value().has_value());
            good(control().polls(organization(), id, {}).has_value());
            break;
          case 4:
            good(control().all_devices()->size() == devices.size());
            good(control().history(organization(), id)->size() >= 1);
            break;
          default:
            good(!control().authenticate("nobody" + std::to_string(t) + "@example.com",
                                         crypto::Secret("password"), "1", std::to_string(t)));
        }
      }
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(troubles, 0);
  std::int64_t versions = 0;
  for (const auto& device : devices) versions += control().device(organization(), device.id)->version - 1;
  EXPECT_EQ(versions, edits) << "every edit that was accepted is one version";
  EXPECT_EQ(history("").size(), devices.size() + static_cast<std::size_t>(edits));
  EXPECT_GT(edits, 0);
}

/// A disk of its own, 64 MiB, under `at`; false where the system does not let us. In a child: the mount dies
/// with it.
bool mount_small_disk(const std::filesystem::path& at) {
  const auto say = [](const char* file, const std::string& text) { std::ofstream(file) << text; };
  const std::string uid = std::to_string(::getuid()), gid = std::to_string(::getgid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  say("/proc/self/setgroups", "deny");
  say("/proc/self/uid_map", "0 " + uid + " 1");
  say("/proc/self/gid_map", "0 " + gid + " 1");
  return ::mount("none", at.c_str(), "tmpfs", 0, "size=64m") == 0;
}

bool fill_disk(const std::filesystem::path& directory) {
  const int fd = ::open((directory / "others").c_str(), O_WRONLY | O_CREAT, 0600);
  const std::string block(1 << 16, 'x');
  while (::write(fd, block.data(), block.size()) > 0) {
  }
  const bool full = errno == ENOSPC;
  while (::write(fd, block.data(), 512) > 0) {
  }
  return full;
}

enum Outcome { kWorks = 0, kNoMount = 40, kNotMade, kNotFull, kNoSignIn, kNoSession, kNoRead };

Outcome sign_in_on_a_full_disk(ControlOptions options, ManualClock& clock) {
  if (!mount_small_disk(options.directory)) return kNoMount;
  auto control = Control::open(options);
  if (!control) return kNotMade;
  const Change change{(*control)->system_actor(), clock.now()};
  const auto made = (*control)->create_organization(
      "Full", {"eve@example.com", "Eve", crypto::Secret("correct horse")}, change);
  if (!made) return kNotMade;
  if (!fill_disk(options.directory)) return kNotFull;
  for (int i = 0; i < 100; ++i) {
    clock.advance(std::chrono::seconds(31));
    const auto code = crypto::totp_code(crypto::Secret(*crypto::base32_decode(made->totp_secret)),
                                        crypto::totp_step(clock.now()));
    const auto user =
        (*control)->authenticate("eve@example.com", crypto::Secret("correct horse"), code, "192.0.2.1");
    if (!user) return kNoSignIn;
    const auto issued = (*control)->create_session(*user, SessionKind::kCookie, "192.0.2.1", "test");
    if (!issued) return kNoSession;
    if (!(*control)->session(issued->token.reveal()).value_or(std::nullopt)) return kNoRead;
  }
  return kWorks;
}

TEST_F(ReliabilityTest, PeopleSignInOnAFullDisk) {
  struct stat info {};
  ASSERT_EQ(::stat((directory_ / "control.db-wal").c_str(), &info), 0);
  EXPECT_GE(info.st_blocks * 512, kReservedLog) << "kept";
  EXPECT_LT(info.st_size, kReservedLog) << "but not written";
  control_.reset();
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(sign_in_on_a_full_disk(options(), clock_));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoMount)
    std::puts("No mount of our own is allowed here: only the reservation itself was looked at.");
  else
    EXPECT_EQ(WEXITSTATUS(status), kWorks);
  reopen();
}

}  // namespace
}  // namespace picket::control
