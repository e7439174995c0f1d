#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "connector/connector.h"
#include "control/control.h"
#include "fleet/live_fleet.h"
#include "http_client/client.h"
#include "ingest/due_queue.h"
#include "ingest/rate_limiter.h"
#include "ingest/task.h"
#include "store/event_store.h"
#include "watch/watch.h"

namespace picket::ingest {

struct Meters;

/// The heart without threads: whoever owns it calls `pump`, `work_one`, `flush` and `tick`, from any threads, and answers
/// arrive by the http client's callback. Tests call the same four by hand.
///
/// Place: between connectors (requests, pages), the store (events) and control (progress). Threads: any method from any
/// thread; two answers of one stream are never handled at the same time. Failure: see docs/life-of-an-event.md; an outcome
/// that cannot be known ends the process.
class Engine {
 public:
  struct Parts {
    Clock& clock;
    control::Control& control;
    store::EventStore& store;
    const connector::Registry& connectors;
    http_client::Client& http;
    fleet::LiveFleet& fleet;
    watch::Watch* watch = nullptr;  ///< null: no rules
  };
  struct Settings {
    std::chrono::milliseconds poll_interval{60'000};
    int vendor_rate_per_minute = 600;
    std::function<double()> random;                 ///< uniform in [0, 1); any thread
    std::size_t page_budget_bytes = 48u << 20;      ///< pages on their way or waiting
    std::chrono::milliseconds spread_per_stream{5};  ///< at start, so that thousands do not begin at once
  };
  Engine(const Parts& parts, Settings settings);
  ~Engine();  ///< answers that come later are ignored

  /// Schedules every device of the fleet and follows its changes from now on.
  void begin();
  /// Sends what is due. Returns how long nothing more will be due, at most a second.
  std::chrono::microseconds pump();
  /// What a thread keeps to itself between pages.
  struct Worker {
    std::map<const connector::Connector*, std::unique_ptr<connector::Normaliser>> normalisers;
    std::vector<store::NewEvent> events;
    watch::Eye eye;
  };
  /// Handles one answer. False when none waits.
  bool work_one(Worker& worker);
  /// Commits what waits for company: empty polls and failures.
  Status flush();
  /// Records what time alone has changed, for a part of the fleet a call (all of it within 15 calls); reads devices again
  /// whose commits were refused.
  void tick();
  /// All streams of the device are due now.
  void poke(const std::string& device_id);
  /// Polling as a whole stands still for this reason, until called with an empty one.
  void set_trouble(const std::string& sentence);
  std::string trouble() const;
  /// Counts requests that somebody else sends with the device's credential (a person's test).
  void count_requests(const std::string& device_id, int requests);

  /// Waits until there may be something for `pump` or `work_one`; false when stopping.
  bool wait_for_due(std::chrono::microseconds at_most);
  bool wait_for_work();
  /// No more sends; cancels what is on its way; waits for answers in hand at most `patience`. Flushes last.
  void stop(std::chrono::milliseconds patience);

  std::size_t waiting() const;   ///< answers nobody looked at yet
  std::size_t in_flight() const;
  std::optional<SteadyPoint> next_due() const;

 private:
  struct Outgoing {
    http_client::Request request;
    std::stop_token stop;
    TaskPtr task;      // null: an introspection of `device`
    DevicePtr device;
    std::uint64_t ticket = 0;
  };
  /// What rules say of a page that is stored.
  struct Seen {
    watch::Sight sight;
    std::vector<GuidBytes> ids;  ///< of sight.events
  };
  struct Entry {
    TaskPtr task;
    control::StreamCommit commit;
    std::uint64_t added = 0, unreadable = 0;
    std::optional<TimePoint> next_poll_at;
    Seen seen = {};
  };
  /// So that an answer which comes after our end finds nobody, not freed memory.
  struct Gate {
    std::mutex mutex;
    Engine* engine = nullptr;
  };

