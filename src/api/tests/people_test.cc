// Accounts, actors, organizations, vendors, and what people may change of their own.
#include "api/tests/api_fixture.h"

namespace picket::api {
namespace {

class People : public ApiFixture {};

TEST_F(People, AndTheirRelations) {
  EXPECT_EQ(get("/api/v2/organizations").total(), 1u);
  EXPECT_EQ(get("/api/v2/user_accounts").total(), 1u);
  const auto user = get("/api/v2/user_accounts/" + ana_.enrolment.user.id);
  EXPECT_EQ(user.attribute("email").as_string(), ana_.email);
  EXPECT_FALSE(user.json.at("data").at("relationships").at("user_account_status").at("data").is_object());
  EXPECT_EQ(get("/api/v2/user_account_roles?filter[user_account][id]=" + ana_.enrolment.user.id).total(), 1u);
  EXPECT_EQ(get("/api/v2/actors/" + ana_.enrolment.user.actor_id + "/user_account")
                .json.at("data")
                .at("id")
                .as_string(),
            ana_.enrolment.user.id);
  EXPECT_EQ(get("/api/v2/organizations/" + ana_.organization() + "/user_accounts").total(), 1u);
  const auto vendors = get("/api/v2/vendors?filter[name]=1Password");
  EXPECT_EQ(vendors.total(), 1u);
  const auto renamed = as(ana_, "PATCH", "/api/v2/organizations/" + ana_.organization(),
                          R"({"data":{"attributes":{"name":"Acme Ltd"}}})", {{"if-match", "\"1\""}});
  EXPECT_EQ(renamed.status, 200) << renamed.body;
  EXPECT_EQ(renamed.attribute("name"), "Acme Ltd");
  EXPECT_EQ(get("/api/v2/polls").status, 400);
}

TEST_F(People, ChangeTheirOwnNameAndNothingElse) {
  const auto id = add_device(ana_, "Corp");
  const auto own = "/api/v2/user_accounts/" + ana_.enrolment.user.id;
  const auto before = get(own);
  const auto changed =
      as(ana_, "PATCH", own, R"({"data":{"attributes":{"first_name":"Anna","last_name":"Lee"}}})",
         {{"if-match", before.header("etag")}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.attribute("display_name"), "Anna Lee");
  EXPECT_NE(changed.header("etag"), before.header("etag"));
  EXPECT_EQ(as(ana_, "GET", "/auth/v0/session").json.at("user").at("display_name"), "Anna Lee")
      << "sessions carry the name";
  EXPECT_EQ(get("/api/v2/security_devices/" + id + "/created_by").attribute("display_name"), "Anna Lee");
  EXPECT_EQ(as(ana_, "PATCH", own, R"({"data":{"attributes":{"first_name":"X"}}})",
               {{"if-match", before.header("etag")}})
                .status,
            412);
  const auto display =
      as(ana_, "PATCH", own, R"({"data":{"attributes":{"display_name":" Ana Maria Lee "}}})");
  EXPECT_EQ(display.attribute("display_name"), "Ana Maria Lee");
  EXPECT_EQ(display.attribute("first_name"), "Ana Maria");
  // The whole object back with one name changed
  auto whole = display.json;
  whole.at("data").at("attributes").at("last_name") = "King";
  const auto back = as(ana_, "PATCH", own, boost::json::serialize(whole));
  EXPECT_EQ(back.status, 200) << back.body;
  EXPECT_EQ(back.attribute("display_name"), "Ana Maria King");

  for (const auto& [attributes, pointer] :
       {std::pair{R"({"email":"other@example.com"})", "/data/attributes/email"},
        std::pair{R"({"active":false})", "/data/attributes/active"},
        std::pair{R"({"language":"fr"})", "/data/attributes/language"},
        std::pair{R"({"role":"system"})", "/data/attributes/role"},
        std::pair{R"({"display_name":""})", "/data/attributes/display_name"},
        std::pair{R"({"display_name":null})", "/data/attributes/display_name"},
        std::pair{R"({"first_name":"a\u0000b"})", "/data/attributes/first_name"},
        std::pair{R"({"first_name":"","last_name":" "})", "/data/attributes/display_name"}}) {
    const auto refused = as(ana_, "PATCH", own, std::string(R"({"data":{"attributes":)") + attributes + "}}");
    EXPECT_EQ(refused.status, 400) << attributes;
    EXPECT_EQ(refused.pointer(), pointer);
    EXPECT_FALSE(refused.detail().empty());
  }
  EXPECT_EQ(get(own).attribute("display_name"), "Ana Maria King");
  EXPECT_EQ(as(bob_, "PATCH", own, R"({"data":{"attributes":{"first_name":"Bob"}}})").status, 404);
}

}  // namespace
}  // namespace picket::api
