#pragma once

#include <span>

#include "base/clock.h"
#include "base/embed.h"
#include "base/result.h"

namespace picket::sql {

class Database;

/// Brings a database to the newest schema. `files` are named `NNNN_name.sql`, numbered from 1 without a gap
/// (asserted), in any order; the texts must not begin or end transactions.
///
/// Each file runs in one transaction together with the note that it ran, so a crash at any point is followed
/// by a clean second try. Forward only. Errors: kConflict when the database is newer than the program;
/// kCorrupt when a file that ran has other contents now. Returns how many ran.
Result<int> migrate(Database& db, std::span<const embedded::File> files, const Clock& clock);

}  // namespace picket::sql
