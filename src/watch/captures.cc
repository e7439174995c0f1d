#include "watch/captures.h"

#include "codec/packed_texts.h"
#include "crypto/digest.h"

namespace picket::watch {

std::string shape_of(const detect::RuleSet::Linked& linked) {
  if (linked.captures.empty()) return {};
  std::string all;
  for (std::size_t i = 0; i < linked.captures.size(); ++i) {
    codec::append_packed(all, linked.captures[i]);
    all += linked.compared[i] ? '=' : '.';
  }
  return crypto::sha256(all).substr(0, 2);
}

void pack(std::string_view shape, const std::vector<bool>& compared, std::span<const std::optional<std::string_view>> captures, std::string& out) {
  out = shape;
  for (std::size_t i = 0; i < captures.size(); ++i) {
    if (!compared[i] || !captures[i] || captures[i]->size() <= sizeof(std::uint64_t)) {
      codec::append_packed(out, captures[i]);
      continue;
    }
    const std::uint64_t digest = crypto::short_digest(*captures[i]);
    codec::append_packed(out, std::string_view(reinterpret_cast<const char*>(&digest), sizeof digest));
  }
}

bool unpack(std::string_view packed, std::string_view shape, Values& out) {
  if (!packed.starts_with(shape)) return false;
  codec::PackedTexts in(packed.substr(shape.size()));
  std::optional<std::string_view> text;
  std::size_t count = 0;
  for (; in.next(text); ++count) {
    if (count == out.size()) out.emplace_back();
    auto& value = out[count];
    if (text && value)
      value->assign(*text);
    else
      value = text;
  }
  out.resize(count);
  return true;
}

}  // namespace picket::watch
