#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace picket::detect {

/// The field paths that a program wants, by their parts: one walk over an event finds them all. A node stands for the dotted
/// path that led to it; an edge is a key of a map there, which may itself hold dots (`"a.b": 1`). Immutable once built.
class FieldTrie {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint32_t kRoot = 0;

  struct Edge {
    std::string key;
    std::uint32_t slot = kNone;   ///< the field that ends here
    std::uint32_t child = kNone;  ///< the node of longer fields
    bool dotted = false;
    std::uint32_t id = 0;                ///< among all edges
    std::vector<std::uint32_t> shorter;  ///< ids of the edges here that are the first parts of this key
  };

  FieldTrie();
  /// The slot of a path; the same for the same path. Paths of more than 32 parts are one literal key.
  std::uint32_t add(std::string_view path);
  /// Builds the tables; nothing is added afterwards.
  void finish();

  std::size_t edges() const { return edges_; }
  std::size_t slots() const { return paths_.size(); }
  const std::string& path(std::uint32_t slot) const { return paths_[slot]; }

  /// Every slot whose path goes through a node, and what of the path lies behind it.
  const std::vector<std::uint32_t>& slots_through(std::uint32_t node) const { return nodes_[node].slots; }
  std::string_view rest(std::uint32_t node, std::uint32_t slot) const { return std::string_view(paths_[slot]).substr(nodes_[node].prefix); }

  const Edge* find(std::uint32_t node, std::string_view key) const {
    const Node& n = nodes_[node];
    std::size_t at = hash(key) & n.mask;
    while (n.table[at] != kNone) {
      const Edge& edge = n.edges[n.table[at]];
      if (edge.key == key) return &edge;
      at = (at + 1) & n.mask;
    }
    return nullptr;
  }

 private:
  struct Node {
    std::size_t prefix = 0;  ///< bytes of a path that led here, the dot included
    std::vector<std::uint32_t> slots;  ///< every path that goes through here
    std::vector<Edge> edges;
    std::vector<std::uint32_t> table;
    std::size_t mask = 0;
  };

  static std::size_t hash(std::string_view key) {
    std::uint64_t head = 0, tail = 0;
    if (key.size() >= 8) {
      std::memcpy(&head, key.data(), 8);
      std::memcpy(&tail, key.data() + key.size() - 8, 8);
    } else {
      for (const char c : key) head = head << 8 | static_cast<unsigned char>(c);
    }
    const std::uint64_t mixed = (head ^ (tail * 0x9e3779b97f4a7c15) ^ key.size()) * 0xff51afd7ed558ccd;
    return static_cast<std::size_t>(mixed >> 32);
  }

  std::uint32_t node_of(std::string_view prefix);
  Edge& edge_of(std::uint32_t node, std::string_view key);

  std::vector<Node> nodes_;
  std::size_t edges_ = 0;
  std::vector<std::string> paths_;
  std::unordered_map<std::string, std::uint32_t> slot_of_, node_of_;
};

}  // namespace picket::detect
