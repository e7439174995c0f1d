#include "codec/country.h"

#include <boost/json.hpp>
#include <string>
#include <unordered_map>

#include "base/assert.h"
#include "base/embed.h"

namespace picket::embedded {
std::span<const File> iso_3166();
}

namespace picket::codec {
namespace {

// What address databases say where the standard's name is another.
constexpr std::pair<std::string_view, std::string_view> kInCommonUse[] = {
    {"Brunei", "BN"},   {"Cabo Verde", "CV"},  {"Cape Verde", "CV"},      {"Czech Republic", "CZ"},
    {"DR Congo", "CD"}, {"Ivory Coast", "CI"}, {"Macau", "MO"},           {"Republic of the Congo", "CG"},
    {"Russia", "RU"},   {"Swaziland", "SZ"},   {"The Netherlands", "NL"}, {"Turkey", "TR"},
    {"Türkiye", "TR"},  {"Vatican City", "VA"}};

struct ByName {
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> codes;

  ByName() {
    const auto file = embedded::iso_3166().front();
    const auto list = boost::json::parse(boost::json::string_view(file.bytes.data(), file.bytes.size()));
    for (const auto& country : list.at("3166-1").as_array()) {
      const std::string code(country.at("alpha_2").as_string());
      for (const char* key : {"name", "common_name", "official_name"})
        if (const auto* name = country.as_object().if_contains(key))
          codes.emplace(std::string(name->as_string()), code);
    }
    shorten();
    for (const auto& [name, code] : kInCommonUse) codes.emplace(name, code);
    PICKET_ASSERT(codes.size() > 249, "iso-codes lists the countries");
  }

  /// "Iran, Islamic Republic of" is also Iran; what two countries would share ("Virgin Islands") names none.
  void shorten() {
    std::unordered_map<std::string, std::string> parts;
    for (const auto& [name, code] : codes) {
      const auto comma = name.find(", ");
      if (comma == std::string::npos) continue;
      const auto [it, fresh] = parts.emplace(name.substr(0, comma), code);
      if (!fresh && it->second != code) it->second.clear();
    }
    for (auto& [name, code] : parts)
      if (!code.empty()) codes.emplace(name, code);
  }
};

}  // namespace

bool is_country_code(std::string_view text) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return text.size() == 2 && capital(text[0]) && capital(text[1]);
}

std::string_view country_code(std::string_view name) {
  if (is_country_code(name)) return name;
  static const ByName known;
  const auto found = known.codes.find(name);
  return found == known.codes.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace picket::codec
