#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "base/fail_point.h"
#include "fleet/assess.h"
#include "ingest/backoff.h"
#include "ingest/engine.h"
#include "ingest/meters.h"
#include "ingest/progress.h"
#include "obs/log.h"

namespace picket::ingest {
using namespace std::chrono_literals;
using connector::Page;
using control::PollRecord;
using std::chrono::milliseconds;

void Engine::handle(const TaskPtr& task, Result<http_client::Response> answer, Worker& worker) {
  PICKET_FAIL_POINT("ingest.page_received");
  StreamTask& t = *task;
  if (!trouble().empty()) {  // nothing can be stored now; the answer comes again
    const std::lock_guard lock(mutex_);
    cancel_fetch(t);
    t.round = {};
    schedule(task, parts_.clock.steady() + 1s, true);
    return;
  }
  if (t.broken) return mend(task);
  if (!answer) return failed(task, answer.error());
  t.last_page_bytes = answer->body.size();
  t.round.bytes += answer->body.size();
  meters_.bytes.add(answer->body.size());
  auto page = t.reader->read(std::move(*answer));
  if (!page && PICKET_PLANTED("ingest.unauthorized_as_empty") && page.error().kind == ErrorKind::kUnauthorized) page = Page{};
  if (page) return good_page(task, std::move(*page), worker);
  if (page.error().kind == ErrorKind::kInvalidInput && t.state.cursor) return cursor_refused(task, page.error());
  failed(task, page.error());
}

void Engine::good_page(const TaskPtr& task, Page page, Worker& worker) {
  StreamTask& t = *task;
  const SteadyPoint begun = parts_.clock.steady();
  ++t.round.pages;
  t.round.records += page.records.size();
  if (!page.warning.empty()) t.round.warning = page.warning;
  bool more = page.more;
  if (more) {
    const std::string sent = t.state.cursor.value_or("");
    if (const auto why = t.circle.see(sent, page.next.value_or(sent), page.records.empty())) {
      t.round.warning = fmt::format("{} {}. Picket ended the round and goes on at the next poll.",
                                    t.device->connector->title(), *why);
      more = false;
    }
  }
  PageFacts facts{parts_.clock.now(), page.records.size(), 0, std::nullopt, page.next, more};
  // on its way while this page is stored; it counts for nothing until this page is committed
  if (more) prefetch(task, page.next ? page.next : t.state.cursor);

  if (PICKET_PLANTED("ingest.cursor_before_events")) {
    auto early = entry_for(task, std::nullopt, 0);
    early.commit.state = after_page(t.state, facts);
    static_cast<void>(commit(one(std::move(early))));
    PICKET_FAIL_POINT("ingest.before_append");
  }
  Seen seen;
  if (!page.records.empty()) {
    auto stored = store_page(task, page, facts.received_at, worker, seen.sight);
    if (!stored) return give_up_page(task, stored.error());
    seen.ids = std::move(stored->ids);
    if (PICKET_PLANTED("ingest.rules_on_new_only") && stored->added == 0) seen = {};
    facts.added = stored->added;
    facts.newest = stored->newest;
    facts.unreadable = stored->unreadable;
    t.round.added += stored->added;
  }
  auto state = after_page(t.state, facts);
  if (!more && !t.round.warning.empty()) state = with_warning(std::move(state), t.round.warning, facts.received_at);

  const milliseconds spent = std::chrono::duration_cast<milliseconds>(parts_.clock.steady() - t.round.started);
  const milliseconds wait = more ? 0ms : std::max(0ms, jittered(settings_.poll_interval, settings_.random()) - spent);
  std::optional<PollRecord> poll;
  if (!more) poll = end_round(t, t.round.warning.empty() ? "ok" : "protocol", t.round.warning);
  auto entry = entry_for(task, std::move(poll), facts.added);
  entry.unreadable = facts.unreadable;
  entry.seen = std::move(seen);
  entry.commit.state = state;
  entry.next_poll_at = facts.received_at + wait;
  const bool skip = PICKET_PLANTED("ingest.commit_skipped_on_repeat") && facts.records > 0 && facts.added == 0;
  if (skip) {
  } else if (page.records.empty()) {
    pend(std::move(entry));
  } else if (const Status done = commit(one(std::move(entry))); !done) {
    return give_up_page(task, done.error());
  }
  t.state = std::move(state);
  t.failures = 0;
  {
    const std::lock_guard lock(mutex_);
    t.device->limiter->accepted();
  }
  meters_.pages.add();
  meters_.page_time.observe(std::chrono::duration<double>(parts_.clock.steady() - begun).count());
  if (!more) return poll_again(task, wait);
  PICKET_FAIL_POINT("ingest.mid_round");
}

Result<store::AppendResult> Engine::store_page(const TaskPtr& task, const Page& page, TimePoint received, Worker& worker,
                                               watch::Sight& sight) {
  const StreamTask& t = *task;
  auto& normaliser = worker.normalisers[t.device->connector];
  if (!normaliser) normaliser = t.device->connector->normaliser();
  normaliser->reset();
  worker.events.clear();
  worker.events.reserve(page.records.size());
  for (const auto record : page.records)
    worker.events.push_back({normaliser->normalise(t.key.stream, record, received), record});
  if (PICKET_PLANTED("ingest.dedup_by_time_window") && t.state.newest_event_at)
    std::erase_if(worker.events, [&](const auto& e) { return e.view.time < *t.state.newest_event_at; });
  if (PICKET_PLANTED("ingest.unreadable_dropped"))
    std::erase_if(worker.events, [](const auto& e) { return e.view.unreadable; });
  // all events of the page, not only new ones: after a crash between append and commit nothing is new, and what rules say must
  // still come out
  if (parts_.watch != nullptr)
    sight = parts_.watch->look(worker.eye, t.key.organization_id, *t.device->connector, t.key.stream, worker.events);
  PICKET_FAIL_POINT("ingest.before_append");
  auto stored = parts_.store.append(t.key, worker.events, received, sight.events);
  PICKET_FAIL_POINT("ingest.after_append");
  if (!stored) return stored;
  meters_.events_new.add(stored->added);
  meters_.events_repeated.add(stored->repeated);
  meters_.events_version.add(stored->versions);
  if (stored->unreadable > 0) {
    meters_.unreadable.add(stored->unreadable);
    PICKET_LOG_WARN("ingest", "{} records of stream {} of device {} could not be read; they are kept as they came.",
                    stored->unreadable, t.key.stream, t.key.device_id);
  }
  return stored;
}

void Engine::prefetch(const TaskPtr& task, const std::optional<connector::Cursor>& cursor) {
  auto request = task->reader->request(cursor, task->state.start_time);
  if (!request) return;  // asked for again, and told, when this page is done
  std::optional<Outgoing> out;
  {
    const std::lock_guard lock(mutex_);
    if (task->dead || stopping_ || !trouble_.empty()) return;
    task->bulk = true;
    task->ready = std::move(*request);
    const SteadyPoint now = parts_.clock.steady();
    task->wished = now;
    out = start_fetch(task, now);
  }
  if (out) send(std::move(*out));
}

/// Events or progress could not be written. Nothing of the page counts; the answer on its way belongs to a position that
/// never came to be.
void Engine::give_up_page(const TaskPtr& task, const Error& error) {
  if (error.kind == ErrorKind::kCorrupt || error.kind == ErrorKind::kInternal) {
    PICKET_LOG_ERROR("ingest", "A page of device {} could not be stored, and what is on disk now is not known: {}",
                     task->key.device_id, error.message);
    PICKET_ASSERT(false, "an append has a known outcome; the process ends so that a restart reads what is true");
  }
  std::stop_source abandoned;
  {
    const std::lock_guard lock(mutex_);
    abandoned = std::exchange(task->stop, std::stop_source());
    cancel_fetch(*task);
  }
  abandoned.request_stop();
  task->circle.reset();
  if (error.kind != ErrorKind::kDiskFull)
    return failed_as(task, error, std::string(to_string(error.kind)), error.message);
  set_trouble("Paused: the data disk is full. Free some space; polling resumes by itself and nothing is lost.");
  task->round = {};
  const std::lock_guard lock(mutex_);
  schedule(task, parts_.clock.steady() + 1s, true);
}

void Engine::failed(const TaskPtr& task, const Error& error) {
  if (error.kind == ErrorKind::kCancelled) {  // we are stopping, or the client is
    task->round = {};
    return poll_again(task, 1s);
  }
  connector::CredentialFacts claims;
  std::string spec;
  {
    const std::lock_guard lock(mutex_);
    claims = task->device->claims;
    spec = task->device->device->device_spec;
  }
  // without a cursor there is none to be lost: then the vendor refuses the request itself
  Error told = error;
  if (told.kind == ErrorKind::kInvalidInput) told.kind = ErrorKind::kProtocol;
  auto why = task->device->connector->explain(told, task->key.stream, claims, spec, parts_.clock.now());
  failed_as(task, told, std::move(why.code), std::move(why.sentence));
}

void Engine::failed_as(const TaskPtr& task, const Error& error, std::string code, std::string sentence) {
  StreamTask& t = *task;
  ++t.failures;
  std::uint32_t in_a_row = t.failures;
  if (error.kind == ErrorKind::kRateLimited) {
    const std::lock_guard lock(mutex_);
    in_a_row = t.device->limiter->refused(parts_.clock.steady());
  }
  const auto wait = backoff(error.kind, in_a_row, error.retry_after, settings_.random());
  const TimePoint now = parts_.clock.now();
  auto poll = end_round(t, code, sentence);
  Meters::failure(code);
  t.state = after_failure(std::move(t.state), std::move(code), std::move(sentence), now);
  t.circle.reset();
  auto entry = entry_for(task, std::move(poll), 0);
  entry.commit.state = t.state;
  entry.next_poll_at = now + wait;
  pend(std::move(entry));
  if (error.kind == ErrorKind::kRateLimited) {
    const std::lock_guard lock(mutex_);
    t.device->limiter->block_until(parts_.clock.steady() + wait);
  }
  poll_again(task, wait);
}

void Engine::cursor_refused(const TaskPtr& task, const Error& error) {
  StreamTask& t = *task;
  const SteadyPoint steady = parts_.clock.steady();
  const bool again = t.cursor_lost_at && steady - *t.cursor_lost_at < 1h;
  t.cursor_losses = again ? t.cursor_losses + 1 : 1;
  t.cursor_lost_at = steady;
  const TimePoint now = parts_.clock.now();
  const TimePoint from = restart_point(t.state, now);
  std::string sentence = fmt::format(
      "{} no longer accepts the place where reading stopped. Picket reads again from {}; nothing is doubled.",
      t.device->connector->title(), fleet::clock_words(from, now));
  PICKET_LOG_WARN("ingest", "The cursor of stream {} of device {} was refused: {}", t.key.stream, t.key.device_id,
                  error.message);
  Meters::failure("cursor_lost");
  auto poll = end_round(t, "cursor_lost", sentence);
  t.state = after_cursor_lost(std::move(t.state), from, std::move(sentence), now);
  t.circle.reset();
  // once is bad luck; a vendor that does it again and again is not asked to send days of history in a loop
  const milliseconds wait = t.cursor_losses == 1 ? 1s : backoff(ErrorKind::kUnavailable, 4 + t.cursor_losses, {}, settings_.random());
  auto entry = entry_for(task, std::move(poll), 0);
  entry.commit.state = t.state;
  entry.next_poll_at = now + wait;
  pend(std::move(entry));
  {
    const std::lock_guard lock(mutex_);
    t.bulk = true;
  }
  poll_again(task, wait);
}

PollRecord Engine::end_round(StreamTask& t, std::string outcome, std::string sentence) {
  PollRecord poll;
  poll.device_id = t.key.device_id;
  poll.stream = t.key.stream;
  poll.started_at = t.round.active ? t.round.started_at : parts_.clock.now();
  if (t.round.active)
    poll.duration_ms = static_cast<std::uint64_t>(
        std::chrono::duration_cast<milliseconds>(parts_.clock.steady() - t.round.started).count());
  poll.pages = t.round.pages;
  poll.events = t.round.records;
  poll.new_events = t.round.added;
  poll.bytes = t.round.bytes;
  PICKET_LOG_DEBUG("ingest", "Stream {} of device {} polled: {}, {} pages, {} records, {} new, {} bytes, {} ms", poll.stream,
                   poll.device_id, outcome, poll.pages, poll.events, poll.new_events, poll.bytes, poll.duration_ms);
  (outcome == "ok" ? meters_.polls_ok : meters_.polls_failed).add();
  poll.outcome = std::move(outcome);
  poll.error = std::move(sentence);
  t.round = {};
  t.circle.reset();
  return poll;
}

void Engine::poll_again(const TaskPtr& task, milliseconds wait) {
  const std::lock_guard lock(mutex_);
  // history goes on being history until a round has found its end
  if (task->failures == 0 && task->state.cursor && !task->state.backfill) task->bulk = false;
  PICKET_LOG_DEBUG("ingest", "Stream {} of device {}: next poll in {} ms, {} failures in a row", task->key.stream,
                   task->key.device_id, wait.count(), task->failures);
  schedule(task, parts_.clock.steady() + wait, true);
}

}  // namespace picket::ingest
