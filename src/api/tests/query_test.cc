#include "api/query.h"

#include <gtest/gtest.h>

#include "http_server/target.h"

namespace picket::api {
namespace {

Answer<Query> read(const std::string& query) {
  const auto target = http_server::parse_target("/x?" + query);
  EXPECT_TRUE(target) << query;
  return parse_query(target->query);
}

FilterTerm one_filter(const std::string& query) {
  const auto parsed = read(query);
  EXPECT_TRUE(parsed && parsed->filters.size() == 1) << query;
  return parsed->filters.at(0);
}

TEST(Query, ReadsEveryOperator) {
  struct Case {
    const char* text;
    Operator op;
    const char* value;
  };
  for (const auto& [text, op, value] :
       {Case{"v", Operator::kEqual, "v"}, Case{"%21v", Operator::kNotEqual, "v"},
        Case{"%3AFoo+bar", Operator::kContains, "Foo bar"}, Case{"%5EA%2BB", Operator::kStartsWith, "A+B"},
        Case{"%3E2024", Operator::kGreater, "2024"}, Case{"%3C2024", Operator::kLess, "2024"},
        Case{"%3E%3D5", Operator::kGreaterOrEqual, "5"}, Case{"", Operator::kEqual, ""}}) {
    const auto term = one_filter("filter%5Bf%5D=" + std::string(text));
    EXPECT_EQ(term.op, op) << text;
    EXPECT_EQ(term.value, value) << text;
  }
  EXPECT_EQ(one_filter("filter[f]=%E2%90%80true").op, Operator::kIsNull);
  EXPECT_EQ(one_filter("filter[f]=%E2%90%80false").op, Operator::kNotNull);
  // Neither is a null test
  EXPECT_EQ(one_filter("filter[f]=%E2%90%80maybe").op, Operator::kEqual);
}

TEST(Query, PathsThroughRelationships) {
  EXPECT_EQ(one_filter("filter[organization][id]=O").path, (std::vector<std::string>{"organization", "id"}));
  EXPECT_EQ(one_filter("filter[a][b][id]=O").path.size(), 3u);
}

TEST(Query, PlusOfSortMayArriveAsSpace) {
  for (const char* text :
       {"sort=%2Bcreated_at&sort=-id", "sort=+created_at&sort=-id", "sort=created_at,-id"}) {
    const auto query = read(text);
    ASSERT_TRUE(query) << text;
    ASSERT_EQ(query->sort.size(), 2u) << text;
    EXPECT_EQ(query->sort[0].field, "created_at");
    EXPECT_FALSE(query->sort[0].descending);
    EXPECT_EQ(query->sort[1].field, "id");
    EXPECT_TRUE(query->sort[1].descending);
  }
}

TEST(Query, PageAndFlags) {
  const auto query = read(
      "page[limit]=0&page[offset]=7&flag[raw_status]=true&flag[total]=false&nonsense=1&include=a.b,c&fields["
      "x]=p,q");
  ASSERT_TRUE(query);
  EXPECT_EQ(query->limit, 0u);
  EXPECT_EQ(query->offset, 7u);
  EXPECT_TRUE(query->flag("raw_status"));
  EXPECT_FALSE(query->flag("total", true));
  EXPECT_TRUE(query->flag("absent", true));
  EXPECT_EQ(query->include.size(), 2u);
  EXPECT_EQ(query->include[0].size(), 2u);
  EXPECT_TRUE(query->fields.at("x").contains("q"));
}

TEST(Query, RefusesMalformedByName) {
  for (const char* text : {"page[limit]=1001", "page[limit]=-1", "page[limit]=x",
                           "page[limit]=", "page[nope]=1", "filter=1", "filter[a=1", "filter[]=1",
                           "filter[a]b=1", "page[limit]=99999999999999999999", "filter[a][b][c][d][e]=1"}) {
    const auto query = read(text);
    ASSERT_FALSE(query) << text;
    EXPECT_EQ(query.error().status(), 400) << text;
    EXPECT_FALSE(query.error().errors()[0].parameter.empty()) << text;
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += "filter[a]=1&";
  EXPECT_FALSE(read(many));
}

TEST(Query, NextKeepsEverythingElse) {
  const auto target = http_server::parse_target("/x?filter[a]=%3Ab+c&page[offset]=5&sort=-id");
  EXPECT_EQ(query_with(target->query, "page[offset]", "10"),
            "?filter%5Ba%5D=%3Ab%20c&sort=-id&page%5Boffset%5D=10");
}

}  // namespace
}  // namespace picket::api