  // devices (devices.cc)
  void changed(const std::string& device_id, const fleet::LiveFleet::Snapshot* now);
  DevicePtr make_device(const fleet::LiveFleet::Snapshot& snapshot);
  std::optional<Broken> equip(DeviceTask& device);
  void mend(const TaskPtr& task);
  void retire(const DevicePtr& device);
  std::shared_ptr<RateLimiter> limiter_for(const control::Device& device);

  // sending (engine.cc); all with mutex_ held unless they send
  void schedule(const TaskPtr& task, SteadyPoint due, bool wished);
  std::optional<Outgoing> start_fetch(const TaskPtr& task, SteadyPoint now);
  void cancel_fetch(StreamTask& task);
  void set_reserved(StreamTask& task, std::size_t bytes);
  void enqueue(const TaskPtr& task);
  void send(Outgoing outgoing);
  void answered(const Outgoing& sent, Result<http_client::Response> answer);
  void release_slow(SteadyPoint now);

  // pages (pipeline.cc); by the worker that holds the task
  void handle(const TaskPtr& task, Result<http_client::Response> answer, Worker& worker);
  void good_page(const TaskPtr& task, connector::Page page, Worker& worker);
  Result<store::AppendResult> store_page(const TaskPtr& task, const connector::Page& page, TimePoint received, Worker& worker,
                                         watch::Sight& sight);
  void prefetch(const TaskPtr& task, const std::optional<connector::Cursor>& cursor);
  void failed(const TaskPtr& task, const Error& error);
  void failed_as(const TaskPtr& task, const Error& error, std::string code, std::string sentence);
  void cursor_refused(const TaskPtr& task, const Error& error);
  void give_up_page(const TaskPtr& task, const Error& error);
  control::PollRecord end_round(StreamTask& task, std::string outcome, std::string sentence);
  void poll_again(const TaskPtr& task, std::chrono::milliseconds wait);

  // who a credential belongs to (introspection.cc)
  std::optional<Outgoing> introspect(const DevicePtr& device);
  void introspected(const DevicePtr& device, Result<connector::CredentialFacts> result);
  std::string mismatch(const DevicePtr& device, const std::string& account) const;

  // commits (commit.cc)
  Entry entry_for(const TaskPtr& task, std::optional<control::PollRecord> poll, std::uint64_t added);
  void pend(Entry entry);
  Status commit(std::vector<Entry> entries);
  /// A list of one by moving; braces would copy the page's matches.
  static std::vector<Entry> one(Entry entry);
  Status judge(std::vector<Entry>& entries);
  void forget(const std::vector<Entry>& entries);
  void commit_verdicts(const fleet::LiveFleet::Plan& plan);
  void let_time_tell();
  std::optional<TimePoint> complete_until(const std::string& organization_id, const std::vector<fleet::LiveFleet::Snapshot>& snapshots) const;

  const Parts parts_;
  const Settings settings_;
  Meters& meters_;
  const std::shared_ptr<Gate> gate_;

  mutable std::mutex mutex_;
  std::condition_variable due_changed_, work_arrived_, all_answered_;
  std::unordered_map<std::string, DevicePtr> devices_;
  std::unordered_map<std::string, std::shared_ptr<RateLimiter>> limiters_;
  DueQueue<TaskPtr> due_;
  std::deque<TaskPtr> room_waiters_;
  struct Reservation {
    SteadyPoint since;
    TaskPtr task;
    std::uint64_t ticket;
  };
  std::deque<Reservation> reservations_;  // in order of sending
  std::deque<std::pair<TaskPtr, DevicePtr>> work_;
  std::size_t reserved_bytes_ = 0;
  std::size_t outstanding_ = 0;
  std::size_t working_ = 0;
  bool stopping_ = false;
  bool poked_ = false;
  std::string trouble_;
  std::vector<std::string> stale_devices_;
  std::size_t tick_place_ = 0;
  SteadyPoint time_told_at_{};

  std::mutex pending_mutex_;
  std::vector<Entry> pending_;
};

}  // namespace picket::ingest
