#include <cstdint>
#include <cstdlib>

#include "detect/correlator.h"
#include "detect/example_run.h"
#include "detect/program.h"
#include "detect/rule_set.h"

// The input is rules, a line with a NUL alone, then events, one a line. Any rules are read or refused with a place; any event is
// matched or refused; the same event gives the same answer twice.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace picket::detect;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = input.find('\0');
  std::string_view events = cut == std::string_view::npos ? std::string_view(R"({"f":"x","g":[1,null,{"h":"y"}]})") : input.substr(cut + 1);
  std::vector<Problem> problems;
  std::vector<RuleFile> files;
  files.push_back(read_rules(input.substr(0, cut), "fuzz.yml", {{"list", {"x", "y*"}}, {"none", {}}}));
  const auto rules = std::make_shared<const RuleSet>(RuleSet::link(std::move(files), problems));
  if (const auto lists = read_placeholders(input.substr(0, cut)); !lists && lists.error().message.empty()) std::abort();
  const ExampleFile examples = read_examples(input.substr(0, cut), "fuzz.yml");
  problems.insert(problems.end(), examples.problems.begin(), examples.problems.end());
  std::size_t repeated = 0;
  for (const RuleExamples& rule : examples.rules)
    for (const Example& example : rule.examples)
      for (const ExampleEvent& event : example.events) repeated += static_cast<std::size_t>(event.times);
  if (repeated < 200) (void)run_examples(rules, examples.rules);
  ProgramOptions options;
  options.event_fields = {"f", "a.b"};
  const auto program = Program::compile(*rules, options, problems);
  for (const Problem& problem : problems)
    if (!problem.error.place || problem.error.message.empty()) std::abort();
  Matcher matcher(program);
  Correlator correlator(rules, {.max_groups = 8, .max_group_events = 16});
  for (std::uint64_t n = 0; !events.empty() && n < 32; ++n) {
    const std::string_view line = events.substr(0, events.find('\n'));
    events.remove_prefix(std::min(events.size(), line.size() + 1));
    const auto first = matcher.match(line);
    const std::size_t count = first ? first->size() : 0;
    if (!first) continue;
    std::vector<Firing> firings;
    for (const Match& match : *first) {
      Signal signal{match.rule, picket::from_seconds(static_cast<std::int64_t>(n * 7 % 50)), n, {}};
      for (const auto& value : matcher.captures(match)) signal.captures.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      correlator.add(signal, firings);
    }
    (void)matcher.field(0);
    const auto second = matcher.match(line);
    if (!second || second->size() != count) std::abort();
  }
  return 0;
}
