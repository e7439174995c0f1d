#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace picket::ingest {

/// Things with a due time, earliest first. Adding a thing again does not move its old entry: the owner tells a stale
/// entry by comparing `due` with what it last asked for. Guarded by its owner.
template <typename T>
class DueQueue {
 public:
  struct Entry {
    SteadyPoint due;
    T item;
  };

  void add(SteadyPoint due, T item) {
    heap_.push_back({due, std::move(item)});
    std::push_heap(heap_.begin(), heap_.end(), later);
  }
  std::optional<Entry> pop(SteadyPoint now) {
    if (heap_.empty() || heap_.front().due > now) return std::nullopt;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Entry entry = std::move(heap_.back());
    heap_.pop_back();
    return entry;
  }
  std::optional<SteadyPoint> next() const {
    return heap_.empty() ? std::nullopt : std::optional<SteadyPoint>(heap_.front().due);
  }
  std::size_t size() const { return heap_.size(); }

 private:
  static bool later(const Entry& a, const Entry& b) { return a.due > b.due; }
  std::vector<Entry> heap_;
};

}  // namespace picket::ingest
