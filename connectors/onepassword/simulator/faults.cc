#include "onepassword_simulator/faults.h"

#include <fmt/format.h>

namespace picket::onepassword_simulator {

bool FaultAction::on_the_wire() const {
  return connection == "close" || connection == "reset" || cut_body_at || cut_head_at || reset ||
         length_delta != 0 || drip_bytes > 0 || endless || huge_bytes > 0;
}

Status FaultPlan::set(std::string_view json, bool append) {
  std::uint64_t seed = 0;
  PICKET_ASSIGN(auto rules, parse_fault_rules(json, seed));
  const std::lock_guard lock(mutex_);
  if (seed != 0) random_ = Sequence(seed);
  if (!append) rules_.clear();
  for (auto& rule : rules) rules_.push_back(std::move(rule));
  return {};
}

std::optional<FaultPlan::Hit> FaultPlan::match(const FaultContext& context) {
  const std::lock_guard lock(mutex_);
  for (auto& rule : rules_) {
    if (context.path.find(rule.path) == std::string_view::npos) continue;
    const bool all_accounts = rule.account_from == 0 && rule.account_to == 0xffffffff;
    if (!all_accounts &&
        (!context.account || *context.account < rule.account_from || *context.account > rule.account_to))
      continue;
    if (rule.phase != FaultRule::Phase::kAny && rule.phase != context.phase) continue;
    ++rule.matched;
    if (rule.matched < rule.from || (rule.matched - rule.from) % rule.every != 0) continue;
    if (rule.count > 0 && rule.fired >= rule.count) continue;
    if (rule.probability < 1 && random_.unit() >= rule.probability) continue;
    ++rule.fired;
    ++fired_;
    return Hit{rule.name, rule.action};
  }
  return std::nullopt;
}

std::string FaultPlan::state_json() const {
  const std::lock_guard lock(mutex_);
  std::string out = "[";
  for (const auto& rule : rules_)
    fmt::format_to(std::back_inserter(out), R"({}{{"name":"{}","matched":{},"fired":{}}})",
                   out.size() > 1 ? "," : "", rule.name, rule.matched, rule.fired);
  return out + "]";
}

std::uint64_t FaultPlan::fired() const {
  const std::lock_guard lock(mutex_);
  return fired_;
}

}  // namespace picket::onepassword_simulator
