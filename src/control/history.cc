#include "base/fail_point.h"
#include "base/guid.h"
#include "codec/json_writer.h"
#include "control/control_impl.h"
#include "control/rows.h"

namespace picket::control {
namespace {

/// The rows of the audit that are about an account, and how they are told.
struct AccountChange {
  std::string_view what;
  HistoryAction action;
  std::string_view kind, sentence;
};
constexpr AccountChange kAccountChanges[] = {
    {"user_created", HistoryAction::kCreated, "created", "The account was made."},
    {"user_renamed", HistoryAction::kUpdated, "name", "The name was changed."},
    {"password_changed", HistoryAction::kUpdatedSecrets, "password", "The password was changed; other sign-ins ended."},
    {"password_reset", HistoryAction::kUpdatedSecrets, "password",
     "The password was reset on the server's command line; every sign-in ended."},
    {"factor_renewal_begun", HistoryAction::kUpdated, "factor", "A new second factor was asked for; the old one still counts."},
    {"factor_renewed", HistoryAction::kUpdatedSecrets, "factor",
     "The second factor and the recovery codes were replaced; other sign-ins ended."},
    {"factor_reset", HistoryAction::kUpdatedSecrets, "factor",
     "The second factor and the recovery codes were reset on the server's command line; every sign-in ended."}};

const AccountChange* account_change(std::string_view what) {
  for (const auto& change : kAccountChanges)
    if (change.what == what) return &change;
  return nullptr;
}

}  // namespace

Status ControlImpl::write_history_row(sql::Database& db, const HistoryEntry& entry) {
  return db.run(
      "insert into history(id, organization_id, device_id, action, value, created_by, created_at)"
      " values(?, ?, ?, ?, ?, ?, ?)",
      new_guid(), entry.organization_id, entry.device_id, to_string(entry.action), entry.value,
      entry.created_by.id, entry.created_at);
}

Status Writing::history(const HistoryEntry& entry) {
  if (PICKET_PLANTED("control.history_outside_transaction")) {
    late_.push_back(entry);
    return {};
  }
  return ControlImpl::write_history_row(db, entry);
}

Status Writing::audit(const std::string& organization_id, const std::string& actor_id, std::string_view what,
                      const std::string& subject, std::string_view before, std::string_view after,
                      const std::string& client_address) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
  };
  return db.run(
      "insert into audit(organization_id, actor_id, what, subject, before, after, client_address, at)"
      " values(?, ?, ?, ?, ?, ?, ?, ?)",
      or_null(organization_id), actor_id, what, or_null(subject), before, after, client_address, at);
}

Result<std::vector<HistoryEntry>> ControlImpl::history(const std::string& organization_id,
                                                       const std::string& device_id) {
  static constexpr std::string_view kSelect =
      "select h.id, h.organization_id, h.device_id, h.action, h.value, h.created_at, a.id, a.type, "
      "a.display_name"
      " from history h join actor a on a.id = h.created_by where h.organization_id = ?1 and ";
  static const std::string kOfDevice = std::string(kSelect) + "h.device_id = ?2 order by h.no";
  static const std::string kOfAll = std::string(kSelect) + "?2 = '' order by h.no";
  std::vector<HistoryEntry> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      device_id.empty() ? kOfAll : kOfDevice,
      [&](const sql::Statement& row) {
        HistoryEntry& entry = out.emplace_back();
        entry.id = row.string(0);
        entry.organization_id = row.string(1);
        entry.device_id = row.string(2);
        entry.action = history_action_from(row.text(3));
        entry.value = row.string(4);
        entry.created_at = row.time(5);
        entry.created_by = {row.string(6),
                            model::actor_type_from(row.text(7)).value_or(model::ActorType::kSystem),
                            row.string(8)};
      },
      organization_id, device_id));
  return out;
}

Result<std::vector<AccountHistoryEntry>> ControlImpl::account_history(const std::string& organization_id,
                                                                      const std::string& user_id) {
  std::vector<AccountHistoryEntry> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      "select u.no, u.what, u.subject, u.before, u.after, u.at, a.id, a.type, a.display_name from audit u"
      " join actor a on a.id = u.actor_id where u.organization_id = ?1 and u.subject is not null"
      " and (?2 = '' or u.subject = ?2) order by u.no",
      [&](const sql::Statement& row) {
        const auto* change = account_change(row.text(1));
        if (change == nullptr) return;  // sign-ins, sessions, organizations
        AccountHistoryEntry& entry = out.emplace_back();
        entry.organization_id = organization_id;
        entry.user_id = row.string(2);
        entry.id = entry.user_id + "-" + std::to_string(row.integer(0));
        entry.action = change->action;
        codec::JsonWriter value;
        value.begin_object().field("kind", change->kind).field("sentence", change->sentence);
        value.key("before").raw(row.text(3)).key("after").raw(row.text(4)).end_object();
        entry.value = value.take();
        entry.created_at = row.time(5);
        entry.created_by = {row.string(6),
                            model::actor_type_from(row.text(7)).value_or(model::ActorType::kSystem),
                            row.string(8)};
      },
      organization_id, user_id));
  return out;
}

Result<std::string> ControlImpl::vendor_id(const std::string& name) {
  if (name.empty()) return fail(ErrorKind::kInvalidInput, "A vendor needs a name.");
  return write(clock_.now(), [&](Writing& w) -> Result<std::string> {
    std::string id;
    PICKET_TRY(w.db.each(
        "select id from vendor where name = ?", [&](const sql::Statement& row) { id = row.text(0); }, name));
    if (!id.empty()) return id;
    id = new_guid();
    PICKET_TRY(w.db.run("insert into vendor(id, name) values(?, ?)", id, name));
    return id;
  });
}

Result<std::vector<std::pair<std::string, std::string>>> ControlImpl::vendors() {
  std::vector<std::pair<std::string, std::string>> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each("select id, name from vendor order by name",
                      [&](const sql::Statement& row) { out.emplace_back(row.string(0), row.string(1)); }));
  return out;
}

}  // namespace picket::control
