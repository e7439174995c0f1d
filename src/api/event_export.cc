#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "api/event_calls.h"
#include "obs/log.h"

namespace picket::api {
namespace {

using http_server::Request;
using http_server::Response;
using http_server::Stream;
using store::StoredEvent;

constexpr std::size_t kUnasked = 100'000, kMost = 1'000'000;
constexpr std::size_t kPiece = 64 * 1024;               // handed over at once
constexpr std::chrono::milliseconds kPatience{60'000};  // of a client that reads slowly
constexpr std::chrono::milliseconds kLookEvery{2'000};  // whether the sign-in is still good

constexpr std::string_view kColumns[] = {"time",
                                         "received_at",
                                         "security_device",
                                         "security_device_id",
                                         "stream",
                                         "id",
                                         "vendor_uid",
                                         "class_uid",
                                         "activity_id",
                                         "action",
                                         "outcome",
                                         "actor_uid",
                                         "actor_email",
                                         "source_ip",
                                         "country",
                                         "target",
                                         "versions",
                                         "unreadable",
                                         "raw"};

/// Length of the UTF-8 character at `i`, 0 when there is none (RFC 3629, 4: no overlong forms, no
/// surrogates).
std::size_t character_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return k < text.size() ? static_cast<unsigned char>(text[k]) : 0u; };
  const auto rest = [&](std::size_t k) { return (byte(k) & 0xC0) == 0x80; };
  const unsigned a = byte(i), b = byte(i + 1);
  if (a < 0x80) return 1;
  if (a >= 0xC2 && a <= 0xDF) return rest(i + 1) ? 2 : 0;
  if (a >= 0xE0 && a <= 0xEF) {
    const bool second = a == 0xE0 ? b >= 0xA0 && b <= 0xBF : a == 0xED ? b >= 0x80 && b <= 0x9F : rest(i + 1);
    return second && rest(i + 2) ? 3 : 0;
  }
  if (a >= 0xF0 && a <= 0xF4) {
    const bool second = a == 0xF0 ? b >= 0x90 && b <= 0xBF : a == 0xF4 ? b >= 0x80 && b <= 0x8F : rest(i + 1);
    return second && rest(i + 2) && rest(i + 3) ? 4 : 0;
  }
  return 0;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto length = character_at(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string as_utf8(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto length = character_at(text, i);
    if (length == 0)
      out += "\xEF\xBF\xBD";  // U+FFFD
    else
      out += text.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

/// Hands rows over in pieces, so that what waits for a slow client stays small whatever a row's size.
class Writer {
 public:
  Writer(Stream& stream, std::stop_token stop) : stream_(stream), stop_(std::move(stop)) {}
  /// False: the client is gone, or does not take anything.
  bool add(std::string_view bytes) {
    pending_ += bytes;
    return pending_.size() < kPiece || flush();
  }
  bool flush() {
    for (std::string_view left = pending_; !left.empty();) {
      const auto piece = left.substr(0, kPiece);
      if (!stream_.write_wait(piece, kPatience, stop_)) return false;
      left.remove_prefix(piece.size());
    }
    pending_.clear();
    return true;
  }

 private:
  Stream& stream_;
  std::stop_token stop_;
  std::string pending_;
};

std::string csv_row(const StoredEvent& event, const std::string& device_name) {
  const std::string class_uid = std::to_string(event.class_uid),
                    activity_id = std::to_string(event.activity_id),
                    versions = std::to_string(event.versions), time = format_rfc3339(event.time),
                    received_at = format_rfc3339(event.received_at);
  const std::string_view cells[] = {time,
                                    received_at,
                                    device_name,
                                    event.key.device_id,
                                    event.key.stream,
                                    event.id,
                                    event.vendor_uid,
                                    class_uid,
                                    activity_id,
                                    event.action,
                                    model::to_string(event.outcome),
                                    event.actor_uid,
                                    event.actor_email,
                                    event.source_ip,
                                    event.country,
                                    event.target,
                                    versions,
                                    event.unreadable ? "true" : "false",
                                    event.raw};
  static_assert(std::size(cells) == std::size(kColumns));
  std::string row;
  for (const auto& cell : cells) {
    if (&cell != &cells[0]) row += ',';
    append_csv_cell(row, cell);
  }
  return row += "\r\n";
}

std::string csv_head() {
  std::string row;
  for (const auto& column : kColumns) row.append(row.empty() ? "" : ",").append(column);
  return row += "\r\n";
}

}  // namespace

void append_csv_cell(std::string& out, std::string_view text) {
  std::string mended;
  if (!is_utf8(text)) text = mended = as_utf8(text);
  // A spreadsheet runs what begins like this (CWE-1236); an apostrophe makes it a text
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos;
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quoted) out += '"';
  if (formula) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (quoted) out += '"';
}

struct EventCalls::Export {
  EventQuery asked;
  bool csv = true;
  Scope scope;
  std::string token;
  std::stop_token cancelled;
  std::shared_ptr<void> slot;
};

void EventCalls::run_export(Export& what, const std::shared_ptr<Stream>& stream) const {
  std::stop_source stop;
  const auto end = [&stop] { stop.request_stop(); };
  const std::stop_callback client_gone(what.cancelled, end);
  const std::stop_callback shutting_down(stopping_.get_token(), end);
  Writer out(*stream, stop.get_token());
  std::map<std::string, std::string> names;
  const auto name_of = [&](const std::string& id) -> const std::string& {
    const auto [place, fresh] = names.try_emplace(id);
    if (fresh)
      if (const auto view = find_device(parts_, what.scope, id); view && *view)
        place->second = (*view)->device.name;
    return place->second;
  };
  std::size_t left = what.asked.find.limit;
  bool taken = !what.csv || out.add(csv_head());
  const auto row = [&](StoredEvent&& event) {
    if (left == 0) return false;
    --left;
    if (what.csv) {
      taken = out.add(csv_row(event, name_of(event.key.device_id)));
    } else {
      codec::JsonWriter json;
      write_event(json, event, what.asked.parts);
      std::string line = json.take();
      // Line breaks stand between the members of a record alone: inside its texts JSON has none
      std::replace_if(
          line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
      taken = out.add(line += '\n');
    }
    return taken && left > 0;
  };
  auto looked = std::chrono::steady_clock::now();
  const auto progress = [&](const store::Progress&) {
    if (stream->gone()) end();
    const auto now = std::chrono::steady_clock::now();
    if (now - looked < kLookEvery) return;
    looked = now;
    const auto session = parts_.control.session(what.token);
    if (session && !*session) end();  // ended meanwhile
  };
  Status status;
  if (taken && left > 0 && !what.asked.nothing)
    status = parts_.store.search(what.asked.query, what.asked.find.order, row, progress, stop.get_token());
  if (status && taken && out.flush()) {
    what.slot.reset();  // whoever has seen the end may ask for the next at once
    stream->close();
    return;
  }
  if (!status && status.error().kind != ErrorKind::kCancelled)
    PICKET_LOG_WARN("api", "An export of events broke off: {}", status.error().message);
  stream->abort();  // never an end that looks like the whole
}

EventCalls::Reply EventCalls::download(const Caller& caller, const Request& request) {
  const auto* format = request.query_value("format");
  if (format == nullptr || (*format != "csv" && *format != "jsonl"))
    return refuse_parameter("format", "format is csv or jsonl.");
  auto what = std::make_shared<Export>();
  API_ASSIGN(what->asked,
             read_event_query(request.query, caller.scope, {.page = kMost, .page_unasked = kUnasked}));
  if (!what->asked.find.after.empty())
    return refuse_parameter("page[after]",
                            "An export begins with the first event. Narrow filter[time] instead.");
  what->csv = *format == "csv";
  what->scope = caller.scope;
  what->token = caller.token;
  what->cancelled = request.cancelled;
  if (!export_slots_->try_acquire()) {
    auto response = render(ApiError{
        429, "rate_limited", "Two exports are running already. Try again when one of them is done.", {}, {}});
    response.headers.emplace_back("retry-after", "10");
    return response;
  }
  what->slot = std::shared_ptr<void>(nullptr, [slots = export_slots_](void*) { slots->release(); });
  std::string stamp = format_rfc3339(parts_.clock.now()).substr(0, 19);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  Response response;
  response.headers = {
      {"content-type", what->csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson"},
      {"content-disposition", fmt::format("attachment; filename=\"events-{}Z.{}\"", stamp, *format)},
      {"x-accel-buffering", "no"}};
  response.stream = [this, what](std::shared_ptr<Stream> stream) {
    const bool taken = exports_.try_post([this, what, stream] {
      run_export(*what, stream);
      what->slot.reset();
    });
    if (!taken) stream->abort();  // the server is stopping
  };
  return response;
}

}  // namespace picket::api
