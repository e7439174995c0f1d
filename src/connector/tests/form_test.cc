#include "connector/form.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "connector/pattern.h"

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
  for (
      const char* field :
      {R"({"name":"a","path":"device_spec.a","label":"A","type":"text"})",
       R"({"name":"a","path":"device_spec.a","help":"h","type":"text"})",
       R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"choice"})",
       R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"list"})",
       R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"secret"})",
       R"({"name":"a","path":"secrets.device_info.a","label":"A","help":"h","type":"text"})",
       R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"text","colour":"red"})",
       R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"text","pattern":"x"})",
       R"({"name":"a","path":"device_spec.a","label":"A","help":"h","type":"text","pattern":"(x","pattern_message":"m"})",
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

TEST(Form, HoldsSettingsAgainstPatternsAndDates) {
  const Form form = *parse_form(form_of(
      R"({"name":"tenant","path":"device_spec.tenant","label":"Tenant","type":"text","required":true,"help":"h",
          "pattern":"^[a-z]{2,8}$","pattern_message":"A tenant has two to eight letters."},
         {"name":"since","path":"device_spec.since","label":"Since","type":"date","help":"h"})"));
  EXPECT_TRUE(check_device_spec(form, R"({"tenant":"acme"})", {}));
  EXPECT_TRUE(check_device_spec(form, R"({"tenant":"acme","since":"2026-02-28"})", {}));
  EXPECT_TRUE(check_device_spec(form, R"({"tenant":"acme","since":""})", {}))
      << "an optional field left empty";
  for (const char* tenant : {"a", "Acme", "acme1", "toolongname", "acme\\n", "x\\nacme", "acme\\nx"}) {
    const auto result = check_device_spec(form, fmt::format(R"({{"tenant":"{}"}})", tenant), {});
    ASSERT_FALSE(result) << tenant;
    EXPECT_EQ(result.error().field, "device_spec.tenant");
    EXPECT_EQ(result.error().message, "A tenant has two to eight letters.");
  }
  for (const char* since : {"2026-02-30", "yesterday", "2026-1-1", "2026-11-22T00:00:00Z"}) {
    const auto result =
        check_device_spec(form, fmt::format(R"({{"tenant":"acme","since":"{}"}})", since), {});
    ASSERT_FALSE(result) << since;
    EXPECT_EQ(result.error().field, "device_spec.since");
  }
  EXPECT_FALSE(check_device_spec(form, fmt::format(R"({{"tenant":"{}"}})", std::string(2001, 'a')), {}));
}

TEST(Pattern, ReadsAsABrowserDoes) {
  EXPECT_TRUE(fits_pattern("b", "abc")) << "found anywhere";
  EXPECT_TRUE(fits_pattern("^\\s*[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\s*$", " a-b.c_d\n"));
  EXPECT_FALSE(fits_pattern("^a$", "a\nb")) << "ends of lines are not the end";
  EXPECT_FALSE(fits_pattern("(", "(")) << "unreadable";
  EXPECT_FALSE(readable_pattern("a{2,1}"));
  EXPECT_TRUE(fits_pattern("^(?:ab)?$", ""));
}

TEST(Pattern, HostileTextsCostLittle) {
  EXPECT_TRUE(fits_pattern("^[a-z]+\\.[a-z]+$", std::string(1'000'000, 'a') + ".b")) << "deep, not recursive";
  EXPECT_FALSE(fits_pattern("^(a+)+$", std::string(5000, 'a') + "!")) << "given up";
}

}  // namespace
}  // namespace picket::connector
