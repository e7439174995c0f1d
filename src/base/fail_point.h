#pragma once

#include <string_view>

/// Named places where the torture suite kills the program, and planted bugs that it must catch. Both exist only in
/// builds with PICKET_TORTURE; elsewhere they cost nothing and cannot be switched on.
///
///   PICKET_FAIL_POINT("ingest.after_append");       // dies by SIGKILL when PICKET_DIE_AT=ingest.after_append[:N]
///   if (PICKET_PLANTED("cursor_before_events")) …   // true when PICKET_PLANT names it
///   if (PICKET_TIGHT) …                              // true when PICKET_TIGHT=1: what is done seldom is done often
#ifdef PICKET_TORTURE
namespace picket::detail {
/// Kills the process at the N-th visit (PICKET_DIE_AT=name:N, N from 1, default 1). Threads: any.
void visit_fail_point(std::string_view name);
bool bug_planted(std::string_view name);
bool tight();
}  // namespace picket::detail
#define PICKET_FAIL_POINT(name) ::picket::detail::visit_fail_point(name)
#define PICKET_PLANTED(name) ::picket::detail::bug_planted(name)
#define PICKET_TIGHT ::picket::detail::tight()
#else
#define PICKET_FAIL_POINT(name) static_cast<void>(0)
#define PICKET_PLANTED(name) false
#define PICKET_TIGHT false
#endif
