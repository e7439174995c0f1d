#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connector/connector.h"
#include "detect/example_run.h"
#include "detect/problem.h"
#include "detect/rule_set.h"

namespace picket::connectors {

/// All rules that come with connectors, read and linked as the program does it.
struct ShippedRules {
  std::unique_ptr<connector::Registry> registry = connector::make_registry();
  /// What an administrator fills in; the examples name these values.
  detect::Placeholders lists{{"bad_addresses", {"198.51.100.66"}}, {"privileged_groups", {"listed-group"}}, {"privileged_vaults", {"listed-vault"}}, {"watched_items", {"listed-item"}}};
  std::shared_ptr<const detect::RuleSet> rules;
  detect::ExampleFile examples;
  std::vector<detect::Problem> problems;

  /// `managed`: addresses where a company's own computers are.
  explicit ShippedRules(std::vector<std::string> managed = {"203.0.113.*"}) {
    lists["managed_addresses"] = std::move(managed);
    std::vector<detect::RuleFile> files;
    for (const auto& one : registry->all())
      for (const connector::RuleText& text : one->rules()) {
        const std::string file = one->slug() + "/" + std::string(text.file);
        files.push_back(detect::read_rules(text.text, file, lists));
        detect::ExampleFile own = detect::read_examples(text.text, file);
        std::move(own.rules.begin(), own.rules.end(), std::back_inserter(examples.rules));
        std::move(own.problems.begin(), own.problems.end(), std::back_inserter(problems));
      }
    rules = std::make_shared<const detect::RuleSet>(detect::RuleSet::link(std::move(files), problems));
  }
};

}  // namespace picket::connectors
