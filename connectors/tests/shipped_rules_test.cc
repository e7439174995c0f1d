#include "shipped_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>

namespace picket::connectors {
namespace {

std::string texts(const std::vector<detect::Problem>& problems) {
  std::string out;
  for (const detect::Problem& problem : problems) out += detect::to_text(problem) + "\n";
  return out;
}

TEST(ShippedRules, AreReadWithoutAWord) {
  const ShippedRules shipped;
  EXPECT_EQ(texts(shipped.problems), "");
  EXPECT_GE(shipped.rules->rules().size(), 80u);
}

TEST(ShippedRules, DoWhatTheirExamplesSay) {
  const ShippedRules shipped;
  const detect::ExampleReport report = detect::run_examples(shipped.rules, shipped.examples.rules);
  EXPECT_EQ(texts(report.problems), "");
  EXPECT_EQ(report.without, 0u);
  EXPECT_GE(report.examples, 4 * shipped.rules->rules().size());
}

TEST(ShippedRules, HaveTwoExamplesOfEitherKind) {
  const ShippedRules shipped;
  for (const detect::RuleExamples& rule : shipped.examples.rules) {
    const auto matching = std::count_if(rule.examples.begin(), rule.examples.end(), [](const auto& example) { return example.matching; });
    EXPECT_GE(matching, 2) << rule.file << ": " << rule.title;
    EXPECT_GE(static_cast<std::ptrdiff_t>(rule.examples.size()) - matching, 2) << rule.file << ": " << rule.title;
    for (const detect::Example& example : rule.examples) EXPECT_FALSE(example.about.empty()) << rule.file << ":" << example.place.line;
  }
}

TEST(ShippedRules, SayAllThatAReaderWants) {
  const ShippedRules shipped;
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  const std::regex technique("attack\\.t[0-9]{4}(\\.[0-9]{3})?"), file_name("[^/]+/[a-z0-9_]{10,70}\\.yml"), date("20[0-9]{2}-[01][0-9]-[0-3][0-9]");
  std::set<std::string> ids, names, titles;
  for (const auto& linked : shipped.rules->rules()) {
    const detect::Rule& rule = linked.rule;
    SCOPED_TRACE(rule.file + ": " + rule.title);
    EXPECT_TRUE(std::regex_match(rule.id, uuid)) << rule.id;
    EXPECT_TRUE(ids.insert(rule.id).second);
    EXPECT_TRUE(rule.name.empty() || names.insert(rule.name).second);
    EXPECT_TRUE(titles.insert(rule.title).second);
    EXPECT_LE(rule.title.size(), 100u);
    EXPECT_TRUE(std::regex_match(rule.file, file_name));
    EXPECT_NE(rule.level, detect::Level::kNone);
    EXPECT_FALSE(rule.falsepositives.empty());
    EXPECT_FALSE(rule.status.empty());
    EXPECT_FALSE(rule.author.empty());
    EXPECT_TRUE(std::regex_match(rule.date, date));
    EXPECT_GE(rule.description.size(), 40u);
    EXPECT_TRUE(std::any_of(rule.tags.begin(), rule.tags.end(), [&](const std::string& tag) { return std::regex_match(tag, technique); }));
    EXPECT_TRUE(std::any_of(rule.tags.begin(), rule.tags.end(), [&](const std::string& tag) { return !std::regex_match(tag, technique); })) << "no tactic";
  }
}

/// What only feeds correlations must not alert by itself, and what alerts must not be silenced by a correlation that names it.
TEST(ShippedRules, EveryRuleEitherAlertsOrFeedsACorrelation) {
  const ShippedRules shipped;
  for (const auto& linked : shipped.rules->rules()) {
    SCOPED_TRACE(linked.rule.file + ": " + linked.rule.title);
    const bool alerts = linked.rule.level > detect::Level::kInformational;
    EXPECT_TRUE(alerts || !linked.used_by.empty()) << "nothing uses it";
    for (const std::uint32_t user : linked.used_by)
      EXPECT_TRUE(!alerts || shipped.rules->rules()[user].rule.correlation->generate) << "silenced by " << shipped.rules->rules()[user].rule.title;
  }
}

/// A log source that no stream has would be a rule that never runs.
TEST(ShippedRules, WatchStreamsThatExist) {
  const ShippedRules shipped;
  for (const auto& linked : shipped.rules->rules()) {
    if (linked.rule.is_correlation()) continue;
    ASSERT_TRUE(linked.rule.logsource) << linked.rule.title;
    bool found = false;
    for (const auto& one : shipped.registry->all())
      for (const connector::StreamInfo& stream : one->streams()) found = found || linked.rule.logsource->covers({"", stream.product, stream.service});
    EXPECT_TRUE(found) << linked.rule.title;
  }
}

}  // namespace
}  // namespace picket::connectors
