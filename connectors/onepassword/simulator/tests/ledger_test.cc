#include "onepassword_simulator/ledger.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "onepassword_simulator/tests/client.h"

namespace picket::onepassword_simulator::testing {
namespace {

class LedgerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = std::filesystem::temp_directory_path() / ("picket-ledger-" + std::to_string(::getpid()));
    std::filesystem::remove(path_);
    simulator_ =
        std::move(Simulator::start(
                      {.events = 40, .accounts = 2, .variety = {.non_ascii = true}, .ledger_file = path_}))
            .value();
  }
  void TearDown() override {
    simulator_.reset();
    std::filesystem::remove(path_);
  }
  std::vector<json::object> lines(std::string_view kind) {
    std::vector<json::object> out;
    std::ifstream in(path_);
    for (std::string line; std::getline(in, line);) {
      auto entry = json::parse(line).as_object();
      if (entry.at("kind").as_string() == json::string_view(kind.data(), kind.size()))
        out.push_back(std::move(entry));
    }
    return out;
  }
  /// Splits a page's records without changing a byte.
  static std::vector<std::string> records(const std::string& body) {
    std::vector<std::string> out;
    std::size_t at = body.find("\"items\":[") + 9;
    int depth = 0;
    bool text = false;
    for (std::size_t begin = at; at < body.size() && (depth > 0 || body[at] != ']'); ++at) {
      if (body[at] == '"' && body[at - 1] != '\\') text = !text;
      if (text) continue;
      if (body[at] == '{' && depth++ == 0) begin = at;
      if (body[at] == '}' && --depth == 0) out.push_back(body.substr(begin, at + 1 - begin));
    }
    return out;
  }

  std::filesystem::path path_;
  std::unique_ptr<Simulator> simulator_;
};

TEST_F(LedgerTest, HoldsEveryEventWithTheHashOfItsExactBytes) {
  EXPECT_EQ(lines("event").size(), 2u * 3 * 40);
  ASSERT_TRUE(simulator_->control("POST", "/_sim/events", R"({"stream":"itemusages","count":7})"));
  ASSERT_TRUE(simulator_->control("POST", "/_sim/events", R"({"stream":"itemusages","kind":"edited"})"));
  ASSERT_TRUE(simulator_->control("POST", "/_sim/events",
                                  R"({"stream":"itemusages","kind":"raw","raw":"{}","uuid":"RAW"})"));
  std::map<std::string, std::vector<std::string>> hashes;
  for (const auto& entry : lines("event"))
    if (entry.at("account") == 0)
      hashes[std::string(entry.at("uuid").as_string())].emplace_back(entry.at("sha256").as_string());
  ApiClient api(*simulator_, simulator_->token());
  std::size_t seen = 0;
  for (const auto stream : kStreamNames) {
    const auto answer = api.start(std::string(stream), kLongAgo);
    for (const auto& record : records(answer.body)) {
      const auto hash = sha256_hex(record);
      const auto parsed = json::parse(record).as_object();
      const auto& known =
          hashes[parsed.contains("uuid") ? std::string(parsed.at("uuid").as_string()) : "RAW"];
      EXPECT_NE(std::find(known.begin(), known.end(), hash), known.end());
      ++seen;
    }
  }
  EXPECT_EQ(seen, 3u * 40 + 9);
}

TEST_F(LedgerTest, TellsWhatWasSentSkippedAndAltered) {
  ApiClient api(*simulator_, simulator_->token());
  ASSERT_TRUE(simulator_->set_faults(
      R"({"rules":[{"name":"hole","count":1,"action":{"paging":"skip","n":5}},{"name":"odd","count":1,"action":{"mutate":"new_kind"}}]})"));
  const auto first = read_page(api.start("auditevents", kLongAgo, 10));
  const auto second = read_page(api.go_on("auditevents", first.cursor));
  const auto pages = lines("page");
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_EQ(pages[0].at("from"), 5);
  EXPECT_EQ(pages[0].at("next"), 15);
  EXPECT_EQ(pages[0].at("fault"), "hole");
  EXPECT_EQ(pages[1].at("count"), 10);
  const auto skipped = lines("skipped");
  ASSERT_EQ(skipped.size(), 1u);
  EXPECT_EQ(skipped[0].at("to"), 5);
  const auto altered = lines("altered");
  ASSERT_EQ(altered.size(), 1u);
  EXPECT_EQ(altered[0].at("uuid").as_string(), second.uuids[0]);
}

}  // namespace
}  // namespace picket::onepassword_simulator::testing
