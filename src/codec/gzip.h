#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace picket::codec {

/// Unpacks gzip (also several members in a row) or zlib; which of them is read from the first bytes.
/// Errors: kTooLarge when more than `max_output` bytes would come out (nothing is kept then), kInvalidInput
/// when the input is damaged, ends early or has bytes behind its end.
Result<std::string> inflate(std::string_view packed, std::size_t max_output);

/// gzip, for answers and tests. `level` 1 (fast) to 9.
std::string gzip(std::string_view bytes, int level = 6);

}  // namespace picket::codec
