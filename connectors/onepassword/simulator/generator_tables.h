#pragma once

#include <array>
#include <cstdint>
#include <iterator>

/// Internal to this module: what happens in a company, and how often.
namespace picket::onepassword_simulator {

enum class Thing : unsigned char {
  kNone,
  kUser,
  kVault,
  kGroup,
  kItem,
  kDevice,
  kReport,
  kAccount,
  kSession,
  kOther
};
enum class Info : unsigned char { kNone, kRole, kCounts };

struct Kind {
  const char *action, *object_type;
  Thing object, aux;
  bool aux_id;
  Info info;
  unsigned short weight;  ///< of 1000
};

/// The mix that analysts report: mostly delegated sessions, SSO token checks and item changes, then
/// everything else.
inline constexpr Kind kKinds[] = {
    {"dlgsess", "dlgdsess", Thing::kOther, Thing::kSession, false, Info::kNone, 350},
    {"ssotknv", "ssotkn", Thing::kOther, Thing::kUser, false, Info::kNone, 210},
    {"patch", "items", Thing::kVault, Thing::kNone, false, Info::kCounts, 190},
    {"reauth", "device", Thing::kDevice, Thing::kUser, true, Info::kNone, 25},
    {"create", "device", Thing::kDevice, Thing::kUser, true, Info::kNone, 20},
    {"delete", "device", Thing::kDevice, Thing::kUser, true, Info::kNone, 6},
    {"tverify", "satoken", Thing::kOther, Thing::kNone, false, Info::kNone, 25},
    {"grant", "uva", Thing::kVault, Thing::kUser, true, Info::kNone, 25},
    {"update", "uva", Thing::kVault, Thing::kUser, true, Info::kNone, 10},
    {"revoke", "uva", Thing::kVault, Thing::kUser, true, Info::kNone, 12},
    {"grant", "gva", Thing::kVault, Thing::kGroup, true, Info::kNone, 8},
    {"revoke", "gva", Thing::kVault, Thing::kGroup, true, Info::kNone, 3},
    {"join", "gm", Thing::kGroup, Thing::kUser, true, Info::kRole, 16},
    {"leave", "gm", Thing::kGroup, Thing::kUser, true, Info::kNone, 7},
    {"role", "gm", Thing::kGroup, Thing::kUser, true, Info::kRole, 3},
    {"share", "item", Thing::kItem, Thing::kVault, false, Info::kNone, 12},
    {"delshare", "item", Thing::kItem, Thing::kVault, false, Info::kNone, 3},
    {"view", "report", Thing::kReport, Thing::kNone, false, Info::kNone, 8},
    {"tdvcsso", "user", Thing::kUser, Thing::kDevice, true, Info::kNone, 8},
    {"sdvcsso", "user", Thing::kUser, Thing::kDevice, true, Info::kNone, 4},
    {"create", "vault", Thing::kVault, Thing::kNone, false, Info::kNone, 5},
    {"update", "vault", Thing::kVault, Thing::kNone, false, Info::kNone, 4},
    {"export", "vault", Thing::kVault, Thing::kNone, false, Info::kNone, 1},
    {"create", "invite", Thing::kOther, Thing::kUser, false, Info::kNone, 5},
    {"create", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 4},
    {"activate", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 4},
    {"provsn", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 4},
    {"suspend", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 2},
    {"reactive", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 1},
    {"beginr", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 2},
    {"completr", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 2},
    {"changemp", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 3},
    {"enblmfa", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 3},
    {"disblmfa", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 1},
    {"dealldev", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 1},
    {"trvlaway", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 2},
    {"trvlback", "user", Thing::kUser, Thing::kNone, false, Info::kNone, 2},
    {"create", "sa", Thing::kOther, Thing::kNone, false, Info::kNone, 1},
    {"create", "satoken", Thing::kOther, Thing::kNone, false, Info::kNone, 1},
    {"create", "group", Thing::kGroup, Thing::kNone, false, Info::kNone, 2},
    {"purge", "items", Thing::kVault, Thing::kNone, false, Info::kNone, 2},
    {"updatfw", "account", Thing::kAccount, Thing::kNone, false, Info::kNone, 1},
    {"uisas", "account", Thing::kAccount, Thing::kNone, false, Info::kNone, 1},
    {"enblduo", "account", Thing::kAccount, Thing::kNone, false, Info::kNone, 1},
};
constexpr unsigned total_weight() {
  unsigned sum = 0;
  for (const auto& kind : kKinds) sum += kind.weight;
  return sum;
}
static_assert(total_weight() == 1000, "the weights are thousandths");

/// Which kind each thousandth of the dice falls on.
inline constexpr auto kKindOf = [] {
  std::array<unsigned char, 1000> table{};
  unsigned at = 0;
  for (unsigned k = 0; k < std::size(kKinds); ++k)
    for (unsigned i = 0; i < kKinds[k].weight; ++i) table[at++] = static_cast<unsigned char>(k);
  return table;
}();

struct SignIn {
  const char *category, *type, *detail;
  unsigned char weight;  ///< of 200
};
inline constexpr SignIn kSignIns[] = {{"success", "credentials_ok", nullptr, 104},
                                      {"success", "mfa_ok", nullptr, 40},
                                      {"success", "federated", nullptr, 36},
                                      {"credentials_failed", "password_secret_bad", nullptr, 10},
                                      {"credentials_failed", "code_bad", nullptr, 1},
                                      {"mfa_failed", "totp_bad", nullptr, 3},
                                      {"mfa_failed", "mfa_missing", nullptr, 1},
                                      {"sso_failed", "sso_user_mismatch", nullptr, 1},
                                      {"modern_version_failed", "modern_version_old", nullptr, 1},
                                      {"firewall_failed", "country_blocked", "BR", 1},
                                      {"firewall_failed", "ip_blocked", "203.0.113.66", 1},
                                      {"firewall_reported_success", "country_blocked", "BR", 1}};

inline const SignIn& sign_in_of(std::uint64_t dice) {
  unsigned at = static_cast<unsigned>(dice % 200);
  for (const auto& kind : kSignIns) {
    if (at < kind.weight) return kind;
    at -= kind.weight;
  }
  return kSignIns[0];
}

struct App {
  const char *name, *version, *os, *os_version, *platform_version;
  const char* platform;  ///< null: the computer's name
  unsigned char weight;  ///< of 20
};
inline constexpr App kApps[] = {
    {"1Password Browser Extension", "81122019", "MacOSX", "15.1", "131.0.0.0", "Chrome", 7},
    {"1Password Browser Extension", "81122019", "Windows", "10.0", "132.0", "Firefox", 3},
    {"1Password for Mac", "81122022", "MacOSX", "15.1", "MacBookPro18,3", nullptr, 4},
    {"1Password for Windows", "81122022", "Windows", "10.0.22631", "x86_64", nullptr, 2},
    {"1Password for iOS", "81122007", "iOS", "18.1.1", "iPhone16,1", "iPhone", 2},
    {"1Password for Web", "1996", "Linux", "", "130.0.0.0", "Chrome", 1},
    {"1Password CLI", "2300001", "Linux", "6.1.0", "amd64", nullptr, 1},
};

inline constexpr const char* kItemActions[] = {"fill",
                                               "fill",
                                               "fill",
                                               "fill",
                                               "fill",
                                               "fill",
                                               "reveal",
                                               "reveal",
                                               "secure-copy",
                                               "secure-copy",
                                               "other",
                                               "server-fetch",
                                               "server-fetch",
                                               "server-create",
                                               "server-update",
                                               "enter-item-edit-mode",
                                               "select-sso-provider",
                                               "share",
                                               "export"};

}  // namespace picket::onepassword_simulator
