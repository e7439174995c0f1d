#include "onepassword/actions.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace picket::onepassword {
namespace {

struct Row {
  std::string_view action, object_type;
  std::uint32_t class_uid;
  std::uint16_t activity_id;
};

constexpr std::uint32_t kAcc = kAccountChange, kEnt = kEntityManagement, kGrp = kGroupManagement;

// Sorted by action, then object type.
constexpr Row kAudit[] = {
    {"activate", "user", kAcc, 2},
    {"addgsso", "sso", kEnt, 3},
    {"beginr", "user", kAcc, kOther},
    {"cancelr", "user", kAcc, kOther},
    {"changeks", "user", kAcc, 3},
    {"changela", "user", kAcc, kOther},
    {"changemp", "user", kAcc, 3},
    {"changenm", "user", kAcc, kOther},
    {"changesk", "user", kAcc, 3},
    {"chngasso", "sso", kEnt, 3},
    {"chngdsso", "sso", kEnt, 3},
    {"chngpsso", "sso", kEnt, 3},
    {"completr", "user", kAcc, 4},
    {"create", "card", kEnt, 1},
    {"create", "file", kEnt, 1},
    {"create", "group", kGrp, 6},
    {"create", "invite", kAcc, 1},
    {"create", "item", kEnt, 1},
    {"create", "items", kEnt, 1},
    {"create", "pm", kEnt, 1},
    {"create", "report", kEnt, 1},
    {"create", "sa", kEnt, 1},
    {"create", "satoken", kEnt, 1},
    {"create", "slackapp", kEnt, 1},
    {"create", "sub", kEnt, 1},
    {"create", "template", kEnt, 1},
    {"create", "user", kAcc, 1},
    {"create", "vault", kEnt, 1},
    {"dealldev", "device", kEnt, 7},
    {"dealldev", "user", kEnt, 7},
    {"delete", "card", kEnt, 4},
    {"delete", "device", kEnt, 7},
    {"delete", "file", kEnt, 4},
    {"delete", "group", kGrp, 5},
    {"delete", "item", kEnt, 4},
    {"delete", "items", kEnt, 4},
    {"delete", "pm", kEnt, 4},
    {"delete", "report", kEnt, 4},
    {"delete", "sa", kEnt, 4},
    {"delete", "slackapp", kEnt, 4},
    {"delete", "sub", kEnt, 4},
    {"delete", "template", kEnt, 4},
    {"delete", "user", kAcc, 6},
    {"delete", "vault", kEnt, 4},
    {"delgsso", "sso", kEnt, 3},
    {"deolddev", "device", kEnt, 7},
    {"deolddev", "user", kEnt, 7},
    {"disblduo", "account", kEnt, 9},
    {"disblmfa", "account", kEnt, 9},
    {"disblmfa", "mfa", kAcc, 11},
    {"disblmfa", "user", kAcc, 11},
    {"disblsso", "sso", kEnt, 9},
    {"dvrfydmn", "account", kEnt, 9},
    {"enblduo", "account", kEnt, 8},
    {"enblmfa", "account", kEnt, 8},
    {"enblmfa", "mfa", kAcc, 10},
    {"enblmfa", "user", kAcc, 10},
    {"enblsso", "sso", kEnt, 8},
    {"grant", "gva", kGrp, 1},
    {"grant", "uva", kUserAccess, 1},
    {"join", "gm", kGrp, 3},
    {"leave", "gm", kGrp, 4},
    {"provsn", "user", kAcc, 1},
    {"purge", "card", kEnt, 4},
    {"purge", "file", kEnt, 4},
    {"purge", "item", kEnt, 4},
    {"purge", "items", kEnt, 4},
    {"purge", "pm", kEnt, 4},
    {"purge", "report", kEnt, 4},
    {"purge", "slackapp", kEnt, 4},
    {"purge", "sub", kEnt, 4},
    {"purge", "template", kEnt, 4},
    {"purge", "vault", kEnt, 4},
    {"reactive", "user", kAcc, 2},
    {"reauth", "device", kEnt, 6},
    {"revoke", "gva", kGrp, 2},
    {"revoke", "uva", kUserAccess, 2},
    {"role", "gm", kGrp, kOther},
    {"suspend", "user", kAcc, 5},
    {"trename", "satoken", kEnt, 3},
    {"trevoke", "satoken", kEnt, 4},
    {"trvlaway", "user", kEnt, 9},
    {"trvlback", "user", kEnt, 8},
    {"tverify", "satoken", kEnt, 3},
    {"updatduo", "account", kEnt, 3},
    {"update", "card", kEnt, 3},
    {"update", "file", kEnt, 3},
    {"update", "group", kGrp, kOther},
    {"update", "gva", kGrp, kOther},
    {"update", "item", kEnt, 3},
    {"update", "items", kEnt, 3},
    {"update", "pm", kEnt, 3},
    {"update", "report", kEnt, 3},
    {"update", "slackapp", kEnt, 3},
    {"update", "sub", kEnt, 3},
    {"update", "template", kEnt, 3},
    {"update", "uva", kUserAccess, kOther},
    {"update", "vault", kEnt, 3},
    {"updatea", "user", kAcc, kOther},
    {"updatfw", "account", kEnt, 3},
    {"updatmfa", "account", kEnt, 3},
    {"updatmfa", "mfa", kAcc, 10},
    {"updatmfa", "user", kAcc, 10},
    {"uvrfydmn", "account", kEnt, 9},
    {"view", "card", kEnt, 2},
    {"view", "file", kEnt, 2},
    {"view", "item", kEnt, 2},
    {"view", "items", kEnt, 2},
    {"view", "pm", kEnt, 2},
    {"view", "report", kEnt, 2},
    {"view", "slackapp", kEnt, 2},
    {"view", "sub", kEnt, 2},
    {"view", "template", kEnt, 2},
    {"view", "vault", kEnt, 2},
    {"vrfydmn", "account", kEnt, 8},
};

constexpr auto key_of = [](const Row& row) { return std::pair(row.action, row.object_type); };
constexpr bool sorted() {
  for (std::size_t i = 1; i < std::size(kAudit); ++i)
    if (!(key_of(kAudit[i - 1]) < key_of(kAudit[i]))) return false;
  return true;
}
static_assert(sorted(), "the table is searched by halving");

}  // namespace

