#include "detect/event.h"

#include <fmt/format.h>

#include <charconv>

#include "base/assert.h"
#include "codec/json.h"
#include "detect/encodings.h"
#include "detect/text.h"

namespace picket::detect {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxBytes = 8 << 20, kMaxDepth = 100, kFirstCapacity = 64 * 1024;

void append_compact(std::string& out, const dom::element& value) {
  switch (value.type()) {
    case dom::element_type::OBJECT: {
      char separator = '{';
      for (const auto [key, member] : dom::object(value)) {
        out += separator;
        codec::append_json_quote(out, key);
        out += ':';
        append_compact(out, member);
        separator = ',';
      }
      if (separator == '{') out += separator;
      out += '}';
      return;
    }
    case dom::element_type::ARRAY: {
      char separator = '[';
      for (const dom::element member : dom::array(value)) {
        out += separator;
        append_compact(out, member);
        separator = ',';
      }
      if (separator == '[') out += separator;
      out += ']';
      return;
    }
    case dom::element_type::STRING: codec::append_json_quote(out, std::string_view(value)); return;
    case dom::element_type::INT64: out += std::to_string(std::int64_t(value)); return;
    case dom::element_type::UINT64: out += std::to_string(std::uint64_t(value)); return;
    case dom::element_type::DOUBLE: out += number_text(double(value)); return;
    case dom::element_type::BOOL: out += bool(value) ? "true" : "false"; return;
    case dom::element_type::NULL_VALUE: out += "null"; return;
  }
}

template <typename Integer>
std::string_view integer_text(Arena& arena, Integer value) {
  char* const out = arena.allocate(20);
  const auto result = std::to_chars(out, out + 20, value);
  return {out, static_cast<std::size_t>(result.ptr - out)};
}

}  // namespace

Event::Event(const FieldTrie& trie, bool all_values) : trie_(trie), all_values_(all_values), slots_(trie.slots()), edge_seen_(trie.edges()) {
  const auto error = parser_.allocate(kFirstCapacity, kMaxDepth + 1);  // sets the depth for good; that one is refused already
  PICKET_ASSERT(error == simdjson::SUCCESS, "there is memory for a parser");
}

Status Event::parse(std::string_view record, dom::element& root) {
  if (record.size() > kMaxBytes) return fail(ErrorKind::kTooLarge, "The event is larger than 8 MiB; no rule was tried on it.");
  // the parser reads up to 32 bytes behind the text
  if (buffer_.size() < record.size() + simdjson::SIMDJSON_PADDING) buffer_.resize(record.size() + simdjson::SIMDJSON_PADDING);
  record.copy(buffer_.data(), record.size());
  auto error = parser_.parse(buffer_.data(), record.size(), false).get(root);
  if (error == simdjson::CAPACITY || error == simdjson::UNINITIALIZED || error == simdjson::MEMALLOC)
    return fail(ErrorKind::kTooLarge, "There is no memory to read the event.");
  if (error == simdjson::DEPTH_ERROR) return fail(ErrorKind::kTooLarge, fmt::format("The event is nested deeper than {} levels; no rule was tried on it.", kMaxDepth));
  return error == simdjson::SUCCESS ? Status() : fail(ErrorKind::kInvalidInput, "The event is no JSON.");
}

void Event::clear() {
  arena_.reset();
  leaves_.clear();
  present_.clear();
  found_.clear();
  all_first_ = all_last_ = kNone;
  if (++epoch_ == 0) {  // 2^32 events later
    slots_.assign(slots_.size(), Slot{});
    epoch_ = 1;
  }
}

Status Event::read(std::string_view record) {
  clear();
  dom::element root;
  if (const Status done = parse(record, root); !done) {
    const auto mended = record.size() > kMaxBytes ? std::nullopt : mend_json(record, kMaxDepth);
    if (!mended) return done;
    PICKET_TRY(parse(*mended, root));
  }
  if (!root.is_object()) return fail(ErrorKind::kInvalidInput, "The event is no JSON object.");
  walk(root, FieldTrie::kRoot);
  if (all_values_) collect_all(root);
  return {};
}

void Event::walk(const dom::element& value, std::uint32_t node) {
  if (value.is_object()) {
    walk_map(value, node);
  } else if (value.is_array()) {
    for (const dom::element member : dom::array(value)) walk(member, node);
  }
}

void Event::walk_map(const dom::element& value, std::uint32_t node) {
  const dom::object map(value);
  const std::size_t base = found_.size();
  bool dotted = false;
  for (auto at = map.begin(); at != map.end(); ++at) {
    const FieldTrie::Edge* edge = trie_.find(node, at.key());
    if (edge == nullptr) continue;
    dotted = dotted || edge->dotted;
    found_.push_back({edge, at.value()});
  }
  if (dotted && ambiguous(base)) {
    for (const std::uint32_t slot : trie_.slots_through(node)) resolve(value, trie_.rest(node, slot), slot);
  } else {
    for (std::size_t i = base; i < found_.size(); ++i) {
      const Found found = found_[i];
      if (found.edge->slot != FieldTrie::kNone) collect(found.value, found.edge->slot);
      if (found.edge->child != FieldTrie::kNone) walk(found.value, found.edge->child);
    }
  }
  found_.resize(base);
}

