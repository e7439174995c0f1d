#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <condition_variable>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "connector/connector.h"
#include "control/control.h"
#include "store/event_store.h"
#include "watch/book.h"

namespace picket::watch {

/// What rules cost, measured over an organization's own events: processor time of trying one rule alone on an event, less what reading
/// the event costs. Rules tried together share work, so a set costs less than its sum.
///
/// Place: behind the API; one for the process, with a thread that rests four times as long as it works. Threads: any. Memory: a number
/// for each rule text, and up to 1,000 events of each stream while it works. Failure: what cannot be measured (no events yet)
/// stays unknown and is tried again when it is asked for, at most once a minute.
class CostMeter {
 public:
  struct Parts {
    store::EventStore& store;
    control::Control& control;
    const connector::Registry& connectors;
  };
  /// `measured` is called on the meter's thread when an organization has news.
  CostMeter(const Parts& parts, std::function<void(const std::string& organization_id)> measured);
  ~CostMeter() { stop(); }

  /// Nanoseconds an event of `entry`'s rule; nothing while not known. Asks for nothing.
  std::optional<double> known(const std::string& organization_id, const Entry& entry) const;
  /// Has what is not known of these rules measured, some time. Cheap when all is.
  void want(const std::string& organization_id, std::shared_ptr<const Book> book);
  void stop();

 private:
  struct Sample {  ///< of one stream of a technology
    const connector::Connector* connector;
    std::string stream;
    std::vector<store::StoredEvent> events;
  };
  using Samples = std::map<Book::Service, std::vector<Sample>>;
  struct Wish {
    std::shared_ptr<const Book> book;
    std::optional<std::chrono::steady_clock::time_point> tried;
    bool waiting = false;
  };
  void run(std::stop_token stop);
  void measure(const std::string& organization_id, const Book& book, std::stop_token stop);
  Samples samples(const std::string& organization_id, const Book& book, std::stop_token stop) const;
  static std::optional<double> cost_of(const Book& book, std::uint32_t rule, const Samples& samples);

  const Parts parts_;
  const std::function<void(const std::string&)> measured_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<std::string, Wish> wishes_;                             ///< by organization
  std::map<std::pair<std::string, std::string>, double> costs_;    ///< by organization and digest
  std::jthread thread_;
};

}  // namespace picket::watch
