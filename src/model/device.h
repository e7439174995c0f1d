#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace picket::model {

/// Who did something: each user, key, organization and the system itself is one actor.
enum class ActorType { kSystem, kUser, kOrganization, kApi, kService };
std::string_view to_string(ActorType type);
std::optional<ActorType> actor_type_from(std::string_view text);

struct Actor {
  std::string id;
  ActorType type = ActorType::kSystem;
  std::string display_name;
};

/// The API's three verdicts; none yet is `std::nullopt` beside `is_verifying_status`.
enum class DeviceStatus { kHealthy, kUnhealthy, kHealthChecksNotSupported };
std::string_view to_string(DeviceStatus status);
std::optional<DeviceStatus> device_status_from(std::string_view text);

/// What a person sees: one icon, one word.
enum class HealthLevel { kOk, kWarning, kError, kVerifying, kPaused };
std::string_view to_string(HealthLevel level);
std::optional<HealthLevel> health_level_from(std::string_view text);

/// A verdict on a device or on one of its streams. `code` is stable (docs/api.md lists them); `sentence` is for people.
struct Health {
  std::optional<DeviceStatus> status;
  HealthLevel level = HealthLevel::kVerifying;
  std::string code = "verifying";
  std::string sentence;
  TimePoint since{};
};

}  // namespace picket::model
