#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace picket::detect {

/// Times of events as few intervals: events at most `gap` apart are one run. Whether an event lies in a span of `gap` (inclusive) can be
/// told from the runs as exactly as from the events, in whatever order they come: a span of that length that lies within a run
/// cannot fall between two of its events. Within one time, identities are the order; who knows none asks for all of it (kFirst, kLast). With `joined` false each event stays a run of its own, so that it can be removed again.
class Runs {
 public:
  struct Run {
    std::int64_t first = 0, last = 0;
    std::uint64_t event = 0;  ///< the first one
    std::uint64_t last_event = 0;
    std::uint64_t inputs = 0; ///< of a run that is one event: which rules matched it
    bool fired = false;       ///< for the owner
  };

  /// Adds an event. False: it changes nothing. Runs that stop being ones because of it are appended to `gone`.
  bool add(std::int64_t time, std::uint64_t event, std::uint64_t inputs, std::int64_t gap, bool joined, std::vector<Run>& gone);
  /// Takes rules from an event that is a run of its own. True: that was its last one, and it is gone.
  bool remove(std::int64_t time, std::uint64_t event, std::uint64_t inputs, std::vector<Run>& gone);
  using Key = std::pair<std::int64_t, std::uint64_t>;  ///< time and event
  static constexpr std::uint64_t kFirst = 0, kLast = UINT64_MAX;  ///< of all events at a time
  /// Whether an event lies in [from, to]; exact when that is at most `gap` long.
  bool meets(Key from, Key to) const;
  /// Drops runs that end before `time`.
  void drop_before(std::int64_t time);
  void drop_oldest(std::size_t count);
  /// The run that holds the event or, if there is none, the next; size() at the end.
  std::size_t find(std::int64_t time, std::uint64_t event) const;

  std::size_t size() const { return runs_.size(); }
  Run& operator[](std::size_t i) { return runs_[i]; }
  const Run& operator[](std::size_t i) const { return runs_[i]; }

 private:
  std::vector<Run> runs_;  ///< by (first, event)
};

}  // namespace picket::detect
