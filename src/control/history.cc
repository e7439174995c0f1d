#include "base/fail_point.h"
#include "base/guid.h"
#include "control/control_impl.h"
#include "control/rows.h"

namespace picket::control {
namespace {

HistoryAction action_from(std::string_view text) {
  for (const auto action : {HistoryAction::kCreated, HistoryAction::kUpdatedSecrets, HistoryAction::kDeleted})
    if (to_string(action) == text) return action;
  return HistoryAction::kUpdated;
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
        entry.action = action_from(row.text(3));
        entry.value = row.string(4);
        entry.created_at = row.time(5);
        entry.created_by = {row.string(6),
                            model::actor_type_from(row.text(7)).value_or(model::ActorType::kSystem),
                            row.string(8)};
      },
      organization_id, device_id));
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
