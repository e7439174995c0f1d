#include "control/vault.h"

#include "crypto/digest.h"
#include "sql/database.h"

namespace picket::control {
namespace {

constexpr std::string_view kCheckText = "picket root key";
constexpr std::string_view kCheckPlace = "picket-key-check";

crypto::SealContext key_place(std::string_view organization_id) {
  return {organization_id, organization_id, 1, "organization_key"};
}

}  // namespace

Status Vault::check(sql::Database& writer) {
  std::string stored;
  PICKET_TRY(
      writer.each("select key_check from vault", [&](const sql::Statement& row) { stored = row.blob(0); }));
  if (stored.empty())
    return writer.run("insert into vault(only, key_check) values(1, ?)",
                      sql::Blob{crypto::seal(root_key_, kCheckText, kCheckPlace)});
  if (!crypto::open(root_key_, stored, kCheckPlace))
    return fail(ErrorKind::kForbidden,
                "This root key is not the one that the data directory was made with. Put the right key file "
                "back from "
                "your backup, or name its place in PICKET_ROOT_KEY_FILE.");
  return {};
}

std::string Vault::subject(std::string_view kind, std::string_view text) const {
  const crypto::Secret key(crypto::keyed_hash(root_key_.reveal(), "picket subjects 1"));
  return std::string(kind) + ":" + crypto::hex(crypto::keyed_hash(key.reveal(), text)).substr(0, 32);
}

Status Vault::add_organization(sql::Database& writer, const std::string& organization_id) {
  const crypto::Secret key = crypto::new_key();
  return writer.run(
      "insert into organization_key(organization_id, wrapped_key) values(?, ?)", organization_id,
      sql::Blob{crypto::seal(root_key_, key.reveal(), crypto::associated_data(key_place(organization_id)))});
}

Result<crypto::Secret> Vault::organization_key(sql::Database& db, std::string_view organization_id) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = keys_.find(organization_id); known != keys_.end()) return known->second.clone();
  }
  std::string wrapped;
  PICKET_TRY(db.each(
      "select wrapped_key from organization_key where organization_id = ?",
      [&](const sql::Statement& row) { wrapped = row.blob(0); }, organization_id));
  if (wrapped.empty()) return fail(ErrorKind::kCorrupt, "An organization has no key in the vault.");
  PICKET_ASSIGN(crypto::Secret key,
                crypto::open(root_key_, wrapped, crypto::associated_data(key_place(organization_id))));
  const std::scoped_lock lock(mutex_);
  keys_.insert_or_assign(std::string(organization_id), key.clone());
  return key;
}

Result<crypto::Envelope> Vault::seal(sql::Database& db, const crypto::SealContext& place,
                                     const crypto::Secret& text) {
  PICKET_ASSIGN(const crypto::Secret key, organization_key(db, place.organization_id));
  return crypto::seal_envelope(key, text, place);
}

Result<crypto::Secret> Vault::open(sql::Database& db, const crypto::SealContext& place,
                                   const crypto::Envelope& envelope) {
  PICKET_ASSIGN(const crypto::Secret key, organization_key(db, place.organization_id));
  return crypto::open_envelope(key, envelope, place);
}

}  // namespace picket::control
