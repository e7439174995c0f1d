#pragma once

// The suite that every connector inherits. Include it in one test file of a connector and instantiate it:
//   INSTANTIATE_TEST_SUITE_P(Acme, Compliance, testing::Values(Subject{...}), subject_name);
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "codec/url.h"
#include "connector/form.h"
#include "connector/testing/golden.h"
#include "connector/testing/harness.h"
#include "obs/log.h"

namespace picket::connector {

inline void PrintTo(const Subject& subject, std::ostream* out) {
  *out << subject.name;
}

inline std::string subject_name(const testing::TestParamInfo<Subject>& info) {
  return info.param.name;
}

class Compliance : public testing::TestWithParam<Subject> {
 protected:
  void SetUp() override {
    connector_ = GetParam().connector();
    simulator_ = GetParam().simulator();
  }
  template <typename F>
  void each_stream(F&& f) {
    for (const StreamInfo& info : connector_->streams()) {
      SCOPED_TRACE(info.name);
      f(info.name);
    }
  }
  StreamDriver driver(const std::string& stream) { return StreamDriver(*connector_, *simulator_, stream); }

  std::unique_ptr<Connector> connector_;
  std::unique_ptr<SimulatorHandle> simulator_;
};

TEST_P(Compliance, DescribesItself) {
  EXPECT_FALSE(connector_->slug().empty());
  EXPECT_FALSE(connector_->title().empty());
  EXPECT_FALSE(connector_->vendor_name().empty());
  EXPECT_FALSE(connector_->streams().empty());
  EXPECT_NE(connector_->logo_svg().find("<svg"), std::string_view::npos);
  EXPECT_EQ(connector_->logo_svg().find("<script"), std::string_view::npos);
  std::set<std::string> names, services;
  for (const StreamInfo& info : connector_->streams()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.title.empty());
    EXPECT_FALSE(info.product.empty());
    EXPECT_TRUE(services.insert(info.service).second) << info.service;
  }
  std::set<std::string_view> files;
  for (const RuleText& rule : connector_->rules()) EXPECT_TRUE(files.insert(rule.file).second) << rule.file;
}

TEST_P(Compliance, EveryFieldHasATitleAndHelp) {
  const auto form = parse_form(connector_->form_json());
  ASSERT_TRUE(form) << form.error().message;
  for (const FormField& field : form->fields) {
    EXPECT_FALSE(field.label.empty()) << field.name;
    EXPECT_FALSE(field.help.empty()) << field.name;
  }
}

TEST_P(Compliance, EveryStreamHasAGoldenCase) {
  const auto cases = golden_cases(GetParam().testdata);
  each_stream([&](const std::string& stream) {
    EXPECT_TRUE(
        std::any_of(cases.begin(), cases.end(), [&](const GoldenCase& c) { return c.stream == stream; }));
  });
}

TEST_P(Compliance, ReadsEverythingOnceAndInOrder) {
  each_stream([&](const std::string& stream) {
    simulator_->append(stream, 2345);
    auto reading = driver(stream);
    const auto read = reading.drain(std::nullopt);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, simulator_->ledger(stream));
  });
}

TEST_P(Compliance, FollowsNewEvents) {
  each_stream([&](const std::string& stream) {
    auto reading = driver(stream);
    std::vector<Cursor> cursors;
    std::vector<std::string> all;
    for (int round = 0; round < 5; ++round) {
      simulator_->append(stream, round * 7);
      const auto read =
          reading.drain(cursors.empty() ? std::nullopt : std::optional(cursors.back()), &cursors);
      ASSERT_TRUE(read) << read.error().message;
      all.insert(all.end(), read->begin(), read->end());
    }
    EXPECT_EQ(all, simulator_->ledger(stream));
  });
}

