#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/connector.h"
#include "control/types.h"
#include "ingest/cycle_guard.h"
#include "ingest/rate_limiter.h"
#include "store/event_store.h"

namespace picket::ingest {

struct DeviceTask;

/// From the first request to the page that has no more, or to the failure.
struct Round {
  bool active = false;
  TimePoint started_at{};
  SteadyPoint started{};
  std::uint64_t pages = 0, records = 0, added = 0, bytes = 0;
  std::string warning;
};

/// Why a stream cannot even be asked for, in the words of the status.
struct Broken {
  ErrorKind kind = ErrorKind::kInvalidInput;
  std::string code, sentence;
};

/// One stream in one life of its device: a change of credential, settings, pause or position makes a new one and leaves
/// this one `dead`. Guarded by the engine's mutex, save for what belongs to the worker while `busy`.
struct StreamTask {
  DeviceTask* device = nullptr;
  store::StreamKey key;
  std::optional<Broken> broken;  // stays: who heals it makes a new life of the device

  // the worker's while busy, else guarded
  std::unique_ptr<connector::StreamReader> reader;  // null only when `broken`
  control::StreamState state;  // as of the last page that was committed or waits for company
  Round round;
  CycleGuard circle;
  std::uint32_t failures = 0;  // in a row, as back-off counts them
  std::optional<SteadyPoint> cursor_lost_at;
  std::uint32_t cursor_losses = 0;

  // guarded
  bool dead = false;
  bool busy = false;       // a worker has it
  bool queued = false;     // in the work queue
  bool fetching = false;   // a request is on its way
  bool scheduled = false;  // `due` counts
  bool waits_for_room = false;
  bool bulk = true;        // the next request will probably bring much
  SteadyPoint due{};
  SteadyPoint wished{};    // when it should have started, before any limit
  std::optional<http_client::Request> ready;  // made ahead by the worker
  std::optional<Result<http_client::Response>> inbox;
  std::stop_source stop;
  std::uint64_t ticket = 0;
  std::size_t reserved = 0;
  std::size_t last_page_bytes = 0;
  std::shared_ptr<StreamTask> predecessor;  // must be out of its worker's hands first
};

/// One life of a device.
struct DeviceTask {
  std::shared_ptr<const control::Device> device;
  const connector::Connector* connector = nullptr;
  std::optional<crypto::Secret> secrets;
  connector::DeviceContext context;
  connector::CredentialFacts claims;
  std::shared_ptr<RateLimiter> limiter;
  std::deque<StreamTask> streams;  // their addresses stay

  bool dead = false;
  bool verified = false;  // the credential's account is known to be the right one
  bool asking = false;
  std::optional<std::string> new_account;  // to be committed with the next step
  std::vector<Result<http_client::Response>> answers;
  std::vector<std::shared_ptr<StreamTask>> waiting;
};

using DevicePtr = std::shared_ptr<DeviceTask>;
using TaskPtr = std::shared_ptr<StreamTask>;  // keeps the device alive

}  // namespace picket::ingest
