#include "connector/testing/ocsf_check.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace picket::connector {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class OcsfCheck : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream in(PICKET_SCHEMAS "/ocsf/1.8.0.json");
    std::ostringstream text;
    text << in.rdbuf();
    schema_ = text.str();
  }
  std::vector<std::string> problems(std::string_view from, std::string_view to) {
    std::string text = kGood;
    if (!from.empty()) {
      const auto at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      text.replace(at, from.size(), to);
    }
    return check_ocsf(schema_, text);
  }
  std::string schema_;
  static constexpr const char* kGood =
      R"({"activity_id":1,"category_uid":3,"class_uid":3001,"type_uid":300101,"severity_id":1,"time":5,"metadata":{"version":"1.8.0","product":{"name":"x"}},"user":{"uid":"u","type_id":1}})";
};

TEST_F(OcsfCheck, AcceptsAGoodDocument) {
  EXPECT_THAT(problems("", ""), IsEmpty());
}

TEST_F(OcsfCheck, FindsEachMistake) {
  const char* cases[][3] = {{"\"time\":5,", "", "time is missing"},
                            {"\"time\":5", "\"time\":\"5\"", "no whole number"},
                            {"\"uid\":\"u\"", "\"uuid\":\"u\"", "user.uuid is no attribute"},
                            {"\"uid\":\"u\"", "\"type\":\"User\"", "none of"},
                            {"\"uid\":\"u\"", "\"uid\":\"\"", "no text"},
                            {"\"type_id\":1", "\"type_id\":7", "enumeration"},
                            {"300101", "300102", "type_uid"},
                            {"\"activity_id\":1,", "\"activity_id\":44,", "activity_id is none"},
                            {"\"category_uid\":3", "\"category_uid\":6", "category_uid"},
                            {"1.8.0", "1.7.0", "metadata.version"},
                            {",\"user\":{\"uid\":\"u\",\"type_id\":1}", "", "user is missing"},
                            {"\"class_uid\":3001", "\"class_uid\":9999", "not in the schema"}};
  for (const auto& [from, to, expected] : cases)
    EXPECT_THAT(problems(from, to), Contains(HasSubstr(expected))) << from;
}

}  // namespace
}  // namespace picket::connector
