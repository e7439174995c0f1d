#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "detect/group_window.h"

namespace picket::detect {

/// The events of one group, by time and identity, with the answer of the correlation's condition at each. Not thread-safe.
class Window final : public GroupWindow {
 public:
  bool add(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) override;
  void remove(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) override;
  std::size_t trim(const GroupRule& rule, std::int64_t until, std::int64_t spare) override;
  std::size_t size() const override { return entries_.size(); }
  std::unordered_set<std::uint64_t> events() const override;

 private:
  bool holds(const GroupRule& rule, std::size_t first, std::size_t last);
  void judge(const GroupRule& rule, std::size_t from, std::int64_t changed, std::vector<Change>& changes);
  void set(std::size_t index, bool fired, std::vector<Change>& changes);
  std::size_t first_at(std::int64_t time) const;
  std::size_t position(std::int64_t time, std::uint64_t event) const;
  std::size_t distinct(std::size_t first, std::size_t last);
  void forget_counts();
  bool out_of_reach(const Correlation& correlation, std::int64_t since) const;

  std::deque<WindowEntry> entries_;
  std::vector<std::int64_t> last_;  ///< temporal kinds: not before the time of the last event of each rule
  /// value_count: how often each value lies in [counted_first_, counted_last_), so that events in order cost no recount.
  std::unordered_map<std::uint64_t, std::uint32_t> counts_;
  std::size_t counted_first_ = 0, counted_last_ = 0;
};

}  // namespace picket::detect
