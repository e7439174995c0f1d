#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "detect/rule.h"
#include "detect/rule_reader.h"

namespace picket::detect {

/// What a rule is known by: its id, in lower case; without one its title, behind "title ".
std::string identity(const Rule& rule);

/// How rules that claim the same identity are told apart.
struct LinkOptions {
  /// Whether the rule is the one in force: it keeps its identity, its name and its title when another claims it. Among those that are not, the first
  /// does; without this a name or title that two rules share is nobody's.
  std::function<bool(const Rule&)> in_force = {};
  /// Also of rules without an id that share a title the second is refused: nothing could tell their counts apart.
  bool one_a_title = false;
};

/// Rules that were read, linked with each other: filters joined to the rules they narrow, correlations to the rules they name.
/// Place: between `read_rules` and `Program` / `Correlator`. Threads: immutable once made; share it. Failure: a rule that cannot
/// be linked is a problem and left out, the others stay.
class RuleSet {
 public:
  /// How a correlation reads the signals of one of the rules it names.
  struct Input {
    std::uint32_t rule;                  ///< index of the named rule
    std::vector<std::uint32_t> group;    ///< for each group-by field, then each of Extras::equal: index into that rule's captures
    std::vector<std::uint32_t> values;   ///< for each counted field, or each of Extras::different: the same
    /// For each capture of the correlation itself: index into the named rule's captures.
    std::vector<std::uint32_t> captures;
  };
  struct Linked {
    Rule rule;
    /// Fields whose values a match of the rule carries to the correlations above it.
    std::vector<std::string> captures;
    /// Of each capture: that those above only ask whether two values are the same, so that a digest says as much as the text.
    std::vector<bool> compared;
    std::vector<Input> inputs;          ///< of a correlation, in the order of Correlation::named()
    std::vector<std::uint32_t> used_by; ///< correlations that name this rule
    std::vector<std::shared_ptr<const Filter>> filters;  ///< that narrow it
    /// False: a correlation lists the rule among its `rules`, and none of those says `generate`: its matches are no alerts by themselves.
    bool alerts = true;
    /// Signals of this rule that are older than this, counted back from the time until which events are complete (see
    /// Correlator::advance) or the newest event, whichever is older, decide nothing any more: how long they must be kept, and how
    /// far back they are fed again after a restart. CorrelatorLimits::lateness comes on top. Zero for a rule that none names.
    Micros history_needed{0};
    /// Of a correlation: how long after an event it may still fire at it, because it or one below waits for a deadline.
    Micros delay{0};
  };

  /// `problems` gets what the files told and what linking found. Two rules with one id, in any case: one is refused (kConflict), see LinkOptions.
  static RuleSet link(std::vector<RuleFile> files, std::vector<Problem>& problems, const LinkOptions& options = {});

  const std::vector<Linked>& rules() const { return rules_; }
  /// Correlations in an order in which each comes after all that it names.
  const std::vector<std::uint32_t>& correlations() const { return correlations_; }

 private:
  std::vector<Linked> rules_;
  std::vector<std::uint32_t> correlations_;
};

}  // namespace picket::detect
