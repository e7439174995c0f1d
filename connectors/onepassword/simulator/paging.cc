#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "onepassword_simulator/page.h"
#include "onepassword_simulator/protocol.h"

/// One page of a stream, right or as the plan of faults wants it.
namespace picket::onepassword_simulator {
namespace {

using http_server::Response;

constexpr std::uint64_t kRecordSize = 900;

std::vector<std::size_t> new_order(std::string_view how, std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (how == "reverse") std::reverse(order.begin(), order.end());
  if (how != "shuffle") return order;
  Sequence random(seed);
  for (std::size_t i = count; i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  return order;
}

}  // namespace

Response Protocol::page(Asked asked) {
  const auto paging = asked.paging();
  const unsigned account = asked.token.account;
  const unsigned neighbour = (account + 1) % vendor_.account_count();
  const EventLog& log = vendor_.log(paging == "foreign_events" ? neighbour : account, asked.kind);
  if (paging == "skip") skip(asked, log.size());
  EventLog::Window window = window_of(asked);
  if (paging == "out_of_order") {
    // this page's events come with the next request, those after it now
    std::string unused;
    window.position = log.render(unused, asked.version, window).next;
  }
  PageText text;
  text.text().reserve(window.limit * kRecordSize + 400);
  auto rendered = log.render(text.text(), asked.version, window);
  CursorState next = next_state(asked, rendered, log.size(), text.more);
  if (paging == "duplicates_at_end" && !rendered.more) {
    window.limit = asked.n(10);
    window.position = asked.state.position - std::min(asked.state.position, window.limit);
    repeat_end(log, asked.version, window, text, rendered);
  }
  if (rendered.ends.empty() && vendor_.settings().fresh_idle_cursor) next.nonce = vendor_.fresh_number();
  text.cursor = vendor_.cursors().encode(next);
  text.ends = rendered.ends;
  if (asked.fault != nullptr && !asked.fault->mutate.empty()) mutate(asked, log, rendered, text);
  if (paging == "shuffle" || paging == "reverse")
    text.reorder(new_order(paging, text.ends.size(), asked.state.position + 1));
  write_ledger(asked, rendered, text.more);
  vendor_.count_page(rendered.ends.size());
  Response response;
  response.headers = {{"content-type", "application/json; charset=utf-8"}};
  response.body = text.finish(asked.fault != nullptr ? std::string_view(asked.fault->page) : "");
  return response;
}

/// Leads the request past events, and says so in the ledger.
void Protocol::skip(Asked& asked, std::uint64_t size) {
  const std::uint64_t to = std::min(asked.state.position + asked.n(asked.state.limit), size);
  if (vendor_.ledger() != nullptr && to > asked.state.position)
    vendor_.ledger()->line(fmt::format(R"({{"kind":"skipped","account":{},"stream":"{}","from":{},"to":{}}})",
                                       asked.token.account, name_of(asked.kind), asked.state.position, to));
  asked.state.position = to;
}

EventLog::Window Protocol::window_of(const Asked& asked) const {
  const auto paging = asked.paging();
  EventLog::Window window{.position = asked.state.position,
                          .limit = asked.state.limit,
                          .since = from_micros(asked.state.since),
                          .snapshot = asked.state.snapshot,
                          .until = from_micros(asked.state.until),
                          .horizon = vendor_.now() - kHorizon};
  if (paging == "limit_ignored") window.limit *= asked.n(2);
  if (paging == "stuck" || paging == "empty_more") window.limit = 0;
  if (paging == "repeat") window.position -= std::min(window.position, asked.n(10));
  return window;
}

/// Where the cursor of this answer leads.
CursorState Protocol::next_state(const Asked& asked, const EventLog::Rendered& rendered, std::uint64_t size,
                                 bool& more) {
  const auto paging = asked.paging();
  const CursorState& state = asked.state;
  CursorState next = state;
  next.detour = 0;
  next.position = rendered.next;
  more = rendered.more;
  if (state.detour != 0) {
    next.position = state.detour - 1;
    more = next.position < size;
  }
  if (paging == "foreign_events") next.position = state.position;
  constexpr std::string_view kSaysMore[] = {"out_of_order", "same_page",  "cycle",
                                            "stuck",        "empty_more", "foreign_cursor"};
  more = more || std::find(std::begin(kSaysMore), std::end(kSaysMore), paging) != std::end(kSaysMore);
  if (paging == "out_of_order" || paging == "same_page") next.position = state.position;
  if (paging == "out_of_order") next.detour = rendered.next + 1;
  if (paging == "cycle")
    next.position = state.position - std::min(state.position, (asked.n(2) - 1) * state.limit);
  if (paging == "empty_more") next.nonce = vendor_.fresh_number();
  if (paging == "foreign_cursor") {
    if (vendor_.account_count() > 1)
      next.account = (next.account + 1) % vendor_.account_count();
    else
      next.stream = static_cast<StreamKind>((index_of(next.stream) + 1) % kStreams);
  }
  return next;
}

void Protocol::repeat_end(const EventLog& log, ApiVersion version, const EventLog::Window& window,
                          PageText& text, EventLog::Rendered& rendered) {
  const bool some = !rendered.ends.empty();
  if (some) text.text() += ',';
  const auto again = log.render(text.text(), version, window);
  if (some && again.ends.empty()) text.text().pop_back();
  rendered.ends.insert(rendered.ends.end(), again.ends.begin(), again.ends.end());
  rendered.positions.insert(rendered.positions.end(), again.positions.begin(), again.positions.end());
}

void Protocol::mutate(const Asked& asked, const EventLog& log, const EventLog::Rendered& rendered,
                      PageText& text) {
  auto records = text.records();
  const std::int64_t only = asked.fault->mutate_record;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (only >= 0 && static_cast<std::size_t>(only) != i) continue;
    records[i] = mutate_record(records[i], asked.fault->mutate);
    if (vendor_.ledger() != nullptr)
      vendor_.ledger()->event("altered", asked.token.account, asked.kind, rendered.positions[i],
                              log.uuid_at(rendered.positions[i]), records[i]);
  }
  text.replace_records(records);
}

void Protocol::write_ledger(const Asked& asked, const EventLog::Rendered& rendered, bool more) {
  Ledger* ledger = vendor_.ledger();
  if (ledger == nullptr) return;
  const bool some = !rendered.positions.empty();
  ledger->line(fmt::format(
      R"({{"kind":"page","account":{},"stream":"{}","version":{},"from":{},"next":{},"count":{},"more":{},"fault":"{}"}})",
      asked.token.account, name_of(asked.kind), static_cast<int>(asked.version),
      some ? rendered.positions.front() : rendered.next, rendered.next, rendered.positions.size(), more,
      asked.rule));
  ledger->flush();
}

}  // namespace picket::onepassword_simulator
