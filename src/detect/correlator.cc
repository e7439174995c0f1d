#include "detect/correlator.h"

#include <algorithm>
#include <array>
#include <list>
#include <map>
#include <set>
#include <utility>

#include "detect/stretch.h"

namespace picket::detect {
namespace {

constexpr std::size_t kMostStretches = 32;  ///< that are kept of the past
constexpr std::uint64_t kIdleTurns = 64;    ///< after which one is not kept any more
/// A stretch grows with the stream that is behind until it is this many times as long as what one event needs; then it begins anew.
constexpr std::int64_t kLongest = 8;

/// How far the answer at an event depends on others before and after it, correlations below included. A signal bears on events as far the
/// other way round.
struct Reach {
  std::int64_t back_us = 0, ahead_us = 0;
  std::vector<std::uint32_t> rules;  ///< detection rules below, ascending
  std::int64_t both() const { return back_us + ahead_us; }
};

std::vector<Reach> reaches_of(const RuleSet& rules) {
  std::vector<Reach> out(rules.rules().size());
  for (const std::uint32_t index : rules.correlations()) {
    const Correlation& correlation = *rules.rules()[index].rule.correlation;
    const Extras& extras = correlation.extras;
    Reach& reach = out[index];
    for (const RuleSet::Input& input : rules.rules()[index].inputs) {
      const Reach& below = out[input.rule];
      reach.back_us = std::max(reach.back_us, below.back_us);
      reach.ahead_us = std::max(reach.ahead_us, below.ahead_us);
      reach.rules.insert(reach.rules.end(), below.rules.begin(), below.rules.end());
      if (!rules.rules()[input.rule].rule.is_correlation()) reach.rules.push_back(input.rule);
    }
    std::sort(reach.rules.begin(), reach.rules.end());
    reach.rules.erase(std::unique(reach.rules.begin(), reach.rules.end()), reach.rules.end());
    if (!extras.absence() || !extras.not_preceded_by.empty()) reach.back_us += correlation.timespan_us;
    if (!extras.not_followed_by.empty()) reach.ahead_us += correlation.timespan_us;
  }
  return out;
}

/// A correlation over a stretch of the past: every signal in it is known, as long as it is kept.
struct Past {
  std::uint32_t correlation;
  std::int64_t from, to;  ///< inclusive
  Stretch stretch;
  std::uint64_t used;
};

using Times = std::vector<std::int64_t>;

}  // namespace

struct Correlator::Impl {
  Impl(std::shared_ptr<const RuleSet> all, CorrelatorLimits most, Ties of_one_time)
      : rules(std::move(all)), limits(most), ties(of_one_time), newest(rules, limits, ties), reaches(reaches_of(*rules)), ranks(rules->rules().size()) {
    std::uint32_t rank = 0;
    for (const std::uint32_t index : rules->correlations()) ranks[index] = rank++;
  }

  const std::shared_ptr<const RuleSet> rules;
  const CorrelatorLimits limits;
  const Ties ties;
  Stretch newest;
  const std::vector<Reach> reaches;
  std::vector<std::uint32_t> ranks;  ///< by rule: inner correlations come before outer ones
  std::list<Past> pasts;  ///< the one used last at the end
  std::uint64_t turn = 0, recalled = 0, too_late = 0;

