#include <fmt/format.h>

#include <map>
#include <set>

#include "base/guid.h"
#include "codec/json_writer.h"
#include "control/rows.h"
#include "control/rule_notes.h"

/// What an organization knows of its rules is held against what is in force, and each difference noted.
namespace picket::control {
namespace {

/// What the row of a rule says.
struct Row {
  std::string digest, meaning, filters, file;
  bool gone = false;
};
using Rows = std::map<std::string, Row, std::less<>>;

std::string filters_text(const KnownRule& rule) {
  if (rule.filters.empty()) return {};
  codec::JsonWriter out;
  out.begin_array();
  for (const auto& [name, digest] : rule.filters) out.value(name).value(digest);
  out.end_array();
  return out.take();
}

/// What became of the filters, in sentences.
std::string other_filters(const std::string& before, const std::vector<std::pair<std::string, std::string>>& now) {
  const std::vector<std::string> texts = read_texts(before);
  std::multimap<std::string, std::string> old;
  for (std::size_t i = 0; i + 1 < texts.size(); i += 2) old.emplace(texts[i], texts[i + 1]);
  std::string out;
  const auto say = [&out](std::string sentence) { out += (out.empty() ? "" : " ") + sentence; };
  for (const auto& [name, digest] : now) {
    const auto same = old.find(name);
    if (same == old.end()) {
      say(fmt::format("Filtered from now on by {}.", name));
      continue;
    }
    if (same->second != digest) say(fmt::format("The filter {} changed.", name));
    old.erase(same);
  }
  for (const auto& [name, digest] : old) say(fmt::format("No longer filtered by {}.", name));
  return out.empty() ? "The filters changed their order." : out;
}

/// What the row does not say yet of a rule that is in force.
struct Difference {
  bool back = false, meaning = false, text = false, filters = false;
  bool noted() const { return back || meaning || text || filters; }
};

Difference compare(const Row& row, const KnownRule& rule) {
  // a row of an earlier version knows the digest of the text alone
  const bool whole = !row.meaning.empty();
  Difference out;
  out.back = row.gone;
  out.meaning = whole ? row.meaning != rule.meaning : row.digest != rule.digest;
  out.text = !out.meaning && row.digest != rule.digest;
  out.filters = whole && row.filters != filters_text(rule);
  return out;
}

bool stands(const Rows& rows, const KnownRule& rule) {
  const auto row = rows.find(rule.key);
  return row != rows.end() && !compare(row->second, rule).noted() && row->second.meaning == rule.meaning && row->second.file == rule.file &&
         row->second.filters == filters_text(rule);
}

/// Writes what changed, each change with its row of history.
class Notebook {
 public:
  Notebook(Writing& w, const std::string& organization_id, const std::string& by, TimePoint now) : w_(w), organization_id_(organization_id), by_(by), now_(now) {}

  Status take(const Rows& rows, const KnownRule& rule, TimePoint alert_from) {
    const auto row = rows.find(rule.key);
    PICKET_TRY(row == rows.end() ? add(rule, alert_from) : change(row->second, rule, alert_from));
    if (!rule.own) return {};
    return w_.db.run("insert or ignore into rule_own_text(organization_id, key, own_rule_id) values(?, ?, ?)", organization_id_, rule.key, rule.file);
  }

  Status gone(const std::string& key) {
    PICKET_TRY(w_.db.run("update rule set gone_at = ?, version = version + 1 where organization_id = ? and key = ?", now_, organization_id_, key));
    return say(key, HistoryAction::kDeleted, "gone", "The rule is out of force: its text was removed, or cannot be used as it is now.");
  }

 private:
  Status say(const std::string& key, HistoryAction action, std::string_view kind, std::string_view sentence) {
    return note_rule(w_, organization_id_, key, action, by_, history_value(kind, sentence));
  }

