#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "detect/rule.h"

namespace picket::detect {

/// Far before every event and far from overflow.
constexpr std::int64_t kLongAgo = INT64_MIN / 4;

/// One event in a group of a correlation.
struct WindowEntry {
  std::int64_t time = 0;     ///< microseconds
  std::uint64_t event = 0;
  std::uint64_t inputs = 0;  ///< one bit for each rule of the correlation that matched the event
  std::uint64_t value = 0;   ///< value_count: a digest of what is counted. `different`: of the first rule's values
  union {
    double number = 0;       ///< value_sum, value_avg, value_percentile
    std::uint64_t second;    ///< `different`: a digest of the second rule's values
  };
  bool fired = false;

  bool before(std::int64_t other_time, std::uint64_t other_event) const { return std::pair(time, event) < std::pair(other_time, other_event); }
};

/// A correlation as its groups need it.
struct GroupRule {
  const Correlation* correlation = nullptr;
  std::int64_t keep_us = 0;  ///< how far behind the newest event a group is remembered
  std::int64_t back_us = 0, ahead_us = 0;  ///< what an event's answer depends on: that far before and after it
  bool in_order = false;     ///< the identities of events of one time are their order; else nothing is known of it
  bool settled = true;       ///< no input is ever withdrawn: all are detection rules
  bool held = false;         ///< an input waits for deadlines: what it may still say is waited for, however late
  std::uint64_t rules = 0, preceding = 0, following = 0;  ///< which bits of WindowEntry::inputs are what
  std::size_t most = 0;      ///< events kept in one group
};

/// What is remembered of one group of a correlation, and the answer of its condition at each event. Not thread-safe.
class GroupWindow {
 public:
  struct Change {
    std::int64_t time;
    std::uint64_t event;
    bool fired;  ///< false: withdrawn
  };
  virtual ~GroupWindow() = default;

  /// Adds an event (or further rules to an event that is there) and judges it and every later one it bears on. Appends what
  /// changed. An event that was seen before changes nothing. False: the condition never holds at this event, whatever comes.
  virtual bool add(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) = 0;
  /// Takes rules (`entry.inputs`) from an event again; it goes with its last.
  virtual void remove(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) = 0;
  /// Everything before `complete` is known now: judges what waited for it.
  virtual void advance(const GroupRule&, std::int64_t /*complete*/, std::vector<Change>&) {}
  /// The earliest time that must be complete before something that waits can be judged.
  virtual std::optional<std::int64_t> due(const GroupRule&) const { return std::nullopt; }

  /// Drops what is more than GroupRule::keep_us before `until`, and the oldest beyond the most that is kept. Gives how many of the latter
  /// were not `spare`: so far before the newest event that they were only held.
  virtual std::size_t trim(const GroupRule& rule, std::int64_t until, std::int64_t spare) = 0;
  virtual std::size_t size() const = 0;
  /// The events at which the condition may still come to hold or be withdrawn.
  virtual std::unordered_set<std::uint64_t> events() const = 0;

  /// What was there up to this time is not known any more, because of its age. What happened in a group that is made anew is as if forgotten.
  std::int64_t forgotten() const { return forgotten_; }
  void forget(std::int64_t until) { forgotten_ = std::max(forgotten_, until); }
  /// The same because there was too much of it.
  std::int64_t crowded_out() const { return crowded_out_; }

 protected:
  std::int64_t forgotten_ = kLongAgo, crowded_out_ = kLongAgo;
};

/// The right kind for the correlation.
std::unique_ptr<GroupWindow> make_group_window(const Correlation& correlation);

}  // namespace picket::detect
