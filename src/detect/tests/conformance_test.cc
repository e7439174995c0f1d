#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

#include "detect/correlator.h"
#include "detect/program.h"
#include "detect/rule_set.h"

// Runs the published cases under $PICKET_CASES/sigma/conformance: rule, events, expected. They are not in this repository.
namespace picket::detect {
namespace {

namespace bj = boost::json;

/// Where we hold that another answer is right. By the name of the test in the project it comes from.
struct Difference {
  std::string_view test, reason;
};
constexpr Difference kDifferences[] = {
    {"engine::tests::test_expand_modifier_yaml", "the value is ...\\%name%..., and \\% is a percent sign that begins no placeholder"},
};

std::string_view known_difference(const bj::object& c) {
  if (const auto* disputed = c.if_contains("disputed"); disputed != nullptr && disputed->as_bool()) return "the specification does not settle it";
  if (const auto* extension = c.if_contains("extension"); extension != nullptr && extension->as_bool()) return "extension of one engine";
  for (const Difference& difference : kDifferences)
    if (const auto* test = c.if_contains("test"); test != nullptr && test->as_string() == difference.test) return difference.reason;
  return {};
}

struct Loaded {
  std::shared_ptr<const RuleSet> rules;
  std::shared_ptr<const Program> program;
  std::string problems;
};

Loaded load(std::string_view text) {
  Loaded out;
  std::vector<Problem> problems;
  std::vector<RuleFile> files;
  files.push_back(read_rules(text, "case"));
  out.rules = std::make_shared<const RuleSet>(RuleSet::link(std::move(files), problems));
  out.program = Program::compile(*out.rules, {}, problems);
  for (const Problem& problem : problems)
    if (problem.severity == Problem::Severity::kError) out.problems += problem.error.message + "\n";
  return out;
}

std::set<std::string> titles(const Loaded& loaded, std::span<const Match> matches) {
  std::set<std::string> out;
  for (const Match& match : matches) out.insert(loaded.rules->rules()[match.rule].rule.title);
  return out;
}

std::set<std::string> string_set(const bj::value& list) {
  std::set<std::string> out;
  for (const bj::value& item : list.as_array()) out.insert(std::string(item.as_string()));
  return out;
}

std::string show(const std::set<std::string>& set) {
  std::string out = "{";
  for (const std::string& item : set) out += (out.size() > 1 ? ", " : "") + item;
  return out + "}";
}

/// Empty when the case holds, else what is wrong.
std::string run_single(const bj::object& c, const Loaded& loaded) {
  Matcher matcher(loaded.program);
  const auto matches = matcher.match(bj::serialize(c.at("event")));
  if (!matches) return matches.error().message;
  const bool expected = c.at("expected").as_bool();
  if (matches->empty() == expected) return expected ? "does not match" : "matches";
  if (const auto* fired = c.if_contains("fired"); fired != nullptr && titles(loaded, *matches) != string_set(*fired))
    return "fired " + show(titles(loaded, *matches)) + ", expected " + show(string_set(*fired));
  return {};
}

std::string run_many(const bj::object& c, const Loaded& loaded) {
  Matcher matcher(loaded.program);
  std::int64_t count = 0;
  for (const bj::value& event : c.at("events").as_array()) {
    const auto matches = matcher.match(bj::serialize(event));
    if (!matches) return matches.error().message;
    if (!matches->empty()) ++count;
  }
  if (count < c.at("expect_min").as_int64()) return "matches " + std::to_string(count) + " events";
  const auto* exact = c.if_contains("expect_count");
  if (exact != nullptr && exact->is_int64() && count != exact->as_int64()) return "matches " + std::to_string(count) + " events, expected " + std::to_string(exact->as_int64());
  return {};
}

std::string run_steps(const bj::object& c, const Loaded& loaded) {
  Matcher matcher(loaded.program);
  Correlator correlator(loaded.rules, {}, Ties::kInOrder);
  std::uint64_t n = 0;
  for (const bj::value& step : c.at("steps").as_array()) {
    const auto matches = matcher.match(bj::serialize(step.at("event")));
    if (!matches) return matches.error().message;
    std::vector<Firing> firings;
    for (const Match& match : *matches) {
      Signal signal{match.rule, from_seconds(step.at("ts").to_number<std::int64_t>()), n, {}};
      for (const auto& value : matcher.captures(match)) signal.captures.push_back(value ? std::optional<std::string>(*value) : std::nullopt);
      correlator.add(signal, firings);
    }
    std::set<std::string> fired, fired_before;
    for (const Firing& firing : firings) {
      const std::string& title = loaded.rules->rules()[firing.rule].rule.title;
      auto& at = firing.event == n ? fired : fired_before;
      if (firing.withdrawn) at.erase(title);
      else at.insert(title);
    }
    if (!fired_before.empty()) return "step " + std::to_string(n) + " fired at an earlier step " + show(fired_before);
    if (fired != string_set(step.at("fired"))) return "step " + std::to_string(n) + " fired " + show(fired) + ", expected " + show(string_set(step.at("fired")));
    ++n;
  }
  return {};
}

class Conformance : public testing::TestWithParam<const char*> {};

TEST_P(Conformance, EveryCaseHoldsOrItsDifferenceIsListed) {
  const char* root = std::getenv("PICKET_CASES");
  if (root == nullptr) GTEST_SKIP() << "PICKET_CASES is not set: skipped " << GetParam();
  std::ifstream in(std::string(root) + "/sigma/conformance/" + GetParam() + ".jsonl");
  ASSERT_TRUE(in.is_open());
  std::map<std::string, int> differences;
  int held = 0, wrong = 0;
  std::string line;
  while (std::getline(in, line)) {
    const bj::value parsed = bj::parse(line);
    const bj::object& c = parsed.as_object();
    const Loaded loaded = load(c.contains("rules") ? c.at("rules").as_string() : c.at("rule").as_string());
    std::string fault = c.contains("steps") ? run_steps(c, loaded) : c.contains("events") ? run_many(c, loaded) : run_single(c, loaded);
    if (fault.empty()) {
      ++held;
    } else if (const std::string_view reason = known_difference(c); !reason.empty()) {
      ++differences[std::string(reason)];
    } else {
      ++wrong;
      ADD_FAILURE() << c.at("case").as_string() << " (" << bj::serialize(c.contains("test") ? c.at("test") : c.at("rule_path")) << "): " << fault << "\n" << loaded.problems;
    }
  }
  std::printf("conformance %s: %d hold, %d do not", GetParam(), held, wrong);
  for (const auto& [reason, count] : differences) std::printf(", %d differ (%s)", count, reason.c_str());
  std::printf("\n");
}

INSTANTIATE_TEST_SUITE_P(Suites, Conformance, testing::Values("sigma-rust", "sigmalite", "go-sigma-rule-engine", "rsigma", "rsigma-correlation", "sigmahq-regression"),
                         [](const auto& suite) {
                           std::string name = suite.param;
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

}  // namespace
}  // namespace picket::detect
