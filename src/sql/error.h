#pragma once

#include "base/error.h"

struct sqlite3;

namespace picket::sql {

/// What went wrong in `db` just now, as a sentence that names the file. `code` is the extended result code.
Error error_of(sqlite3* db, int code);

}  // namespace picket::sql
