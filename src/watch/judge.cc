// From matches to what is committed: signals, what correlations say of them, and alerts.
#include <algorithm>
#include <boost/json.hpp>

#include "codec/json.h"
#include "obs/metrics.h"
#include "watch/event_number.h"
#include "watch/watch.h"
#include "watch/windows.h"

namespace picket::watch {
namespace {

using Values = std::vector<std::optional<std::string>>;

std::string json_of(const Values& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    if (value) codec::append_json_quote(out, *value);
    if (!value) out += "null";
  }
  out += ']';
  return out;
}

Values values_of(const std::string& json) {
  Values out;
  const auto parsed = codec::parse_json(json, {.max_bytes = 64u << 20, .max_depth = 4});
  if (!parsed || !parsed->is_array()) return out;
  for (const auto& value : parsed->get_array())
    out.push_back(value.is_string() ? std::optional<std::string>(std::string_view(value.get_string())) : std::nullopt);
  return out;
}

/// FNV-1a: the same in every version, for it is stored.
std::int64_t digest_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return static_cast<std::int64_t>(hash == 0 ? 1 : hash);
}

/// Spans lie on a grid of event time, so that the order in which events come does not decide which alert they join.
TimePoint span_from(TimePoint time, Micros span) {
  const std::int64_t us = to_micros(time), width = span.count();
  return from_micros(us - ((us % width) + width) % width);
}

std::string_view level_of(const detect::Rule& rule) { return to_string(rule.level == detect::Level::kNone ? detect::Level::kLow : rule.level); }

std::optional<control::AlertKey> alert_of(const Ruling& ruling, std::uint32_t rule, TimePoint time, std::string subject, TimePoint now) {
  const Entry& entry = ruling.book->entries()[rule];
  if (!entry.alerts || ruling.states[rule].alert_from > now) return std::nullopt;
  const detect::Rule& text = ruling.book->rules().rules()[rule].rule;
  return control::AlertKey{std::move(subject), span_from(time, entry.span), text.title, std::string(level_of(text))};
}

/// The detection rules below a correlation, through those between.
void add_inputs(const Ruling& ruling, std::uint32_t rule, std::vector<std::int64_t>& out) {
  const auto& linked = ruling.book->rules().rules()[rule];
  if (!linked.rule.is_correlation()) out.push_back(ruling.states[rule].no);
  for (const auto& input : linked.inputs) add_inputs(ruling, input.rule, out);
}

}  // namespace

Result<Watch::Windows*> Watch::windows(const std::string& organization_id, const RulingPtr& ruling) {
  auto& held = windows_[organization_id];
  if (held != nullptr && held->ruling->book == ruling->book) return held.get();
  auto fresh = std::make_unique<Windows>(Windows{ruling, detect::Correlator(ruling->book->shared_rules(), options_.limits)});
  std::unordered_map<std::int64_t, std::uint32_t> rules;
  std::vector<std::int64_t> numbers;
  for (std::uint32_t i = 0; i < ruling->states.size(); ++i) {
    const auto& linked = ruling->book->rules().rules()[i];
    if (linked.rule.is_correlation() || linked.used_by.empty()) continue;
    rules.emplace(ruling->states[i].no, i);
    numbers.push_back(ruling->states[i].no);
  }
  std::vector<detect::Firing> told_already;
  const Status read = parts_.control.detections().each_signal(numbers, from_micros(INT64_MIN), [&](const control::StoredSignal& stored) {
    const std::uint32_t rule = rules.at(stored.rule_no);
    detect::Signal signal{rule, stored.time, number_of(stored.event_id), values_of(stored.captures)};
    // a rule whose correlations ask for other fields now says nothing with its old signals
    if (signal.captures.size() == ruling->book->rules().rules()[rule].captures.size()) fresh->correlator.add(signal, told_already);
    told_already.clear();
    return true;
  });
  PICKET_TRY(read);
  held = std::move(fresh);
  return held.get();
}

void Watch::forget(const std::string& organization_id) { windows_.erase(organization_id); }

Status Watch::note_firing(const RulingPtr& ruling, const detect::Firing& firing,
                          const std::unordered_map<std::uint64_t, const std::string*>& known, std::vector<control::Match>& out) {
  const auto& state = ruling->states[firing.rule];
  if (!state.enabled) return {};
  control::Match match;
  match.rule_no = state.no;
  match.time = firing.time;
  if (const auto found = known.find(firing.event); found != known.end()) {
    match.event_id = *found->second;
  } else {  // a late event bears on one that came before
    std::vector<std::int64_t> inputs;
    add_inputs(*ruling, firing.rule, inputs);
    PICKET_ASSIGN(const auto events, parts_.control.detections().signal_events_at(inputs, firing.time));
    const auto same = std::find_if(events.begin(), events.end(), [&](const std::string& id) { return number_of(id) == firing.event; });
    if (same == events.end()) return {};  // dropped for its age meanwhile
    match.event_id = *same;
  }
  match.captures = json_of(firing.group);
  match.part = digest_of(match.captures);
  match.withdrawn = firing.withdrawn;
  match.alert = alert_of(*ruling, firing.rule, firing.time, match.captures, parts_.clock.now());
  out.push_back(std::move(match));
  return {};
}

Result<std::vector<control::Match>> Watch::advance(const std::string& organization_id, TimePoint complete_until) {
  std::vector<control::Match> out;
  const RulingPtr now = ruling(organization_id);
  if (now == nullptr || !now->book->waits()) return out;
  PICKET_ASSIGN(Windows* const open, windows(organization_id, now));
  std::vector<detect::Firing> firings;
  open->correlator.advance(complete_until, firings);
  for (const detect::Firing& firing : firings) PICKET_TRY(note_firing(now, firing, {}, out));
  return out;
}

Result<std::vector<control::Match>> Watch::judge(const store::StreamKey& key, const Sight& sight, std::span<const std::string> ids) {
  std::vector<control::Match> out;
  if (sight.hits.empty()) return out;
  static obs::Counter& matched = obs::counter("picket_detect_matches_total", "Matches of detection rules, known ones included.");
  matched.add(sight.hits.size());
  const Ruling& ruling = *sight.ruling;
  const TimePoint now = parts_.clock.now();
  std::unordered_map<std::uint64_t, const std::string*> known;
  for (const std::string& id : ids) known.emplace(number_of(id), &id);
  std::vector<detect::Signal> signals;
  std::size_t at = 0;  // hits go by event, as ids do
  for (const Hit& hit : sight.hits) {
    while (sight.events[at] != hit.event) ++at;
    control::Match match;
    match.rule_no = ruling.states[hit.rule].no;
    match.time = hit.time;
    match.event_id = ids[at];
    match.captures = json_of(hit.captures);
    match.alert = alert_of(ruling, hit.rule, hit.time, json_of({key.device_id, hit.subject}), now);
    out.push_back(std::move(match));
    if (!ruling.book->rules().rules()[hit.rule].used_by.empty()) signals.push_back({hit.rule, hit.time, number_of(ids[at]), hit.captures});
  }
  if (signals.empty()) return out;
  PICKET_ASSIGN(Windows* const open, windows(key.organization_id, sight.ruling));
  std::vector<detect::Firing> firings;
  for (const detect::Signal& signal : signals) open->correlator.add(signal, firings);
  for (const detect::Firing& firing : firings) PICKET_TRY(note_firing(sight.ruling, firing, known, out));
  return out;
}

}  // namespace picket::watch
