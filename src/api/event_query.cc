#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>

#include "api/event_calls.h"

namespace picket::api {
namespace {

using store::Condition;
using store::Field;
using store::Match;

struct FieldName {
  std::string_view name;
  Field field;
};
constexpr std::size_t kMaxDevices = 200;  // the rows a page of the console shows at once

constexpr FieldName kFields[] = {
    {"vendor_uid", Field::kVendorUid}, {"action", Field::kAction},        {"outcome", Field::kOutcome},
    {"actor", Field::kActor},          {"actor_uid", Field::kActorUid},   {"actor_email", Field::kActorEmail},
    {"source_ip", Field::kSourceIp},   {"country", Field::kCountry},      {"target", Field::kTarget},
    {"class_uid", Field::kClassUid},   {"unreadable", Field::kUnreadable}};

std::chrono::sys_time<std::chrono::milliseconds> to_millis(TimePoint t) {
  return std::chrono::floor<std::chrono::milliseconds>(t);
}

/// Event times are printed to the millisecond and compared as printed.
Answer<void> add_time(const FilterTerm& term, store::TimeRange& range) {
  if (term.value == "None" && term.op != Operator::kEqual) return {};
  auto text = term.value;
  if (text.size() > 6 && text[text.size() - 6] == ' ' && text.find('T') != std::string::npos)
    text[text.size() - 6] = '+';
  const auto time = parse_time_lenient(text);
  if (!time)
    return refuse_parameter(term.parameter,
                            "time must be compared with a time, for example >2026-11-22T18:55:31Z.");
  const TimePoint floor = to_millis(*time);
  const TimePoint ceiling = floor == *time ? floor : floor + std::chrono::milliseconds(1);
  const auto from = [&](TimePoint t) { range.from = range.from ? std::max(*range.from, t) : t; };
  const auto to = [&](TimePoint t) { range.to = range.to ? std::min(*range.to, t) : t; };
  switch (term.op) {
    case Operator::kGreater:
      from(floor + std::chrono::milliseconds(1));
      break;
    case Operator::kGreaterOrEqual:
      from(ceiling);
      break;
    case Operator::kLess:
      to(ceiling);
      break;
    case Operator::kEqual:
      from(ceiling);
      to(ceiling + std::chrono::milliseconds(1));
      break;
    default:
      return refuse_parameter(term.parameter, "time is compared with >, >= and <.");
  }
  return {};
}

Answer<void> add_condition(const FilterTerm& term, Field field, std::vector<Condition>& out) {
  Match match = Match::kEqual;
  std::string value = term.value;
  switch (term.op) {
    case Operator::kEqual:
      break;
    case Operator::kNotEqual:
      match = Match::kNotEqual;
      break;
    case Operator::kContains:
      match = Match::kContains;
      break;
    case Operator::kStartsWith:
      match = Match::kStartsWith;
      break;
    case Operator::kIsNull:
      value.clear();
      break;  // what the vendor did not say is stored as empty text
    case Operator::kNotNull:
      match = Match::kNotEqual;
      value.clear();
      break;
    default:
      return refuse_parameter(term.parameter,
                              fmt::format("{} has no order; > and < are for time.", term.path.front()));
  }
  const bool exact = match == Match::kEqual || match == Match::kNotEqual;
  if (field == Field::kUnreadable && exact) {
    if (value == "True" || value == "1") value = "true";
    if (value == "False" || value == "0") value = "false";
    if (value != "true" && value != "false")
      return refuse_parameter(term.parameter, "unreadable is true or false.");
  }
  if (field == Field::kClassUid && exact) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
      return refuse_parameter(term.parameter, "class_uid must be a number.");
  }
  if ((field == Field::kClassUid || field == Field::kUnreadable || field == Field::kOutcome) && !exact)
    return refuse_parameter(term.parameter,
                            fmt::format("{} is compared whole, or with !.", term.path.front()));
  for (auto& known : out) {
    if (known.field != field || known.match != match) continue;
    known.values.push_back(std::move(value));
    return {};
  }
  out.push_back({field, match, {std::move(value)}});
  return {};
}

Answer<void> add_filter(const FilterTerm& term, const Scope& scope, EventQuery& out) {
  std::string name = term.path.front();
  if (term.path.size() == 2 && term.path[1] == "id")
    name += "_id";
  else if (term.path.size() != 1)
    name.clear();
  if (name == "security_device") name = "security_device_id";
  if (name == "organization") name = "organization_id";
  if (name == "time") return add_time(term, out.query.time);
  if (name == "text") {
    // Verbatim: records are full of colons and the like, so nothing in front of it is an operator
    if (!term.literal.empty()) out.query.text.push_back(term.literal);
    return {};
  }
  if (name == "security_device_id" || name == "stream" || name == "organization_id") {
    const bool is = term.op == Operator::kEqual;
    if (!is && term.op != Operator::kNotEqual)
      return refuse_parameter(term.parameter, fmt::format("{} is compared whole, or with !.", term.path.front()));
    if (name == "organization_id")
      out.nothing = out.nothing || (term.value == scope.organization_id) != is;
    else if (name == "stream")
      (is ? out.query.streams : out.query.without_streams).push_back(term.value);
    else
      (is ? out.query.device_ids : out.query.without_device_ids).push_back(term.value);
    return {};
  }
  for (const auto& known : kFields)
    if (known.name == name) return add_condition(term, known.field, out.query.conditions);
  return refuse_parameter(term.parameter, fmt::format("events have no attribute \"{}\" to filter by.",
                                                      term.path.front().substr(0, 80)));
}

/// Throws the values away: only whether there is a fault counts.
struct NoHandler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Code = boost::json::error_code;
  using Text = boost::json::string_view;
  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return true; }
  bool on_object_end(std::size_t, Code&) { return true; }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t, Code&) { return true; }
  bool on_key_part(Text, std::size_t, Code&) { return true; }
  bool on_key(Text, std::size_t, Code&) { return true; }
  bool on_string_part(Text, std::size_t, Code&) { return true; }
  bool on_string(Text, std::size_t, Code&) { return true; }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t, Text, Code&) { return true; }
  bool on_uint64(std::uint64_t, Text, Code&) { return true; }
  bool on_double(double, Text, Code&) { return true; }
  bool on_bool(bool, Code&) { return true; }
  bool on_null(Code&) { return true; }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }
};

}  // namespace

