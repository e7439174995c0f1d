#include "api/problem.h"

#include <gtest/gtest.h>

namespace picket::api {
namespace {

TEST(Problem, AFullDiskIsToldWithoutThePlaceOfTheServersFiles) {
  for (const auto kind : {ErrorKind::kDiskFull, ErrorKind::kCorrupt, ErrorKind::kInternal}) {
    const Problem problem(Error(kind, "The disk that holds /srv/picket/control.db is full."), "");
    const auto answer = render(problem);
    EXPECT_EQ(answer.body.find("/srv"), std::string::npos) << answer.body;
    EXPECT_EQ(answer.body.find("control.db"), std::string::npos) << answer.body;
  }
  const Problem full(Error(ErrorKind::kDiskFull, "x"), "");
  EXPECT_EQ(full.status(), 507);
  EXPECT_EQ(full.errors().front().detail,
            "The server's data disk is full, so nothing was changed. Free some space there; work goes on by itself then.");
}

TEST(Problem, WhatThePersonCanMendIsToldAsItIs) {
  const Problem problem(Error(ErrorKind::kInvalidInput, "The name is too long.").with_field("name"), "/data/attributes");
  EXPECT_EQ(problem.errors().front().detail, "The name is too long.");
  EXPECT_EQ(problem.errors().front().pointer, "/data/attributes/name");
}

}  // namespace
}  // namespace picket::api
