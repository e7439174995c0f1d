#include "detect/literal_finder.h"

namespace picket::detect {

std::uint32_t LiteralFinder::child(std::uint32_t state, unsigned char byte) const {
  for (const Edge& edge : building_[state])
    if (edge.byte == byte) return edge.to;
  return kNone;
}

void LiteralFinder::add(std::string_view literal, std::uint32_t id) {
  ++count_;
  std::uint32_t state = 0;
  for (const char c : literal) {
    const auto byte = static_cast<unsigned char>(c);
    std::uint32_t next = child(state, byte);
    if (next == kNone) {
      next = static_cast<std::uint32_t>(states_.size());
      states_.emplace_back();
      building_.emplace_back();
      building_[state].push_back({byte, next});
    }
    state = next;
  }
  if (states_[state].ids == kNone) {
    states_[state].ids = static_cast<std::uint32_t>(id_lists_.size());
    id_lists_.emplace_back();
  }
  id_lists_[states_[state].ids].push_back(id);
}

void LiteralFinder::finish() {
  // breadth first, so that a state's suffixes are done before it
  std::vector<std::uint32_t> order{0};
  for (std::size_t i = 0; i < order.size(); ++i)
    for (const Edge& edge : building_[order[i]]) order.push_back(edge.to);
  const auto follow = [&](std::uint32_t state, unsigned char byte) {
    for (;; state = states_[state].fail) {
      const std::uint32_t next = child(state, byte);
      if (next != kNone) return next;
      if (state == 0) return std::uint32_t{0};
    }
  };
  for (const std::uint32_t state : order)
    for (const Edge& edge : building_[state]) {
      State& to = states_[edge.to];
      to.fail = state == 0 ? 0 : follow(states_[state].fail, edge.byte);
      to.dictionary = states_[to.fail].ids != kNone ? to.fail : states_[to.fail].dictionary;
    }
  for (std::uint32_t state = 0; state < states_.size(); ++state) {
    State& s = states_[state];
    if (state == 0 || building_[state].size() > kDense) {
      s.edges = kNone;
      s.first = static_cast<std::uint32_t>(rows_.size());
      rows_.emplace_back();
      for (unsigned byte = 0; byte < 256; ++byte) rows_.back()[byte] = follow(state, static_cast<unsigned char>(byte));
    } else {
      s.first = static_cast<std::uint32_t>(edges_.size());
      s.edges = static_cast<std::uint32_t>(building_[state].size());
      edges_.insert(edges_.end(), building_[state].begin(), building_[state].end());
    }
  }
  building_.clear();
  building_.shrink_to_fit();
}

}  // namespace picket::detect
