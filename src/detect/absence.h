#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "detect/group_window.h"
#include "detect/runs.h"

namespace picket::detect {

/// The events of one group that want, or want not, something before or after them. Fires at an event when all events up to its deadline
/// are known and none of those that must not be there is; one that comes all the same withdraws.
class Absence final : public GroupWindow {
 public:
  bool add(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) override;
  void remove(const GroupRule& rule, const WindowEntry& entry, std::vector<Change>& changes) override;
  void advance(const GroupRule& rule, std::int64_t complete, std::vector<Change>& changes) override;
  std::optional<std::int64_t> due(const GroupRule& rule) const override;
  std::size_t trim(const GroupRule& rule, std::int64_t until, std::int64_t spare) override;
  std::size_t size() const override { return entries_.size() + preceding_.size() + following_.size(); }
  std::unordered_set<std::uint64_t> events() const override;

 private:
  struct Entry {
    std::int64_t time;
    std::uint64_t event, inputs;
    bool fired;
  };

  static std::int64_t wait(const GroupRule& rule) { return rule.following != 0 ? rule.correlation->timespan_us : 0; }
  std::size_t position(std::int64_t time, std::uint64_t event) const;
  void judge(const GroupRule& rule, std::size_t index, std::vector<Change>& changes);
  void judge_between(const GroupRule& rule, std::int64_t from, std::int64_t to, std::vector<Change>& changes);

  std::deque<Entry> entries_;  ///< by time and event
  Runs preceding_, following_;
  std::vector<Runs::Run> gone_;
  std::int64_t complete_ = kLongAgo;
};

}  // namespace picket::detect
