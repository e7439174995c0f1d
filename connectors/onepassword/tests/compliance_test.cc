#include "connector/testing/compliance.h"

#include "onepassword/onepassword.h"
#include "onepassword/tests/simulator_handle.h"
#include "onepassword/tests/test_vendor.h"

namespace picket::connector {
namespace {

Subject subject(std::string name, std::function<std::unique_ptr<SimulatorHandle>()> simulator) {
  return {std::move(name), [] { return std::make_unique<onepassword::OnePassword>(); }, std::move(simulator),
          PICKET_TESTDATA "/testdata"};
}

INSTANTIATE_TEST_SUITE_P(
    OnePassword, Compliance,
    testing::Values(subject("TestVendor", [] { return std::make_unique<onepassword::TestVendor>(); }),
                    subject("Simulator", [] { return std::make_unique<onepassword::RealSimulator>(); })),
    subject_name);

}  // namespace
}  // namespace picket::connector
