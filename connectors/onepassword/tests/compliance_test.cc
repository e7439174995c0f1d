#include "connector/testing/compliance.h"

#include "onepassword/onepassword.h"
#include "onepassword/tests/test_vendor.h"

namespace picket::connector {
namespace {

INSTANTIATE_TEST_SUITE_P(OnePassword, Compliance,
                         testing::Values(Subject{"TestVendor", [] { return std::make_unique<onepassword::OnePassword>(); },
                                                 [] { return std::make_unique<onepassword::TestVendor>(); },
                                                 PICKET_TESTDATA "/testdata"}),
                         subject_name);

}  // namespace
}  // namespace picket::connector
