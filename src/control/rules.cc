#include <fmt/format.h>

#include "base/guid.h"
#include "base/strings.h"
#include "codec/json_writer.h"
#include "control/control_impl.h"
#include "control/names.h"
#include "control/rule_notes.h"

namespace picket::control {
namespace {

constexpr std::size_t kLongestReason = 1000, kLongestText = 1 << 20;

constexpr std::string_view kRuleColumns = "r.no, r.organization_id, r.key, r.enabled, r.reason, r.first_seen_at, r.alert_from, r.version,"
    " coalesce((select max(h.created_at) from rule_history h where h.organization_id = r.organization_id and h.key = r.key), r.first_seen_at),"
    " r.file, r.gone_at";

RuleState read_rule(const sql::Statement& row) {
  return {.no = row.integer(0),
          .organization_id = row.string(1),
          .key = row.string(2),
          .enabled = row.boolean(3),
          .reason = row.string(4),
          .first_seen_at = row.time(5),
          .alert_from = row.time(6),
          .version = row.integer(7),
          .updated_at = row.time(8),
          .file = row.string(9),
          .gone_at = row.null(10) ? std::nullopt : std::optional(row.time(10))};
}

constexpr std::string_view kSelectOwnRule =
    "select o.id, o.organization_id, o.text, o.created_at, o.updated_at, o.version, c.id, c.type, c.display_name, u.id, u.type, u.display_name"
    " from own_rule o join actor c on c.id = o.created_by join actor u on u.id = o.updated_by where o.deleted_at is null and o.organization_id = ?1";

model::Actor read_actor(const sql::Statement& row, int first) {
  return {row.string(first), model::actor_type_from(row.text(first + 1)).value_or(model::ActorType::kSystem), row.string(first + 2)};
}

OwnRule read_own_rule(const sql::Statement& row) {
  return {.id = row.string(0),
          .organization_id = row.string(1),
          .text = row.string(2),
          .created_by = read_actor(row, 6),
          .updated_by = read_actor(row, 9),
          .created_at = row.time(3),
          .updated_at = row.time(4),
          .version = row.integer(5)};
}

Result<OwnRule> find_own_rule(sql::Database& db, const std::string& organization_id, const std::string& id) {
  static const std::string kSql = std::string(kSelectOwnRule) + " and o.id = ?2";
  std::optional<OwnRule> out;
  PICKET_TRY(db.each(kSql, [&](const sql::Statement& row) { out = read_own_rule(row); }, organization_id, id));
  if (!out) return fail(ErrorKind::kNotFound, "There is no such rule of your own.");
  return std::move(*out);
}

Status check_text(const std::string& text) {
  if (text.size() > kLongestText)
    return fail(Error(ErrorKind::kTooLarge, "A text of rules has at most 1 MiB.").with_field("text"));
  return {};
}

}  // namespace

Result<RuleState> ControlImpl::find_rule(sql::Database& db, const std::string& organization_id, const std::string& key) {
  static const std::string kSql = fmt::format("select {} from rule r where r.organization_id = ? and r.key = ?", kRuleColumns);
  std::optional<RuleState> out;
  PICKET_TRY(db.each(kSql, [&](const sql::Statement& row) { out = read_rule(row); }, organization_id, key));
  if (!out) return fail(ErrorKind::kNotFound, "There is no such detection rule.");
  return std::move(*out);
}

Result<std::vector<RuleState>> ControlImpl::rule_states(const std::string& organization_id) {
  static const std::string kSql = fmt::format("select {} from rule r where r.organization_id = ? order by r.no", kRuleColumns);
  std::vector<RuleState> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(kSql, [&](const sql::Statement& row) { out.push_back(read_rule(row)); }, organization_id));
  return out;
}

Result<RuleState> ControlImpl::switch_rule(const std::string& organization_id, const std::string& key, bool enabled, const std::string& reason,
                                           std::optional<std::int64_t> if_version, const Change& change) {
  if (!enabled && trim(reason).empty())
    return fail(Error(ErrorKind::kInvalidInput, "Say why the rule is switched off; the reason stands in its history.").with_field("reason"));
  if (reason.size() > kLongestReason)
    return fail(Error(ErrorKind::kInvalidInput, fmt::format("The reason is longer than {} bytes.", kLongestReason)).with_field("reason"));
  return write(change.at, [&](Writing& w) -> Result<RuleState> {
    PICKET_ASSIGN(const RuleState old, find_rule(w.db, organization_id, key));
    PICKET_TRY(check_version("detection rule", old.version, if_version));
    const std::string why = enabled ? std::string() : reason;
    if (old.enabled == enabled && old.reason == why) return old;
    PICKET_TRY(w.db.run("update rule set enabled = ?, reason = ?, version = version + 1 where no = ?", enabled, why, old.no));
    const std::string_view told = enabled && reason == old.reason ? std::string_view() : reason;  // why it was off is no reason for on
    PICKET_TRY(note_rule(w, organization_id, key, HistoryAction::kUpdated, change.actor.id,
                    history_value(enabled ? "enabled" : "disabled", enabled ? "Switched on." : "Switched off.", told)));
    return find_rule(w.db, organization_id, key);
  });
}

