// bench_detect RULES EVENTS: what rules cost beside a plain parse of the same events. RULES is a folder (the rule of the title
// "AWS STS AssumeRole Misuse" is left out: it matches most of normal life), EVENTS JSON lines. Prints one JSON object a line;
// all CPU times are of this one thread, the best of five rounds, taken in turn.
#include <fmt/format.h>
#include <simdjson.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "detect/correlator.h"
#include "detect/load.h"
#include "detect/program.h"
#include "generated_rules.h"

namespace picket::bench {
namespace {

using namespace detect;

double cpu() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Events {
  std::string text;  ///< with room behind it for the parser
  std::vector<std::string_view> lines;
};

Events read_events(const char* path) {
  Events out;
  std::ifstream in(path, std::ios::binary);
  out.text.assign(std::istreambuf_iterator<char>(in), {});
  const std::size_t size = out.text.size();
  out.text.append(simdjson::SIMDJSON_PADDING, '\0');
  for (std::size_t at = 0; at < size;) {
    const std::size_t end = std::min(out.text.find('\n', at), size);
    if (end > at) out.lines.emplace_back(out.text.data() + at, end - at);
    at = end + 1;
  }
  return out;
}

/// The yardstick: the parser alone, in place.
double parse_all(const Events& events) {
  static simdjson::dom::parser parser;
  const double start = cpu();
  std::size_t broken = 0;
  for (const std::string_view line : events.lines) {
    simdjson::dom::element root;
    if (parser.parse(line.data(), line.size(), false).get(root) != simdjson::SUCCESS) ++broken;
  }
  const double spent = cpu() - start;
  if (broken > 0) fmt::print(stderr, "{} lines are no JSON\n", broken);
  return spent;
}

double match_all(const Events& events, Matcher& matcher, std::size_t& matches) {
  matches = 0;
  const double start = cpu();
  for (const std::string_view line : events.lines)
    if (const auto found = matcher.match(line)) matches += found->size();
  return cpu() - start;
}

std::shared_ptr<const RuleSet> link(std::string_view text) {
  std::vector<Problem> problems;
  std::vector<RuleFile> files;
  // a file holds at most 1 MiB
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.size() - at < 900'000 ? text.size() : text.find("---\n", at + 900'000) + 4;
    files.push_back(read_rules(text.substr(at, end - at), "generated"));
    at = end;
  }
  auto out = std::make_shared<const RuleSet>(RuleSet::link(std::move(files), problems));
  for (const Problem& problem : problems) fmt::print(stderr, "{}\n", problem.error.message);
  return out;
}

std::shared_ptr<const Program> compile(const RuleSet& rules) {
  std::vector<Problem> problems;
  ProgramOptions options;
  options.source = LogSource{"", "aws", "cloudtrail"};
  return Program::compile(rules, options, problems);
}

void load_many() {
  const std::string text = generated_rules(3000, 3);
  const double start = cpu();
  const auto rules = link(text);
  const auto program = compile(*rules);
  fmt::print("{{\"what\":\"load\",\"rules\":{},\"seconds\":{:.3f}}}\n", program->size(), cpu() - start);
}

void correlate(std::string_view name, std::string_view correlation) {
  const auto rules = link(fmt::format("title: B\nname: b\ndetection: {{s: {{k: 1}}, condition: s}}\n---\ntitle: A\nname: a\ndetection: {{s: {{k: 2}}, condition: s}}\n---\n"
                                      "title: C\ncorrelation: {}\n", correlation));
  Correlator correlator(rules);
  std::vector<Firing> firings;
  std::size_t fired = 0;
  constexpr std::uint64_t kSignals = 1'000'000, kGroups = 10'000;
  const std::size_t captures = rules->rules()[0].captures.size();
  const double start = cpu();
  for (std::uint64_t i = 0; i < kSignals; ++i) {
    Signal signal{static_cast<std::uint32_t>(i % 3 == 0), from_seconds(1'700'000'000 + static_cast<std::int64_t>(i / 100)), i, {}};
    signal.captures.emplace_back("user-" + std::to_string(i * 7919 % kGroups));
    if (captures > 1) signal.captures.emplace_back(std::to_string(i % 50));
    correlator.advance(signal.time, firings);
    correlator.add(signal, firings);
    fired += firings.size();
    firings.clear();
  }
  const double spent = cpu() - start;
  fmt::print("{{\"what\":\"correlation\",\"type\":\"{}\",\"signals\":{},\"groups\":{},\"fired\":{},\"signals_a_second\":{:.0f}}}\n", name, kSignals, correlator.stats().groups, fired,
             static_cast<double>(kSignals) / spent);
}

int run(const char* rules_path, const char* events_path) {
  const Events events = read_events(events_path);
  auto loaded = load_rules({rules_path});
  if (!loaded || events.lines.empty()) return 2;
  std::vector<Problem> problems;
  std::vector<RuleFile> files(1);
  for (const auto& linked : loaded->rules->rules())
    if (linked.rule.title.find("AssumeRole Misuse") == std::string::npos) files.front().rules.push_back(linked.rule);
  const auto few = compile(RuleSet::link(std::move(files), problems));
  const auto many = compile(*link(generated_rules(250, 1)));
  Matcher few_matcher(few), many_matcher(many);
  std::size_t few_matches = 0, many_matches = 0;
  double parse = 1e9, with_few = 1e9, with_many = 1e9;
  for (int round = 0; round < 5; ++round) {
    parse = std::min(parse, parse_all(events));
    with_few = std::min(with_few, match_all(events, few_matcher, few_matches));
    with_many = std::min(with_many, match_all(events, many_matcher, many_matches));
  }
  const double n = static_cast<double>(events.lines.size()) / 1e6;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // each line as soon as it is known
  fmt::print("{{\"what\":\"parse\",\"events\":{},\"us_an_event\":{:.3f}}}\n", events.lines.size(), parse / n);
  fmt::print("{{\"what\":\"rules\",\"rules\":{},\"matches\":{},\"us_an_event\":{:.3f},\"of_the_parse\":{:.2f}}}\n", few->size(), few_matches, (with_few - parse) / n, (with_few - parse) / parse);
  fmt::print("{{\"what\":\"rules\",\"rules\":{},\"matches\":{},\"us_an_event\":{:.3f},\"of_the_{}\":{:.2f}}}\n", many->size(), many_matches, (with_many - parse) / n, few->size(),
             (with_many - parse) / (with_few - parse));
  load_many();
  correlate("event_count", "{type: event_count, rules: [a, b], group-by: [u], timespan: 1h, condition: {gte: 20}}");
  correlate("value_count", "{type: value_count, rules: [a, b], group-by: [u], timespan: 1h, condition: {field: f, gte: 20}}");
  correlate("temporal_ordered", "{type: temporal_ordered, rules: [a, b], group-by: [u], timespan: 10m}");
  correlate("first_seen", "{type: value_count, rules: [a, b], group-by: [u], timespan: 1h, condition: {field: f, gte: 1}}\npicket: {first_seen: {learning: 10m}}");
  correlate("not_followed_by", "{type: event_count, rules: [a], group-by: [u], timespan: 1h, condition: {gte: 1}}\npicket: {not_followed_by: b}");
  correlate("different", "{type: temporal_ordered, rules: [a, b], group-by: [u], timespan: 10m}\npicket: {different: f}");
  return 0;
}

}  // namespace
}  // namespace picket::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: bench_detect RULES EVENTS.jsonl\n");
    return 2;
  }
  return picket::bench::run(argv[1], argv[2]);
}
