#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "detect/rule_set.h"

namespace picket::detect {

/// A match of a rule that a correlation names: all that correlations ever see of an event. What is worth storing.
struct Signal {
  std::uint32_t rule = 0;   ///< index into RuleSet::rules()
  TimePoint time{};         ///< of the event, as the vendor wrote it
  std::uint64_t event = 0;  ///< identity of the event; orders events of one time
  std::vector<std::optional<std::string>> captures;  ///< as RuleSet::Linked::captures names them
};

/// A correlation's condition held at an event. Its identity is (rule, event, group).
struct Firing {
  std::uint32_t rule = 0;
  TimePoint time{};
  std::uint64_t event = 0;
  std::vector<std::optional<std::string>> group;  ///< values of group-by
  /// True: an event that came late shows that the condition did not hold after all (`lte`, `eq`, `not`). What fired less what
  /// was withdrawn is the same in whatever order events come.
  bool withdrawn = false;
};

struct CorrelatorLimits {
  std::size_t max_groups = 100'000;      ///< of all correlations together; the one untouched for longest goes
  std::size_t max_group_events = 10'000; ///< in one group; the oldest goes
  std::size_t max_group_values = 100'000;  ///< of `first_seen`, in one group; the tenth not seen for longest goes
  Micros lateness = std::chrono::hours(1);  ///< how much longer than its time span a window is kept for late events
  std::size_t max_recalled = 500'000;  ///< signals read back at once, and events kept of what was read back, for what comes later than that
};

/// What is known of the order of events at one time.
enum class Ties : std::uint8_t {
  kTogether,  ///< nothing: they are in one another's windows, so that identities decide nothing. For a store, whose identities say where an event lies
  kInOrder,   ///< Signal::event is their order: a window ends with its event. For a file, or any list that somebody wrote in order
};

/// What the limits cost. A non-zero count means that some correlation may have missed something.
struct CorrelatorStats {
  std::size_t groups = 0, events = 0;
  std::uint64_t evicted_groups = 0, evicted_events = 0, too_late = 0;
  std::uint64_t recalled = 0;  ///< signals that were read back; costs time and misses nothing
};

/// Tells the signals of these rules that were told the correlator before, with `from` <= time <= `to`, in any order. `row` returns false to end.
using Recall = std::function<Status(std::span<const std::uint32_t> rules, TimePoint from, TimePoint to, const std::function<bool(const Signal&)>& row)>;

/// Windows of correlation rules over signals: a bounded cache of what the signals say, and nothing more. Feed it the signals of the
/// last (RuleSet::Linked::history_needed + lateness) again after a restart, by time or as they came, then `advance` to where it was, and it is
/// as before; what that appends was told before.
/// Place: behind Matcher, one for an organization. Threads: not thread-safe. Failure: none but that of reading back; limits are told by `stats`.
/// Windows slide: the condition is judged at each event over that event and those at most one time span (inclusive) before it.
/// Events of one time are taken as `Ties` says. A signal that was seen before changes nothing. What depends on something that does not come (`picket: not_followed_by`, `not_preceded_by`) is judged by
/// `advance` alone, never by a clock.
class Correlator {
 public:
  explicit Correlator(std::shared_ptr<const RuleSet> rules, CorrelatorLimits limits = {}, Ties ties = Ties::kTogether);
  ~Correlator();
  Correlator(Correlator&&) noexcept;
  Correlator& operator=(Correlator&&) noexcept;

  /// Appends what fires because of the signal, inner correlations before the outer ones. A rule that no correlation names
  /// costs nothing. One that is older than its window is kept is not judged, and counted.
  void add(const Signal& signal, std::vector<Firing>& out);
  /// The same of several signals, however late they are: those for which windows are not kept any more are judged in windows of their own, over what
  /// `recall` tells of the time around them. What is appended of one event may be said several times; what is said last holds. After an
  /// error the correlator is to be made anew.
  Status add(std::span<const Signal> signals, const Recall& recall, std::vector<Firing>& out);
  /// Every event of the organization before this time is known now. Appends what fires because nothing that prevents it came: an
  /// absence fires when its deadline lies before `complete_until`, with time and identity of its event. One that comes all the same
  /// withdraws. An earlier time than the last one changes nothing.
  void advance(TimePoint complete_until, std::vector<Firing>& out);
  CorrelatorStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace picket::detect
