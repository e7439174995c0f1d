#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace picket::detect {

/// Finds many literals in one pass over a text (Aho-Corasick, bytes). Time: text + hits. Immutable once built.
class LiteralFinder {
 public:
  /// `id` is told back on every hit; several literals may be equal.
  void add(std::string_view literal, std::uint32_t id);
  void finish();
  bool empty() const { return count_ == 0; }

  /// Calls `hit(id, end)` for each literal that ends before byte `end`.
  template <typename Hit>
  void scan(std::string_view text, Hit hit) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      state = step(state, static_cast<unsigned char>(text[i]));
      for (std::uint32_t at = states_[state].ids == kNone ? states_[state].dictionary : state; at != kNone; at = states_[at].dictionary)
        for (const std::uint32_t id : id_lists_[states_[at].ids]) hit(id, i + 1);
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  static constexpr std::uint32_t kDense = 8;  ///< states with more ways out get a full row
  struct State {
    std::uint32_t first = 0;           ///< into edges_, or into rows_
    std::uint32_t edges = 0;           ///< kNone: a full row
    std::uint32_t fail = 0;            ///< the longest proper suffix that is a state
    std::uint32_t dictionary = kNone;  ///< the longest proper suffix that is a literal
    std::uint32_t ids = kNone;
  };
  struct Edge {
    unsigned char byte;
    std::uint32_t to;
  };

  std::uint32_t step(std::uint32_t state, unsigned char byte) const {
    while (true) {
      const State& s = states_[state];
      if (s.edges == kNone) return rows_[s.first][byte];
      for (std::uint32_t i = 0; i < s.edges; ++i)
        if (edges_[s.first + i].byte == byte) return edges_[s.first + i].to;
      state = s.fail;
    }
  }
  std::uint32_t child(std::uint32_t state, unsigned char byte) const;

  std::vector<State> states_{State{}};
  std::vector<std::vector<Edge>> building_{std::vector<Edge>{}};
  std::vector<Edge> edges_;
  std::vector<std::array<std::uint32_t, 256>> rows_;
  std::vector<std::vector<std::uint32_t>> id_lists_;
  std::size_t count_ = 0;
};

}  // namespace picket::detect
