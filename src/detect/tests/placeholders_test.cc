#include "detect/placeholders.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "detect/load.h"
#include "detect/problem.h"

// What fills in for %names%, and what is refused of it.
namespace picket::detect {
namespace {

std::string error_of(std::string_view text) {
  const auto read = read_placeholders(text);
  if (read) return "";
  const auto place = read.error().place.value_or(TextPlace{});
  return std::to_string(place.line) + ":" + std::to_string(place.column) + " " + read.error().message;
}

TEST(Placeholders, AreListsOrSingleValues) {
  const auto read = read_placeholders("# who may do anything\nadmins: [ADA, 'B*']\nports:\n  - 22\n  - 3389\nvault: v1\nnobody: []\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, (Placeholders{{"admins", {"ADA", "B*"}}, {"ports", {"22", "3389"}}, {"vault", {"v1"}}, {"nobody", {}}}));
  EXPECT_EQ(read_placeholders("# nothing yet\n").value(), Placeholders());
}

TEST(Placeholders, SayWhereTheyCannotBeUsed) {
  EXPECT_EQ(error_of("- a\n- b\n"), "1:1 The file must be a map of names, each with its values.");
  EXPECT_EQ(error_of("admins: [ADA]\nad mins: [BO]\n"), "2:1 \"ad mins\" cannot stand between percent signs: letters, digits and underscores can.");
  EXPECT_EQ(error_of("admins: [ADA, {a: b}]\n"), "1:15 A value must be a text or a number.");
  EXPECT_EQ(error_of("admins: [ADA, '']\n"), "1:15 A value must be a text or a number.");
  EXPECT_EQ(error_of("admins:\n"), "1:8 A value must be a text or a number.");
  EXPECT_EQ(error_of("a: b\n---\nc: d\n"), "3:1 The file holds one document: names, each with its values.");
  EXPECT_NE(error_of("a: [b\nc: d\n"), "");
  EXPECT_NE(error_of("a: [b]\na: [c]\n"), "") << "a name that stands twice";
  std::string many = "a: [1";
  for (int i = 0; i < 20'000; ++i) many += ",1";
  EXPECT_NE(error_of(many + "]").find("at most 20000"), std::string::npos);
}

TEST(Placeholders, AFileIsNamedInWhatIsWrongWithIt) {
  char name[] = "/tmp/picket-placeholders-XXXXXX";
  ASSERT_NE(mkdtemp(name), nullptr);
  const std::filesystem::path folder(name);
  std::ofstream(folder / "p.yml") << "admins: ADA\nb: {}\n";
  const auto bad = load_placeholders(folder / "p.yml");
  ASSERT_FALSE(bad);
  EXPECT_EQ(to_text(bad.error()), (folder / "p.yml").string() + ":2:4: error: A value must be a text or a number.");
  EXPECT_EQ(load_placeholders(folder).error().error.kind, ErrorKind::kNotFound);
  EXPECT_EQ(load_placeholders(folder / "nowhere.yml").error().error.kind, ErrorKind::kNotFound);
  EXPECT_EQ(load_placeholders({}).value(), Placeholders());
  std::ofstream(folder / "p.yml") << "admins: ADA\n";
  EXPECT_EQ(load_placeholders(folder / "p.yml").value(), (Placeholders{{"admins", {"ADA"}}}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace picket::detect
