#include "watch/book.h"

#include <gtest/gtest.h>

#include "watch/tests/fixture.h"

namespace picket::watch {
namespace {

TEST(Document, IsFoundByItsLine) {
  const std::string_view text = "# head\na: 1\n---\nb: 2\nc: 3\n--- # next\nd: 4";
  EXPECT_EQ(document_at(text, 2), "# head\na: 1\n");
  EXPECT_EQ(document_at(text, 4), "b: 2\nc: 3\n");
  EXPECT_EQ(document_at(text, 5), "b: 2\nc: 3\n");
  EXPECT_EQ(document_at(text, 7), "d: 4");
  EXPECT_EQ(document_at("a: 1", 1), "a: 1");
  EXPECT_EQ(document_at("", 1), "");
}

TEST(Book, KnowsWhichRulesAlertAndWhatEachSays) {
  const std::vector<Book::Service> services{{"door", "entries"}, {"window", "panes"}};
  const auto book = Book::make({.sources = {{Origin::kShipped, "door/a.yml", "door", kForced}, {Origin::kOwn, "own", "", kFailures}}, .services = services});
  ASSERT_EQ(book->entries().size(), 3u);
  EXPECT_TRUE(book->problems().empty());
  EXPECT_TRUE(book->entries()[0].alerts);
  EXPECT_FALSE(book->entries()[1].alerts) << "only a part of a correlation";
  EXPECT_TRUE(book->entries()[2].alerts);
  EXPECT_EQ(book->entries()[2].origin, Origin::kOwn);
  EXPECT_TRUE(book->entries()[2].text.starts_with("title: Three wrong codes"));
  EXPECT_TRUE(book->entries()[1].text.ends_with("level: low"));
  EXPECT_NE(book->entries()[1].digest, book->entries()[2].digest);
  EXPECT_EQ(book->find("10000000-0000-4000-8000-000000000003"), 2u);
  ASSERT_NE(book->program({"door", "entries"}), nullptr);
  EXPECT_EQ(book->program({"door", "entries"})->size(), 2u);
  EXPECT_EQ(book->program({"window", "panes"}), nullptr);
}

TEST(Book, InformationalRulesNeverAlert) {
  std::string text = kForced;
  text.replace(text.find("high"), 4, "informational");
  const auto book = Book::make({.sources = {{Origin::kFolder, "f", "", text}}});
  EXPECT_FALSE(book->entries()[0].alerts);
}

}  // namespace
}  // namespace picket::watch
