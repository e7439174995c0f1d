#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <vector>

#include "base/strings.h"
#include "control/tests/control_fixture.h"

namespace picket::control {
namespace {

/// The least that a device is, kept by hand beside the real thing.
struct ModelDevice {
  std::string id, name, location, server, secret;
  bool paused = false, deleted = false;
  std::int64_t version = 1, epoch = 1, history = 1;
  std::string cursor;
  std::int64_t generation = 1;
};

class ModelTest : public ControlFixture, public ::testing::WithParamInterface<unsigned> {
 protected:
  std::size_t pick(std::size_t n) { return random_() % n; }
  ModelDevice* any() { return model_.empty() ? nullptr : &model_[pick(model_.size())]; }
  std::string name() { return std::string(pick(2) ? "Name " : "NAME ") + static_cast<char>('a' + pick(6)); }
  bool taken(const std::string& name, const ModelDevice* except) const {
    for (const auto& d : model_)
      if (&d != except && !d.deleted && equals_ignoring_case(d.name, name)) return true;
    return false;
  }
  static std::string spec(const std::string& server) { return R"({"server":")" + server + R"("})"; }

  void create() {
    const std::string wanted = name();
    const bool conflict = taken(wanted, nullptr);
    const auto made = control().create_device(organization(), new_device(wanted, "t"), by_ada());
    ASSERT_EQ(made.has_value(), !conflict);
    if (conflict) {
      ASSERT_EQ(made.error().kind, ErrorKind::kConflict);
      return;
    }
    ModelDevice d;
    d.id = made->id;
    d.name = wanted;
    d.location = "London";
    d.server = "https://events.1password.com";
    d.secret = R"({"api_token":"t"})";
    model_.push_back(d);
  }

  void update(ModelDevice& d) {
    DevicePatch patch;
    ModelDevice next = d;
    if (pick(2)) patch.name = next.name = name();
    if (pick(2)) patch.location = next.location = pick(2) ? "London" : "Paris";
    if (pick(4) == 0) {
      next.server = pick(2) ? "https://events.1password.com" : "https://events.1password.eu";
      patch.device_spec = spec(next.server);
    }
    if (pick(4) == 0) patch.paused = next.paused = pick(2) != 0;
    const bool stale = pick(5) == 0;
    std::optional<std::int64_t> if_version;
    if (stale) if_version = d.version + 1;
    if (!stale && pick(2)) if_version = d.version;
    const auto done = control().update_device(organization(), d.id, patch, if_version, by_ada());
    const bool epoch = next.server != d.server || next.paused != d.paused;
    const bool changed = epoch || next.name != d.name || next.location != d.location;
    if (d.deleted) return expect(done, ErrorKind::kNotFound);
    if (stale) return expect(done, ErrorKind::kPreconditionFailed);
    if (changed && taken(next.name, &d)) return expect(done, ErrorKind::kConflict);
    ASSERT_TRUE(done) << done.error().message;
    if (!changed) return;
    d = next;
    ++d.version;
    ++d.history;
    if (epoch) ++d.epoch;
  }

  void replace(ModelDevice& d) {
    const std::string secret = "secret " + std::to_string(pick(3));
    const bool keep = pick(3) != 0;
    const auto done =
        control().replace_secrets(organization(), d.id, crypto::Secret(secret), {}, keep, {}, by_ada());
    if (d.deleted) return expect(done, ErrorKind::kNotFound);
    ASSERT_TRUE(done) << done.error().message;
    d.secret = secret;
    ++d.version;
    ++d.history;
    ++d.epoch;
    if (keep) return;
    d.cursor.clear();
    ++d.generation;
  }

  void reread(ModelDevice& d) {
    const auto done = control().reread(organization(), d.id, {"auditevents"}, from_seconds(1), by_ada());
    if (d.deleted) return expect(done, ErrorKind::kNotFound);
    ASSERT_TRUE(done);
    ++d.version;
    ++d.history;
    ++d.generation;
    d.cursor.clear();
  }

  void remove(ModelDevice& d) {
    const auto done = control().delete_device(organization(), d.id, {}, by_ada());
    if (d.deleted) return expect(done, ErrorKind::kNotFound);
    ASSERT_TRUE(done);
    d.deleted = true;
    ++d.version;
    ++d.history;
    ++d.epoch;
  }

  void commit(ModelDevice& d) {
    StreamState state = control().streams(d.id)->front();
    const bool stale = pick(3) == 0;
    const bool by_epoch = pick(2) != 0;
    state.cursor = "cursor " + std::to_string(random_());
    state.generation = d.generation - (stale && !by_epoch ? 1 : 0);
    const auto done = control().commit(
        std::vector<StreamCommit>{{state, d.epoch - (stale && by_epoch ? 1 : 0), {}, {}}}, {}, clock_.now());
    ASSERT_TRUE(done);
    ASSERT_EQ(done->empty(), !stale);
    if (!stale) d.cursor = *state.cursor;
  }

  void expect(const Result<Device>& got, ErrorKind kind) {
    ASSERT_FALSE(got);
    ASSERT_EQ(got.error().kind, kind) << got.error().message;
  }

  void compare() {
    std::size_t alive = 0;
    for (const auto& d : model_) {
      const auto real = control().device(organization(), d.id);
      ASSERT_TRUE(real);
      EXPECT_EQ(real->name, d.name);
      EXPECT_EQ(real->location, d.location);
      EXPECT_EQ(real->device_spec, spec(d.server));
      EXPECT_EQ(real->paused, d.paused);
      EXPECT_EQ(real->deleted_at.has_value(), d.deleted);
      EXPECT_EQ(real->version, d.version);
      EXPECT_EQ(real->epoch, d.epoch);
      EXPECT_EQ(history(d.id).size(), static_cast<std::size_t>(d.history));
      const auto secret = control().device_secrets(d.id).value();
      EXPECT_EQ(secret ? std::string(secret->reveal()) : std::string(), d.deleted ? std::string() : d.secret);
      const auto stream = control().streams(d.id)->front();
      EXPECT_EQ(stream.cursor.value_or(""), d.cursor);
      EXPECT_EQ(stream.generation, d.generation);
      alive += d.deleted ? 0 : 1;
    }
    EXPECT_EQ(control().all_devices()->size(), alive);
    EXPECT_EQ(control().all_streams()->size(), 3 * alive);
  }

  std::mt19937 random_{GetParam()};
  std::vector<ModelDevice> model_;
};

TEST_P(ModelTest, RandomSequencesAgreeWithTheNaiveModel) {
  for (int step = 0; step < 120; ++step) {
    clock_.advance(std::chrono::seconds(1));
    ModelDevice* d = any();
    const auto what = pick(16);
    if (d == nullptr || what < 3)
      create();
    else if (what < 8)
      update(*d);
    else if (what < 10)
      replace(*d);
    else if (what < 12)
      reread(*d);
    else if (what < 13)
      remove(*d);
    else if (!d->deleted)
      commit(*d);
    if (step % 40 == 39) {
      reopen();
      compare();
    }
    ASSERT_FALSE(HasFailure()) << "step " << step << ", seed " << GetParam();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1u, 5u));

}  // namespace
}  // namespace picket::control
