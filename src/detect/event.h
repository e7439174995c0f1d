#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/arena.h"
#include "detect/field_trie.h"

namespace picket::detect {

/// One value of a field.
struct Leaf {
  enum class Type : std::uint8_t { kNull, kText, kMap };
  Type type = Type::kNull;
  bool has_text = false, has_folded = false;
  std::uint32_t next = 0;   ///< the field's next value
  std::string_view text;    ///< numbers and booleans as text; of a map its compact JSON, once asked for
  std::string_view folded;
  simdjson::dom::element element;
};

/// An event taken apart: the values of the wanted fields, found in one walk. Private to the matcher. Reused from event to event
/// without allocation; not thread-safe. Views live until the next `read`.
class Event {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// `all_values`: also every value of the event, for keywords.
  Event(const FieldTrie& trie, bool all_values);

  /// Parses and walks. Errors: kInvalidInput (no JSON object), kTooLarge (over 8 MiB or 100 levels).
  Status read(std::string_view record);
  /// Adds a value that is not in the record, until the next `read`. The view is kept.
  void give(std::uint32_t slot, std::string_view text);
  /// As a record in which nothing is.
  void clear();

  /// Whether the field is there at all, null and [] included.
  bool has(std::uint32_t slot) const { return slots_[slot].epoch == epoch_; }
  std::uint32_t first(std::uint32_t slot) const { return has(slot) ? slots_[slot].first : kNone; }
  /// The slots that are there, in the order found.
  const std::vector<std::uint32_t>& present() const { return present_; }
  Leaf& leaf(std::uint32_t index) { return leaves_[index]; }
  std::uint32_t first_of_all() const { return all_first_; }

  std::string_view text(Leaf& leaf);
  std::string_view folded(Leaf& leaf);
  /// All values of a field as one text: itself when it is one, a JSON array when they are several; nothing for none and null.
  std::optional<std::string_view> joined(std::uint32_t slot);

 private:
  struct Slot {
    std::uint32_t epoch = 0, first = kNone, last = kNone;
  };
  struct Found {
    const FieldTrie::Edge* edge;
    simdjson::dom::element value;
  };

  Status parse(std::string_view record, simdjson::dom::element& root);
  void walk(const simdjson::dom::element& value, std::uint32_t node);
  void walk_map(const simdjson::dom::element& value, std::uint32_t node);
  bool ambiguous(std::size_t base);
  bool resolve(const simdjson::dom::element& value, std::string_view path, std::uint32_t slot);
  void collect(const simdjson::dom::element& value, std::uint32_t slot);
  void collect_all(const simdjson::dom::element& value);
  std::uint32_t add_leaf(const simdjson::dom::element& value);
  void append(std::uint32_t slot, std::uint32_t leaf);
  void touch(std::uint32_t slot);

  const FieldTrie& trie_;
  const bool all_values_;
  simdjson::dom::parser parser_;
  std::vector<char> buffer_;
  Arena arena_;
  std::string scratch_;
  std::uint32_t epoch_ = 0;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> present_;
  std::vector<Leaf> leaves_;
  std::vector<Found> found_;  ///< a stack: the matched keys of the maps being walked
  std::vector<std::uint64_t> edge_seen_;  ///< by edge: the map in which it was matched last
  std::uint64_t maps_ = 0;
  std::uint32_t all_first_ = kNone, all_last_ = kNone;
};

/// JSON that is valid and yet too odd for the parser, made plain: numbers beyond 64 bits or a double become texts, halves of
/// surrogate pairs U+FFFD. Nothing when the text is no JSON.
std::optional<std::string> mend_json(std::string_view text, std::size_t max_depth);

}  // namespace picket::detect
