#include "watch/backtest.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <queue>
#include <set>
#include <unordered_map>

#include "watch/event_number.h"
#include "watch/ocsf.h"

namespace picket::watch {
namespace {

constexpr std::size_t kMostSignals = 1'000'000;  ///< that wait for older events
constexpr std::size_t kMostNames = 200'000;      ///< of events that correlations may still fire at
constexpr std::size_t kLookEvery = 64;         ///< records between two looks at the stop token

/// A match of a rule that a correlation names, until every older one is known.
struct Waiting {
  detect::Signal signal;
  std::string event_id;
  bool operator>(const Waiting& other) const { return std::pair(signal.time, signal.event) > std::pair(other.signal.time, other.signal.event); }
};

/// What tries the rules on the events of one stream of a technology.
struct Taster {
  std::shared_ptr<detect::Matcher> matcher;  ///< shared by streams of one service
  OcsfContext context;
};

class Run {
 public:
  Run(const Backtest::Parts& parts, const BacktestRequest& request, const Backtest::Sink& sink, std::stop_token stop)
      : parts_(parts),
        request_(request),
        sink_(sink),
        stop_(std::move(stop)),
        rules_(request.book->rules()),
        place_(rules_.rules().size(), kNotTold),
        correlator_(request.book->shared_rules(), {.lateness = std::chrono::hours(1)}) {
    report_.rules.resize(request.rules.size());
    report_.width = bucket_width(request.to - request.from);
    const std::int64_t width = report_.width.count(), from = to_micros(request.from);
    report_.first = from_micros(from - ((from % width) + width) % width);
    report_.buckets.resize(static_cast<std::size_t>((to_micros(request.to) - to_micros(report_.first) + width - 1) / width));
    for (std::size_t i = 0; i < request.rules.size(); ++i) place_[request.rules[i]] = static_cast<std::uint32_t>(i);
  }

  Result<BacktestReport> run() {
    choose_rules();
    choose_streams();
    if (!streams_.empty()) {
      store::Query query;
      query.organization_id = request_.organization_id;
      query.time = {request_.from, request_.to};
      std::set<std::string> names;
      for (const auto& [stream, taster] : streams_) names.insert(stream.second);
      query.streams.assign(names.begin(), names.end());
      const Status scanned = parts_.store.scan(
          query, [this](const store::RecordBatch& batch) { return take(batch); },
          [this](const store::Progress& now) {
            const std::uint64_t matched = report_.progress.matched;
            report_.progress = now;
            report_.progress.matched = matched;
            if (sink_.progress) sink_.progress(report_);
          },
          stop_);
      PICKET_TRY(scanned);
    }
    settle(std::nullopt);
    if (stop_.stop_requested()) return fail(ErrorKind::kCancelled, "The backtest was stopped.");
    const detect::CorrelatorStats stats = correlator_.stats();
    report_.missed = stats.evicted_groups + stats.evicted_events + stats.too_late;
    return std::move(report_);
  }

 private:
  static constexpr std::uint32_t kNotTold = 0xffffffff;

  void add_rule(std::uint32_t rule) {
    if (!tried_.insert(rule).second) return;
    for (const auto& input : rules_.rules()[rule].inputs) {
      for_correlations_.insert(input.rule);
      add_rule(input.rule);
    }
  }

  void choose_rules() {
    for (const std::uint32_t rule : request_.rules) add_rule(rule);
    fired_for_.resize(rules_.rules().size());
    for (const std::uint32_t rule : for_correlations_) fired_for_[rule] = true;
  }

  void choose_streams() {
    std::map<Book::Service, std::shared_ptr<detect::Matcher>> matchers;
    for (const auto& connector : parts_.connectors.all())
      for (const auto& stream : connector->streams()) {
        const Book::Service service(stream.product, stream.service);
        const bool wanted = (request_.product.empty() || request_.product == service.first) &&
                            (request_.service.empty() || request_.service == service.second);
        if (!wanted) continue;
        auto& matcher = matchers[service];
        if (matcher == nullptr) {
          auto program = request_.book->program_of(service, {tried_.begin(), tried_.end()});
          if (program->size() == 0) continue;
          matcher = std::make_shared<detect::Matcher>(std::move(program));
        }
        streams_.emplace(std::pair(connector->slug(), stream.name), std::make_unique<Taster>(Taster{matcher, OcsfContext(*connector, stream.name)}));
      }
  }

  Taster* taster_of(const store::StreamKey& key) {
    auto [known, fresh] = slugs_.try_emplace(key.device_id);
    if (fresh) {
      const auto device = parts_.control.device(key.organization_id, key.device_id);
      if (device) known->second = device->plugin_slug;
    }
    const auto found = streams_.find(std::pair(known->second, key.stream));
    return found == streams_.end() ? nullptr : found->second.get();
  }

  bool take(const store::RecordBatch& batch) {
    if (Taster* const taster = taster_of(batch.key())) {
      model::EventView view;
      const auto records = batch.records();
      for (std::size_t i = 0; i < records.size(); ++i) {
        if (i % kLookEvery == 0 && stop_.stop_requested()) return false;
        if (records[i].unreadable) continue;
        view.class_uid = records[i].class_uid;
        view.activity_id = records[i].activity_id;
        view.outcome = records[i].outcome;
        taster->context.set(records[i].raw, view);
        const auto matches = taster->matcher->match(records[i].raw, &taster->context);
        if (!matches) {
          ++report_.unread;
          continue;
        }
        for (const detect::Match& match : *matches) matched(batch, i, match, *taster->matcher);
      }
    }
    settle(batch.settled());
    return !stop_.stop_requested();
  }