bool is_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 256;
  boost::json::basic_parser<NoHandler> parser(options);
  boost::json::error_code error;
  const auto used = parser.write_some(false, text.data(), text.size(), error);
  if (error) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(used), text.end(),
                     [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
}

Answer<EventQuery> read_event_query(const http_server::Fields& parameters, const Scope& scope,
                                    const QueryLimits& limits) {
  API_ASSIGN(const Query query,
             parse_query(parameters, {limits.filters + kMaxDevices, limits.page, limits.page_unasked}));
  EventQuery out;
  out.query.organization_id = scope.organization_id;
  for (const auto& term : query.filters) API_TRY(add_filter(term, scope, out));
  const std::size_t devices = out.query.device_ids.size() + out.query.without_device_ids.size();
  if (devices > kMaxDevices)
    return refuse_parameter(
        "filter[security_device][id]",
        fmt::format("A request may name at most {} devices; ask for them in several.", kMaxDevices));
  if (query.filters.size() - devices > limits.filters)
    return refuse_parameter(
        "filter", fmt::format("A request may carry at most {} filters beside the devices.", limits.filters));
  for (const auto& term : query.sort) {
    if (term.field != "time" && term.field != "id" && term.field != "created_at")
      return refuse_parameter("sort", "Events are sorted by time: sort=-time (newest first) or sort=+time.");
    if (&term == &query.sort.front() && !term.descending) out.find.order = store::Order::kOldestFirst;
  }
  if (query.offset != 0)
    return refuse_parameter("page[offset]", "Events are paged by page[after]; follow links.next.");
  for (const auto& path : query.include) {
    if (path.size() != 1 || path.front() != "security_device")
      return refuse_parameter("include", "Events can include their security_device.");
    out.with_device = true;
  }
  out.find.limit = query.limit;
  out.find.after = query.after;
  out.find.with_total = query.flag("total", true);
  out.parts = {query.flag("ocsf"), query.flag("raw", true)};
  out.find.with_raw = out.parts.raw || out.parts.ocsf;
  return out;
}

}  // namespace picket::api
