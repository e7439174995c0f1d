#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "codec/json_writer.h"
#include "commands.h"
#include "connector/connector.h"
#include "detect/example_run.h"
#include "detect/load.h"
#include "detect/program.h"
#include "runtime/signals.h"
#include "watch/ocsf.h"

namespace picket::app {
namespace {

using detect::Problem;

constexpr int kFailed = 1, kUnusable = 2;

int unusable(const Error& error) {
  report(error);
  return kUnusable;
}

std::string to_json(const detect::ExampleReport& report, const std::vector<Problem>& problems) {
  codec::JsonWriter json;
  json.begin_object().field("rules", std::uint64_t{report.rules}).field("without_examples", std::uint64_t{report.without});
  json.field("examples", std::uint64_t{report.examples}).field("failed", std::uint64_t{report.failed});
  json.key("problems").begin_array();
  for (const Problem& problem : problems) {
    const TextPlace place = problem.error.place.value_or(TextPlace{1, 1});
    json.begin_object().field("severity", problem.severity == Problem::Severity::kError ? "error" : "warning").field("file", problem.file);
    json.field("line", place.line).field("column", place.column).field("rule", problem.rule).field("message", problem.error.message).end_object();
  }
  return json.end_array().end_object().take();
}

}  // namespace

int run_rules_test(const RulesTestOptions& options) {
  runtime::unblock_stop_signals();
  const auto filled = placeholders_from(options.placeholders);
  if (!filled) return unusable(filled.error());
  auto loaded = detect::load_rules(options.paths, *filled);
  if (!loaded) return unusable(loaded.error());
  auto examples = detect::load_examples(options.paths);
  if (!examples) return unusable(examples.error());
  std::vector<Problem> problems = std::move(loaded->problems);
  const auto append = [&](std::vector<Problem>&& more) { std::move(more.begin(), more.end(), std::back_inserter(problems)); };
  (void)detect::Program::compile(*loaded->rules, {}, problems);
  append(std::move(examples->problems));
  const auto connectors = connector::make_registry();
  detect::ExampleReport report = detect::run_examples(loaded->rules, examples->rules, watch::ocsf_technology(connectors->all()));
  append(std::move(report.problems));
  const std::size_t errors = print_problems(problems);
  if (loaded->rules->rules().empty()) return unusable(Error(ErrorKind::kInvalidInput, "There is no rule to try."));
  if (options.json) {
    fmt::print("{}\n", to_json(report, problems));
  } else {
    fmt::print("{} rules, {} examples: {} as they should be, {} not. {} rules have no examples.\n", report.rules, report.examples,
               report.examples - report.failed, report.failed, report.without);
  }
  return errors > 0 ? kFailed : 0;
}

}  // namespace picket::app