  void matched(const store::RecordBatch& batch, std::size_t record, const detect::Match& match, detect::Matcher& matcher) {
    const TimePoint time = batch.records()[record].time;
    if (place_[match.rule] != kNotTold) {
      count(match.rule, time, 1);
      if (room_for(time)) show({time, match.rule, batch.id(record)});
    }
    if (!fired_for_[match.rule]) return;
    Waiting waiting{{match.rule, time, 0, {}}, batch.id(record)};
    waiting.signal.event = number_of(waiting.event_id);
    for (const auto& value : matcher.captures(match))
      waiting.signal.captures.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
    waiting_.push(std::move(waiting));
  }

  void count(std::uint32_t rule, TimePoint time, int change) {
    const auto by = static_cast<std::uint64_t>(static_cast<std::int64_t>(change));  // wraps as it should
    report_.progress.matched += by;
    report_.rules[place_[rule]] += by;
    const auto bucket = static_cast<std::size_t>((time - report_.first) / report_.width);
    if (time >= report_.first && bucket < report_.buckets.size()) report_.buckets[bucket] += by;
  }

  bool room_for(TimePoint time) const {
    const std::size_t room = request_.samples - shown_;
    return room > 0 && (candidates_.size() < room || time < candidates_.rbegin()->time);
  }
  void show(BacktestMatch match) {
    candidates_.insert(std::move(match));
    if (candidates_.size() > request_.samples - shown_) candidates_.erase(std::prev(candidates_.end()));
  }

  /// Everything older than `until` is known now.
  void settle(std::optional<TimePoint> until) {
    while (!waiting_.empty() && (!until || waiting_.top().signal.time < *until || waiting_.size() > kMostSignals)) {
      if (stop_.stop_requested()) return;
      correlate(waiting_.top());
      waiting_.pop();
    }
    if (request_.book->waits()) {
      correlator_.advance(until.value_or(request_.to), firings_);
      tell_firings();
    }
    std::vector<BacktestMatch> out;
    while (!candidates_.empty() && (!until || candidates_.begin()->time < *until)) out.push_back(std::move(candidates_.extract(candidates_.begin()).value()));
    shown_ += out.size();
    if (!out.empty() && sink_.matches) sink_.matches(out);
  }

  void correlate(const Waiting& waiting) {
    if (names_.empty() || names_.back().first != waiting.signal.event) names_.emplace_back(waiting.signal.event, waiting.event_id);
    if (names_.size() > kMostNames) names_.pop_front();
    correlator_.add(waiting.signal, firings_);
    tell_firings();
  }

  void tell_firings() {
    for (const detect::Firing& firing : firings_) {
      if (place_[firing.rule] == kNotTold || firing.time < request_.from) continue;
      count(firing.rule, firing.time, firing.withdrawn ? -1 : 1);
      const auto name = std::find_if(names_.rbegin(), names_.rend(), [&](const auto& known) { return known.first == firing.event; });
      const std::string id = name == names_.rend() ? std::string() : name->second;
      if (firing.withdrawn) {
        const auto shown = std::find_if(candidates_.begin(), candidates_.end(), [&](const BacktestMatch& m) { return m.rule == firing.rule && m.event_id == id; });
        if (shown != candidates_.end()) candidates_.erase(shown);
      } else if (room_for(firing.time)) {
        show({firing.time, firing.rule, id});
      }
    }
    firings_.clear();
  }

  struct Older {
    bool operator()(const BacktestMatch& a, const BacktestMatch& b) const {
      return std::tie(a.time, a.event_id, a.rule) < std::tie(b.time, b.event_id, b.rule);
    }
  };

  const Backtest::Parts& parts_;
  const BacktestRequest& request_;
  const Backtest::Sink& sink_;
  const std::stop_token stop_;
  const detect::RuleSet& rules_;
  std::vector<std::uint32_t> place_;  ///< in request_.rules, by rule
  std::set<std::uint32_t> tried_, for_correlations_;
  std::vector<bool> fired_for_;       ///< whether a correlation wants the rule's signals
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Taster>> streams_;  ///< by technology and stream
  std::unordered_map<std::string, std::string> slugs_;                                       ///< of devices
  detect::Correlator correlator_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  std::deque<std::pair<std::uint64_t, std::string>> names_;  ///< of the events that correlations were told of last
  std::vector<detect::Firing> firings_;
  std::multiset<BacktestMatch, Older> candidates_;  ///< to be shown once nothing older can come
  std::size_t shown_ = 0;
  BacktestReport report_;
};

}  // namespace

Micros bucket_width(Micros period) {
  using namespace std::chrono_literals;
  constexpr std::int64_t kMost = 120;
  static constexpr std::array<Micros, 13> kWidths = {1s, 10s, 1min, 5min, 10min, 15min, 30min, 1h, 2h, 4h, 6h, 12h, 24h};
  for (const Micros width : kWidths)
    if (period / width <= kMost) return width;
  const Micros day = 24h;
  return day * (period / (day * kMost) + 1);
}

Result<BacktestReport> Backtest::run(const BacktestRequest& request, const Sink& sink, std::stop_token stop) const {
  if (request.to <= request.from) return fail(Error(ErrorKind::kInvalidInput, "The period ends before it begins.").with_field("to"));
  return Run(parts_, request, sink, std::move(stop)).run();
}

}  // namespace picket::watch
