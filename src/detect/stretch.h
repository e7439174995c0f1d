#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "detect/correlator.h"
#include "detect/group_window.h"
#include "detect/read_as.h"

namespace picket::detect {

/// What a correlation says, and what it hands to those above it.
struct Told {
  Firing firing;
  std::optional<std::vector<std::optional<std::string>>> carried;  ///< of `top` alone
};

/// Windows of correlations over one stretch of event time: all of them behind the newest event, or one and those below it anywhere.
/// Place: within Correlator. Not thread-safe.
class Stretch {
 public:
  /// `top`: that correlation and those below it, and only what it says is told; else all. `exact`: what is told of an event of which it
  /// is not known whether the window is whole, is left out.
  Stretch(std::shared_ptr<const RuleSet> rules, CorrelatorLimits limits, Ties ties, std::optional<std::uint32_t> top = std::nullopt);

  void add(const Signal& signal, bool exact, std::vector<Told>& out) {
    exact_ = exact;
    apply(signal, false, out);
  }
  /// A correlation of this stretch held, or held not after all, as another stretch says: what those above it make of that.
  void correct(const Told& told, std::vector<Told>& out);
  void advance(std::int64_t until, std::vector<Told>& out);
  std::int64_t complete() const { return complete_; }
  std::size_t events() const { return counts_.events; }
  CorrelatorStats stats() const;
  /// Correlations that could not judge all of what they were told since the last call, because they have forgotten what was around it.
  std::vector<std::uint32_t> take_late();

 private:
  using Captures = std::vector<std::optional<std::string>>;
  /// What is worked out once for a correlation.
  struct Plan {
    GroupRule group;
    std::vector<ReadAs> group_as, values_as;
    std::int64_t delay_us = 0;  ///< how late what it reads may come
    std::uint32_t rank = 0;     ///< inner correlations come before outer ones
    bool used = false;
    std::int64_t newest = kLongAgo;
    std::int64_t gone = kLongAgo;  ///< what lies before may have been in groups that went because they were old
  };
  struct Group {
    std::uint32_t correlation = 0;
    std::uint64_t number = 0;
    std::int64_t newest = kLongAgo;
    std::unique_ptr<GroupWindow> window;
    Captures values;                                      ///< of group-by
    std::unordered_map<std::uint64_t, Captures> carried;  ///< by event: for the correlations above this one
    std::list<std::string>::iterator age;
    std::optional<std::int64_t> due;                      ///< as in `waiting_`
  };
  using Waiting = std::tuple<std::int64_t, std::uint32_t, std::uint64_t, Group*>;  // due, rank, number

  void plan(std::uint32_t index, std::uint32_t rank);
  bool read_key(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures);
  bool read_value(std::uint32_t correlation, const RuleSet::Input& input, const Signal& signal, WindowEntry& entry);
  Group& group_of(std::uint32_t correlation, const RuleSet::Input& input, const Captures& captures);
  void evict();
  void wait(Group& group);
  std::int64_t kept_from(const Plan& plan, std::int64_t newest) const;
  bool comes_late(const Plan& plan, std::uint32_t correlation, const Group& group, std::int64_t time, bool withdrawn);
  void step(std::uint32_t correlation, const RuleSet::Input& input, std::uint64_t bits, const Signal& signal, bool withdrawn, std::vector<Told>& out);
  void emit(Group& group, const std::vector<GroupWindow::Change>& changes, std::vector<Told>& out);
  void apply(const Signal& signal, bool withdrawn, std::vector<Told>& out);

  std::shared_ptr<const RuleSet> rules_;
  CorrelatorLimits limits_;
  Ties ties_;
  std::optional<std::uint32_t> top_;
  bool exact_ = false;
  std::vector<Plan> plans_;  ///< by rule; empty ones for detection rules
  std::unordered_map<std::string, Group> groups_;
  std::string key_;              ///< of the group in hand
  std::string value_;            ///< what is counted, of the signal in hand
  std::list<std::string> ages_;  ///< keys of groups, the one touched last at the end
  std::set<Waiting> waiting_;    ///< groups in which something waits until a time is complete
  std::int64_t complete_ = kLongAgo;
  std::uint64_t numbers_ = 0;
  CorrelatorStats counts_;
  std::vector<std::uint32_t> late_;
};

}  // namespace picket::detect
