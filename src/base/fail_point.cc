#include "base/fail_point.h"

#ifdef PICKET_TORTURE

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>

namespace picket::detail {
namespace {
struct Plan {
  std::string name;
  long visit = 1;
  Plan() {
    const char* text = std::getenv("PICKET_DIE_AT");
    if (text == nullptr) return;
    name = text;
    if (const auto colon = name.find(':'); colon != std::string::npos) {
      visit = std::atol(name.c_str() + colon + 1);
      name.resize(colon);
    }
  }
};
}  // namespace

void visit_fail_point(std::string_view name) {
  static const Plan plan;
  static std::atomic<long> visits{0};
  if (plan.name == name && ++visits == plan.visit) kill(getpid(), SIGKILL);
}

bool bug_planted(std::string_view name) {
  static const std::string planted = [] {
    const char* text = std::getenv("PICKET_PLANT");
    return std::string(text == nullptr ? "" : text);
  }();
  return planted == name;
}

bool tight() {
  static const bool on = std::getenv("PICKET_TIGHT") != nullptr;
  return on;
}

}  // namespace picket::detail

#endif
