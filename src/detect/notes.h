#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/yaml.h"

namespace picket::detect {

/// What reading a rule found out besides the rule.
struct Notes {
  std::vector<Error> warnings;
  std::size_t weight = 0;  ///< what the values stand for so far: a few bytes of YAML can mean thousands of texts
  void warn(TextPlace place, std::string message);
};

/// The known word that was most likely meant: a letter or two off, or with other case or dashes. Empty: none.
std::string_view likely(std::string_view written, std::span<const std::string_view> known);

/// Warns of keys of a map that are not known, but for those that are told elsewhere. `where`: "in logsource".
void warn_unknown(const codec::YamlNode& map, std::span<const std::string_view> known, std::string_view where, Notes& notes,
                  std::span<const std::string_view> told_elsewhere = {});

/// What the parts of a document that decide about events say, in one spelling: detection, filter, correlation, log source, level.
std::string meaning_of(const codec::YamlNode& document);

/// An error about the rule's text (kInvalidInput).
tl::unexpected<Error> fail_at(TextPlace place, std::string message);

}  // namespace picket::detect
