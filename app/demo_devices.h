#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "control/control.h"
#include "onepassword_simulator/simulator.h"

namespace picket::app {

/// A device that the demo has from the start.
struct DemoDevice {
  std::string name, location, server;
  std::string token;  ///< empty: none is given
  int days = 7;       ///< of history
  bool paused = false;
};

/// Adds them to a data directory that nobody has open, in the name of the one who was enrolled.
Status add_devices(const std::filesystem::path& data, const control::Enrolment& made, std::span<const DemoDevice> devices);

/// A simulated vendor with an account for each state that takes neither hours nor a full disk, and a device for each.
struct EveryState {
  std::unique_ptr<onepassword_simulator::Simulator> vendor;
  std::vector<DemoDevice> devices;
};
Result<EveryState> every_state();

}  // namespace picket::app
