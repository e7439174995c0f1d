#pragma once

#include "store/sqlite_store.h"
#include "store/tuning.h"

namespace picket::store {

/// The embedded driver with other sizes than the measured ones: for tests and benches.
Result<std::unique_ptr<EventStore>> open_tuned_store(const SqliteStoreOptions& options, const Tuning& tuning);

}  // namespace picket::store
