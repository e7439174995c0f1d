#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/rule_set.h"

/// What a signal carries to correlations, as it is stored: the shape, then each value (codec/packed_texts.h). Threads: any.
namespace picket::watch {

using Values = std::vector<std::optional<std::string>>;

/// Two bytes that say which captures a rule's signals carry, and how; empty when none. A signal of another shape was stored when
/// correlations asked for other fields.
std::string shape_of(const detect::RuleSet::Linked& linked);

/// Into `out`, whose room is used again. Where values are only compared a digest stands for long ones.
void pack(std::string_view shape, const std::vector<bool>& compared, std::span<const std::optional<std::string_view>> captures, std::string& out);

/// Into `out`, whose room is used again. False: it was not packed in this shape.
bool unpack(std::string_view packed, std::string_view shape, Values& out);

}  // namespace picket::watch
