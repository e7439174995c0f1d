#include "detect/example_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "detect/correlator.h"
#include "detect/notes.h"
#include "detect/program.h"

namespace picket::detect {
namespace {

using SourceKey = std::tuple<std::string, std::string, std::string>;

SourceKey key_of(const LogSource& source) { return {source.category, source.product, source.service}; }

class Run {
 public:
  Run(std::shared_ptr<const RuleSet> rules, const Technology& technology) : rules_(std::move(rules)), technology_(technology) {}

  ExampleReport take(std::span<const RuleExamples> examples) {
    std::map<std::tuple<std::string, int, int>, const RuleExamples*> found;
    for (const RuleExamples& one : examples) found[{one.file, one.rule.line, one.rule.column}] = &one;
    report_.rules = rules_->rules().size();
    for (std::uint32_t index = 0; index < report_.rules; ++index) {
      const Rule& rule = rules_->rules()[index].rule;
      const auto own = found.find({rule.file, rule.place.line, rule.place.column});
      if (own == found.end() || own->second->examples.empty()) {
        ++report_.without;
        tell(rule, rule.place, "The rule has no examples (picket: examples: matching, not_matching), so nothing shows that it does what it says.",
             Problem::Severity::kWarning);
        continue;
      }
      for (const Example& example : own->second->examples) try_one(index, example);
    }
    return std::move(report_);
  }

 private:
  struct Trier {
    std::unique_ptr<RecordContext> context;  ///< null: nothing is known beside the record
    Matcher matcher;
  };
  struct Made {
    std::vector<Signal> signals;
    std::map<std::uint32_t, std::size_t> matches;  ///< by rule
    std::string trouble;                           ///< why an event had less to say than its record, if rules asked
  };

  void tell(const Rule& rule, TextPlace place, std::string message, Problem::Severity severity = Problem::Severity::kError) {
    Problem problem{severity, rule.file, rule.title, Error(ErrorKind::kInvalidInput, std::move(message))};
    problem.error.place = place;
    report_.problems.push_back(std::move(problem));
  }

  void try_one(std::uint32_t index, const Example& example) {
    const Rule& rule = rules_->rules()[index].rule;
    ++report_.examples;
    const std::size_t before = report_.problems.size();
    const Made made = match(index, example);
    if (report_.problems.size() == before) {
      const std::size_t times = rule.is_correlation() ? firings(index, made) : times_of(made, index);
      if (example.matching != (times > 0)) {
        std::string text = sentence(index, example, made, times);
        if (times == 0 && !made.trouble.empty()) text += " " + made.trouble;
        tell(rule, example.place, std::move(text));
      }
    }
    if (report_.problems.size() != before) ++report_.failed;
  }

  static std::size_t times_of(const Made& made, std::uint32_t rule) {
    const auto found = made.matches.find(rule);
    return found == made.matches.end() ? 0 : found->second;
  }

  std::string sentence(std::uint32_t index, const Example& example, const Made& made, std::size_t times) const {
    const auto& linked = rules_->rules()[index];
    const std::string name = example.about.empty() ? "this example" : fmt::format("the example \"{}\"", example.about);
    std::string out = example.matching ? fmt::format("\"{}\" should match {}, and does not", linked.rule.title, name)
                                       : fmt::format("\"{}\" should not match {}, and does", linked.rule.title, name);
    if (!linked.rule.is_correlation()) return out + ".";
    if (times > 0) return fmt::format("{} ({} {}).", out, times, times == 1 ? "time" : "times");
    std::string below;
    for (const RuleSet::Input& input : linked.inputs) {
      const Rule& rule = rules_->rules()[input.rule].rule;
      if (rule.is_correlation()) continue;
      const std::size_t n = times_of(made, input.rule);
      below += fmt::format("{}\"{}\" matches {} {}", below.empty() ? "" : ", ", rule.name.empty() ? rule.title : rule.name, n, n == 1 ? "event" : "events");
    }
    return out + (below.empty() ? "." : fmt::format(". Below it: {}.", below));
  }

