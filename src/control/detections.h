#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/guid.h"
#include "base/result.h"
#include "control/types.h"

namespace picket::control {

/// What an organization knows and decided about a rule. `no` is this organization's number for it.
struct RuleState {
  std::int64_t no = 0;
  std::string organization_id;
  std::string key;  ///< the rule's own id; without one a digest of its title
  bool enabled = true;
  std::string reason;  ///< why it is off
  TimePoint first_seen_at{};
  TimePoint alert_from{};  ///< what matches earlier, by our clock, is counted and raises no alert
  std::int64_t version = 1;
  TimePoint updated_at{};  ///< of the last row of its history
  std::string file;        ///< where its text lies or lay: a path, or the id of an own text
  std::optional<TimePoint> gone_at;  ///< no text of it is in force since then
};

/// A rule that is in force, as `Detections::know_rules` is told of it.
struct KnownRule {
  std::string key;
  std::string title;
  std::string digest;  ///< of its text
  bool on_probation = false;  ///< when it or its meaning is new it is watched for a while before it alerts
  std::string meaning = {};   ///< digest of what it says of events, and of what rules say that it names
  std::vector<std::pair<std::string, std::string>> filters = {};  ///< that narrow it: name and digest of the meaning of each
  std::string file = {};      ///< see RuleState::file
  bool own = false;           ///< `file` is the id of an own text
  bool through_others = false;  ///< `meaning` is also that of rules that it names
};

/// A text of rules that people of an organization wrote.
struct OwnRule {
  std::string id, organization_id, text;
  model::Actor created_by, updated_by;
  TimePoint created_at{}, updated_at{};
  std::int64_t version = 1;
};

struct RuleHistoryEntry {
  std::string id, organization_id, key;
  HistoryAction action = HistoryAction::kUpdated;
  std::string value;  ///< JSON object text: kind, sentence, reason, before, after
  model::Actor created_by;
  TimePoint created_at{};
};

/// Which alert a match belongs to: repeats of one rule about one subject within a span of event time are one alert.
struct AlertKey {
  std::string subject;  ///< JSON array text
  TimePoint span_from{};
  std::string title, level;
};

/// An event that a rule matched. Its identity is (rule, time, event, part): what is known already changes nothing.
struct Match {
  std::int64_t rule_no = 0;
  TimePoint time{};
  GuidBytes event{};       ///< its id, as the store gives it
  std::int64_t part = 0;   ///< of a correlation: digest of the group
  std::string captures;    ///< whatever correlations need of the event; bytes that only watch reads
  bool withdrawn = false;  ///< a late event showed that a correlation did not hold here
  std::optional<AlertKey> alert;
};

struct StoredSignal {
  std::int64_t rule_no = 0;
  TimePoint time{};
  GuidBytes event{};
  std::string captures;  ///< of `each_signal` alone
};

struct RuleCounts {
  std::string key;
  std::uint64_t day = 0, week = 0, month = 0;  ///< matched events of the last 24 hours, 7 and 30 days, by whole hours of event time
  std::optional<TimePoint> last;
};

struct RuleHour {
  TimePoint hour{};
  std::uint64_t matches = 0;
};

struct Alert {
  std::int64_t no = 0;
  std::string id, organization_id, rule_key, title, level, device_id, stream;
  std::string subject;  ///< JSON array text
  TimePoint span_from{}, first_at{}, last_at{}, created_at{};
  std::uint64_t matches = 0;
};

/// Which alerts, and which of them by the time at which they were made.
struct AlertFilter {
  std::string rule_key, device_id, level;  ///< empty: any
  std::optional<TimePoint> first_from, first_to, created_from, created_to;  ///< from: inclusive, to: exclusive
  bool oldest_first = false;
  std::size_t offset = 0, limit = 50;
};

/// What rules led to, and what people decided about them. Part of `Control`; what a page of events led to is committed
/// with its cursor, see StreamCommit::matches.
///
/// Threads: every method from any thread. Failure: a method that returns an error changed nothing; kNotFound for what
/// belongs to another organization.
class Detections {
 public:
  virtual ~Detections() = default;

