#pragma once

#include <optional>
#include <stop_token>

namespace picket::runtime {

/// Blocks SIGINT and SIGTERM for the calling thread and every thread it starts later, and ignores SIGPIPE.
/// Call it first thing in `main`, before any thread exists; from then on these signals are only seen by
/// `wait_for_stop_signal`.
void block_stop_signals();

/// Gives them back their own meaning, for a command that has nothing to put in order when it is stopped.
void unblock_stop_signals();

/// Waits until SIGINT or SIGTERM arrives and returns its number; nothing when `stop` was requested first.
/// Threads: one at a time.
std::optional<int> wait_for_stop_signal(std::stop_token stop = {});

}  // namespace picket::runtime