  Made match(std::uint32_t index, const Example& example) {
    const Rule& rule = rules_->rules()[index].rule;
    Made out;
    std::uint64_t number = 0;
    for (const ExampleEvent& event : example.events) {
      const auto source = source_of(index, event);
      if (!source) {
        tell(rule, event.place, source.error().message);
        return out;
      }
      auto& [context, matcher] = trier_for(*source);
      for (int n = 1; n <= event.times; ++n) {
        const TimePoint time = TimePoint(std::chrono::hours(24 * 366)) + event.at + event.every * (n - 1);
        const std::string record = event.numbered(n);
        if (context != nullptr) context->set(record);
        const auto matches = matcher.match(record, context.get());
        if (!matches) {
          tell(rule, event.place, fmt::format("The event cannot be tried: {}", matches.error().message));
          return out;
        }
        if (context != nullptr && out.trouble.empty()) out.trouble = context->trouble();
        for (const Match& match : *matches) {
          ++out.matches[match.rule];
          if (rules_->rules()[match.rule].used_by.empty()) continue;
          Signal signal{match.rule, time, number, {}};
          for (const auto& value : matcher.captures(match)) signal.captures.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
          out.signals.push_back(std::move(signal));
        }
        ++number;
      }
    }
    return out;
  }

  std::size_t firings(std::uint32_t index, const Made& made) const {
    std::vector<Signal> signals = made.signals;
    std::stable_sort(signals.begin(), signals.end(), [](const Signal& a, const Signal& b) { return a.time < b.time; });
    Correlator correlator(rules_, {}, Ties::kInOrder);  // of events at one time, the one that is written first came first
    std::vector<Firing> fired;
    for (const Signal& signal : signals) correlator.add(signal, fired);
    correlator.advance(TimePoint::max(), fired);  // what an example does not show did not happen
    std::size_t times = 0, withdrawn = 0;
    for (const Firing& firing : fired)
      if (firing.rule == index) ++(firing.withdrawn ? withdrawn : times);
    return times - std::min(times, withdrawn);
  }

  /// The log sources of the detection rules that a rule stands on.
  void collect(std::uint32_t index, std::map<SourceKey, LogSource>& out) const {
    const auto& linked = rules_->rules()[index];
    if (!linked.rule.is_correlation()) {
      const LogSource source = linked.rule.logsource.value_or(LogSource{});
      out.emplace(key_of(source), source);
    }
    for (const RuleSet::Input& input : linked.inputs) collect(input.rule, out);
  }

  Result<LogSource> source_of(std::uint32_t index, const ExampleEvent& event) const {
    std::map<SourceKey, LogSource> sources;
    collect(index, sources);
    LogSource out;
    if (sources.size() == 1) {
      out = sources.begin()->second;
    } else {
      std::set<std::string> products;
      for (const auto& [key, source] : sources) products.insert(source.product);
      if (products.size() == 1) out.product = *products.begin();
      if (out.product.empty() && event.product.empty())
        return fail(ErrorKind::kInvalidInput, "The rules below this one watch several products; say which one the event is of (product: ...).");
      if (event.service.empty())
        return fail(ErrorKind::kInvalidInput, "The rules below this one watch several log sources; say which one the event is of (service: ...).");
    }
    if (!event.product.empty()) out.product = event.product;
    if (!event.service.empty()) out.service = event.service;
    return out;
  }

  Trier& trier_for(const LogSource& source) {
    const auto found = triers_.find(key_of(source));
    if (found != triers_.end()) return found->second;
    std::vector<Problem> told_where_rules_are_checked;
    ProgramOptions options;
    options.source = source;
    auto context = technology_ ? technology_(source, options) : nullptr;
    Matcher matcher(Program::compile(*rules_, options, told_where_rules_are_checked));
    return triers_.emplace(key_of(source), Trier{std::move(context), std::move(matcher)}).first->second;
  }

  const std::shared_ptr<const RuleSet> rules_;
  const Technology& technology_;
  std::map<SourceKey, Trier> triers_;
  ExampleReport report_;
};

}  // namespace

ExampleReport run_examples(const std::shared_ptr<const RuleSet>& rules, std::span<const RuleExamples> examples, const Technology& technology) {
  return Run(rules, technology).take(examples);
}

}  // namespace picket::detect
