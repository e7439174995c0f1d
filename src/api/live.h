#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "api/auth.h"
#include "api/engine.h"
#include "api/resources.h"

namespace picket::api {

/// Of answers: where the feed stood before they were made.
inline constexpr const char* kPositionHeader = "picket-live";

struct LiveTiming {
  std::chrono::milliseconds settle{10};   ///< what one commit says in several notices goes out together
  std::chrono::milliseconds gather{100};  ///< least time between two rounds: what changes faster goes out as one
  std::chrono::milliseconds ping{15'000};
  std::chrono::milliseconds remember{60'000};  ///< how long changes are kept when nobody listens
};

/// The live feed: what changes in an organization, to everyone of it who listens.
///
/// One thread turns the fleet's notices into messages, once for all subscribers of an organization. A
/// subscriber's buffer is its stream's; one that does not keep up is cut off and continues from its last id
/// when it comes back, or is told to start over (`reset`). Memory is bounded by devices (pending), entries
/// and bytes (what is remembered) and streams. Threads: any. Failure: a lost subscriber is forgotten; nothing
/// else can fail.
class LiveFeed {
 public:
  LiveFeed(const Parts& parts, const Catalogue& catalogue, LiveTiming timing = {});
  ~LiveFeed();

  /// Begins to listen; once, after the catalogue is complete.
  void start();
  /// GET /api/v2/live. It continues after the message that `last-event-id` names (a browser's own reconnect), else after the position
  /// in the parameter `after`, else with what comes.
  Answer<http_server::Response> subscribe(const Caller& caller, const http_server::Request& request);
  /// Where the organization's feed stands: what is read from now on and what a feed after this position tells are all there is. Changes
  /// are remembered from now on, also while nobody listens yet.
  std::string position(const std::string& organization);
  /// Sign-ins may have ended: their feeds end now, not with the next ping.
  void sign_ins_ended();
  /// Ends every stream. May be called again.
  void stop();

 private:
  struct Message {
    std::uint64_t id = 0;
    std::string wire;
  };
  struct Pending {
    bool device = false, deleted = false, history = false;
    std::map<std::string, std::uint64_t> events;  // by stream
  };
  struct Subscriber {
    std::shared_ptr<http_server::Stream> stream;
    std::string token;
  };
  struct Channel {  // one organization
    std::string epoch;  // of this process and organization: ids of others mean nothing
    std::uint64_t last_id = 0;
    std::deque<Message> remembered;
    std::size_t bytes = 0;
    std::map<std::string, Pending> pending;  // by device
    bool rules = false, matches = false;     // of detections
    std::vector<Subscriber> subscribers;
    std::chrono::steady_clock::time_point left{};  // when the last subscriber went, or a position was asked for
  };

  void notice(const fleet::Notice& notice);
  void notice(const watch::Watch::News& news);
  /// The channel to note something in; null when nobody listens.
  Channel* channel_of(const std::string& organization);
  void run(std::stop_token stop);
  void flush(std::unique_lock<std::mutex>& lock);
  void ping(std::unique_lock<std::mutex>& lock);
  void join(const std::string& organization, Subscriber subscriber, const std::string& last_event_id);
  std::vector<std::pair<std::string, std::string>> messages(const std::string& organization,
                                                            const std::string& device, const Pending& what);
  void publish(Channel& channel, std::string_view event, std::string_view data);
  Channel& open_channel(const std::string& organization);
  static std::string id_text(const Channel& channel, std::uint64_t id);

  Parts parts_;
  const Catalogue& catalogue_;
  const LiveTiming timing_;
  const std::string epoch_;  // of this process
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<std::string, Channel> channels_;
  std::size_t subscribers_ = 0;
  bool waiting_ = false;  // something is pending
  bool ended_ = false;    // a sign-in may have
  bool stopped_ = false;
  std::shared_ptr<void> subscription_, detections_;
  std::jthread thread_;
};

}  // namespace picket::api
