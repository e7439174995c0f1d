#include "detect/placeholders.h"

#include <fmt/format.h>

#include "codec/yaml.h"
#include "detect/notes.h"

namespace picket::detect {
namespace {

constexpr std::size_t kMaxValues = 20'000;  // of one name

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kPlaceholderCharacters) == std::string_view::npos;
}

Status add_value(const codec::YamlNode& node, std::vector<std::string>& out) {
  if (!node.is_scalar() || node.type == codec::YamlType::kNull || node.text.empty()) return fail_at(node.place, "A value must be a text or a number.");
  out.push_back(node.text);
  return {};
}

}  // namespace

Result<Placeholders> read_placeholders(std::string_view text) {
  Placeholders out;
  const auto documents = codec::parse_yaml(text);
  for (const auto& document : documents)
    if (!document) return fail(document.error());
  if (documents.empty()) return out;
  const codec::YamlNode& root = *documents.front();
  if (documents.size() > 1) return fail_at(documents[1]->place, "The file holds one document: names, each with its values.");
  if (!root.is_map()) return fail_at(root.place, "The file must be a map of names, each with its values.");
  for (std::size_t i = 0; i < root.keys.size(); ++i) {
    const auto& key = root.keys[i];
    const codec::YamlNode& value = root.items[i];
    if (!is_name(key.text)) return fail_at(key.place, fmt::format("\"{}\" cannot stand between percent signs: letters, digits and underscores can.", key.text));
    std::vector<std::string>& values = out[key.text];
    if (!value.is_sequence()) {
      PICKET_TRY(add_value(value, values));
      continue;
    }
    if (value.items.size() > kMaxValues) return fail_at(value.place, fmt::format("{} has {} values; at most {} are allowed.", key.text, value.items.size(), kMaxValues));
    for (const codec::YamlNode& one : value.items) PICKET_TRY(add_value(one, values));
  }
  return out;
}

}  // namespace picket::detect