/// Whether a field could be read from this map in two ways, as `"a.b": 1` and as `"a": {"b": 1}`.
bool Event::ambiguous(std::size_t base) {
  ++maps_;
  for (std::size_t i = base; i < found_.size(); ++i) edge_seen_[found_[i].edge->id] = maps_;
  for (std::size_t i = base; i < found_.size(); ++i)
    for (const std::uint32_t shorter : found_[i].edge->shorter)
      if (edge_seen_[shorter] == maps_) return true;
  return false;
}

bool Event::resolve(const dom::element& value, std::string_view path, std::uint32_t slot) {
  bool found = false;
  if (value.is_array()) {
    for (const dom::element member : dom::array(value)) found = resolve(member, path, slot) || found;
    return found;
  }
  if (!value.is_object()) return false;
  // the longest key that leads to something wins
  for (std::size_t end = path.size();; end = path.rfind('.', end - 1)) {
    if (end == std::string_view::npos) return false;
    for (const auto [key, member] : dom::object(value)) {
      if (key != path.substr(0, end)) continue;
      if (end == path.size()) {
        collect(member, slot);
        found = true;
      } else {
        found = resolve(member, path.substr(end + 1), slot) || found;
      }
    }
    if (found) return true;
    if (end == 0) return false;
  }
}

void Event::touch(std::uint32_t slot) {
  Slot& s = slots_[slot];
  if (s.epoch == epoch_) return;
  s = {epoch_, kNone, kNone};
  present_.push_back(slot);
}

std::uint32_t Event::add_leaf(const dom::element& value) {
  const auto index = static_cast<std::uint32_t>(leaves_.size());
  leaves_.emplace_back();
  Leaf& leaf = leaves_.back();
  leaf.next = kNone;
  leaf.type = Leaf::Type::kText;
  leaf.has_text = true;
  switch (value.type()) {
    case dom::element_type::STRING: leaf.text = std::string_view(value); break;
    case dom::element_type::INT64: leaf.text = integer_text(arena_, std::int64_t(value)); break;
    case dom::element_type::UINT64: leaf.text = integer_text(arena_, std::uint64_t(value)); break;
    case dom::element_type::DOUBLE: leaf.text = arena_.copy(number_text(double(value))); break;
    case dom::element_type::BOOL: leaf.text = bool(value) ? "true" : "false"; break;
    case dom::element_type::NULL_VALUE: leaf.type = Leaf::Type::kNull; break;
    default:
      leaf.type = Leaf::Type::kMap;
      leaf.has_text = false;
      leaf.element = value;
  }
  return index;
}

void Event::collect(const dom::element& value, std::uint32_t slot) {
  touch(slot);
  if (value.is_array()) {
    for (const dom::element member : dom::array(value)) collect(member, slot);
    return;
  }
  append(slot, add_leaf(value));
}

void Event::append(std::uint32_t slot, std::uint32_t leaf) {
  Slot& s = slots_[slot];
  (s.last == kNone ? s.first : leaves_[s.last].next) = leaf;
  s.last = leaf;
}

void Event::give(std::uint32_t slot, std::string_view text) {
  touch(slot);
  Leaf& leaf = leaves_.emplace_back();
  leaf.type = Leaf::Type::kText;
  leaf.text = text;
  leaf.has_text = true;
  leaf.next = kNone;
  append(slot, static_cast<std::uint32_t>(leaves_.size() - 1));
}

void Event::collect_all(const dom::element& value) {
  if (value.is_object()) {
    for (const auto [key, member] : dom::object(value)) collect_all(member);
  } else if (value.is_array()) {
    for (const dom::element member : dom::array(value)) collect_all(member);
  } else if (!value.is_null()) {
    const std::uint32_t index = add_leaf(value);
    (all_last_ == kNone ? all_first_ : leaves_[all_last_].next) = index;
    all_last_ = index;
  }
}

std::string_view Event::text(Leaf& leaf) {
  if (!leaf.has_text && leaf.type == Leaf::Type::kMap) {
    scratch_.clear();
    append_compact(scratch_, leaf.element);
    leaf.text = arena_.copy(scratch_);
    leaf.has_text = true;
  }
  return leaf.text;
}

std::string_view Event::folded(Leaf& leaf) {
  if (leaf.has_folded) return leaf.folded;
  const std::string_view plain = text(leaf);
  char* const out = arena_.allocate(plain.size());
  if (fold_ascii(out, plain)) {
    leaf.folded = {out, plain.size()};
  } else {
    scratch_.clear();
    append_folded(scratch_, plain);
    leaf.folded = arena_.copy(scratch_);
  }
  leaf.has_folded = true;
  return leaf.folded;
}

std::optional<std::string_view> Event::joined(std::uint32_t slot) {
  const std::uint32_t first_leaf = first(slot);
  if (first_leaf == kNone) return std::nullopt;
  if (leaves_[first_leaf].next == kNone) {
    if (leaves_[first_leaf].type == Leaf::Type::kNull) return std::nullopt;
    return text(leaves_[first_leaf]);
  }
  std::string out;
  for (std::uint32_t i = first_leaf; i != kNone; i = leaves_[i].next) {
    out += out.empty() ? '[' : ',';
    if (leaves_[i].type == Leaf::Type::kText)
      codec::append_json_quote(out, leaves_[i].text);
    else
      out += leaves_[i].type == Leaf::Type::kNull ? std::string_view("null") : text(leaves_[i]);
  }
  out += ']';
  return arena_.copy(out);
}

}  // namespace picket::detect
