#include "http_server/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_server/target.h"

namespace picket::http_server {
namespace {

using ::testing::UnorderedElementsAre;

Router sample() {
  Router router;
  const Handler nothing = [](const Request&) { return Response{}; };
  router.add("GET", "/{path*}", nothing);
  router.add("GET", "/api/things", nothing);
  router.add("POST", "/api/things", nothing, {.body_limit = 7});
  router.add("GET", "/api/things/{id}", nothing);
  router.add("PATCH", "/api/things/{id}", nothing);
  router.add("GET", "/api/things/special", nothing);
  router.add("GET", "/api/things/{id}/raw", nothing);
  return router;
}

std::string route_of(const Router& router, std::string_view method, std::string_view path) {
  const auto found = router.find(method, parse_target(path).value().segments);
  return found.route == nullptr ? "" : found.route->pattern;
}

TEST(Router, TheMostSpecificPatternWinsWhateverTheOrderOfAdding) {
  const Router router = sample();
  EXPECT_EQ(route_of(router, "GET", "/api/things"), "/api/things");
  EXPECT_EQ(route_of(router, "GET", "/api/things/1"), "/api/things/{id}");
  EXPECT_EQ(route_of(router, "GET", "/api/things/special"), "/api/things/special");
  EXPECT_EQ(route_of(router, "GET", "/api/things/special/raw"), "/api/things/{id}/raw");
  EXPECT_EQ(route_of(router, "GET", "/api/things/1/other"), "/{path*}");
  EXPECT_EQ(route_of(router, "GET", "/"), "/{path*}");
}

TEST(Router, ParametersAreDecodedAndNeverEmpty) {
  const Router router = sample();
  const auto one = router.find("GET", parse_target("/api/things/a%2Fb%20c").value().segments);
  EXPECT_EQ(one.params.at("id"), "a/b c");
  const auto rest = router.find("GET", parse_target("/assets/x/y.js").value().segments);
  EXPECT_EQ(rest.params.at("path"), "assets/x/y.js");
  EXPECT_EQ(route_of(router, "PATCH", "/api/things/"), "");
}

TEST(Router, SaysWhichMethodsAPathTakes) {
  const Router router = sample();
  const auto found = router.find("DELETE", {"api", "things"});
  EXPECT_EQ(found.route, nullptr);
  EXPECT_THAT(found.allowed, UnorderedElementsAre("GET", "HEAD", "POST"));
  EXPECT_EQ(route_of(router, "HEAD", "/api/things"), "/api/things");
  Router bare;
  bare.add("GET", "/a", [](const Request&) { return Response{}; });
  EXPECT_TRUE(bare.find("GET", {"b"}).allowed.empty());
}

TEST(Router, RoutesCanBeListed) {
  EXPECT_EQ(sample().routes().size(), 7u);
  EXPECT_EQ(sample().find("POST", {"api", "things"}).route->options.body_limit, 7u);
}

TEST(RouterDeathTest, ADoubledRouteIsOurFault) {
  Router router = sample();
  EXPECT_DEATH(router.add("GET", "/api/things", [](const Request&) { return Response{}; }), "added once");
}

}  // namespace
}  // namespace picket::http_server
