#include <fmt/format.h>

#include <cstdio>

#include "commands.h"
#include "compose.h"
#include "runtime/signals.h"

namespace picket::app {

int run_serve(const ServeOptions& options) {
  for (const auto check : {check_options, check_values}) {
    if (const auto ok = check(options); !ok) {
      report(ok.error());
      return 2;
    }
  }
  if (const auto ok = obs::configure_log(options.log); !ok) return report(ok.error());
  auto program = Program::start(options);
  if (!program) return report(program.error());
  fmt::print("Picket is ready at {}\n", (*program)->base_url());
  std::fflush(stdout);
  runtime::wait_for_stop_signal();
  (*program)->stop();
  return 0;
}

}  // namespace picket::app
