#include "obs/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace picket::obs {
namespace {

TEST(Metrics, SameNameAndLabelsIsTheSameMetric) {
  counter("test_total", "Things.", {{"stream", "a"}}).add(2);
  counter("test_total", "ignored", {{"stream", "a"}}).add(3);
  counter("test_total", "ignored", {{"stream", "b"}}).add();
  const std::string text = render_metrics();
  EXPECT_THAT(text, testing::HasSubstr("# HELP test_total Things.\n# TYPE test_total counter\n"));
  EXPECT_THAT(text, testing::HasSubstr("test_total{stream=\"a\"} 5\ntest_total{stream=\"b\"} 1\n"));
}

TEST(Metrics, HistogramBucketsAreCumulative) {
  Histogram& h = histogram("test_seconds", "Time.");
  h.observe(0.0005);
  h.observe(0.03);
  h.observe(1000);
  const std::string text = render_metrics();
  EXPECT_THAT(text, testing::HasSubstr("test_seconds_bucket{le=\"0.001\"} 1\n"));
  EXPECT_THAT(text, testing::HasSubstr("test_seconds_bucket{le=\"60\"} 2\n"));
  EXPECT_THAT(text, testing::HasSubstr("test_seconds_bucket{le=\"+Inf\"} 3\n"));
}

}  // namespace
}  // namespace picket::obs
