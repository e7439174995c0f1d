#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "base/terminal_text.h"
#include "codec/json.h"
#include "commands.h"
#include "connector/connector.h"
#include "detect/correlator.h"
#include "detect/load.h"
#include "detect/problem.h"
#include "detect/program.h"
#include "runtime/signals.h"
#include "watch/ocsf.h"

namespace picket::app {
namespace {

using detect::Problem;

constexpr int kBadRules = 1, kUnusable = 2;

int unusable(const Error& error) {
  report(error);
  return kUnusable;
}

/// A file as one piece of memory, or everything that a pipe gives.
class Input {
 public:
  ~Input() {
    if (map_ != nullptr) munmap(map_, size_);
  }
  Status open(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat info {};
    if (file < 0 || fstat(file, &info) != 0 || S_ISDIR(info.st_mode)) {
      if (file >= 0) close(file);
      return fail(ErrorKind::kNotFound, fmt::format("The events cannot be read from {}.", path.string()));
    }
    size_ = S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) : 0;
    if (size_ > 0) {
      map_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (map_ == MAP_FAILED) map_ = nullptr;
      if (map_ != nullptr) madvise(map_, size_, MADV_SEQUENTIAL);
    }
    if (map_ == nullptr) read_all(file);
    close(file);
    return {};
  }
  std::string_view text() const { return map_ != nullptr ? std::string_view(static_cast<const char*>(map_), size_) : std::string_view(read_); }

 private:
  void read_all(int file) {
    char block[64 * 1024];
    for (ssize_t n = 0; (n = read(file, block, sizeof block)) > 0;) read_.append(block, static_cast<std::size_t>(n));
  }
  void* map_ = nullptr;
  std::size_t size_ = 0;
  std::string read_;
};

Result<detect::LogSource> parse_log_source(const std::string& text) {
  detect::LogSource out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    std::string* to = key == "product" ? &out.product : key == "service" ? &out.service : key == "category" ? &out.category : nullptr;
    if (to == nullptr || equals == std::string_view::npos)
      return fail(ErrorKind::kInvalidInput, fmt::format("--logsource: \"{}\" is not understood; write it like product=aws,service=cloudtrail.", part));
    *to = part.substr(equals + 1);
    if (to->empty()) return fail(ErrorKind::kInvalidInput, fmt::format("--logsource: {} is empty; write it like product=aws, or leave it out.", key));
  }
  return out;
}

/// Seconds since 1970, also with a fraction, or RFC 3339.
std::optional<TimePoint> parse_event_time(std::string_view text) {
  constexpr double kLatest = 253'402'300'799;  // the end of the year 9999
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size() && seconds > -kLatest && seconds < kLatest)
    return from_micros(static_cast<std::int64_t>(seconds * 1e6));
  const auto time = parse_rfc3339(text);
  return time ? std::optional(*time) : std::nullopt;
}

/// Rules that read events alike, and what they know of an event beside its record (null: nothing).
struct Reading {
  detect::Matcher matcher;
  std::unique_ptr<detect::RecordContext> context;
};

/// With a log source, its names. Without one a rule reads events as its own log source says where that is a stream of a connector, and
/// as they stand otherwise; rules that ask for nothing but the record are tried together.
std::vector<Reading> readings(const detect::RuleSet& rules, const detect::Technology& technology, detect::ProgramOptions options, std::vector<Problem>& problems) {
  std::vector<Reading> out;
  const auto add = [&](std::unique_ptr<detect::RecordContext> context) {
    out.push_back({detect::Matcher(detect::Program::compile(rules, options, problems)), std::move(context)});
  };
  if (options.source) {
    add(technology(*options.source, options));
    return out;
  }
  std::map<std::pair<std::string, std::string>, std::vector<std::uint32_t>> by_source;
  for (std::uint32_t i = 0; i < rules.rules().size(); ++i) {
    const detect::LogSource source = rules.rules()[i].rule.logsource.value_or(detect::LogSource());
    by_source[{source.product, source.service}].push_back(i);
  }
  std::vector<std::uint32_t> plain;
  for (const auto& [source, indexes] : by_source) {
    detect::ProgramOptions with = options;
    with.only = indexes;
    auto context = technology({{}, source.first, source.second}, with);
    std::vector<Problem> told_below;
    if (context == nullptr || !detect::Program::compile(rules, with, told_below)->asks_context()) {
      plain.insert(plain.end(), indexes.begin(), indexes.end());
    } else {
      out.push_back({detect::Matcher(detect::Program::compile(rules, with, problems)), std::move(context)});
    }
  }
  options.only = std::move(plain);
  add(nullptr);
  return out;
}

