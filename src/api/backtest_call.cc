// POST /api/v2/detection_backtests: rules over stored events, told as it goes.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>

#include "api/body.h"
#include "api/detection_calls.h"

namespace picket::api {
namespace {

namespace json = boost::json;
using http_server::Request;
using http_server::Response;
using http_server::sse_event;
using http_server::Stream;
using watch::BacktestReport;
using watch::BacktestRequest;

constexpr std::chrono::milliseconds kPatience{30'000};  // of a client that reads slowly
constexpr std::chrono::milliseconds kProgressEvery{200};
constexpr std::size_t kMostRules = 10'000;

Answer<std::string> text_member(const json::object& body, std::string_view name) {
  const auto* found = body.if_contains(json::string_view(name.data(), name.size()));
  if (found == nullptr || found->is_null()) return std::string();
  if (!found->is_string()) return refuse_field(fmt::format("/{}", name), fmt::format("{} must be a text.", name));
  return std::string(found->get_string());
}

Answer<TimePoint> time_member(const json::object& body, std::string_view name) {
  API_ASSIGN(const std::string text, text_member(body, name));
  const auto time = parse_time_lenient(text);
  if (!time) return refuse_field(fmt::format("/{}", name), fmt::format("{} must be a time, for example 2026-11-22T18:55:31Z.", name));
  return *time;
}

void write_progress(codec::JsonWriter& out, const BacktestReport& report) {
  out.field("scanned", report.progress.scanned).field("of", report.progress.of).field("matched", report.progress.matched);
}

std::string progress_json(const BacktestReport& report) {
  codec::JsonWriter out;
  out.begin_object();
  write_progress(out, report);
  out.key("reached");
  Value(report.progress.reached).write(out);
  out.end_object();
  return out.take();
}

std::string buckets_json(const BacktestReport& report) {
  codec::JsonWriter out;
  out.begin_object().field("width_seconds", static_cast<std::int64_t>(report.width / std::chrono::seconds(1))).key("buckets").begin_array();
  for (std::size_t i = 0; i < report.buckets.size(); ++i)
    if (report.buckets[i] > 0)
      out.begin_object()
          .field("start", format_rfc3339(report.first + static_cast<std::int64_t>(i) * report.width))
          .field("count", report.buckets[i])
          .end_object();
  out.end_array().end_object();
  return out.take();
}

std::string done_json(const BacktestRequest& asked, const BacktestReport& report, std::uint64_t sent) {
  codec::JsonWriter out;
  out.begin_object();
  write_progress(out, report);
  out.field("sent", sent).field("unread", report.unread).field("missed", report.missed).key("rules").begin_array();
  for (std::size_t i = 0; i < asked.rules.size(); ++i)
    out.begin_object()
        .field("id", asked.book->entries()[asked.rules[i]].key)
        .field("title", asked.book->rules().rules()[asked.rules[i]].rule.title)
        .field("matches", report.rules[i])
        .end_object();
  out.end_array().end_object();
  return out.take();
}

}  // namespace

Answer<void> DetectionCalls::read_rules(const Caller& caller, const json::object& body, BacktestRequest& out) const {
  API_ASSIGN(const std::string own_rule_id, text_member(body, "own_rule_id"));
  const auto* ids = body.if_contains("rule_ids");
  const bool by_text = body.contains("text") && !body.at("text").is_null();
  const bool by_id = ids != nullptr && !ids->is_null();
  if (by_text == by_id) return refuse_field("/text", "Give either rule_ids or text.");
  if (by_text) {
    API_ASSIGN(const std::string text, text_member(body, "text"));
    API_ASSIGN(out.book, read_text(caller, own_rule_id, text, "/text"));
    const auto& rules = out.book->rules().rules();
    for (std::uint32_t i = 0; i < rules.size(); ++i)
      if (rules[i].rule.file == own_rule_id) out.rules.push_back(i);
    return {};
  }
  if (!ids->is_array() || ids->get_array().empty() || ids->get_array().size() > kMostRules)
    return refuse_field("/rule_ids", fmt::format("rule_ids must be a list of 1 to {} ids.", kMostRules));
  API_ASSIGN(const auto ruling, rows_.ruling(caller.scope));
  out.book = ruling->book;
  for (std::size_t i = 0; i < ids->get_array().size(); ++i) {
    const json::value& id = ids->get_array()[i];
    const auto rule = id.is_string() ? out.book->find(std::string_view(id.get_string())) : std::nullopt;
    if (!rule) return refuse(ApiError{404, "not_found", "There is no detection rule with this id that could be tried.", fmt::format("/rule_ids/{}", i), {}});
    if (std::find(out.rules.begin(), out.rules.end(), *rule) == out.rules.end()) out.rules.push_back(*rule);
  }
  return {};
}

Answer<BacktestRequest> DetectionCalls::read_backtest(const Caller& caller, const Request& request) const {
  API_ASSIGN(const json::object body, read_object(request.body));
  BacktestRequest out;
  out.organization_id = caller.scope.organization_id;
  API_ASSIGN(out.from, time_member(body, "from"));
  API_ASSIGN(out.to, time_member(body, "to"));
  if (out.to <= out.from) return refuse_field("/to", "The period ends before it begins.");
  API_ASSIGN(out.product, text_member(body, "product"));
  API_ASSIGN(out.service, text_member(body, "service"));
  API_TRY(read_rules(caller, body, out));
  return out;
}

DetectionCalls::Reply DetectionCalls::backtest(const Caller& caller, const Request& request) {
  API_ASSIGN(BacktestRequest asked, read_backtest(caller, request));
  Response response;
  response.headers = {{"content-type", "text/event-stream"}, {"x-accel-buffering", "no"}};
  response.stream = [this, asked = std::move(asked), scope = caller.scope, cancelled = request.cancelled](std::shared_ptr<Stream> stream) {
    const bool taken = backtests_.try_post([this, asked, scope, cancelled, stream] { run_backtest(asked, scope, stream, cancelled); });
    if (taken) return;
    stream->write(sse_event("error", R"({"code":"unavailable","detail":"Too many backtests are running. Try again when one is done."})"));
    stream->close();
  };
  return response;
}

void DetectionCalls::run_backtest(const BacktestRequest& asked, const Scope& scope, const std::shared_ptr<Stream>& stream,
                                  std::stop_token cancelled) const {
  std::stop_source stop;
  const auto end = [&stop] { stop.request_stop(); };
  const std::stop_callback client_gone(cancelled, end);
  const std::stop_callback shutting_down(stopping_.get_token(), end);
  MatchedEvents events(parts_, scope);
  std::uint64_t sent = 0, told = 0;
  auto last_told = std::chrono::steady_clock::time_point();
  const auto tell_buckets = [&](const BacktestReport& report) {
    if (std::exchange(told, report.progress.matched) != report.progress.matched) stream->write(sse_event("buckets", buckets_json(report)));
  };
  watch::Backtest::Sink sink;
  sink.matches = [&](std::span<const watch::BacktestMatch> matches) {
    for (const auto& match : matches) {
      codec::JsonWriter out;
      out.begin_object();
      events.write(out, match.event_id, match.time);
      out.key("rule").begin_object().field("id", asked.book->entries()[match.rule].key);
      out.field("title", asked.book->rules().rules()[match.rule].rule.title).end_object().end_object();
      if (!stream->write_wait(sse_event("match", out.take()), kPatience, stop.get_token())) return end();
      ++sent;
    }
  };
  sink.progress = [&](const BacktestReport& report) {
    if (stream->gone()) end();
    const auto now = std::chrono::steady_clock::now();
    if (now - last_told < kProgressEvery) return;
    last_told = now;
    stream->write(sse_event("progress", progress_json(report)));
    tell_buckets(report);
  };
  const auto report = backtest_.run(asked, sink, stop.get_token());
  if (stream->gone()) return;
  if (!report) {
    const bool ours = report.error().kind == ErrorKind::kCancelled;
    codec::JsonWriter out;
    out.begin_object().field("code", to_string(report.error().kind));
    out.field("detail", ours ? std::string("The backtest was ended.") : report.error().message).end_object();
    stream->write_wait(sse_event("error", out.take()), kPatience, stop.get_token());
  } else {
    tell_buckets(*report);
    stream->write_wait(sse_event("done", done_json(asked, *report, sent)), kPatience, stop.get_token());
  }
  stream->close();
}

}  // namespace picket::api
