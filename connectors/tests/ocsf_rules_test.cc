#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/strings.h"
#include "codec/json.h"
#include "connector/connector.h"
#include "connector/testing/golden.h"
#include "detect/encodings.h"
#include "watch/book.h"
#include "watch/ocsf.h"

// Rules that name OCSF values, over the golden records of every connector: what a rule finds under a name is what the document holds.
namespace picket::connector {
namespace {

namespace bj = boost::json;

struct Case {
  const Connector* connector;
  GoldenCase golden;
};

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

const Registry& registry() {
  static const std::unique_ptr<Registry> all = make_registry();
  return *all;
}

/// The folder of a connector is named as its module: onepassword of 1password.
std::vector<Case> cases() {
  const std::map<std::string, std::string> folders{{"1password", "onepassword"}};
  std::vector<Case> out;
  for (const auto& connector : registry().all())
    for (const GoldenCase& golden : golden_cases(PICKET_TESTDATA "/" + folders.at(connector->slug()) + "/testdata")) out.push_back({connector.get(), golden});
  return out;
}

using Values = std::map<std::string, std::set<std::string>>;

void collect(const bj::value& value, const std::string& path, Values& out) {
  if (value.is_object()) {
    for (const auto& member : value.as_object()) collect(member.value(), path.empty() ? std::string(member.key()) : path + "." + std::string(member.key()), out);
  } else if (value.is_array()) {
    for (const bj::value& member : value.as_array()) collect(member, path, out);
  } else if (!path.starts_with("unmapped.") && path != "raw_data") {
    out[path].insert(value.is_string() ? std::string(value.as_string()) : value.is_double() ? detect::number_text(value.as_double()) : bj::serialize(value));
  }
}

Values values_of(const Case& one, std::string_view record) {
  const auto document = one.connector->normaliser()->to_ocsf(one.golden.stream, record);
  Values out;
  if (document) collect(*codec::parse_json(*document), "", out);
  return out;
}

std::string yaml_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : c == '*' || c == '?' || c == '\\' ? "\\" + std::string(1, c) : std::string(1, c);
  return out + "'";
}

TEST(OcsfNames, EveryNameFindsWhatTheDocumentHolds) {
  for (const Case& one : cases()) {
    const std::string file = file_text(one.golden.record_path);
    const std::string_view record = trim(file);
    const auto listed = one.connector->ocsf_names(one.golden.stream);
    const Values values = values_of(one, record);
    std::string rules;
    std::size_t expected = 0;
    for (const std::string_view name : listed) {
      const auto found = values.find(std::string(name));
      if (found == values.end()) {
        rules += fmt::format("title: absent {}\ndetection:\n    s:\n        {}: null\n    condition: s\n---\n", name, name);
        ++expected;
        continue;
      }
      for (const std::string& value : found->second) {
        rules += fmt::format("title: {} {}\ndetection:\n    s:\n        {}|cased: {}\n    condition: s\n---\n", name, expected, name, yaml_text(value));
        ++expected;
      }
      rules += fmt::format("title: never {0}\ndetection:\n    s:\n        {0}: 'something else'\n    condition: s\n---\n", name);
    }
    const auto stream = std::find_if(one.connector->streams().begin(), one.connector->streams().end(), [&](const StreamInfo& s) { return s.name == one.golden.stream; });
    const watch::Book::Service service{stream->product, stream->service};
    const auto book =
        watch::Book::make({.sources = {{watch::Origin::kOwn, "own", {}, rules}}, .services = std::vector{service}, .names = {{service, {listed.begin(), listed.end()}}}});
    ASSERT_TRUE(book->problems().empty()) << book->problems().front().error.message;
    detect::Matcher matcher(book->program(service));
    watch::OcsfContext context(*one.connector, one.golden.stream);
    const auto normaliser = one.connector->normaliser();
    const model::EventView view = normaliser->normalise(one.golden.stream, record, TimePoint());
    context.set(record, view);
    const auto matches = matcher.match(record, &context);
    ASSERT_TRUE(matches);
    std::set<std::string> got;
    for (const detect::Match& match : *matches) got.insert(book->rules().rules()[match.rule].rule.title);
    EXPECT_EQ(got.size(), expected) << one.golden.record_path;
    for (const auto& linked : book->rules().rules())
      EXPECT_EQ(got.count(linked.rule.title), linked.rule.title.starts_with("never ") ? 0u : 1u) << linked.rule.title << " of " << one.golden.record_path;
  }
}

TEST(OcsfNames, AreThoseOfTheDocumentsAndNoNamesOfTheVendors) {
  const std::set<std::string> left_out{"action", "disposition"};  // the vendor's own word; its number says the same
  std::map<const Connector*, std::map<std::string, std::set<std::string>>> seen, own;
  for (const Case& one : cases()) {
    const std::string file = file_text(one.golden.record_path);
    for (const auto& [name, values] : values_of(one, trim(file))) seen[one.connector][one.golden.stream].insert(name);
    Values record;
    collect(*codec::parse_json(trim(file)), "", record);
    for (const auto& [name, values] : record) own[one.connector][one.golden.stream].insert(name);
  }
  for (const auto& connector : registry().all())
    for (const StreamInfo& stream : connector->streams()) {
      const auto listed = connector->ocsf_names(stream.name);
      EXPECT_TRUE(std::is_sorted(listed.begin(), listed.end())) << stream.name;
      const std::set<std::string> names(listed.begin(), listed.end());
      for (const std::string& name : seen[connector.get()][stream.name]) EXPECT_EQ(names.count(name) + left_out.count(name), 1u) << stream.name << " " << name;
      for (const std::string& name : own[connector.get()][stream.name]) EXPECT_EQ(names.count(name), 0u) << stream.name << ": " << name << " is the vendor's";
    }
}

}  // namespace
}  // namespace picket::connector