/// Runs rules over the lines of a file. Detection matches are known at once; correlations are judged at the end, in the order of
/// time, so a file in any order gives the same.
class MatchRun {
 public:
  MatchRun(const RulesMatchOptions& options, const detect::LoadedRules& loaded, std::vector<Reading> readings, bool text)
      : options_(options), rules_(loaded.rules), readings_(std::move(readings)), text_(text), correlating_(!loaded.rules->correlations().empty()) {
    for (const auto& linked : rules_->rules()) heads_.push_back(head_of(linked.rule));
  }

  int run(std::string_view lines) {
    if (lines.starts_with("\xef\xbb\xbf")) lines.remove_prefix(3);  // a byte order mark
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      const std::string_view line = lines.substr(0, end);
      lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
      ++line_;
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      take(line);
      ++event_;
    }
    if (correlating_) correlate();
    flush();
    if (without_time_ > 0)
      fmt::print(stderr, "picket: {} events have no time in {}; each took the time of the one before.\n", without_time_, terminal_text(options_.time_field));
    if (bad_ > 0) fmt::print(stderr, "picket: {} of {} lines are no events.\n", bad_, event_);
    return event_ > 0 && bad_ == event_ ? kUnusable : 0;
  }

 private:
  struct Line {
    std::uint64_t event;
    std::uint32_t rule;
    bool operator<(const Line& other) const { return std::pair(event, rule) < std::pair(other.event, other.rule); }
    bool operator==(const Line&) const = default;
  };

  static std::string head_of(const detect::Rule& rule) {
    return fmt::format(",\"rule\":{},\"id\":{},\"correlation\":{}}}\n", codec::json_quote(rule.title), rule.id.empty() ? "null" : codec::json_quote(rule.id),
                       rule.is_correlation());
  }

  void take(std::string_view line) {
    bool timed = false;
    for (Reading& reading : readings_) {
      if (reading.context != nullptr) reading.context->set(line);
      const auto matches = reading.matcher.match(line, reading.context.get());
      if (!matches) {  // to none of the readings is it an event
        constexpr std::size_t kTold = 10;
        if (++bad_ <= kTold) fmt::print(stderr, "{}:{}: {}\n", terminal_text(options_.events.string()), line_, matches.error().message);
        return;
      }
      for (const detect::Match& match : *matches) lines_.push_back({event_, match.rule});
      if (!correlating_) continue;
      if (!std::exchange(timed, true)) read_time(reading.matcher);
      signal(reading.matcher, *matches);
    }
    if (correlating_) return;
    std::sort(lines_.begin(), lines_.end());
    for (const Line& one : lines_) print(one);
    lines_.clear();
  }

  void signal(detect::Matcher& matcher, std::span<const detect::Match> matches) {
    for (const detect::Match& match : matches) {
      if (rules_->rules()[match.rule].used_by.empty()) continue;
      detect::Signal signal{match.rule, time_, event_, {}};
      for (const auto& value : matcher.captures(match)) signal.captures.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      signals_.push_back(std::move(signal));
    }
  }

  void read_time(detect::Matcher& matcher) {
    if (options_.time_field.empty()) {
      time_ = from_micros(static_cast<std::int64_t>(event_));  // nothing but the order
    } else {
      const auto text = matcher.field(0);
      const auto time = text ? parse_event_time(*text) : std::nullopt;
      if (time) time_ = *time;
      if (!time) ++without_time_;
    }
    latest_ = std::max(latest_, time_);
  }

  void correlate() {
    std::stable_sort(signals_.begin(), signals_.end(), [](const auto& a, const auto& b) { return std::pair(a.time, a.event) < std::pair(b.time, b.event); });
    detect::Correlator correlator(rules_, {.max_groups = 1'000'000, .max_group_events = 1'000'000, .max_group_values = 1'000'000, .lateness = Micros(0)},
                                  detect::Ties::kInOrder);
    std::vector<detect::Firing> firings;
    for (const detect::Signal& signal : signals_) {
      correlator.advance(signal.time, firings);  // in order of time, all before it is known
      correlator.add(signal, firings);
      note(firings);
    }
    // the file is all there is, up to its last event: what would have to wait for longer is not judged
    correlator.advance(latest_ + Micros(1), firings);
    note(firings);
    const detect::CorrelatorStats stats = correlator.stats();
    if (stats.evicted_groups + stats.evicted_events > 0)
      fmt::print(stderr, "picket: {} groups and {} events of correlations were given up to bound memory; some correlation may have missed something.\n",
                 stats.evicted_groups, stats.evicted_events);
    std::sort(lines_.begin(), lines_.end());
    lines_.erase(std::unique(lines_.begin(), lines_.end()), lines_.end());
    for (const Line& line : lines_) print(line);
  }

  void note(std::vector<detect::Firing>& firings) {
    for (const detect::Firing& firing : firings) {
      const Line line{firing.event, firing.rule};
      if (!firing.withdrawn) {
        lines_.push_back(line);
      } else if (const auto found = std::find(lines_.rbegin(), lines_.rend(), line); found != lines_.rend()) {
        lines_.erase(std::next(found).base());
      }
    }
    firings.clear();
  }

  void print(const Line& line) {
    if (text_) {
      const detect::Rule& rule = rules_->rules()[line.rule].rule;
      fmt::format_to(std::back_inserter(out_), "event {}: {}{}\n", line.event, terminal_text(rule.title), rule.is_correlation() ? " (correlation)" : "");
    } else {
      fmt::format_to(std::back_inserter(out_), "{{\"event\":{}{}", line.event, heads_[line.rule]);
    }
    if (out_.size() > 64 * 1024) flush();
  }
  void flush() {
    std::fwrite(out_.data(), 1, out_.size(), stdout);
    std::fflush(stdout);
    out_.clear();
  }

  const RulesMatchOptions& options_;
  std::shared_ptr<const detect::RuleSet> rules_;
  std::vector<Reading> readings_;
  const bool text_, correlating_;
  std::vector<std::string> heads_;
  std::vector<Line> lines_;
  std::vector<detect::Signal> signals_;
  std::string out_;
  TimePoint time_{}, latest_ = TimePoint::min();
  std::uint64_t event_ = 0, line_ = 0, bad_ = 0, without_time_ = 0;
};

}  // namespace

