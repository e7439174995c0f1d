#pragma once

#include "store/partition.h"

namespace picket::store {

const char* schema_sql();
const char* text_of(Sql sql);

}  // namespace picket::store
