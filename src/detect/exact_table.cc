#include "detect/exact_table.h"

#include <algorithm>
#include <cstring>

namespace picket::detect {

std::uint32_t ExactTable::hash(std::string_view text) {
  std::uint64_t h = text.size() * 0x9e3779b97f4a7c15;
  const char* p = text.data();
  std::size_t n = text.size();
  std::uint64_t word = 0;
  const auto mix = [&] {
    h = (h ^ word) * 0xff51afd7ed558ccd;
    h ^= h >> 32;
  };
  for (; n >= 8; p += 8, n -= 8) {
    std::memcpy(&word, p, 8);
    mix();
  }
  word = 0;
  for (; n > 0; ++p, --n) word = word << 8 | static_cast<unsigned char>(*p);
  mix();
  return static_cast<std::uint32_t>(h);
}

void ExactTable::add(std::string_view text, std::uint32_t predicate) {
  entries_.push_back({std::string(text), {predicate}});
}

void ExactTable::finish() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.text < b.text; });
  std::vector<Entry> unique;
  for (Entry& entry : entries_) {
    if (!unique.empty() && unique.back().text == entry.text)
      unique.back().predicates.push_back(entry.predicates.front());
    else
      unique.push_back(std::move(entry));
  }
  entries_ = std::move(unique);
  std::size_t size = 4;
  while (size < entries_.size() * 2) size *= 2;
  cells_.assign(size, {});
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    Entry& entry = entries_[i];
    std::sort(entry.predicates.begin(), entry.predicates.end());
    entry.predicates.erase(std::unique(entry.predicates.begin(), entry.predicates.end()), entry.predicates.end());
    lengths_ |= std::uint64_t{1} << std::min<std::size_t>(entry.text.size(), 63);
    knows_map_ = knows_map_ || entry.text.starts_with('{');
    const std::uint32_t h = hash(entry.text);
    std::size_t at = h & (size - 1);
    while (cells_[at].entry != 0) at = (at + 1) & (size - 1);
    cells_[at] = {h, i + 1};
  }
}

std::span<const std::uint32_t> ExactTable::find(std::string_view text) const {
  if (cells_.empty()) return {};
  const std::uint32_t h = hash(text);
  for (std::size_t at = h & (cells_.size() - 1); cells_[at].entry != 0; at = (at + 1) & (cells_.size() - 1))
    if (cells_[at].hash == h && entries_[cells_[at].entry - 1].text == text) return entries_[cells_[at].entry - 1].predicates;
  return {};
}

}  // namespace picket::detect
