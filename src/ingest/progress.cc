#include "ingest/progress.h"

#include <algorithm>

#include "base/fail_point.h"

namespace picket::ingest {
using control::StreamState;

namespace {
void follow_backfill(StreamState& state, const PageFacts& page) {
  if (!state.cursor && !state.backfill)
    state.backfill = control::Backfill{state.start_time, page.received_at, state.start_time, 0, page.received_at};
  if (!state.backfill) return;
  auto& backfill = *state.backfill;
  backfill.events += page.records;
  // an event dated in the future says nothing about how far we are
  if (page.newest && *page.newest <= page.received_at) backfill.reached = std::max(backfill.reached, *page.newest);
  if (!page.more || backfill.reached > backfill.until) state.backfill.reset();
}
}  // namespace

StreamState after_page(StreamState state, const PageFacts& page) {
  follow_backfill(state, page);
  if (page.cursor) state.cursor = page.cursor;
  state.last_successful_poll_at = page.received_at;
  state.consecutive_failures = 0;
  state.failing_since.reset();
  const bool count = PICKET_PLANTED("ingest.clocks_only_from_new") ? page.added > 0 : page.records > 0;
  if (count) state.last_data_received_at = page.received_at;
  if (count && page.newest) state.newest_event_at = std::max(state.newest_event_at.value_or(*page.newest), *page.newest);
  if (PICKET_PLANTED("ingest.future_event_moves_cursor") && page.newest && *page.newest > page.received_at) {
    state.cursor.reset();
    state.start_time = *page.newest;
  }
  return state;
}

StreamState with_warning(StreamState state, std::string sentence, TimePoint now) {
  state.last_error_code = "protocol";
  state.last_error_message = std::move(sentence);
  state.last_error_at = now;
  return state;
}

StreamState after_failure(StreamState state, std::string code, std::string sentence, TimePoint now) {
  // a first failure, or one of another kind of cause than the clock says
  if (state.consecutive_failures == 0 || !state.failing_since) state.failing_since = now;
  ++state.consecutive_failures;
  state.last_error_code = std::move(code);
  state.last_error_message = std::move(sentence);
  state.last_error_at = now;
  return state;
}

TimePoint restart_point(const StreamState& state, TimePoint now) {
  TimePoint from = now;  // any of the three may lie in the future when a clock was wrong
  if (state.last_successful_poll_at) from = std::min(from, *state.last_successful_poll_at);
  if (state.newest_event_at) from = std::min(from, *state.newest_event_at);
  return std::max(from - kOverlap, state.start_time);
}

StreamState after_cursor_lost(StreamState state, TimePoint from, std::string sentence, TimePoint now) {
  state = after_failure(std::move(state), "cursor_lost", std::move(sentence), now);
  state.cursor.reset();
  state.backfill.reset();
  state.start_time = from;
  return state;
}

}  // namespace picket::ingest
