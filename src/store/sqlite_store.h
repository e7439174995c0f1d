#pragma once

#include <filesystem>
#include <memory>

#include "base/clock.h"
#include "store/event_store.h"

namespace picket::store {

struct SqliteStoreOptions {
  std::filesystem::path directory;  ///< made when absent, mode 0700
  Clock* clock = nullptr;           ///< null: the system's
  int compression_level = 0;        ///< 0: the measured default
};

/// The embedded driver, see store/README.md for the layout.
Result<std::unique_ptr<EventStore>> open_sqlite_store(const SqliteStoreOptions& options);

}  // namespace picket::store
