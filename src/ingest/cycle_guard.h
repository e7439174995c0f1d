#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace picket::ingest {

/// Notices a vendor that turns in a circle within one round: a cursor that was seen before, or pages without records
/// that always promise more. Memory: hashes of the round's last 4,096 cursors. Not thread-safe.
class CycleGuard {
 public:
  /// One page that promises more. Returns why the round should end, or nothing.
  std::optional<std::string_view> see(std::string_view sent, std::string_view next, bool empty) {
    if (seen_.size() >= 4096) seen_.clear();
    seen_.insert(std::hash<std::string_view>{}(sent));
    const bool again = !seen_.insert(std::hash<std::string_view>{}(next)).second;
    repeats_ = again ? repeats_ + 1 : 0;
    empties_ = empty ? empties_ + 1 : 0;
    // staying where one is happens once on an idle stream; going back never does
    if (repeats_ >= 2 || (again && next != sent)) return "sends us round in a circle: the same places come again and again";
    if (empties_ >= 3) return "promises more events and sends none";
    return std::nullopt;
  }
  void reset() {
    seen_.clear();
    repeats_ = empties_ = 0;
  }

 private:
  std::unordered_set<std::size_t> seen_;
  int repeats_ = 0;
  int empties_ = 0;
};

}  // namespace picket::ingest
