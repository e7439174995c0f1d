#pragma once

#include <cstdint>
#include <string_view>

#include "model/event.h"

namespace picket::onepassword {

/// OCSF 1.8.0 class and activity of a record (docs: README.md, table of the mapping).
struct Classification {
  std::uint32_t class_uid = 0;
  std::uint16_t activity_id = 0;
};

constexpr std::uint32_t kAccountChange = 3001, kAuthentication = 3002, kEntityManagement = 3004,
                        kUserAccess = 3005, kGroupManagement = 3006, kApiActivity = 6003;
constexpr std::uint16_t kOther = 99;

/// The same action means different things by object type, so the pair decides. Unknown pairs: 3004, Other.
Classification classify_audit(std::string_view object_type, std::string_view action);
Classification classify_item_usage(std::string_view action);
/// Of a sign-in's category: unknown ones are neither success nor failure.
model::Outcome outcome_of_category(std::string_view category);

}  // namespace picket::onepassword
