#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "connector/connector.h"
#include "control/control.h"
#include "detect/correlator.h"
#include "store/event_store.h"
#include "watch/book.h"

namespace picket::watch {

/// Which rules are tried on which stored events.
struct BacktestRequest {
  std::string organization_id;
  std::shared_ptr<const Book> book;
  std::vector<std::uint32_t> rules;  ///< of the book; what a correlation names is tried with it and not told
  TimePoint from{}, to{};            ///< half-open, of event time
  std::string product, service;      ///< only events of these; empty: of any
  std::size_t samples = 200;         ///< how many matches are shown
};

struct BacktestMatch {
  TimePoint time{};
  std::uint32_t rule = 0;  ///< of the book
  std::string event_id;    ///< empty when the event is too long ago in the run to be named
};

/// How far it is and what was found so far. `matched` of the progress counts matches of the asked rules, one for each event and rule (and
/// group of a correlation).
struct BacktestReport {
  store::Progress progress;
  Micros width{};                     ///< of a bucket
  TimePoint first{};                  ///< where the first bucket begins
  std::vector<std::uint64_t> buckets;
  std::vector<std::uint64_t> rules;   ///< matches, in the order of BacktestRequest::rules
  std::uint64_t unread = 0;           ///< records that rules could not be tried on
  std::uint64_t missed = 0;           ///< what correlations had to forget; not 0: their counts may be too low
};

/// Any rules over the stored events of a period. Nothing is recorded and no alert raised.
///
/// Place: behind the API; one object for the process. Threads: any; each run has its own state and borrows the store's scanning
/// thread. Failure: kCancelled within 0.2 s after `stop` was requested; kInvalidInput for an empty period; what the store tells.
/// Memory: windows of correlations, and their signals as long as older events may still come (at most a million).
class Backtest {
 public:
  struct Parts {
    store::EventStore& store;
    control::Control& control;
    const connector::Registry& connectors;
  };
  struct Sink {
    /// The oldest matches, as many as are asked for, in the order of time.
    std::function<void(std::span<const BacktestMatch>)> matches;
    /// At least ten times a second.
    std::function<void(const BacktestReport&)> progress;
  };

  explicit Backtest(const Parts& parts) : parts_(parts) {}
  Result<BacktestReport> run(const BacktestRequest& request, const Sink& sink, std::stop_token stop) const;

 private:
  const Parts parts_;
};

/// Width of about a hundred buckets over a period.
Micros bucket_width(Micros period);

}  // namespace picket::watch
