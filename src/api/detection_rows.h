#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/resources.h"
#include "watch/cost.h"
#include "watch/watch.h"

/// What the API shows of rules, matches and alerts, put together from `watch`, `control` and the store.
namespace picket::api {

/// Row of `detection_rules`: a rule in force, or a problem that kept one out.
struct RuleRow {
  watch::RulingPtr ruling;
  std::string id;                     ///< the rule's key, or problem:<digest>
  std::optional<std::uint32_t> rule;  ///< index in the book; nothing: broken
  std::optional<std::size_t> problem; ///< index in the ruling's problems
  std::string_view state;             ///< running, new, off, broken
  std::string title, file, vendor, own_rule_id, product, service;
  std::string technology = {};    ///< title of the one whose streams have that product; empty: none has
  std::string stream_title = {};  ///< of the stream that has that product and service; empty: none has
  std::string source_name = {};   ///< of its own log source, as `source_name` tells it
  watch::Origin origin = watch::Origin::kShipped;
  std::vector<std::string> tactics, techniques;
  std::uint64_t matches_24h = 0, matches_7d = 0, matches_30d = 0;
  std::optional<TimePoint> last_match_at;
  std::optional<double> cost_ns;
  std::string own_text = {};  ///< of a broken own rule, where one rule is asked for

  const detect::RuleSet::Linked& linked() const { return ruling->book->rules().rules()[*rule]; }
  const detect::Rule& text() const { return linked().rule; }
  const watch::Entry& entry() const { return ruling->book->entries()[*rule]; }
  const control::RuleState& decided() const { return ruling->states[*rule]; }
  std::string_view level() const;  ///< empty: none
};

/// "1Password, Sign-in attempts": the names of the technology and the stream that a rule's log source stands for; empty where Picket knows none.
std::string source_name(const connector::Registry& connectors, const detect::LogSource& source);

/// Threads: any. Failure: values.
class DetectionRows {
 public:
  DetectionRows(const Parts& parts, watch::CostMeter& costs) : parts_(parts), costs_(costs) {}

  Answer<watch::RulingPtr> ruling(const Scope& scope) const;
  /// Every rule and every broken text. `device_id`: counts of that device only, else of all.
  Answer<std::vector<RuleRow>> list(const Scope& scope, const std::string& device_id = {}) const;
  /// 404 when there is none.
  Answer<RuleRow> one(const Scope& scope, const std::string& id) const;
  /// The rule in force with that id: 404 when there is none, 409 for a broken one.
  Answer<RuleRow> in_force(const Scope& scope, const std::string& id) const;

 private:
  RuleRow rule_row(const Scope& scope, const watch::RulingPtr& ruling, std::uint32_t rule) const;
  RuleRow problem_row(const watch::RulingPtr& ruling, std::size_t problem) const;
  void place_file(RuleRow& row, const std::string& file) const;

  const Parts& parts_;
  watch::CostMeter& costs_;
};

/// "Initial access" of a rule's tags: attack.initial-access gives initial-access, attack.t1078.004 gives T1078.004.
void read_attack_tags(const std::vector<std::string>& tags, std::vector<std::string>& tactics, std::vector<std::string>& techniques);

/// JSON array of texts.
std::string json_texts(const std::vector<std::string>& texts);

/// Looks up what is shown of matched events; each device is asked for once. Not thread-safe.
class MatchedEvents {
 public:
  MatchedEvents(const Parts& parts, const Scope& scope) : parts_(parts), scope_(scope) {}
  /// Members of the schema MatchedEvent, into an object that is open. An empty id: an event that cannot be named.
  void write(codec::JsonWriter& out, const std::string& event_id, TimePoint time);

 private:
  const Parts& parts_;
  const Scope& scope_;
  std::map<std::string, std::string> names_;  ///< of devices
};

/// detection_rules. `detail`: with what is shown of one rule alone.
ResourceType detection_rule_type(const DetectionRows& rows, bool detail);
/// own_rules
ResourceType own_rule_type(const Parts& parts);
/// expel_alerts. `detail`: with the evidence.
ResourceType alert_type(const Parts& parts, bool detail);

}  // namespace picket::api
