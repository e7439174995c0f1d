#include "detect/group_window.h"

#include "detect/absence.h"
#include "detect/first_seen.h"
#include "detect/window.h"

namespace picket::detect {

std::unique_ptr<GroupWindow> make_group_window(const Correlation& correlation) {
  if (correlation.extras.absence()) return std::make_unique<Absence>();
  if (correlation.extras.first_seen) return std::make_unique<FirstSeen>();
  return std::make_unique<Window>();
}

}  // namespace picket::detect