/// The law of cursors: what comes before a cursor and what comes after it is everything, whichever cursor it
/// is and however often and by whichever reader it is used.
TEST_P(Compliance, ResumesFromAnyCursorWithoutLoss) {
  each_stream([&](const std::string& stream) {
    simulator_->append(stream, 3100);
    std::optional<Cursor> cursor;
    std::size_t before = 0;
    std::vector<std::string> ledger;
    auto first = driver(stream);
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = first.page(cursor);
      ASSERT_TRUE(page) << page.error().message;
      before += page->records.size();
      if (page->next) cursor = page->next;
      ledger = simulator_->ledger(stream);
      for (int again = 0; again < 2; ++again) {
        auto other = driver(stream);
        const auto rest = other.drain(cursor);
        ASSERT_TRUE(rest) << rest.error().message;
        ASSERT_LE(before, ledger.size());
        EXPECT_TRUE(std::equal(rest->begin(), rest->end(),
                               ledger.begin() + static_cast<std::ptrdiff_t>(before), ledger.end()));
      }
      if (!page->more) break;
    }
    EXPECT_EQ(before, ledger.size());
  });
}

TEST_P(Compliance, RepeatedPageMakesNoNewIdentity) {
  each_stream([&](const std::string& stream) {
    simulator_->append(stream, 500);
    auto reading = driver(stream);
    const auto once = reading.page(std::nullopt), twice = reading.page(std::nullopt);
    ASSERT_TRUE(once && twice);
    const auto a = reading.uids(*once), b = reading.uids(*twice);
    EXPECT_EQ(a, b);
    EXPECT_EQ(std::set<std::string>(a.begin(), a.end()).size(), a.size());
    EXPECT_TRUE(
        std::equal(once->records.begin(), once->records.end(), twice->records.begin(), twice->records.end()));
  });
}

TEST_P(Compliance, EachFaultIsNamedAndCostsNothing) {
  each_stream([&](const std::string& stream) {
    simulator_->append(stream, 1500);
    auto reading = driver(stream);
    const auto first = reading.page(std::nullopt);
    ASSERT_TRUE(first && first->next);
    for (const FaultCase& fault : kFaults) {
      SCOPED_TRACE(fault.name);
      simulator_->inject(fault.name);
      const auto result = reading.page(first->next);
      simulator_->inject("");
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().kind, fault.expected) << result.error().message;
      EXPECT_FALSE(result.error().message.empty());
      ASSERT_EQ(result.error().retry_after.has_value(), fault.wait.has_value());
      if (fault.wait) {
        EXPECT_GE(result.error().retry_after->count(), fault.wait->first);
        EXPECT_LE(result.error().retry_after->count(), fault.wait->second);
      }
      const auto rest = reading.drain(first->next);
      ASSERT_TRUE(rest) << rest.error().message;
      EXPECT_EQ(rest->size() + first->records.size(), simulator_->ledger(stream).size());
    }
  });
}

TEST_P(Compliance, EmptyPageIsHealthy) {
  each_stream([&](const std::string& stream) {
    simulator_->append(stream, 3);
    auto reading = driver(stream);
    const auto first = reading.page(std::nullopt);
    ASSERT_TRUE(first && first->next);
    simulator_->inject("empty_page");
    const auto empty = reading.page(first->next);
    simulator_->inject("");
    ASSERT_TRUE(empty) << empty.error().message;
    EXPECT_TRUE(empty->records.empty());
    simulator_->append(stream, 2);
    const auto rest = reading.drain(empty->next ? empty->next : first->next);
    ASSERT_TRUE(rest);
    EXPECT_EQ(rest->size(), 2u);
  });
}

TEST_P(Compliance, ClockOfTheVendorDoesNotMatter) {
  each_stream([&](const std::string& stream) {
    simulator_->inject("clock_skew");
    simulator_->append(stream, 50);
    auto reading = driver(stream);
    const auto read = reading.drain(std::nullopt);
    simulator_->inject("");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, simulator_->ledger(stream));
  });
}

