#include "ingest/engine.h"

#include <algorithm>

#include "ingest/backoff.h"
#include "ingest/meters.h"
#include "obs/log.h"

namespace picket::ingest {
using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {
constexpr std::size_t kUnknownPageBytes = 64 << 10;
/// A request that has not been answered after this gives its reservation back: a slow vendor may not hold others up.
constexpr auto kSlow = 2s;
/// A stream that never worked shall have its verdict soon.
constexpr http_client::Limits kFirstLimits{.connect = 8s, .first_byte = 12s, .idle = 15s, .total = 25s};

void cap(http_client::Limits& limits) {
  limits.connect = std::min(limits.connect, kFirstLimits.connect);
  limits.first_byte = std::min(limits.first_byte, kFirstLimits.first_byte);
  limits.idle = std::min(limits.idle, kFirstLimits.idle);
  limits.total = std::min(limits.total, kFirstLimits.total);
}
}  // namespace

Engine::Engine(const Parts& parts, Settings settings)
    : parts_(parts), settings_(std::move(settings)), meters_(Meters::get()), gate_(std::make_shared<Gate>()) {
  gate_->engine = this;
}

Engine::~Engine() {
  {
    const auto order = parts_.fleet.writing();
    parts_.fleet.on_change(nullptr);
  }
  const std::lock_guard lock(gate_->mutex);
  gate_->engine = nullptr;
  for (auto& [id, device] : devices_) device->waiting.clear();
}

void Engine::schedule(const TaskPtr& task, SteadyPoint due, bool wished) {
  if (task->dead) return;
  task->scheduled = true;
  task->due = due;
  if (wished) task->wished = due;
  const bool sooner = !due_.next() || due < *due_.next();
  due_.add(due, task);
  if (sooner) {
    poked_ = true;
    due_changed_.notify_one();
  }
}

void Engine::set_reserved(StreamTask& task, std::size_t bytes) {
  reserved_bytes_ += bytes - task.reserved;
  task.reserved = bytes;
  meters_.reserved.set(static_cast<double>(reserved_bytes_));
  if (!room_waiters_.empty() && reserved_bytes_ < settings_.page_budget_bytes) {
    poked_ = true;
    due_changed_.notify_one();
  }
}

void Engine::enqueue(const TaskPtr& task) {
  if (task->queued) return;
  task->queued = true;
  work_.emplace_back(task, nullptr);
  meters_.waiting.set(static_cast<double>(work_.size()));
  work_arrived_.notify_one();
}

std::optional<Engine::Outgoing> Engine::start_fetch(const TaskPtr& task, SteadyPoint now) {
  StreamTask& t = *task;
  DeviceTask& device = *t.device;
  if (t.dead || t.fetching || t.inbox || stopping_) return std::nullopt;
  if (t.predecessor && (t.predecessor->busy || t.predecessor->queued)) {
    schedule(task, now + 20ms, false);
    return std::nullopt;
  }
  t.predecessor.reset();
  if (t.broken) {  // no request can be made; its worker tells why
    t.inbox = fail(t.broken->kind, t.broken->sentence);
    enqueue(task);
    return std::nullopt;
  }
  if (!device.verified) {
    if (!device.asking) {
      if (const auto wait = device.limiter->take(now, false); wait > 0us) {
        schedule(task, now + wait, true);
        return std::nullopt;
      }
      device.asking = true;
      device.answers.clear();
      work_.emplace_back(nullptr, DevicePtr(task, &device));
      work_arrived_.notify_one();
    }
    if (std::find(device.waiting.begin(), device.waiting.end(), task) == device.waiting.end())
      device.waiting.push_back(task);
    return std::nullopt;
  }
  if (t.busy && !t.ready) {  // its worker makes the next request; come again when it is done
    schedule(task, now + 5ms, false);
    return std::nullopt;
  }
  const std::size_t expected = t.bulk ? std::max(kUnknownPageBytes, t.last_page_bytes) : 0;
  if (t.bulk && reserved_bytes_ > 0 && reserved_bytes_ + expected > settings_.page_budget_bytes) {
    if (!t.waits_for_room) room_waiters_.push_back(task);
    t.waits_for_room = true;
    return std::nullopt;
  }
  if (const auto wait = device.limiter->take(now, t.bulk); wait > 0us) {
    schedule(task, now + wait, true);  // a limit we keep is no delay of ours
    return std::nullopt;
  }
  if (!t.ready) {
    auto request = t.reader->request(t.state.cursor, t.state.start_time);
    if (!request) {
      t.inbox = fail(std::move(request).error());
      enqueue(task);
      return std::nullopt;
    }
    t.ready = std::move(*request);
  }
  if (!t.state.last_successful_poll_at) cap(t.ready->limits);
  if (!t.busy && !t.round.active) {
    t.round = Round{.active = true, .started_at = parts_.clock.now(), .started = now, .warning = {}};
    meters_.start_delay.observe(std::max(0.0, std::chrono::duration<double>(now - t.wished).count()));
  }
  t.fetching = true;
  ++outstanding_;
  meters_.in_flight.set(static_cast<double>(outstanding_));
  set_reserved(t, expected);
  Outgoing out{std::move(*t.ready), t.stop.get_token(), task, nullptr, ++t.ticket};
  if (expected > 0) reservations_.push_back({now, task, t.ticket});
  t.ready.reset();
  return out;
}

void Engine::send(Outgoing outgoing) {
  auto request = std::move(outgoing.request);
  outgoing.request = {};
  const auto stop = outgoing.stop;
  parts_.http.send(std::move(request), stop, [gate = gate_, sent = std::move(outgoing)](Result<http_client::Response> answer) {
    const std::lock_guard lock(gate->mutex);
    if (gate->engine != nullptr) gate->engine->answered(sent, std::move(answer));
  });
}

void Engine::answered(const Outgoing& sent, Result<http_client::Response> answer) {
  const std::lock_guard lock(mutex_);
  --outstanding_;
  meters_.in_flight.set(static_cast<double>(outstanding_));
  if (outstanding_ == 0) all_answered_.notify_all();
  if (sent.device) {
    if (sent.device->dead) return;
    sent.device->answers.push_back(std::move(answer));
    work_.emplace_back(nullptr, sent.device);
    work_arrived_.notify_one();
    return;
  }
  StreamTask& t = *sent.task;
  if (t.dead || sent.ticket != t.ticket) return;
  t.fetching = false;
  set_reserved(t, answer ? answer->body.size() : 0);
  t.inbox = std::move(answer);
  if (!t.busy) enqueue(sent.task);
}

/// What is on its way for longer than a healthy vendor takes no longer holds room.
void Engine::release_slow(SteadyPoint now) {
  while (!reservations_.empty() && now - reservations_.front().since >= kSlow) {
    StreamTask& t = *reservations_.front().task;
    if (t.fetching && t.ticket == reservations_.front().ticket) set_reserved(t, 0);
    reservations_.pop_front();
  }
}

microseconds Engine::pump() {
  std::vector<Outgoing> sends;
  microseconds wait = 1s;
  {
    const std::lock_guard lock(mutex_);
    poked_ = false;
    if (stopping_) return wait;
    const SteadyPoint now = parts_.clock.steady();
    release_slow(now);
    if (!trouble_.empty()) return 200ms;
    for (std::size_t n = room_waiters_.size(); n > 0 && reserved_bytes_ < settings_.page_budget_bytes; --n) {
      const TaskPtr task = std::move(room_waiters_.front());
      room_waiters_.pop_front();
      task->waits_for_room = false;
      if (auto out = start_fetch(task, now)) sends.push_back(std::move(*out));
    }
    while (auto entry = due_.pop(now)) {
      StreamTask& t = *entry->item;
      if (t.dead || !t.scheduled || t.due != entry->due) continue;
      t.scheduled = false;
      if (auto out = start_fetch(entry->item, now)) sends.push_back(std::move(*out));
    }
    if (due_.next()) wait = std::clamp(std::chrono::ceil<microseconds>(*due_.next() - now), 0us, wait);
    if (!room_waiters_.empty()) wait = std::min<microseconds>(wait, 100ms);
  }
  for (auto& out : sends) send(std::move(out));
  return wait;
}

bool Engine::work_one(Worker& worker) {
  std::unique_lock lock(mutex_);
  if (work_.empty()) return false;
  auto [task, device] = std::move(work_.front());
  work_.pop_front();
  meters_.waiting.set(static_cast<double>(work_.size()));
  if (device) {
    ++working_;
    lock.unlock();
    auto out = introspect(device);
    if (out) send(std::move(*out));
    lock.lock();
  } else {
    StreamTask& t = *task;
    t.queued = false;
    if (t.dead || !t.inbox) {
      t.inbox.reset();
      set_reserved(t, 0);
      return true;
    }
    t.busy = true;
    ++working_;
    auto answer = std::move(*t.inbox);
    t.inbox.reset();
    const std::size_t in_hand = std::exchange(t.reserved, 0);
    lock.unlock();
    handle(task, std::move(answer), worker);
    lock.lock();
    t.busy = false;
    reserved_bytes_ -= in_hand;
    set_reserved(t, t.reserved);
    if (t.inbox && !t.dead) enqueue(task);
    // whatever could not be asked for ahead is asked for now: a stream never falls out of the schedule
    if (!t.inbox && !t.fetching && !t.scheduled && !t.waits_for_room) schedule(task, parts_.clock.steady(), false);
  }
  --working_;
  if (stopping_) all_answered_.notify_all();
  return true;
}

/// The caller stops the source once the lock is gone: the client may call back from there.
void Engine::cancel_fetch(StreamTask& t) {
  ++t.ticket;
  t.fetching = false;
  t.scheduled = false;
  t.ready.reset();
  t.inbox.reset();
  set_reserved(t, 0);
}

void Engine::poke(const std::string& device_id) {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(device_id);
  if (found == devices_.end()) return;
  for (auto& stream : found->second->streams)
    if (!stream.fetching && !stream.busy && !stream.inbox && !stream.waits_for_room)
      schedule(TaskPtr(found->second, &stream), parts_.clock.steady(), true);
}

void Engine::count_requests(const std::string& device_id, int requests) {
  const std::lock_guard lock(mutex_);
  const auto found = devices_.find(device_id);
  if (found == devices_.end()) return;
  for (int i = 0; i < requests; ++i) found->second->limiter->force(parts_.clock.steady());
}

void Engine::set_trouble(const std::string& sentence) {
  {
    const std::lock_guard lock(mutex_);
    if (trouble_ == sentence) return;
    trouble_ = sentence;
    meters_.standing_still.set(sentence.empty() ? 0 : 1);
    poked_ = true;
    due_changed_.notify_one();
  }
  parts_.fleet.set_trouble(sentence);
}

std::string Engine::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

bool Engine::wait_for_due(microseconds at_most) {
  std::unique_lock lock(mutex_);
  due_changed_.wait_for(lock, at_most, [&] { return poked_ || stopping_; });
  return !stopping_;
}

bool Engine::wait_for_work() {
  std::unique_lock lock(mutex_);
  work_arrived_.wait(lock, [&] { return !work_.empty() || stopping_; });
  return !stopping_;
}

void Engine::stop(std::chrono::milliseconds patience) {
  std::vector<std::stop_source> sources;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (auto& [id, device] : devices_)
      for (auto& stream : device->streams) sources.push_back(stream.stop);
  }
  due_changed_.notify_all();
  work_arrived_.notify_all();
  for (auto& source : sources) source.request_stop();
  {
    std::unique_lock lock(mutex_);
    all_answered_.wait_for(lock, patience, [&] { return working_ == 0 && outstanding_ == 0; });
    work_.clear();
  }
  if (const Status flushed = flush(); !flushed)
    PICKET_LOG_WARN("ingest", "The last second's empty polls were not recorded: {}", flushed.error().message);
}

std::size_t Engine::waiting() const {
  const std::lock_guard lock(mutex_);
  return work_.size();
}
std::size_t Engine::in_flight() const {
  const std::lock_guard lock(mutex_);
  return outstanding_;
}
std::optional<SteadyPoint> Engine::next_due() const {
  const std::lock_guard lock(mutex_);
  return due_.next();
}

}  // namespace picket::ingest
