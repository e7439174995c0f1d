#include "runtime/signals.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/assert.h"

namespace picket::runtime {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {
    PICKET_ASSERT(fd >= 0, "the kernel gives a descriptor for signals");
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

void unblock_stop_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void block_stop_signals() {
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

std::optional<int> wait_for_stop_signal(std::stop_token stop) {
  const sigset_t set = stop_signals();
  const Descriptor signals(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  const Descriptor stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const std::stop_callback wake(stop, [&] {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stopped.get(), &one, sizeof one);
  });
  while (!stop.stop_requested()) {
    pollfd fds[2] = {{signals.get(), POLLIN, 0}, {stopped.get(), POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0 && errno != EINTR) break;
    signalfd_siginfo info;
    if (::read(signals.get(), &info, sizeof info) == sizeof info) return static_cast<int>(info.ssi_signo);
  }
  return std::nullopt;
}

}  // namespace picket::runtime