TEST_P(Compliance, StopEndsAPoll) {
  each_stream([&](const std::string& stream) {
    simulator_->inject("hang");
    auto reading = driver(stream);
    std::stop_source stop;
    std::jthread stopper([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stop.request_stop();
    });
    const auto start = std::chrono::steady_clock::now();
    const auto result = reading.page(std::nullopt, stop.get_token());
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(3));
    simulator_->inject("");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::kCancelled);
  });
}

TEST_P(Compliance, TestConnectionSaysWhatIsWrong) {
  auto reading = driver(connector_->streams().front().name);
  const TestResult good = connector_->test(reading.client(), reading.device(), {});
  EXPECT_TRUE(good.ok) << good.sentence;
  EXPECT_FALSE(good.sentence.empty());
  for (const FaultCase& fault : kFaults) {
    SCOPED_TRACE(fault.name);
    simulator_->inject(fault.name);
    const TestResult result = connector_->test(reading.client(), reading.device(), {});
    simulator_->inject("");
    EXPECT_FALSE(result.ok);
    EXPECT_FALSE(result.code.empty());
    EXPECT_FALSE(result.sentence.empty());
    EXPECT_TRUE(std::any_of(result.checks.begin(), result.checks.end(),
                            [](const Check& c) { return c.ok == false; }));
  }
}

TEST_P(Compliance, NoSecretLeavesTheVault) {
  const obs::CapturedLog log;
  std::string said;
  const auto note = [&](const TestResult& result) {
    said += result.sentence + result.facts.fingerprint;
    for (const Check& check : result.checks) said += check.sentence;
  };
  each_stream([&](const std::string& stream) {
    auto reading = driver(stream);
    simulator_->append(stream, 10);
    for (const FaultCase& fault : kFaults) {
      simulator_->inject(fault.name);
      const auto result = reading.page(std::nullopt);
      if (!result) {
        said += result.error().message;
        said +=
            connector_
                ->explain(result.error(), stream, {}, simulator_->device_spec(), from_seconds(1'795'000'000))
                .sentence;
      }
      note(connector_->test(reading.client(), reading.device(), {}));
    }
    simulator_->inject("");
    note(connector_->test(reading.client(), reading.device(), {}));
  });
  EXPECT_EQ(said.find(simulator_->canary()), std::string::npos);
  EXPECT_EQ(log.text().find(simulator_->canary()), std::string::npos);
  for (const std::string& request : simulator_->requests())
    EXPECT_EQ(request.find(simulator_->canary()), std::string::npos);
}

TEST_P(Compliance, OnlyTheDevicesServerIsCalled) {
  const std::string origin = codec::parse_url(simulator_->base_url())->origin();
  const crypto::Secret secrets(simulator_->secrets_json());
  each_stream([&](const std::string& stream) {
    DeviceContext device{"id", simulator_->device_spec(), &secrets};
    auto reader = connector_->reader(device, stream);
    ASSERT_TRUE(reader);
    for (const auto& cursor :
         {std::optional<Cursor>(), std::optional<Cursor>("https://elsewhere.example/?")}) {
      const auto request = (*reader)->request(cursor, from_seconds(1'795'000'000));
      ASSERT_TRUE(request);
      EXPECT_EQ(codec::parse_url(request->url)->origin(), origin);
    }
  });
  const std::vector<std::string> allowed = {simulator_->base_url()};
  EXPECT_TRUE(connector_->validate(simulator_->device_spec(), allowed));
  EXPECT_FALSE(connector_->validate(simulator_->device_spec(), {}))
      << "a server that nobody declared or allowed";
}

TEST_P(Compliance, NoCredentialNoRequest) {
  each_stream([&](const std::string& stream) {
    auto reader = connector_->reader({"id", simulator_->device_spec(), nullptr}, stream);
    if (!reader) return;
    EXPECT_FALSE((*reader)->request(std::nullopt, from_seconds(1'795'000'000)));
  });
  EXPECT_FALSE(connector_->reader({"id", simulator_->device_spec(), nullptr}, "no_such_stream"));
}

}  // namespace picket::connector