Result<RuleState> ControlImpl::end_probation(const std::string& organization_id, const std::string& key, std::optional<std::int64_t> if_version,
                                             const Change& change) {
  return write(change.at, [&](Writing& w) -> Result<RuleState> {
    PICKET_ASSIGN(const RuleState old, find_rule(w.db, organization_id, key));
    PICKET_TRY(check_version("detection rule", old.version, if_version));
    if (old.alert_from <= change.at) return old;
    PICKET_TRY(w.db.run("update rule set alert_from = ?, version = version + 1 where no = ?", change.at, old.no));
    PICKET_TRY(note_rule(w, organization_id, key, HistoryAction::kUpdated, change.actor.id,
                    history_value("probation", "The rule alerts from now on; its time of being watched was ended.")));
    return find_rule(w.db, organization_id, key);
  });
}

Result<std::vector<RuleHistoryEntry>> ControlImpl::rule_history(const std::string& organization_id, const std::string& key) {
  std::vector<RuleHistoryEntry> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(
      "select h.id, h.key, h.action, h.value, h.created_at, a.id, a.type, a.display_name from rule_history h join actor a on a.id = h.created_by"
      " where h.organization_id = ?1 and (?2 = '' or h.key = ?2"
      " or h.key in (select own_rule_id from rule_own_text where organization_id = ?1 and key = ?2)) order by h.no",
      [&](const sql::Statement& row) {
        auto& entry = out.emplace_back();
        entry.id = row.string(0);
        entry.organization_id = organization_id;
        entry.key = row.string(1);
        entry.action = history_action_from(row.text(2));
        entry.value = row.string(3);
        entry.created_at = row.time(4);
        entry.created_by = read_actor(row, 5);
      },
      organization_id, key));
  return out;
}

Result<std::vector<OwnRule>> ControlImpl::own_rules(const std::string& organization_id) {
  static const std::string kSql = std::string(kSelectOwnRule) + " order by o.created_at, o.id";
  std::vector<OwnRule> out;
  PICKET_ASSIGN(auto db, readers_->acquire());
  PICKET_TRY(db->each(kSql, [&](const sql::Statement& row) { out.push_back(read_own_rule(row)); }, organization_id));
  return out;
}

Result<OwnRule> ControlImpl::own_rule(const std::string& organization_id, const std::string& id) {
  PICKET_ASSIGN(auto db, readers_->acquire());
  return find_own_rule(*db, organization_id, id);
}

Result<OwnRule> ControlImpl::create_own_rule(const std::string& organization_id, const std::string& text, const Change& change) {
  PICKET_TRY(check_text(text));
  const std::string id = new_guid();
  return write(change.at, [&](Writing& w) -> Result<OwnRule> {
    PICKET_TRY(w.db.run("insert into own_rule(id, organization_id, text, created_by, updated_by, created_at, updated_at, version)"
                        " values(?, ?, ?, ?4, ?4, ?5, ?5, 1)",
                        id, organization_id, text, change.actor.id, change.at));
    PICKET_TRY(note_rule(w, organization_id, id, HistoryAction::kCreated, change.actor.id, history_value("own", "Written here.")));
    return find_own_rule(w.db, organization_id, id);
  });
}

Result<OwnRule> ControlImpl::update_own_rule(const std::string& organization_id, const std::string& id, const std::string& text,
                                             std::optional<std::int64_t> if_version, const Change& change) {
  PICKET_TRY(check_text(text));
  return write(change.at, [&](Writing& w) -> Result<OwnRule> {
    PICKET_ASSIGN(const OwnRule old, find_own_rule(w.db, organization_id, id));
    PICKET_TRY(check_version("rule", old.version, if_version));
    if (old.text == text) return old;
    PICKET_TRY(w.db.run("update own_rule set text = ?, updated_by = ?, updated_at = ?, version = version + 1 where id = ?", text, change.actor.id,
                        change.at, id));
    codec::JsonWriter value;
    value.begin_object().field("kind", "own").field("sentence", "The text was changed.");
    value.key("before").begin_object().field("text", old.text).end_object();
    value.key("after").begin_object().field("text", text).end_object().end_object();
    PICKET_TRY(note_rule(w, organization_id, id, HistoryAction::kUpdated, change.actor.id, value.take()));
    return find_own_rule(w.db, organization_id, id);
  });
}

Status ControlImpl::delete_own_rule(const std::string& organization_id, const std::string& id, std::optional<std::int64_t> if_version,
                                    const Change& change) {
  return write(change.at, [&](Writing& w) -> Status {
    PICKET_ASSIGN(const OwnRule old, find_own_rule(w.db, organization_id, id));
    PICKET_TRY(check_version("rule", old.version, if_version));
    PICKET_TRY(w.db.run("update own_rule set deleted_at = ?, updated_by = ?, version = version + 1 where id = ?", change.at, change.actor.id, id));
    return note_rule(w, organization_id, id, HistoryAction::kDeleted, change.actor.id, history_value("own", "Deleted."));
  });
}

}  // namespace picket::control
