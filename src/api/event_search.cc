#include <chrono>

#include "api/event_calls.h"

namespace picket::api {
namespace {

using http_server::sse_event;
using http_server::Stream;

constexpr std::chrono::milliseconds kPatience{30'000};  // of a client that reads slowly
constexpr std::chrono::milliseconds kProgressEvery{200};

std::string progress_json(const store::Progress& progress) {
  codec::JsonWriter out;
  out.begin_object()
      .field("scanned", progress.scanned)
      .field("of", progress.of)
      .field("matched", progress.matched);
  out.key("reached");
  Value(progress.reached).write(out);
  out.end_object();
  return out.take();
}

}  // namespace

void EventCalls::run_search(const EventQuery& asked, const std::shared_ptr<Stream>& stream,
                            std::stop_token cancelled) const {
  std::stop_source stop;
  const auto end = [&stop] { stop.request_stop(); };
  const std::stop_callback client_gone(cancelled, end);
  const std::stop_callback shutting_down(stopping_.get_token(), end);

  std::uint64_t matched = 0, sent = 0;
  store::Progress last;
  auto last_told = std::chrono::steady_clock::time_point();
  const auto row = [&](store::StoredEvent&& event) {
    ++matched;
    // Beyond the limit rows are only counted; without a wish for the total the search is over
    if (sent == asked.find.limit) return asked.find.with_total;
    codec::JsonWriter out;
    write_event(out, event, asked.parts);
    if (!stream->write_wait(sse_event("row", out.take()), kPatience, stop.get_token())) return false;
    ++sent;
    return true;
  };
  const auto progress = [&](const store::Progress& now) {
    last = now;
    if (stream->gone()) end();
    const auto at = std::chrono::steady_clock::now();
    if (at - last_told < kProgressEvery) return;
    last_told = at;
    stream->write(sse_event("progress", progress_json(now)));
  };
  Status status;
  if (!asked.nothing)
    status = parts_.store.search(asked.query, asked.find.order, row, progress, stop.get_token());
  if (stream->gone()) return;
  codec::JsonWriter out;
  if (!status) {
    const bool ours = status.error().kind == ErrorKind::kCancelled;
    out.begin_object().field("code", to_string(status.error().kind));
    out.field("detail", ours ? std::string("The search was ended.") : status.error().message).end_object();
    stream->write_wait(sse_event("error", out.take()), kPatience, stop.get_token());
  } else {
    out.begin_object()
        .field("scanned", last.scanned)
        .field("of", last.of)
        .field("matched", matched)
        .field("sent", sent)
        .end_object();
    stream->write_wait(sse_event("done", out.take()), kPatience, stop.get_token());
  }
  stream->close();
}

}  // namespace picket::api
