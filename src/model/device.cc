#include "model/device.h"

#include <array>
#include <utility>

namespace picket::model {
namespace {

template <typename Enum, std::size_t N>
using Table = std::array<std::pair<Enum, std::string_view>, N>;

template <typename Enum, std::size_t N>
std::string_view name_of(const Table<Enum, N>& table, Enum value) {
  for (const auto& [v, name] : table)
    if (v == value) return name;
  return table[0].second;
}

template <typename Enum, std::size_t N>
std::optional<Enum> value_of(const Table<Enum, N>& table, std::string_view text) {
  for (const auto& [v, name] : table)
    if (name == text) return v;
  return std::nullopt;
}

constexpr Table<ActorType, 5> kActorTypes{{{ActorType::kSystem, "system"},
                                           {ActorType::kUser, "user"},
                                           {ActorType::kOrganization, "organization"},
                                           {ActorType::kApi, "api"},
                                           {ActorType::kService, "service"}}};
constexpr Table<DeviceStatus, 3> kStatuses{{{DeviceStatus::kHealthy, "healthy"},
                                            {DeviceStatus::kUnhealthy, "unhealthy"},
                                            {DeviceStatus::kHealthChecksNotSupported, "health_checks_not_supported"}}};
constexpr Table<HealthLevel, 5> kLevels{{{HealthLevel::kOk, "ok"},
                                         {HealthLevel::kWarning, "warning"},
                                         {HealthLevel::kError, "error"},
                                         {HealthLevel::kVerifying, "verifying"},
                                         {HealthLevel::kPaused, "paused"}}};

}  // namespace

std::string_view to_string(ActorType type) { return name_of(kActorTypes, type); }
std::optional<ActorType> actor_type_from(std::string_view text) { return value_of(kActorTypes, text); }
std::string_view to_string(DeviceStatus status) { return name_of(kStatuses, status); }
std::optional<DeviceStatus> device_status_from(std::string_view text) { return value_of(kStatuses, text); }
std::string_view to_string(HealthLevel level) { return name_of(kLevels, level); }
std::optional<HealthLevel> health_level_from(std::string_view text) { return value_of(kLevels, text); }

}  // namespace picket::model