  // Rules
  /// Makes a row for each rule that the organization does not know yet, and notes other texts, other filters, what went and what came
  /// back; a rule on probation that is new or means something else alerts from `probation` later on. `rules`: all that are in force.
  /// Answers every row of the organization.
  virtual Result<std::vector<RuleState>> know_rules(const std::string& organization_id, std::span<const KnownRule> rules,
                                                    Micros probation, TimePoint now) = 0;
  virtual Result<std::vector<RuleState>> rule_states(const std::string& organization_id) = 0;
  /// Switches a rule on or off. Off asks for a reason. A history row when it changed.
  virtual Result<RuleState> switch_rule(const std::string& organization_id, const std::string& key, bool enabled, const std::string& reason,
                                        std::optional<std::int64_t> if_version, const Change& change) = 0;
  /// Ends the probation of a rule: from now on it alerts.
  virtual Result<RuleState> end_probation(const std::string& organization_id, const std::string& key, std::optional<std::int64_t> if_version,
                                          const Change& change) = 0;
  /// Oldest first, with what was done to the own texts that the rule stood in; `key` empty: of every rule. A rule that is gone keeps its own.
  virtual Result<std::vector<RuleHistoryEntry>> rule_history(const std::string& organization_id, const std::string& key) = 0;

  virtual Result<std::vector<OwnRule>> own_rules(const std::string& organization_id) = 0;
  virtual Result<OwnRule> own_rule(const std::string& organization_id, const std::string& id) = 0;
  virtual Result<OwnRule> create_own_rule(const std::string& organization_id, const std::string& text, const Change& change) = 0;
  virtual Result<OwnRule> update_own_rule(const std::string& organization_id, const std::string& id, const std::string& text,
                                          std::optional<std::int64_t> if_version, const Change& change) = 0;
  virtual Status delete_own_rule(const std::string& organization_id, const std::string& id, std::optional<std::int64_t> if_version,
                                 const Change& change) = 0;

  // Signals
  /// What rules say of events of this stream that were committed before: what time has shown since. One transaction.
  virtual Status add_matches(const std::string& device_id, const std::string& stream, std::span<const Match> matches, TimePoint at) = 0;
  /// Signals of these rules from `from` to `to` (inclusive) in the order of event time. `row` returns false to end.
  virtual Status each_signal(std::span<const std::int64_t> rule_nos, TimePoint from, TimePoint to, const std::function<bool(const StoredSignal&)>& row) = 0;
  /// Ids of the events at `time` that have a signal of one of these rules.
  virtual Result<std::vector<GuidBytes>> signal_events_at(std::span<const std::int64_t> rule_nos, TimePoint time) = 0;
  /// Newest first.
  virtual Result<std::vector<StoredSignal>> recent_signals(const std::string& organization_id, const std::string& key, std::size_t limit) = 0;
  /// Rules with a match, all of them or those of one device (empty: all).
  virtual Result<std::vector<RuleCounts>> rule_counts(const std::string& organization_id, const std::string& device_id, TimePoint now) = 0;
  virtual Result<std::vector<RuleHour>> rule_hours(const std::string& organization_id, const std::string& key, TimePoint from) = 0;
  /// Drops signals of no alert that were noticed before `limit`, and counts of hours before it. For a timer.
  virtual Status sweep_signals(TimePoint limit) = 0;

  // Alerts
  /// Those that turned out to be nothing are left out.
  virtual Result<std::vector<Alert>> alerts(const std::string& organization_id, const AlertFilter& filter) = 0;
  /// How many there are, offset and limit aside.
  virtual Result<std::size_t> count_alerts(const std::string& organization_id, const AlertFilter& filter) = 0;
  virtual Result<Alert> alert(const std::string& organization_id, const std::string& id) = 0;
  /// The matches that the alert stands for, oldest first.
  virtual Result<std::vector<StoredSignal>> alert_matches(const std::string& organization_id, const std::string& id, std::size_t limit) = 0;
};

}  // namespace picket::control
