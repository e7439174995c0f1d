#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "detect/rule.h"

namespace picket::detect {

/// One event in a group of a correlation.
struct WindowEntry {
  std::int64_t time = 0;     ///< microseconds
  std::uint64_t event = 0;
  std::uint64_t inputs = 0;  ///< one bit for each rule of the correlation that matched the event
  std::uint64_t value = 0;   ///< value_count: a digest of what is counted
  double number = 0;         ///< value_sum, value_avg, value_percentile
  bool fired = false;

  bool before(std::int64_t other_time, std::uint64_t other_event) const { return std::pair(time, event) < std::pair(other_time, other_event); }
};

/// The events of one group, by time and identity, with the answer of the correlation's condition at each. Not thread-safe.
class Window {
 public:
  struct Change {
    std::int64_t time;
    std::uint64_t event;
    bool fired;  ///< false: withdrawn
  };

  /// Adds an event (or further rules to an event that is there) and judges it and every later one it bears on. Appends what
  /// changed.
  void add(const Correlation& correlation, std::size_t inputs, const WindowEntry& entry, std::vector<Change>& changes);
  /// Takes rules from an event again; it goes with its last.
  void remove(const Correlation& correlation, std::size_t inputs, std::int64_t time, std::uint64_t event, std::uint64_t bits, std::vector<Change>& changes);

  /// Drops what lies before `time`, and the oldest beyond `most`. Gives how many the latter were.
  std::size_t trim(const Correlation& correlation, std::int64_t time, std::size_t most);
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  std::unordered_set<std::uint64_t> events() const;
  std::int64_t newest() const { return entries_.back().time; }
  /// Nothing earlier is known any more.
  std::int64_t forgotten() const { return forgotten_; }

 private:
  bool holds(const Correlation& correlation, std::size_t inputs, std::size_t first, std::size_t last);
  void judge(const Correlation& correlation, std::size_t inputs, std::size_t from, std::int64_t changed, std::vector<Change>& changes);
  void set(std::size_t index, bool fired, std::vector<Change>& changes);
  std::size_t first_at(std::int64_t time) const;
  std::size_t position(std::int64_t time, std::uint64_t event) const;
  std::size_t distinct(std::size_t first, std::size_t last);
  void forget_counts();

  std::deque<WindowEntry> entries_;
  std::int64_t forgotten_ = INT64_MIN;
  /// value_count: how often each value lies in [counted_first_, counted_last_), so that events in order cost no recount.
  std::unordered_map<std::uint64_t, std::uint32_t> counts_;
  std::size_t counted_first_ = 0, counted_last_ = 0;
};

}  // namespace picket::detect
