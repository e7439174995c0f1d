#include "control/control.h"

#include "base/guid.h"
#include "control/control_impl.h"
#include "control/root_key.h"
#include "crypto/password.h"
#include "crypto/random.h"
#include "obs/log.h"
#include "sql/migrations.h"

namespace picket::embedded {
std::span<const File> control_migrations();
}

namespace picket::control {
namespace {

constexpr std::size_t kReaders = 4;

}  // namespace

Result<std::unique_ptr<Control>> Control::open(const ControlOptions& options) {
  PICKET_TRY(prepare_directory(options.directory));
  PICKET_ASSIGN(auto lock, DirectoryLock::acquire(options.directory));
  auto control = std::make_unique<ControlImpl>(options, std::move(lock));
  PICKET_TRY(control->start());
  return control;
}

ControlImpl::ControlImpl(ControlOptions options, DirectoryLock lock)
    : options_(std::move(options)),
      clock_(options_.clock == nullptr ? system_clock() : *options_.clock),
      lock_(std::move(lock)) {}

Status ControlImpl::start() {
  const auto file = options_.directory / "control.db";
  PICKET_ASSIGN(writer_, sql::Database::open(file, {.mode = sql::Mode::kWriter, .cache_kib = 8192}));
  // What is erased (sealed secrets, wrapped keys) is overwritten, not only unlinked.
  PICKET_TRY(writer_->execute("pragma secure_delete=on"));
  PICKET_TRY(sql::migrate(*writer_, embedded::control_migrations(), clock_));
  readers_ = std::make_unique<sql::ReadPool>(file, kReaders);
  PICKET_TRY(load_root_key());
  PICKET_TRY(ensure_system_actor());
  PICKET_TRY(writer_->each("select coalesce(max(id), 0) + 1 from poll",
                           [&](const sql::Statement& row) { next_poll_id_ = row.integer(0); }));
  if (!reserve_log(file, kReservedLog))
    PICKET_LOG_WARN("control", "No space could be kept for {}-wal: on a full disk nobody could sign in.",
                    file.string());
  PICKET_ASSIGN(dummy_hash_,
                crypto::hash_password(crypto::Secret(crypto::random_text(32)), options_.password_cost));
  return {};
}

Status ControlImpl::load_root_key() {
  const auto path = root_key_path(options_.root_key_file, options_.directory);
  auto key = read_root_key(path);
  if (!key && key.error().kind == ErrorKind::kNotFound) {
    bool used = false;
    PICKET_TRY(writer_->each("select count(*) from organization_key",
                             [&](const sql::Statement& row) { used = row.integer(0) > 0; }));
    // Nothing was sealed yet: a new key costs nothing. Afterwards it would hide that the right one is
    // missing.
    if (!used) {
      PICKET_TRY(writer_->run("delete from vault"));
      key = make_root_key(path);
      if (key)
        PICKET_LOG_INFO("control", "A new root key was made: {}. Keep a copy apart from the data.",
                        path.string());
    }
  }
  if (!key) return fail(std::move(key).error());
  vault_ = std::make_unique<Vault>(std::move(*key));
  return vault_->check(*writer_);
}

Status ControlImpl::ensure_system_actor() {
  system_actor_ = {{}, model::ActorType::kSystem, "Picket"};
  return write(clock_.now(), [&](Writing& w) -> Status {
    PICKET_TRY(w.db.each("select id from actor where type = 'system'",
                         [&](const sql::Statement& row) { system_actor_.id = row.text(0); }));
    if (!system_actor_.id.empty()) return {};
    system_actor_.id = new_guid();
    return w.db.run("insert into actor(id, type, display_name) values(?, 'system', ?)", system_actor_.id,
                    system_actor_.display_name);
  });
}

}  // namespace picket::control
