#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "options.h"

namespace picket::app {

/// The running program: every part made and joined. `compose.cc` is the only file that knows every concrete class.
/// Threads: `stop` from any thread but a handler's. Failure: `start` says why in one sentence; nothing is left running.
class Program {
 public:
  static Result<std::unique_ptr<Program>> start(const ServeOptions& options);
  virtual ~Program() = default;
  /// "http://127.0.0.1:8080"
  virtual std::string base_url() const = 0;
  /// Stops taking requests, ends polls, closes the stores. Within 5 s.
  virtual void stop() = 0;
};

}  // namespace picket::app
