#pragma once

#include <optional>
#include <semaphore>
#include <string>

#include "control/control_impl.h"

/// What sign_in.cc and own_account.cc share.
namespace picket::control {

/// What the judging found. A code is only spent when everything was right.
struct ControlImpl::Judged {
  std::optional<User> user;
  bool right = false;
  std::optional<std::int64_t> step;  ///< of a time-based code
  std::string recovery_hash;         ///< of a recovery code
  bool rehash = false;
  bool by_recovery_code() const { return !recovery_hash.empty(); }
};

/// Passwords are judged two at a time: each costs 64 MiB of memory.
class SlotGuard {
 public:
  explicit SlotGuard(std::counting_semaphore<2>& slots) : slots_(slots) { slots_.acquire(); }
  ~SlotGuard() { slots_.release(); }
  SlotGuard(const SlotGuard&) = delete;
  SlotGuard& operator=(const SlotGuard&) = delete;

 private:
  std::counting_semaphore<2>& slots_;
};

}  // namespace picket::control
