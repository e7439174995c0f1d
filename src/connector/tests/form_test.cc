#include "connector/form.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace picket::connector {
namespace {

constexpr const char* kFields =
    R"({"name":"api_token","path":"secrets.device_info.api_token","label":"API token","type":"secret","required":true,"help":"h"},
  {"name":"server","path":"device_spec.server","label":"Server","type":"choice","required":true,"help":"h","choices":[{"value":"https://a.example","label":"A"}]},
  {"name":"note","path":"device_spec.note","label":"Note","type":"text","help":"h"})";

std::string form_of(std::string_view fields) {
  return fmt::format(
      R"({{"fields":[{}],"guide":{{"title":"t","before":[],"steps":[{{"text":"do"}}]}},"backfill":{{"default_days":7,"max_days":120}}}})",
      fields);
}

TEST(Form, ReadsTheDialect) {
  const auto form = parse_form(form_of(kFields));
  ASSERT_TRUE(form) << form.error().message;
  ASSERT_EQ(form->fields.size(), 3u);
  EXPECT_TRUE(form->fields[0].secret());
  EXPECT_EQ(form->fields[1].choices[0].second, "A");
  EXPECT_EQ(form->backfill_max_days, 120);
}

TEST(Form, RefusesWhatAPersonCouldNotFillIn) {
  for (const char* field :
       {R"({"name":"a","path":"device_spec.a","label":"A","type":"text"})",
        R"({"name":"a","path":"device_spec.a","help":"h","type":"text"})",
        R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"choice"})",
        R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"list"})",
        R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"secret"})",
        R"({"name":"a","path":"secrets.device_info.a","label":"A","help":"h","type":"text"})",
        R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"text","colour":"red"})",
        R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"text","pattern":"x"})",
        R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"text","required":"yes"})", "5",
        ""})
    EXPECT_FALSE(parse_form(form_of(field))) << field;
  EXPECT_FALSE(parse_form(form_of(std::string(kFields) + "," + kFields)));
  EXPECT_FALSE(parse_form("[]"));
}

TEST(Form, HoldsSettingsAgainstTheFields) {
  const Form form = *parse_form(form_of(kFields));
  const std::vector<std::string> extra = {"http://127.0.0.1:8123"};
  EXPECT_TRUE(check_device_spec(form, R"({"server":"https://a.example"})", {}));
  EXPECT_TRUE(check_device_spec(form, R"({"server":"http://127.0.0.1:8123","note":"x"})", extra));
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"server":"http://127.0.0.1:8123"})", "device_spec.server"},
      {"{}", "device_spec.server"},
      {R"({"server":5})", "device_spec.server"},
      {R"({"server":null})", "device_spec.server"},
      {R"({"server":"https://a.example","x":1})", "device_spec.x"},
      {R"({"server":"https://a.example","note":[]})", "device_spec.note"},
      {"[]", "device_spec"},
      {"{", "device_spec"}};
  for (const auto& [spec, field] : wrong) {
    const auto result = check_device_spec(form, spec, {});
    ASSERT_FALSE(result) << spec;
    EXPECT_EQ(result.error().kind, ErrorKind::kInvalidInput);
    EXPECT_EQ(result.error().field, field) << spec;
  }
}

}  // namespace
}  // namespace picket::connector
