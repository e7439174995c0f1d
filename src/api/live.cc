#include "api/live.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/guid.h"
#include "runtime/thread_pool.h"

namespace picket::api {
namespace {

using http_server::sse_event;

constexpr std::size_t kMaxRemembered = 512;
constexpr std::size_t kMaxRememberedBytes = 512 * 1024;
constexpr std::size_t kStreamBuffer = 1024 * 1024;
constexpr std::size_t kMaxSubscribers = 4096;
constexpr std::string_view kRetry = "retry: 2000\n\n";

}  // namespace

LiveFeed::LiveFeed(const Parts& parts, const Catalogue& catalogue, LiveTiming timing)
    : parts_(parts), catalogue_(catalogue), timing_(timing), epoch_(new_guid().substr(0, 8)) {}

LiveFeed::~LiveFeed() {
  stop();
}

void LiveFeed::start() {
  subscription_ = parts_.ingest.fleet().subscribe([this](const fleet::Notice& what) { notice(what); });
  detections_ = parts_.watch.subscribe([this](const watch::Watch::News& news) { notice(news); });
  thread_ = std::jthread([this](std::stop_token stop) {
    runtime::name_this_thread("live-feed");
    run(stop);
  });
}

void LiveFeed::stop() {
  subscription_.reset();
  detections_.reset();
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (auto& [organization, channel] : channels_)
    for (auto& subscriber : channel.subscribers) subscriber.stream->close();
  channels_.clear();
}

LiveFeed::Channel& LiveFeed::open_channel(const std::string& organization) {
  const auto [place, made] = channels_.try_emplace(organization);
  if (made) place->second.epoch = fmt::format("{}.{}", epoch_, channels_.size());
  return place->second;
}

std::string LiveFeed::id_text(const Channel& channel, std::uint64_t id) {
  return fmt::format("{}-{}", channel.epoch, id);
}

LiveFeed::Channel* LiveFeed::channel_of(const std::string& organization) {
  const auto found = channels_.find(organization);
  if (found == channels_.end()) return nullptr;  // nobody has listened yet
  auto& channel = found->second;
  const bool forgotten =
      channel.subscribers.empty() && std::chrono::steady_clock::now() - channel.left > timing_.remember;
  if (forgotten) {
    ++channel.last_id;  // whoever comes back with an older id is told to start over
    channel.remembered.clear();
    channel.bytes = 0;
    channel.pending.clear();
    channel.rules = channel.matches = false;
    return nullptr;
  }
  return &channel;
}

std::string LiveFeed::position(const std::string& organization) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return {};
  Channel* channel = channel_of(organization);
  if (channel == nullptr) channel = &open_channel(organization);
  channel->left = std::chrono::steady_clock::now();
  return id_text(*channel, channel->last_id);
}

void LiveFeed::sign_ins_ended() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  wake_.notify_all();
}

void LiveFeed::notice(const watch::Watch::News& news) {
  const std::lock_guard lock(mutex_);
  Channel* const channel = channel_of(news.organization_id);
  if (channel == nullptr) return;
  channel->rules = channel->rules || news.rules;
  channel->matches = channel->matches || news.matches;
  waiting_ = true;
  wake_.notify_all();
}

void LiveFeed::notice(const fleet::Notice& what) {
  const std::lock_guard lock(mutex_);
  Channel* const open = channel_of(what.organization_id);
  if (open == nullptr) return;
  Channel& channel = *open;
  auto& pending = channel.pending[what.device_id];
  switch (what.kind) {
    case fleet::Notice::Kind::kDevice:
      pending.device = true;
      break;
    case fleet::Notice::Kind::kDeleted:
      pending.deleted = true;
      break;
    case fleet::Notice::Kind::kHistory:
      pending.history = true;
      break;
    case fleet::Notice::Kind::kEvents:
      pending.events[what.stream] += what.added;
      break;
  }
  waiting_ = true;
  wake_.notify_all();
}

std::vector<std::pair<std::string, std::string>> LiveFeed::messages(const std::string& organization,
                                                                    const std::string& device,
                                                                    const Pending& what) {
  std::vector<std::pair<std::string, std::string>> out;
  const auto view = parts_.ingest.fleet().device(organization, device);
  codec::JsonWriter json;
  if (what.device || what.deleted) {
    const bool gone = what.deleted || !view;
    json.begin_object()
        .field("type", "security_devices")
        .field("id", device)
        .field("deleted", gone)
        .key("data");
    if (gone)
      json.null();
    else
      Engine::write_object(json, *catalogue_.find("security_devices"), as_row(view));
    json.end_object();
    out.emplace_back("change", json.take());
  }
  for (const auto& [stream, added] : what.events) {
    std::uint64_t total = 0, day = 0, unreadable = 0;
    if (view)
      for (const auto& one : view->streams)
        if (one.state.stream == stream) {
          total = one.events_total;
          day = one.events_24h;
          unreadable = one.events_unreadable;
        }
    json.begin_object().field("security_device_id", device).field("stream", stream).field("new", added);
    json.field("events_total", total).field("events_24h", day).field("events_unreadable", unreadable).end_object();
    out.emplace_back("events", json.take());
  }
  if (what.history) {
    const auto entries = parts_.control.history(organization, device);
    json.begin_object().field("security_device_id", device).key("id");
    if (entries && !entries->empty())
      json.value(entries->back().id);
    else
      json.null();
    json.end_object();
    out.emplace_back("history", json.take());
  }
  return out;
}

