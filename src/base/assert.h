#pragma once

namespace picket::detail {
[[noreturn]] void assert_failed(const char* condition, const char* promise, const char* file, int line);
}

/// For our own faults only, in every build: prints the broken promise and aborts, so that a supervisor restarts us from
/// durable state. Never for input.
#define PICKET_ASSERT(condition, promise) \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::picket::detail::assert_failed(#condition, promise, __FILE__, __LINE__))
