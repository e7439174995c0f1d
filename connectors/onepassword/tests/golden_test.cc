#include "connector/testing/golden.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/strings.h"
#include "connector/testing/ocsf_check.h"
#include "onepassword/onepassword.h"

namespace picket::connector {
namespace {

class Golden : public testing::TestWithParam<GoldenCase> {};

TEST_P(Golden, ViewAndDocumentAreAsExpected) {
  const onepassword::OnePassword connector;
  EXPECT_EQ(check_golden(connector, GetParam()), "");
}

std::string file_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

TEST_P(Golden, DocumentFitsTheSchema) {
  const onepassword::OnePassword connector;
  const std::string record = file_text(GetParam().record_path);
  const auto document = connector.normaliser()->to_ocsf(GetParam().stream, trim(record));
  ASSERT_TRUE(document) << document.error().message;
  const auto problems = check_ocsf(file_text(PICKET_SCHEMAS "/ocsf/1.8.0.json"), *document);
  EXPECT_TRUE(problems.empty()) << testing::PrintToString(problems) << "\n" << *document;
}

INSTANTIATE_TEST_SUITE_P(OnePassword, Golden, testing::ValuesIn(golden_cases(PICKET_TESTDATA "/testdata")),
                         [](const auto& golden) {
                           std::string name = golden.param.stream + "_" + golden.param.name;
                           for (char& c : name)
                             if (c == '-' || c == '.') c = '_';
                           return name;
                         });

}  // namespace
}  // namespace picket::connector
