#include "codec/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace picket::codec {
namespace {

TEST(JsonWriter, WritesNestedValues) {
  JsonWriter w;
  w.begin_object()
      .field("a", 1)
      .key("b")
      .begin_array()
      .value("x")
      .value(true)
      .null()
      .begin_object()
      .end_object()
      .end_array();
  w.field("c", -2.5).key("d").raw("[1]").field("e", std::numeric_limits<std::uint64_t>::max()).end_object();
  EXPECT_EQ(w.take(), R"({"a":1,"b":["x",true,null,{}],"c":-2.5,"d":[1],"e":18446744073709551615})");
}

TEST(JsonWriter, IsEmptyAfterTake) {
  JsonWriter w;
  w.begin_array().end_array();
  EXPECT_EQ(w.take(), "[]");
  w.value("again");
  EXPECT_EQ(w.take(), "\"again\"");
}

TEST(JsonWriter, NumbersThatJsonCannotSpellAreNull) {
  JsonWriter w;
  w.begin_array()
      .value(std::nan(""))
      .value(std::numeric_limits<double>::infinity())
      .value(1e20)
      .value(43.64)
      .end_array();
  EXPECT_EQ(w.take(), "[null,null,1e+20,43.64]");
}

TEST(JsonWriterDeathTest, ImbalanceIsOurFault) {
  EXPECT_DEATH({ JsonWriter().begin_object().take(); }, "whole JSON text");
  EXPECT_DEATH({ JsonWriter().value(1).value(2); }, "one value");
}

}  // namespace
}  // namespace picket::codec
