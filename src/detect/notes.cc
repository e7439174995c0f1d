#include "detect/notes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/strings.h"

namespace picket::detect {
namespace {

using codec::YamlNode;

/// Letters to add, drop, change or swap with the next one to make one text the other.
std::size_t slips(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> steps(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        steps[i][j] = i + j;
        continue;
      }
      steps[i][j] = std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  return steps[a.size()][b.size()];
}

void write_meaning(const YamlNode& node, std::string& out) {
  const auto text = [&out](std::string_view of) { (out += std::to_string(of.size())) += ':'; out += of; };
  if (node.is_scalar()) {
    using enum codec::YamlType;
    out += node.type == kNull ? 'n' : node.type == kInteger || node.type == kFloat ? 'd' : 's';
    text(node.text);
    return;
  }
  out += node.is_map() ? '{' : '[';
  std::vector<std::size_t> order(node.items.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (node.is_map()) std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return node.keys[a].text < node.keys[b].text; });
  for (const std::size_t i : order) {
    if (node.is_map()) text(node.keys[i].text);
    write_meaning(node.items[i], out);
  }
  out += node.is_map() ? '}' : ']';
}

Error error_at(TextPlace place, std::string message) {
  Error error(ErrorKind::kInvalidInput, std::move(message));
  error.place = place;
  return error;
}

}  // namespace

std::string_view likely(std::string_view written, std::span<const std::string_view> known) {
  constexpr std::size_t kLongest = 40;
  const auto plain = [](std::string_view text) {
    std::string out = to_lower(text);
    std::replace(out.begin(), out.end(), '_', '-');
    return out;
  };
  if (written.size() > kLongest) return {};
  const std::string from = plain(written);
  std::string_view best;
  std::size_t least = written.size() > 4 ? 3 : 2;  // what is less than this is a slip
  for (const std::string_view word : known) {
    const std::size_t steps = word == written || word.size() > kLongest ? least : slips(from, plain(word));
    if (steps < least) std::tie(best, least) = std::pair(word, steps);
  }
  return best;
}

void warn_unknown(const YamlNode& map, std::span<const std::string_view> known, std::string_view where, Notes& notes,
                  std::span<const std::string_view> told_elsewhere) {
  const auto among = [](std::span<const std::string_view> words, std::string_view text) { return std::find(words.begin(), words.end(), text) != words.end(); };
  for (const codec::YamlKey& key : map.keys) {
    if (among(known, key.text) || among(told_elsewhere, key.text)) continue;
    const std::string_view meant = likely(key.text, known);
    notes.warn(key.place, fmt::format("\"{}\" is not known {} and does nothing; {}", key.text, where,
                                      meant.empty() ? fmt::format("known are {}.", fmt::join(known, ", ")) : fmt::format("did you mean {}?", meant)));
  }
}

std::string meaning_of(const YamlNode& document) {
  std::string out;
  for (const std::string_view key : {"detection", "filter", "correlation", "generate", "level"})
    if (const YamlNode* part = document.find(key)) write_meaning(*part, (out += key) += '=');
  for (const auto& [section, keys] : {std::pair<std::string_view, std::vector<std::string_view>>("logsource", {"category", "product", "service"}),
                                      {"picket", {"first_seen", "not_followed_by", "not_preceded_by", "equal", "different", "read_as"}}})
    if (const YamlNode* map = document.find(section))
      for (const std::string_view key : keys)
        if (const YamlNode* part = map->find(key)) write_meaning(*part, (out += key) += '=');
  return out;
}

void Notes::warn(TextPlace place, std::string message) {
  warnings.push_back(error_at(place, std::move(message)));
}

tl::unexpected<Error> fail_at(TextPlace place, std::string message) {
  return fail(error_at(place, std::move(message)));
}

}  // namespace picket::detect
