#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "onepassword_simulator/generator.h"

namespace picket::onepassword_simulator {

/// One stream of one account, in the order in which events arrived at the vendor. Generated events are ranges
/// and cost nothing to keep; only events that a test wrote by hand are held as bytes. Threads: any method
/// from any thread; pages are rendered side by side.
class EventLog {
 public:
  /// Called for each event that comes to exist after the start, under the log's lock.
  using Watcher =
      std::function<void(std::uint64_t position, const std::string& uuid, std::string_view record)>;

  EventLog(std::shared_ptr<const Generator> generator, StreamKind kind);

  void watch(Watcher watcher) { watcher_ = std::move(watcher); }

  /// Lets the living stream grow to `now`: `rate` events a second since the last call. Changing the rate
  /// counts from now. `skew` is how wrong the vendor's clock is: it goes into the events' times, not into
  /// their number.
  void advance(TimePoint now, double rate, Micros skew = Micros(0));

  /// Appends `count` generated events that arrived at `first`, `first + step`, ...
  void append_generated(TimePoint first, Micros step, std::uint64_t count);
  /// Appends the event at `position` once more; `salt` 0: the same bytes, else the same uuid with other
  /// content.
  bool append_again(std::uint64_t position, std::uint64_t salt);
  /// Appends bytes as they are.
  void append_literal(std::string uuid, TimePoint timestamp, std::string record);

  struct Window {
    std::uint64_t position = 0;  ///< first place in arrival order
    std::uint64_t limit = 100;
    TimePoint since;  ///< by timestamp, for places before `snapshot`
    std::uint64_t snapshot = 0;
    TimePoint until = TimePoint::max();  ///< by timestamp, exclusive
    TimePoint horizon;                   ///< older events are gone for everybody
  };
  struct Rendered {
    std::uint64_t next = 0;  ///< where to go on
    bool more = false;
    std::vector<std::size_t> ends;         ///< end of each record in the text
    std::vector<std::uint64_t> positions;  ///< place of each record
  };
  /// Appends the window's records, separated by commas.
  Rendered render(std::string& out, ApiVersion version, const Window& window) const;

  std::uint64_t size() const;
  std::string uuid_at(std::uint64_t position) const;
  /// Record as v2 gives it.
  std::string record_at(std::uint64_t position) const;
  /// First place that a start at `since` would read.
  std::uint64_t start_position(TimePoint since) const;
  /// Visits every event that exists now.
  void for_each(const Watcher& visit) const;

 private:
  struct Segment {
    enum class Source : unsigned char { kBacklog, kLive, kAgain, kLiteral } source;
    std::uint64_t first = 0;  ///< position
    std::uint64_t count = 0;
    std::uint64_t index = 0;  ///< generator's index of the first
    TimePoint at;             ///< kLive, kAgain: arrival time of the first
    std::int64_t step_ns = 0;
    std::uint64_t salt = 0;
    std::size_t literal = 0;
  };
  struct Literal {
    std::string uuid, record;
    TimePoint timestamp;
  };

  const Segment& segment_of(std::uint64_t position) const;
  Generator::Event event_of(const Segment& segment, std::uint64_t position) const;
  TimePoint timestamp_of(const Segment& segment, std::uint64_t position) const;
  std::string uuid_of(const Segment& segment, std::uint64_t position) const;
  void record_of(std::string& out, ApiVersion version, const Segment& segment, std::uint64_t position) const;
  void add(Segment segment);
  void tell(const Segment& segment, std::uint64_t from) const;
  void append_generated_locked(TimePoint first, std::int64_t step_ns, std::uint64_t count);

  const std::shared_ptr<const Generator> generator_;
  const StreamKind kind_;
  Watcher watcher_;
  mutable std::shared_mutex mutex_;
  std::vector<Segment> segments_;
  std::deque<Literal> literals_;
  std::uint64_t size_ = 0;
  std::uint64_t next_index_ = 0;
  double rate_ = 0;
  TimePoint counted_to_;  ///< the living stream is grown up to here
};

}  // namespace picket::onepassword_simulator