Classification classify_audit(std::string_view object_type, std::string_view action) {
  const std::pair key(action, object_type);
  const auto* row = std::lower_bound(std::begin(kAudit), std::end(kAudit), key,
                                     [](const Row& r, const auto& k) { return key_of(r) < k; });
  if (row == std::end(kAudit) || key_of(*row) != key) return {kEntityManagement, kOther};
  return {row->class_uid, row->activity_id};
}

Classification classify_item_usage(std::string_view action) {
  static constexpr std::pair<std::string_view, std::uint16_t> kActions[] = {{"fill", 2},
                                                                            {"reveal", 2},
                                                                            {"secure-copy", 2},
                                                                            {"server-fetch", 2},
                                                                            {"select-sso-provider", 2},
                                                                            {"export", 2},
                                                                            {"server-create", 1},
                                                                            {"server-update", 3},
                                                                            {"enter-item-edit-mode", 3}};
  for (const auto& [name, activity] : kActions)
    if (name == action) return {kApiActivity, activity};
  return {kApiActivity, kOther};
}

model::Outcome outcome_of_category(std::string_view category) {
  if (category == "success" || category == "firewall_reported_success") return model::Outcome::kSuccess;
  for (const std::string_view failed :
       {"credentials_failed", "mfa_failed", "sso_failed", "modern_version_failed", "firewall_failed"})
    if (category == failed) return model::Outcome::kFailure;
  return model::Outcome::kUnknown;
}

}  // namespace picket::onepassword
