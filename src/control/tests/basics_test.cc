#include <gtest/gtest.h>

#include "control/tests/control_fixture.h"

namespace picket::control {
namespace {

class BasicsTest : public ControlFixture {};

TEST_F(BasicsTest, OpensMakesAnOrganizationAndSignsIn) {
  const auto user =
      control().authenticate("ADA@example.com", crypto::Secret("correct horse"), code(), "127.0.0.1");
  ASSERT_TRUE(user) << user.error().message;
  auto issued = control().create_session(*user, SessionKind::kBearer, "127.0.0.1", "test");
  ASSERT_TRUE(issued);
  const auto session = control().session(issued->token.reveal());
  ASSERT_TRUE(session && *session);
  EXPECT_EQ((*session)->user.email, "ada@example.com");
  EXPECT_EQ((*session)->organization_name, "Acme");
  EXPECT_EQ((*session)->csrf_token, issued->session.csrf_token);
}

}  // namespace
}  // namespace picket::control
