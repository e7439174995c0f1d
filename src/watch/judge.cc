// From matches to what is committed: signals, what correlations say of them, and alerts.
#include <algorithm>
#include <utility>

#include "codec/json.h"
#include "codec/packed_texts.h"
#include "crypto/digest.h"
#include "obs/metrics.h"
#include "watch/captures.h"
#include "watch/event_number.h"
#include "watch/watch.h"
#include "watch/windows.h"

namespace picket::watch {
namespace {

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

std::string packed(const Values& values) {
  std::string out;
  for (const auto& value : values) codec::append_packed(out, value);
  return out;
}

/// Spans lie on a grid of event time, so that the order in which events come does not decide which alert they join.
TimePoint span_from(TimePoint time, Micros span) {
  const std::int64_t us = to_micros(time), width = span.count();
  return from_micros(us - ((us % width) + width) % width);
}

std::string_view level_of(const detect::Rule& rule) { return to_string(rule.level == detect::Level::kNone ? detect::Level::kLow : rule.level); }

bool alerts(const Ruling& ruling, std::uint32_t rule, TimePoint now) {
  return ruling.book->entries()[rule].alerts && ruling.states[rule].alert_from <= now;
}

control::AlertKey alert_of(const Ruling& ruling, std::uint32_t rule, TimePoint time, const Values& subject) {
  const detect::Rule& text = ruling.book->rules().rules()[rule].rule;
  return {json_of(subject), span_from(time, ruling.book->entries()[rule].span), text.title, std::string(level_of(text))};
}

bool feeds(const Ruling& ruling, std::uint32_t rule) { return !ruling.book->rules().rules()[rule].used_by.empty(); }

/// The detection rules below a correlation, through those between.
void add_inputs(const Ruling& ruling, std::uint32_t rule, std::vector<std::int64_t>& out) {
  const auto& linked = ruling.book->rules().rules()[rule];
  if (!linked.rule.is_correlation()) out.push_back(ruling.states[rule].no);
  for (const auto& input : linked.inputs) add_inputs(ruling, input.rule, out);
}

}  // namespace

/// Stored signals of these rules of the book.
Status Watch::recall(const Ruling& ruling, std::span<const std::uint32_t> rules, TimePoint from, TimePoint to,
                     const std::function<bool(const detect::Signal&)>& row) {
  std::unordered_map<std::int64_t, std::uint32_t> by_number;
  std::vector<std::int64_t> numbers;
  for (const std::uint32_t rule : rules) {
    by_number.emplace(ruling.states[rule].no, rule);
    numbers.push_back(ruling.states[rule].no);
  }
  detect::Signal signal;
  return parts_.control.detections().each_signal(numbers, from, to, [&](const control::StoredSignal& stored) {
    signal.rule = by_number.at(stored.rule_no);
    signal.time = stored.time;
    signal.event = number_of(stored.event);
    // a rule whose correlations ask for other fields now says nothing with its old signals
    return !unpack(stored.captures, ruling.book->entries()[signal.rule].shape, signal.captures) || row(signal);
  });
}

Result<Watch::Windows*> Watch::windows(const std::string& organization_id, const RulingPtr& ruling) {
  auto& held = windows_[organization_id];
  if (held != nullptr && held->ruling->book == ruling->book) return held.get();
  auto fresh = std::make_unique<Windows>(Windows{ruling, detect::Correlator(ruling->book->shared_rules(), options_.limits)});
  std::vector<std::uint32_t> rules;
  for (std::uint32_t i = 0; i < ruling->states.size(); ++i) {
    const auto& linked = ruling->book->rules().rules()[i];
    if (!linked.rule.is_correlation() && !linked.used_by.empty()) rules.push_back(i);
  }
  std::vector<detect::Firing> told_already;
  PICKET_TRY(recall(*ruling, rules, from_micros(INT64_MIN), from_micros(INT64_MAX), [&](const detect::Signal& signal) {
    fresh->correlator.add(signal, told_already);
    told_already.clear();
    return true;
  }));
  held = std::move(fresh);
  return held.get();
}

void Watch::forget(const std::string& organization_id) { windows_.erase(organization_id); }

Status Watch::note_firing(const RulingPtr& ruling, const detect::Firing& firing,
                          const std::unordered_map<std::uint64_t, const GuidBytes*>& known, std::vector<control::Match>& out) {
  const auto& state = ruling->states[firing.rule];
  if (!state.enabled) return {};
  control::Match match;
  match.rule_no = state.no;
  match.time = firing.time;
  if (const auto found = known.find(firing.event); found != known.end()) {
    match.event = *found->second;
  } else {  // a late event bears on one that came before
    std::vector<std::int64_t> inputs;
    add_inputs(*ruling, firing.rule, inputs);
    PICKET_ASSIGN(const auto events, parts_.control.detections().signal_events_at(inputs, firing.time));
    const auto same = std::find_if(events.begin(), events.end(), [&](const GuidBytes& id) { return number_of(id) == firing.event; });
    if (same == events.end()) return {};  // dropped for its age meanwhile
    match.event = *same;
  }
  match.captures = packed(firing.group);
  match.part = static_cast<std::int64_t>(std::max<std::uint64_t>(1, crypto::short_digest(match.captures)));  // 0 is a detection rule's
  match.withdrawn = firing.withdrawn;
  if (alerts(*ruling, firing.rule, parts_.clock.now())) match.alert = alert_of(*ruling, firing.rule, firing.time, firing.group);
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

/// What came later than windows are kept costs reading; what was too much for that is told.
void Watch::note_cost(Windows& open) {
  static obs::Counter& recalled = obs::counter("picket_detect_recalled_total", "Signals read back from disk because events came later than the windows of correlations are kept.");
  static obs::Counter& missed = obs::counter("picket_detect_missed_total", "Events that some correlation could not judge, because there were too many groups or too many events around them.");
  const detect::CorrelatorStats stats = open.correlator.stats();
  recalled.add(stats.recalled - std::exchange(open.recalled, stats.recalled));
  const std::uint64_t all = stats.evicted_groups + stats.evicted_events + stats.too_late;
  missed.add(all - std::exchange(open.missed, all));
}

Result<std::vector<control::Match>> Watch::judge(const store::StreamKey& key, Sight& sight, std::span<const GuidBytes> ids) {
  std::vector<control::Match> out;
  if (sight.hits.empty()) return out;
  static obs::Counter& matched = obs::counter("picket_detect_matches_total", "Matches of detection rules, known ones included.");
  matched.add(sight.hits.size());
  const Ruling& ruling = *sight.ruling;
  const TimePoint now = parts_.clock.now();
  out.reserve(sight.hits.size());
  bool correlated = false;
  std::size_t at = 0;  // hits go by event, as ids do
  for (Hit& hit : sight.hits) {
    while (sight.events[at] != hit.event) ++at;
    control::Match& match = out.emplace_back();
    match.rule_no = ruling.states[hit.rule].no;
    match.time = hit.time;
    match.event = ids[at];
    match.captures = std::move(hit.captures);
    if (alerts(ruling, hit.rule, now)) match.alert = alert_of(ruling, hit.rule, hit.time, {key.device_id, hit.subject});
    correlated = correlated || feeds(ruling, hit.rule);
  }
  if (!correlated) return out;
  PICKET_ASSIGN(Windows* const open, windows(key.organization_id, sight.ruling));
  std::vector<detect::Firing> firings;
  std::size_t count = 0;
  for (std::size_t i = 0; i < sight.hits.size(); ++i) {
    if (!feeds(ruling, sight.hits[i].rule)) continue;
    if (count == open->page.size()) open->page.emplace_back();
    detect::Signal& signal = open->page[count++];
    signal.rule = sight.hits[i].rule;
    signal.time = out[i].time;
    signal.event = number_of(out[i].event);
    unpack(out[i].captures, ruling.book->entries()[signal.rule].shape, signal.captures);
  }
  const auto stored = [&](std::span<const std::uint32_t> rules, TimePoint from, TimePoint to, const std::function<bool(const detect::Signal&)>& row) {
    return recall(*open->ruling, rules, from, to, row);
  };
  PICKET_TRY(open->correlator.add(std::span(open->page).first(count), stored, firings));
  note_cost(*open);
  if (firings.empty()) return out;
  std::unordered_map<std::uint64_t, const GuidBytes*> known;
  for (const GuidBytes& id : ids) known.emplace(number_of(id), &id);
  for (const detect::Firing& firing : firings) PICKET_TRY(note_firing(sight.ruling, firing, known, out));
  return out;
}

}  // namespace picket::watch