void LiveFeed::publish(Channel& channel, std::string_view event, std::string_view data) {
  Message message{++channel.last_id, {}};
  message.wire = sse_event(event, data, id_text(channel, message.id));
  for (auto& subscriber : channel.subscribers)
    if (!subscriber.stream->write(message.wire))
      subscriber.stream->close();  // it comes back with its last id
  channel.bytes += message.wire.size();
  channel.remembered.push_back(std::move(message));
  while (channel.remembered.size() > kMaxRemembered || channel.bytes > kMaxRememberedBytes) {
    channel.bytes -= channel.remembered.front().wire.size();
    channel.remembered.pop_front();
  }
}

void LiveFeed::flush(std::unique_lock<std::mutex>& lock) {
  waiting_ = false;
  std::map<std::string, std::map<std::string, Pending>> work;
  for (auto& [organization, channel] : channels_)
    if (!channel.pending.empty()) work[organization].swap(channel.pending);
  for (auto& entry : channels_) {
    Channel& channel = entry.second;
    if (!channel.rules && !channel.matches) continue;
    codec::JsonWriter json;
    json.begin_object().field("rules", channel.rules).field("matches", channel.matches).end_object();
    channel.rules = channel.matches = false;
    publish(channel, "detections", json.text());
  }
  for (const auto& [organization, devices] : work) {
    for (const auto& [device, what] : devices) {
      lock.unlock();  // rendering reads other modules
      const auto made = messages(organization, device, what);
      lock.lock();
      auto& channel = open_channel(organization);
      for (const auto& [event, data] : made) publish(channel, event, data);
    }
  }
}

void LiveFeed::ping(std::unique_lock<std::mutex>& lock) {
  std::vector<std::string> tokens;
  for (const auto& [organization, channel] : channels_)
    for (const auto& subscriber : channel.subscribers) tokens.push_back(subscriber.token);
  lock.unlock();
  // A sign-in that has ended ends its feed
  std::erase_if(tokens, [&](const std::string& token) {
    const auto session = parts_.control.session(token);
    return session && session->has_value();
  });
  lock.lock();
  for (auto& entry : channels_) {
    Channel& channel = entry.second;
    const auto wire = sse_event("ping", "{}", id_text(channel, channel.last_id));
    std::erase_if(channel.subscribers, [&](Subscriber& subscriber) {
      const bool ended = std::find(tokens.begin(), tokens.end(), subscriber.token) != tokens.end();
      const bool keep = !ended && !subscriber.stream->gone() && subscriber.stream->write(wire);
      if (keep) return false;
      subscriber.stream->close();
      --subscribers_;
      channel.left = std::chrono::steady_clock::now();
      return true;
    });
  }
}

void LiveFeed::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  auto next_ping = std::chrono::steady_clock::now() + timing_.ping;
  auto last_round = std::chrono::steady_clock::now() - timing_.gather;
  while (!stop.stop_requested()) {
    wake_.wait_until(lock, stop, next_ping, [&] { return waiting_ || ended_; });
    if (stop.stop_requested()) return;
    if (waiting_) {
      const auto settled = std::chrono::steady_clock::now() + timing_.settle;
      wake_.wait_until(lock, stop, std::max(settled, last_round + timing_.gather), [] { return false; });
      if (stop.stop_requested()) return;
      last_round = std::chrono::steady_clock::now();
      flush(lock);
    }
    if (ended_ || std::chrono::steady_clock::now() >= next_ping) {
      ended_ = false;
      ping(lock);
      next_ping = std::chrono::steady_clock::now() + timing_.ping;
    }
  }
}

void LiveFeed::join(const std::string& organization, Subscriber subscriber,
                    const std::string& last_event_id) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return subscriber.stream->close();
  auto& channel = open_channel(organization);
  std::string first(kRetry);
  std::uint64_t seen = channel.last_id;
  bool known = true;
  if (!last_event_id.empty()) {
    const auto prefix = channel.epoch + "-";
    const char* begin = last_event_id.data() + prefix.size();
    const char* end = last_event_id.data() + last_event_id.size();
    known = last_event_id.starts_with(prefix) && std::from_chars(begin, end, seen).ec == std::errc() &&
            seen <= channel.last_id;
    const std::uint64_t oldest =
        channel.remembered.empty() ? channel.last_id + 1 : channel.remembered.front().id;
    known = known && seen + 1 >= oldest;
  }
  if (known) {
    for (const auto& message : channel.remembered)
      if (message.id > seen) first += message.wire;
    first += sse_event("ping", "{}", id_text(channel, channel.last_id));
  } else {
    first += sse_event("reset", "{}", id_text(channel, channel.last_id));
  }
  if (!subscriber.stream->write(first)) return subscriber.stream->close();
  channel.subscribers.push_back(std::move(subscriber));
  ++subscribers_;
}

Answer<http_server::Response> LiveFeed::subscribe(const Caller& caller, const http_server::Request& request) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || subscribers_ >= kMaxSubscribers)
      return refuse(503, "unavailable", "Too many live feeds are open. Close a window and try again.");
  }
  const auto* last = request.header("last-event-id");
  if (last == nullptr) last = request.query_value("after");
  http_server::Response response;
  response.headers = {{"content-type", "text/event-stream"}, {"x-accel-buffering", "no"}};
  response.stream_buffer = kStreamBuffer;
  response.stream = [this, organization = caller.scope.organization_id, token = caller.token,
                     last_id = last != nullptr ? *last
                                               : std::string()](std::shared_ptr<http_server::Stream> stream) {
    join(organization, {std::move(stream), token}, last_id);
  };
  return response;
}

}  // namespace picket::api