std::size_t print_problems(const std::vector<Problem>& problems) {
  std::string name, text;
  for (const Problem& problem : problems) {
    if (problem.file != name) {
      name = problem.file;
      text.clear();
      std::error_code ignored;
      if (!std::filesystem::is_regular_file(name, ignored)) {
        fmt::print(stderr, "{}\n", detect::to_text(problem));
        continue;
      }
      std::ifstream in(name, std::ios::binary);
      text.assign(std::istreambuf_iterator<char>(in), {});
    }
    fmt::print(stderr, "{}\n", detect::to_text(problem, text));
  }
  return static_cast<std::size_t>(std::count_if(problems.begin(), problems.end(), [](const Problem& p) { return p.severity == Problem::Severity::kError; }));
}

Result<detect::Placeholders> placeholders_from(const std::filesystem::path& file) {
  return detect::load_placeholders(file).map_error([](const Problem& problem) { return Error(problem.error.kind, detect::to_text(problem)); });
}

int run_rules_check(const RulesCheckOptions& options) {
  runtime::unblock_stop_signals();
  const auto filled = placeholders_from(options.placeholders);
  if (!filled) return unusable(filled.error());
  auto loaded = detect::load_rules(options.paths, *filled, {.one_a_title = true});  // as the server takes them
  if (!loaded) return unusable(loaded.error());
  auto examples = detect::load_examples(options.paths);
  if (!examples) return unusable(examples.error());
  std::vector<Problem> problems = std::move(loaded->problems);
  for (Problem& problem : examples->problems) {
    problem.severity = Problem::Severity::kWarning;  // the rule itself stays in force
    problems.push_back(std::move(problem));
  }
  (void)detect::Program::compile(*loaded->rules, {}, problems);
  const std::size_t errors = print_problems(problems);
  const std::size_t rules = loaded->rules->rules().size(), correlations = loaded->rules->correlations().size();
  fmt::print("{} files: {} rules ({} of them correlations) are fine, {} errors, {} warnings.\n", loaded->files, rules, correlations, errors, problems.size() - errors);
  return errors > 0 ? kBadRules : 0;
}

int run_rules_match(const RulesMatchOptions& options) {
  runtime::unblock_stop_signals();
  const auto filled = placeholders_from(options.placeholders);
  if (!filled) return unusable(filled.error());
  auto loaded = detect::load_rules(options.rules, *filled);
  if (!loaded) return unusable(loaded.error());
  detect::ProgramOptions program_options;
  if (!options.log_source.empty()) {
    auto source = parse_log_source(options.log_source);
    if (!source) return unusable(source.error());
    program_options.source = *source;
  }
  if (!options.time_field.empty()) program_options.event_fields.push_back(options.time_field);
  std::vector<Problem> problems = std::move(loaded->problems);
  const auto connectors = connector::make_registry();
  auto made = readings(*loaded->rules, watch::ocsf_technology(connectors->all()), program_options, problems);
  const std::size_t errors = print_problems(problems);
  if (loaded->rules->rules().empty())
    return unusable(Error(ErrorKind::kInvalidInput, errors > 0 ? "None of the rules can be used." : "There is no rule to try."));
  Input input;
  if (const Status opened = input.open(options.events); !opened) return unusable(opened.error());
  return MatchRun(options, *loaded, std::move(made), !options.json && isatty(STDOUT_FILENO) != 0).run(input.text());
}

}  // namespace picket::app