  Status add(std::span<const Signal> signals, const Recall& recall, std::vector<Firing>& out);
  Result<Past*> cover(std::uint32_t correlation, std::int64_t from, std::int64_t to, const Recall& recall);
  Status look_back(std::uint32_t correlation, Times& times, std::span<const Signal> signals, const Recall& recall, std::vector<Told>& out);
  Result<bool> read(Past& past, std::int64_t from, std::int64_t to, const Recall& recall);
  void feed(Past& past, std::span<const Signal> signals, std::vector<Told>& out);
  void drop_pasts();
};

/// Reads back what is not known of the stretch yet. False: it is too much.
Result<bool> Correlator::Impl::read(Past& past, std::int64_t from, std::int64_t to, const Recall& recall) {
  std::size_t count = 0;
  std::vector<Told> told_before;
  const Status read = recall(reaches[past.correlation].rules, from_micros(from), from_micros(to), [&](const Signal& signal) {
    past.stretch.add(signal, false, told_before);
    told_before.clear();
    return ++count <= limits.max_recalled;
  });
  PICKET_TRY(read);
  recalled += count;
  return count <= limits.max_recalled;
}

/// Signals that come now, as far as they lie in the stretch. Near its ends it does not know enough to tell.
void Correlator::Impl::feed(Past& past, std::span<const Signal> signals, std::vector<Told>& out) {
  const Reach& reach = reaches[past.correlation];
  std::vector<Told> told;
  past.stretch.advance(newest.complete(), told);
  told.clear();  // told by the newest windows
  for (const Signal& signal : signals) {
    const std::int64_t time = to_micros(signal.time);
    if (time < past.from || time > past.to) continue;
    past.stretch.add(signal, false, told);
  }
  for (Told& row : told) {
    const std::int64_t time = to_micros(row.firing.time);
    if (time - reach.back_us >= past.from && time + reach.ahead_us <= past.to) out.push_back(std::move(row));
  }
}

/// A stretch that tells what the correlation makes of signals between `from` and `to`. Null: there is too much around them.
Result<Past*> Correlator::Impl::cover(std::uint32_t correlation, std::int64_t from, std::int64_t to, const Recall& recall) {
  const std::int64_t margin = reaches[correlation].both();
  from -= margin;
  to += margin;
  const std::int64_t longest = kLongest * margin + (to - from);
  auto past = std::find_if(pasts.begin(), pasts.end(), [&](const Past& known) {
    return known.correlation == correlation && known.from <= from && from <= known.to && std::max(to, known.to) - known.from <= longest;
  });
  bool whole = true;
  const std::int64_t ahead = to + 2 * margin;  // the next ones will likely be a little newer
  if (past == pasts.end()) {
    CorrelatorLimits all = limits;
    all.lateness = std::chrono::hours(24 * 365 * 50);
    all.max_group_events = all.max_group_values = 2 * limits.max_recalled;
    past = pasts.insert(pasts.end(), Past{correlation, from, ahead, Stretch(rules, all, ties, correlation), turn});
    PICKET_ASSIGN(whole, read(*past, from, ahead, recall));
  } else if (past->to < to) {
    const std::int64_t known = std::exchange(past->to, ahead);
    PICKET_ASSIGN(whole, read(*past, known + 1, ahead, recall));
  }
  if (!whole) {
    pasts.erase(past);
    return nullptr;
  }
  past->used = turn;
  pasts.splice(pasts.end(), pasts, past);
  return &*past;
}

/// What the correlation makes of the signals at these times, and those near them.
Status Correlator::Impl::look_back(std::uint32_t correlation, Times& times, std::span<const Signal> signals, const Recall& recall, std::vector<Told>& out) {
  std::sort(times.begin(), times.end());
  // first all that is to be known of before, then what comes now
  std::set<Past*> covering;
  for (std::size_t first = 0, last = 0; first < times.size(); first = last) {
    while (last < times.size() && times[last] - times[last > first ? last - 1 : last] <= 2 * reaches[correlation].both()) ++last;
    PICKET_ASSIGN(Past* const past, cover(correlation, times[first], times[last - 1], recall));
    if (past != nullptr) covering.insert(past);
    if (past == nullptr) too_late += last - first;
  }
  for (Past* const past : covering) feed(*past, signals, out);
  return {};
}

void Correlator::Impl::drop_pasts() {
  std::size_t events = 0;
  for (const Past& past : pasts) events += past.stretch.events();
  while (!pasts.empty() && (pasts.size() > kMostStretches || events > limits.max_recalled || pasts.front().used + kIdleTurns < turn)) {
    events -= pasts.front().stretch.events();
    pasts.pop_front();
  }
}

Status Correlator::Impl::add(std::span<const Signal> signals, const Recall& recall, std::vector<Firing>& out) {
  ++turn;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Times> late;  // by rank and correlation: inner ones first
  std::vector<Told> told;
  for (const Signal& signal : signals) {
    newest.add(signal, true, told);
    for (const std::uint32_t correlation : newest.take_late()) late[{ranks[correlation], correlation}].push_back(to_micros(signal.time));
  }
  // those above one that could not tell everything at once judged too early: what the past says of them counts alone
  std::vector<bool> misled(reaches.size());
  std::vector<Told> told_of_past;
  for (auto row = late.begin(); row != late.end(); ++row) {  // grows behind `row`
    const std::uint32_t correlation = row->first.second;
    const std::size_t known = told_of_past.size();
    PICKET_TRY(look_back(correlation, row->second, signals, recall, told_of_past));
    std::vector<Told> told_again;
    for (std::size_t i = known; i < told_of_past.size(); ++i) newest.correct(told_of_past[i], told_again);
    newest.take_late();
    for (const std::uint32_t above : rules->rules()[correlation].used_by) {
      if (misled[above]) continue;
      misled[above] = true;
      Times& all = late[{ranks[above], above}];
      for (const Signal& signal : signals)
        if (std::binary_search(reaches[above].rules.begin(), reaches[above].rules.end(), signal.rule)) all.push_back(to_micros(signal.time));
    }
  }
  for (const Told& row : told)
    if (!misled[row.firing.rule]) out.push_back(row.firing);
  for (const Told& row : told_of_past) out.push_back(row.firing);
  // what is known of the past stays what is stored, also where nothing was asked now
  std::vector<Told> told_by_newest;
  for (Past& past : pasts)
    if (past.used != turn) feed(past, signals, told_by_newest);
  drop_pasts();
  return {};
}

Correlator::Correlator(std::shared_ptr<const RuleSet> rules, CorrelatorLimits limits, Ties ties)
    : impl_(std::make_unique<Impl>(std::move(rules), limits, ties)) {}
Correlator::~Correlator() = default;
Correlator::Correlator(Correlator&&) noexcept = default;
Correlator& Correlator::operator=(Correlator&&) noexcept = default;

void Correlator::add(const Signal& signal, std::vector<Firing>& out) {
  std::vector<Told> told;
  impl_->newest.add(signal, false, told);
  for (Told& row : told) out.push_back(std::move(row.firing));
}

Status Correlator::add(std::span<const Signal> signals, const Recall& recall, std::vector<Firing>& out) { return impl_->add(signals, recall, out); }

void Correlator::advance(TimePoint complete_until, std::vector<Firing>& out) {
  std::vector<Told> told;
  impl_->newest.advance(to_micros(complete_until), told);
  for (Told& row : told) out.push_back(std::move(row.firing));
}

CorrelatorStats Correlator::stats() const {
  CorrelatorStats out = impl_->newest.stats();
  out.too_late += impl_->too_late;
  out.recalled = impl_->recalled;
  return out;
}

}  // namespace picket::detect
