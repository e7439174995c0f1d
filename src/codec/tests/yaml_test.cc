#include "codec/yaml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace picket::codec {
namespace {

YamlNode one(std::string_view text) {
  auto documents = parse_yaml(text);
  EXPECT_EQ(documents.size(), 1u);
  if (documents.size() != 1 || !documents[0]) {
    ADD_FAILURE() << (documents.empty() ? "nothing" : documents[0].error().message);
    return {};
  }
  return *documents[0];
}

Error error_of(std::string_view text, const YamlLimits& limits = {}) {
  const auto documents = parse_yaml(text, limits);
  for (const auto& document : documents)
    if (!document) return document.error();
  ADD_FAILURE() << "no error for " << text;
  return Error(ErrorKind::kInternal, "");
}

TEST(Yaml, TypesFollowTheCoreSchemaOfYaml12) {
  const YamlNode map = one(
      "a: yes\nb: true\nc: 'true'\nd: 0x17\ne: 012345678901\nf: 1e3\ng: 2024-01-01\nh: ~\ni:\nj: \"\"\nk: off\nl: .5\nm: .\nn: !!str 5\n"
      "o: -0\np: 1.\nq: 1_000\nr: |\n  5\ns: 0o17\nt: +.INF\nu: e5\n");
  const auto type = [&](std::string_view key) { return map.find(key)->type; };
  EXPECT_EQ(type("a"), YamlType::kString);
  EXPECT_EQ(type("b"), YamlType::kBool);
  EXPECT_EQ(type("c"), YamlType::kString);
  EXPECT_EQ(type("d"), YamlType::kInteger);
  EXPECT_EQ(type("e"), YamlType::kInteger);
  EXPECT_EQ(type("f"), YamlType::kFloat);
  EXPECT_EQ(type("g"), YamlType::kString);
  EXPECT_EQ(type("h"), YamlType::kNull);
  EXPECT_EQ(type("i"), YamlType::kNull);
  EXPECT_EQ(type("j"), YamlType::kString);
  EXPECT_EQ(type("k"), YamlType::kString);
  EXPECT_EQ(type("l"), YamlType::kFloat);
  EXPECT_EQ(type("m"), YamlType::kString);
  EXPECT_EQ(type("n"), YamlType::kString);
  EXPECT_EQ(type("o"), YamlType::kInteger);
  EXPECT_EQ(type("p"), YamlType::kFloat);
  EXPECT_EQ(type("q"), YamlType::kString);
  EXPECT_EQ(type("r"), YamlType::kString);
  EXPECT_EQ(type("s"), YamlType::kInteger);
  EXPECT_EQ(type("t"), YamlType::kFloat);
  EXPECT_EQ(type("u"), YamlType::kString);
  EXPECT_EQ(map.find("e")->text, "012345678901");
}

TEST(Yaml, PlacesCountLinesAndCodePointsFromOneOverAllDocuments) {
  const auto documents = parse_yaml("# comment\n---\na: 1\n---\nbä:\n  - ü: x\n");
  ASSERT_EQ(documents.size(), 2u);
  const YamlNode& second = *documents[1];
  EXPECT_EQ(second.keys[0].place.line, 5);
  const YamlNode& value = second.items[0].items[0].items[0];
  EXPECT_EQ(value.place.line, 6);
  EXPECT_EQ(value.place.column, 8);
}

TEST(Yaml, OneBadDocumentCostsOnlyItself) {
  const auto documents = parse_yaml("a: 1\n---\nb: [1, 2\n---\nc: 3\n");
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_TRUE(documents[0]);
  ASSERT_FALSE(documents[1]);
  EXPECT_GE(documents[1].error().place->line, 3);
  ASSERT_TRUE(documents[2]);
  EXPECT_EQ(documents[2]->find("c")->text, "3");
}

std::string said(std::string_view text) {
  const auto documents = parse_yaml(text);
  const Error& error = documents.at(0).error();
  return fmt::format("{}:{} {}", error.place->line, error.place->column, error.message);
}

TEST(Yaml, CommonSlipsAreToldInPlainWords) {
  const auto begins = [](std::string_view text, std::string_view with) { EXPECT_EQ(said(text).substr(0, with.size()), with); };
  begins("a: 1\n b: 2\n", "2:3 This is not YAML: a colon does not belong here.");
  begins("a: b: c\n", "1:5 This is not YAML: a colon does not belong here.");
  begins("a:\n  b: 1\n c: 2\n", "3:2 This is not YAML: this does not belong to what stands above it.");
  begins("a: 'it's'\n", "1:8 This is not YAML: this does not belong to what stands above it.");
  begins("- a\nb: c\n", "2:1 This is not YAML: the list above goes on only with lines that begin with \"-\".");
  begins("a: 1\nkey\nb: 2\n", "2:1 This is not YAML: this line has no colon after its key.");
  begins("a:\n\tb: 1\n", "2:1 This is not YAML: no value can begin with this character.");
  begins("a:\n  b: *c*\n", "2:6 This is not YAML: a value that begins with * needs quotation marks.");
  begins("a: \"\\q\"\n", "1:5 This is not YAML: there is no such character with a backslash.");
}

TEST(Yaml, WhatIsNotClosedIsToldWhereItWasOpened) {
  EXPECT_EQ(said("a:\n  b: [x\n  c: d\n"), "2:6 This is not YAML: the list opened with [ here is not closed, or lacks a comma before line 3.");
  EXPECT_EQ(said("a: {b: c\nd: e\n"), "1:4 This is not YAML: the map opened with { here is not closed, or lacks a comma before line 2.");
  EXPECT_EQ(said("a: [\"b\" \"c\"]\n"), "1:9 This is not YAML: the list opened with [ needs a comma or ] here.");
  EXPECT_EQ(said("a: 1\nb: 'c\nd: e\n"), "2:4 This is not YAML: the text opened with a quotation mark here is not closed.");
}

TEST(Yaml, CommentsMarkersAndDirectivesAloneAreNoDocuments) {
  EXPECT_TRUE(parse_yaml("").empty());
  EXPECT_TRUE(parse_yaml("# a\n\n").empty());
  EXPECT_TRUE(parse_yaml("---\n# a\n---\n").empty());
  EXPECT_EQ(parse_yaml("%YAML 1.1\n---\na: 1\n---\n").size(), 1u);
  EXPECT_EQ(parse_yaml("\xef\xbb\xbf" "a: 1\r\n---\r\nb: 2\r\n").size(), 2u);
}

TEST(Yaml, BytesThatCannotStandThereAreToldWhereTheyAre) {
  const auto place_of_error = [](std::string_view text) {
    for (const auto& document : parse_yaml(text))
      if (!document) return std::pair(document.error().place->line, document.error().place->column);
    return std::pair(0, 0);
  };
  EXPECT_EQ(place_of_error("a: 1\nb: \"\xc3\xa9\xff\"\n"), std::pair(2, 6));  // columns are characters
  EXPECT_EQ(place_of_error("\xef\xbb\xbf" "a: \xe2\x82"), std::pair(1, 4));
  EXPECT_EQ(place_of_error(std::string_view("a: 1\nb: \"x\0y\"\n", 15)), std::pair(2, 6));
  EXPECT_EQ(place_of_error("a: 1\n---\nb: 2\nc: \x1b[m\n"), std::pair(4, 4));
}

TEST(Yaml, ADuplicateKeyIsAnErrorAtTheSecond) {
  const Error error = error_of("a: 1\nb:\n  c: 1\n  \"c\": 2\n");
  EXPECT_EQ(error.kind, ErrorKind::kInvalidInput);
  EXPECT_EQ(error.place->line, 4);
  EXPECT_EQ(error.place->column, 3);
  EXPECT_NE(error.message.find("\"c\""), std::string::npos);
}

TEST(Yaml, AliasesAnchorsAndTagsAreRefused) {
  EXPECT_NE(error_of("a: &x [1]\nb: *x\n").message.find("anchor"), std::string::npos);
  EXPECT_NE(error_of("b: *x\n").message.find("alias"), std::string::npos);
  EXPECT_NE(error_of("b: !!binary aGk=\n").message.find("tag"), std::string::npos);
  EXPECT_NE(error_of("b: !!set {x}\n").message.find("tag"), std::string::npos);
}

TEST(Yaml, KeysMustBeScalars) { EXPECT_NE(error_of("? [a]\n: b\n").message.find("key"), std::string::npos); }

TEST(Yaml, LimitsHold) {
  const YamlLimits limits{.max_bytes = 1000, .max_depth = 4, .max_nodes = 10};
  EXPECT_EQ(error_of(std::string(1001, ' '), limits).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(error_of("[[[[[x]]]]]", limits).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(error_of("[1,2,3,4,5,6,7,8,9,10]", limits).kind, ErrorKind::kTooLarge);
  EXPECT_TRUE(parse_yaml("[[[[x]]]]", limits)[0]);
  EXPECT_EQ(error_of("a: \xff\n").kind, ErrorKind::kInvalidInput);
  EXPECT_EQ(error_of(std::string("a: b\0c\n", 7)).kind, ErrorKind::kInvalidInput);
}

}  // namespace
}  // namespace picket::codec
