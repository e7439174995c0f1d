#include "detect/field_trie.h"

namespace picket::detect {
namespace {

constexpr std::size_t kMaxParts = 32;

}  // namespace

FieldTrie::FieldTrie() {
  nodes_.emplace_back();
}

std::uint32_t FieldTrie::node_of(std::string_view prefix) {
  const auto [row, fresh] = node_of_.emplace(prefix, static_cast<std::uint32_t>(nodes_.size()));
  if (fresh) {
    nodes_.emplace_back();
    nodes_.back().prefix = prefix.size();
  }
  return row->second;
}

FieldTrie::Edge& FieldTrie::edge_of(std::uint32_t node, std::string_view key) {
  for (Edge& edge : nodes_[node].edges)
    if (edge.key == key) return edge;
  Edge edge;
  edge.key = key;
  edge.dotted = key.find('.') != std::string_view::npos;
  nodes_[node].edges.push_back(std::move(edge));
  return nodes_[node].edges.back();
}

std::uint32_t FieldTrie::add(std::string_view path) {
  const auto [row, fresh] = slot_of_.emplace(path, static_cast<std::uint32_t>(paths_.size()));
  const std::uint32_t slot = row->second;
  if (!fresh) return slot;
  paths_.emplace_back(path);
  std::vector<std::size_t> ends;  // of each part
  for (std::size_t i = 0; i < path.size(); ++i)
    if (path[i] == '.') ends.push_back(i);
  if (ends.size() >= kMaxParts) ends.clear();
  ends.push_back(path.size());
  // from each beginning of a part, a key may take one part or several
  for (std::size_t first = 0; first < ends.size(); ++first) {
    const std::size_t begin = first == 0 ? 0 : ends[first - 1] + 1;
    const std::uint32_t node = first == 0 ? kRoot : node_of(path.substr(0, begin));
    nodes_[node].slots.push_back(slot);
    for (std::size_t last = first; last < ends.size(); ++last) {
      const std::string_view key = path.substr(begin, ends[last] - begin);
      if (last + 1 == ends.size()) {
        edge_of(node, key).slot = slot;
      } else {
        const std::uint32_t child = node_of(path.substr(0, ends[last] + 1));
        edge_of(node, key).child = child;
      }
    }
  }
  return slot;
}

void FieldTrie::finish() {
  for (Node& node : nodes_)
    for (Edge& edge : node.edges) edge.id = static_cast<std::uint32_t>(edges_++);
  for (Node& node : nodes_) {
    std::size_t size = 2;
    while (size < node.edges.size() * 2) size *= 2;
    node.mask = size - 1;
    node.table.assign(size, kNone);
    for (std::uint32_t i = 0; i < node.edges.size(); ++i) {
      std::size_t at = hash(node.edges[i].key) & node.mask;
      while (node.table[at] != kNone) at = (at + 1) & node.mask;
      node.table[at] = i;
    }
    for (std::uint32_t i = 0; i < node.edges.size(); ++i) {
      Edge& edge = node.edges[i];
      for (std::size_t dot = edge.key.find('.'); dot != std::string::npos; dot = edge.key.find('.', dot + 1))
        if (const Edge* shorter = find(static_cast<std::uint32_t>(&node - nodes_.data()), std::string_view(edge.key).substr(0, dot)))
          edge.shorter.push_back(shorter->id);
    }
  }
}

}  // namespace picket::detect
