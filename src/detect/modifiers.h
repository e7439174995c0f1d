#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "detect/rule.h"

namespace picket::detect {

enum class Transform { kWindash, kBase64, kBase64Offset, kUtf16Le, kUtf16Be, kUtf16 };

/// The modifiers of one item, checked to go together. The order counts only among `transforms`, so `windash|contains` is
/// `contains|windash`.
struct Modifiers {
  std::vector<Transform> transforms;
  Anchor anchor = Anchor::kWhole;
  bool all = false, negated = false, cased = false, exists = false, cidr = false, fieldref = false, expand = false;
  bool regex = false;
  std::string regex_flags;  ///< of "ims"
  std::optional<Compare> compare;
  TimePart time_part = TimePart::kNone;
  std::string compare_name;  ///< the modifier that wants a number, for errors

  bool compares() const { return compare.has_value() || time_part != TimePart::kNone; }
  /// Nothing changes how a value is read or compared.
  bool plain() const { return transforms.empty() && anchor == Anchor::kWhole && !regex && !expand && !exists && !cidr && !fieldref && !compares(); }
};

/// "contains|all" and so on; `given` false: there is no bar at all. Errors: an unknown or unfit modifier, at `place`.
Result<Modifiers> parse_modifiers(std::string_view text, bool given, TextPlace place);

}  // namespace picket::detect