  Status add(const KnownRule& rule, TimePoint alert_from) {
    PICKET_TRY(w_.db.run("insert or ignore into rule(organization_id, key, digest, meaning, filters, file, first_seen_at, alert_from, enabled, reason, version)"
                         " values(?, ?, ?, ?, ?, ?, ?, ?, 1, '', 1)",
                         organization_id_, rule.key, rule.digest, rule.meaning, filters_text(rule), rule.file, now_, alert_from));
    if (w_.db.changes() == 0) return {};
    PICKET_TRY(say(rule.key, HistoryAction::kCreated, "created",
                   rule.on_probation ? "The rule is new; it is watched before it alerts." : "The rule came with Picket."));
    return rule.filters.empty() ? Status() : say(rule.key, HistoryAction::kUpdated, "filters", other_filters({}, rule.filters));
  }

  Status change(const Row& row, const KnownRule& rule, TimePoint alert_from) {
    const Difference other = compare(row, rule);
    PICKET_TRY(w_.db.run("update rule set digest = ?1, meaning = ?2, filters = ?3, file = ?4, gone_at = null, version = version + ?5,"
                         " alert_from = case when ?6 then ?7 else alert_from end where organization_id = ?8 and key = ?9",
                         rule.digest, rule.meaning, filters_text(rule), rule.file, std::int64_t{other.noted()}, std::int64_t{other.meaning}, alert_from,
                         organization_id_, rule.key));
    if (other.back) PICKET_TRY(say(rule.key, HistoryAction::kCreated, "back", "The rule is in force again."));
    if (other.meaning)
      PICKET_TRY(say(rule.key, HistoryAction::kUpdated, "text",
                     fmt::format("{}{}", rule.through_others && row.digest == rule.digest ? "A rule that it names looks for something else now" : "The rule's text changed",
                                 rule.on_probation ? "; it is watched before it alerts." : ".")));
    if (other.text) PICKET_TRY(say(rule.key, HistoryAction::kUpdated, "text", "The rule's text changed; what it looks for did not."));
    if (other.filters) PICKET_TRY(say(rule.key, HistoryAction::kUpdated, "filters", other_filters(row.filters, rule.filters)));
    return {};
  }

  Writing& w_;
  const std::string& organization_id_;
  const std::string& by_;
  const TimePoint now_;
};

}  // namespace

std::string history_value(std::string_view kind, std::string_view sentence, std::string_view reason) {
  codec::JsonWriter out;
  out.begin_object().field("kind", kind).field("sentence", sentence);
  if (!reason.empty()) out.field("reason", reason);
  out.end_object();
  return out.take();
}

Status note_rule(Writing& w, const std::string& organization_id, const std::string& key, HistoryAction action, const std::string& actor_id,
            const std::string& value) {
  return w.db.run("insert into rule_history(id, organization_id, key, action, value, created_by, created_at) values(?, ?, ?, ?, ?, ?, ?)",
                  new_guid(), organization_id, key, to_string(action), value, actor_id, w.at);
}

Result<std::vector<RuleState>> ControlImpl::know_rules(const std::string& organization_id, std::span<const KnownRule> rules, Micros probation,
                                                       TimePoint now) {
  Rows rows;
  {
    PICKET_ASSIGN(auto db, readers_->acquire());
    PICKET_TRY(db->each("select key, digest, meaning, filters, file, gone_at from rule where organization_id = ?",
                        [&](const sql::Statement& row) {
                          rows.emplace(row.string(0), Row{row.string(1), row.string(2), row.string(3), row.string(4), !row.null(5)});
                        },
                        organization_id));
  }
  std::set<std::string_view> in_force;
  std::vector<const KnownRule*> other;
  for (const KnownRule& rule : rules) {
    in_force.insert(rule.key);
    if (!stands(rows, rule)) other.push_back(&rule);
  }
  std::vector<const std::string*> gone;
  for (const auto& [key, row] : rows)
    if (!row.gone && !in_force.contains(key)) gone.push_back(&key);
  if (!other.empty() || !gone.empty()) {
    const Status written = write(now, [&](Writing& w) -> Status {
      Notebook notes(w, organization_id, system_actor_.id, now);
      for (const KnownRule* rule : other) PICKET_TRY(notes.take(rows, *rule, rule->on_probation ? now + probation : now));
      for (const std::string* key : gone) PICKET_TRY(notes.gone(*key));
      return {};
    });
    PICKET_TRY(written);
  }
  return rule_states(organization_id);
}

}  // namespace picket::control
