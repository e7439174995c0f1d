#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "detect/group_window.h"
#include "detect/runs.h"

namespace picket::detect {

/// Which values one group had, and when: fires at an event whose value was not there within the time span before, once the group
/// has an event that is between the learning period and the time span old. Memory: a value costs one run however often it comes
/// (unless what is counted can be withdrawn; then one an event).
class FirstSeen final : public GroupWindow {
 public:
  bool add(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) override;
  void remove(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) override;
  std::size_t trim(const GroupRule& rule, std::int64_t until, std::int64_t spare) override;
  std::size_t size() const override { return size_; }
  std::unordered_set<std::uint64_t> events() const override;

 private:
  bool knows(const Correlation& correlation, std::int64_t time) const;
  void judge(const Correlation& correlation, Runs& runs, std::size_t index, std::vector<Change>& changes);
  void judge_learned(const Correlation& correlation, std::int64_t time, bool came, std::vector<Change>& changes);
  void withdraw_gone(std::vector<Change>& changes);
  void drop_stale();
  std::size_t drop_beyond(std::size_t most);

  std::unordered_map<std::uint64_t, Runs> values_;  ///< by digest
  Runs all_;
  std::vector<Runs::Run> gone_;
  std::size_t size_ = 0, swept_ = 0;  ///< runs of all values; how many the last sweep left
  std::int64_t newest_ = kLongAgo;
};

}  // namespace picket::detect
