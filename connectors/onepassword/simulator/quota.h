#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace picket::onepassword_simulator {

/// The vendor's allowance per token: so many requests in a minute, so many in an hour. A window begins with
/// the first request after the one before it ended. Threads: any.
class Quota {
 public:
  struct Limits {
    bool on = true;
    std::uint32_t per_minute = 600;
    std::uint32_t per_hour = 30'000;
  };
  struct Verdict {
    bool allowed = true;
    std::uint32_t limit = 0, remaining = 0;
    std::uint32_t reset_seconds = 0;
  };

  explicit Quota(Limits limits) : limits_(limits) {}

  Verdict ask(const std::string& token, SteadyPoint now);
  void set(Limits limits);

 private:
  struct Window {
    SteadyPoint begin{};
    std::uint32_t used = 0;
    void enter(SteadyPoint now, std::chrono::seconds length);
  };
  struct Use {
    Window minute, hour;
  };

  std::mutex mutex_;
  Limits limits_;
  std::unordered_map<std::string, Use> uses_;
};

}  // namespace picket::onepassword_simulator
