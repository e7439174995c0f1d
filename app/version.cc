#include <fmt/format.h>

#include "commands.h"

namespace picket::app {

int run_version(bool json) {
  if (json) fmt::print("{{\"version\":\"{}\"}}\n", PICKET_VERSION);
  else fmt::print("picket {}\n", PICKET_VERSION);
  return 0;
}

}  // namespace picket::app
